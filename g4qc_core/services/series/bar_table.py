"""Bars as one Arrow table, as the API sends them: what a program reads that has the database and no server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from g4qc_core.bars.missing_sessions import Completeness
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.coverage.completeness import completeness, life_of
from g4qc_core.services.series.series_segments import readable, segments_of
from g4qc_core.services.window_ends import Moment, window_of
from g4qc_core.storage.bar_stores.bar_reader import SCHEMA, BarQuery, last_start
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import Timeframe


@dataclass(frozen=True)
class TableRequest:
    """A selection of bars of one instrument.

    Attributes:
        timeframe: length of a bar.
        start: first trade date, or instant; None: the first stored bar.
        end: last trade date, included, or instant, excluded; None: the last stored bar.
        contract: contract month; None: the continuous series.
        adjustment: of prices at rolls.
        rule: text of the roll rule that joins the contracts; None: the instrument's own.
        limit: most bars; None: all.
        newest_first: in descending order of time.
    """

    timeframe: Timeframe
    start: Moment | None = None
    end: Moment | None = None
    contract: str | None = None
    adjustment: Adjustment = Adjustment.NONE
    rule: str | None = None
    limit: int | None = None
    newest_first: bool = False


def bar_table(
    stores: Stores, instrument: Instrument, request: TableRequest, now: datetime
) -> tuple[pa.Table, Completeness]:
    """Return the bars (`bar_reader.SCHEMA`), and the requested sessions that are missing in them.

    Args:
        stores: of the bars.
        instrument: of the bars.
        request: which bars.
        now: sessions that ended by then are expected, UTC.

    Raises:
        UsageError: there is no such contract or roll calendar, or the window is reversed.
        BarsIncomplete: the timeframe was not derived from all stored minutes of the window.
    """
    start, end = window_of(instrument, request.start, request.end)
    name = request.timeframe.name
    segments = segments_of(stores, instrument, request.contract, request.adjustment, request.rule)
    query = BarQuery(
        symbol=instrument.symbol,
        timeframe=name,
        segments=readable(stores, instrument, name, segments, start, end),
        limit=None if request.limit is None else request.limit + 1,
        newest_first=request.newest_first,
    )
    batches = list(stores.bar_batches.batches(query))
    found = pa.Table.from_batches(batches, SCHEMA) if batches else SCHEMA.empty_table()
    if request.limit is not None and len(found) > request.limit:
        found = found.slice(0, request.limit)
        start, end = _covered(found, start, end, request.newest_first)
    if request.contract is not None:
        expected = life_of(stores, instrument, request.contract)
    else:
        expected = segments_of(stores, instrument, None, Adjustment.NONE, request.rule)
    known = completeness(stores, instrument, name, expected, (start, end), now)
    known.check()
    return found, known


def _covered(found: pa.Table, start: datetime, end: datetime, newest_first: bool) -> tuple[datetime, datetime]:
    """Return the part of the window that the first bars of it cover."""
    if not len(found):
        return start, start
    last = last_start(found.to_batches()[-1])
    return (last, end) if newest_first else (start, last + timedelta(microseconds=1))
