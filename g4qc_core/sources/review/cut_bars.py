"""Bars of a continuous file with the contract months that its rolls give them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.reading.file_reader import FILE_BARS, TEXT
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
    months = np.array(piece.column("contract").to_pylist(), object)
    if not cuts or (months != "").all():
        return piece
    symbols = np.array(piece.column("symbol").to_pylist(), object)
    starts = piece.column("timestamp").cast(pa.int64()).to_numpy().astype("datetime64[us]")
    for symbol, cut in cuts.items():
        rows = (symbols == symbol) & (months == "")
        if rows.any():
            months[rows] = cut.months(trade_days(starts[rows], registry[symbol]))
    return piece.set_column(FILE_BARS.get_field_index("contract"), FILE_BARS.field("contract"), pa.array(months, TEXT))


def trade_days(starts: np.ndarray, instrument: Instrument) -> np.ndarray:
    """Return the trade dates of bars as days since 1970; outside every session, the day in UTC.

    Args:
        starts: of the bars, datetime64 of any unit, UTC.
        instrument: with its sessions.
    """
    index = pd.DatetimeIndex(starts).tz_localize("UTC")
    dates = calendar(instrument.calendar).assign(index)["trade_date"].to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(dates), starts.astype("datetime64[D]"), dates).astype(np.int64)
