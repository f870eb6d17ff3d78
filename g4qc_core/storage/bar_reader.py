"""Bars read a batch at a time, so that any number of them needs the memory of one batch.

Each batch is a query of its own that begins after the last bar of the one before: between two batches nothing is held,
neither a connection nor a transaction, however slowly the reader reads. The other side of it: bars that are replaced
meanwhile are the new ones from the next batch on. Knows the table of bars. Must not know rolls' rules or formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.schema import PRICES
from g4qc_core.futures.rolls import PRICE_DIGITS
from g4qc_core.futures.segments import Segment
from g4qc_core.storage.copy import Kinds, copy_out
from g4qc_core.storage.slices import SliceStore, names

ROWS = 65_536
"""Bars of a batch: some five megabytes."""

_ROW: Kinds = {
    "timestamp": "timestamptz",
    **dict.fromkeys(PRICES, "float8"),
    "volume": "int8",
    "count": "int8",
    "contract": "text",
    "trade_date": "date",
}

STREAM_COLUMNS = (*_ROW, "adjustment")


@dataclass(frozen=True)
class BarQuery:
    """Which bars: segments of one symbol and timeframe, ascending and without overlap.

    Attributes:
        after: the last bar that was read already; None: begin at the beginning (or end, where newest come first).
        limit: how many bars at most; None: all.
        newest_first: descending instead of ascending.
    """

    symbol: str
    timeframe: str
    segments: Sequence[Segment]
    after: datetime | None = None
    limit: int | None = None
    newest_first: bool = False


class BarReader(SliceStore):
    """Validated bars of one database, streamed. All timestamps are UTC and mark the bar's start."""

    def batches(self, query: BarQuery, rows: int = ROWS) -> Iterator[pd.DataFrame]:
        """The bars in order of time, in frames of at most `rows` rows, none empty.

        Returns frames of `STREAM_COLUMNS`: timestamp (datetime64[us, UTC]), prices (float64, points, adjusted), volume
        and count (int64), contract (text), trade_date (datetime64[s]), adjustment (float64, points in the prices).
        """
        left = query.limit
        for segment in _ahead(query):
            after: datetime | None = query.after
            while left is None or left > 0:
                wanted = rows if left is None else min(rows, left)
                frame = self._batch(query, segment, after, wanted)
                if not frame.empty:
                    yield frame
                    left = None if left is None else left - len(frame)
                    after = frame["timestamp"].iloc[-1].to_pydatetime()
                if len(frame) < wanted:
                    break

    def _batch(self, query: BarQuery, segment: Segment, after: datetime | None, rows: int) -> pd.DataFrame:
        sign, order = ("<", "DESC") if query.newest_first else (">", "ASC")
        beyond = "" if after is None else f"AND timestamp {sign} %s "
        statement = (
            f"SELECT {names(_ROW)} FROM market_data WHERE symbol = %s AND timeframe = %s AND contract = %s "
            f"AND timestamp >= %s AND timestamp < %s {beyond}ORDER BY timestamp {order} LIMIT %s"
        )
        key = [query.symbol, query.timeframe, segment.contract, segment.start, segment.end]
        values: list[Any] = [*key, *([] if after is None else [after]), rows]
        with self._reading() as cursor:
            frame = copy_out(cursor, statement, values, _ROW)
        return _adjusted(frame, segment.adjustment)


def _ahead(query: BarQuery) -> list[Segment]:
    """The segments that are still to be read, in order."""
    after = query.after
    if not query.newest_first:
        return [s for s in query.segments if after is None or s.end > after]
    return [s for s in reversed(query.segments) if after is None or s.start < after]


def _adjusted(frame: pd.DataFrame, points: float) -> pd.DataFrame:
    frame["adjustment"] = np.full(len(frame), points)
    if points:
        for name in PRICES:
            frame[name] = np.round(frame[name].to_numpy() + points, PRICE_DIGITS)
    return frame
