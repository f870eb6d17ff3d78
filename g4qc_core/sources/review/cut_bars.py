"""Bars of a continuous file with the contract months that its rolls give them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.reading.file_reader import FILE_BARS
from g4qc_core.sources.review.continuous_cut import ContinuousCut
from g4qc_core.sources.review.session_days import trade_days


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
    starts = piece.column("timestamp").cast(pa.int64()).to_numpy()
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
