"""Bars of a continuous file with the contract months that its rolls give them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.reading.file_reader import FILE_BARS
from g4qc_core.sources.review.continuous_cut import ContinuousCut


def with_months(piece: pa.Table, cuts: Mapping[str, ContinuousCut], registry: Mapping[str, Instrument]) -> pa.Table:
    """Return a piece of `FILE_BARS` in which every row has its contract month.

    A row belongs to the trade date of its session; outside every session, to its day in UTC, so that the row keeps a
    place in which validation can judge it.

    Args:
        piece: as `file_review.pieces_of` yields it.
        cuts: of the review of the same files, by instrument.
        registry: the instruments.
    """
    if not cuts:
        return piece
    piece = piece.combine_chunks()
    symbols, contracts = (piece.column(name).chunk(0) for name in ("symbol", "contract"))
    known, named = contracts.dictionary.to_pylist(), symbols.dictionary.to_pylist()
    codes, of_symbol = (column.indices.to_numpy().copy() for column in (contracts, symbols))
    without = codes == known.index("") if "" in known else np.zeros(len(codes), bool)
    starts = piece.column("timestamp").cast(pa.int64()).to_numpy().astype("datetime64[us]")
    for symbol, cut in cuts.items():
        rows = without & (of_symbol == named.index(symbol)) if symbol in named else without[:0]
        if rows.any():
            months, places = np.unique(cut.months(trade_days(starts[rows], registry[symbol])), return_inverse=True)
            codes[rows] = places + len(known)
            known += months.tolist()
    distinct = {month: at for at, month in enumerate(dict.fromkeys(known))}
    codes = np.array([distinct[month] for month in known], np.int32)[codes]
    column = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(distinct), pa.string()))
    return piece.set_column(FILE_BARS.get_field_index("contract"), FILE_BARS.field("contract"), column)


def trade_days(starts: np.ndarray, instrument: Instrument) -> np.ndarray:
    """Return the trade dates of bars as days since 1970; outside every session, the day in UTC.

    Args:
        starts: of the bars, datetime64 of any unit, UTC.
        instrument: with its sessions.
    """
    index = pd.DatetimeIndex(starts).tz_localize("UTC")
    dates = calendar(instrument.calendar).assign(index)["trade_date"].to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(dates), starts.astype("datetime64[D]"), dates).astype(np.int64)
