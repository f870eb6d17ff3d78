"""Validated bars as a stream of Arrow batches, so that any number of bars needs the memory of one batch.

The batches are Arrow because the API sends them as they are; frames are for computing. Each batch is a separate query
that starts after the last bar of the previous batch. Between two batches neither a connection nor a transaction is
open, however slowly the client reads. In return, bars that are replaced meanwhile appear with their new values from the
next batch on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from g4qc_core.bars.columns import PRICES, VALUES
from g4qc_core.futures.continuous import adjusted_prices
from g4qc_core.futures.segments import Segment
from g4qc_core.storage.bar_stores.market_rows import market_rows
from g4qc_core.storage.bar_stores.market_sums import counted_bars
from g4qc_core.storage.bar_stores.series_numbers import known_series
from g4qc_core.storage.codec.binary_copy import copy_arrays
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.quick_reads import QuickReads

_MICROSECOND = timedelta(microseconds=1)

ROWS = 65_536
"""Bars per batch, about five megabytes."""

ROW_KINDS = kinds_of(("timestamp", *VALUES, "count", "trade_date"))
"""Columns of the table that are read, with their kinds."""

SCHEMA = pa.schema(
    [
        ("timestamp", pa.timestamp("us", "UTC")),
        *((name, pa.float64()) for name in PRICES),
        ("volume", pa.int64()),
        ("count", pa.int64()),
        ("contract", pa.string()),
        ("trade_date", pa.date32()),
        ("factor", pa.float64()),
        ("adjustment", pa.float64()),
    ]
)
"""Start of the bar; prices in points, which are the contract's prices x factor + adjustment; volume in contracts;
number of trades; contract month; trade date of the session."""


@dataclass(frozen=True)
class BarQuery:
    """A selection of bars.

    Attributes:
        symbol: the instrument.
        timeframe: name of the timeframe.
        segments: windows to read, each of one contract; ascending and without overlap.
        after: start of the last bar of the previous page, UTC; None: the first page.
        limit: largest number of bars; None: all.
        newest_first: descending instead of ascending.
    """

    symbol: str
    timeframe: str
    segments: Sequence[Segment]
    after: datetime | None = None
    limit: int | None = None
    newest_first: bool = False


@dataclass(frozen=True)
class BarExtent:
    """The number and the trade dates of some bars.

    Attributes:
        bars: number of bars.
        first_date: trade date of the first bar.
        last_date: trade date of the last bar.
    """

    bars: int
    first_date: date
    last_date: date


class BarReader:
    """Reads the validated bars of one database. All timestamps are UTC and mark the bar's start.

    Args:
        database: the database.
        reads: its kept connections, to read on; None: each batch is a transaction.
    """

    def __init__(self, database: Database, reads: QuickReads | None = None) -> None:
        self._slices = TimeSlices(database)
        self._reads = reads

    def batches(self, query: BarQuery, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
        """Yield the bars in order of time, in record batches of `SCHEMA` with 1 to `rows` rows."""
        left = query.limit
        for segment in ahead(query):
            after: datetime | None = query.after
            while left is None or left > 0:
                wanted = rows if left is None else min(rows, left)
                batch = self._batch(query, segment, after, wanted)
                if len(batch):
                    yield batch
                    left = None if left is None else left - len(batch)
                    after = last_start(batch)
                if len(batch) < wanted:
                    break

    def extent(self, symbol: str, timeframe: str, segments: Sequence[Segment]) -> BarExtent | None:
        """Count the bars of the segments in one query; return None if there are none.

        Args:
            symbol: the instrument.
            timeframe: name of the timeframe.
            segments: without overlap, in any order.
        """
        # One segment at a time: a join of the sets would read every bar of the symbol.
        query = (
            "SELECT coalesce(sum(one.bars), 0)::int8, min(one.first_date), max(one.last_date) "
            "FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) AS p (contract, opened, closed) "
            "JOIN bar_series s ON s.contract = p.contract AND s.symbol = %s AND s.timeframe = %s AND s.source = '' "
            f"CROSS JOIN LATERAL ({counted_bars('p.opened', 'p.closed')}) AS one"
        )
        edges = [[s.contract for s in segments], [s.start for s in segments], [s.end for s in segments]]
        with self._slices.reading() as cursor:
            cursor.execute(query, [*edges, symbol, timeframe])
            bars, first, last = cursor.fetchone()
        return BarExtent(bars, first, last) if bars else None

    def _batch(self, query: BarQuery, segment: Segment, after: datetime | None, rows: int) -> pa.RecordBatch:
        low, high = segment.start, segment.end
        if after is not None and query.newest_first:
            high = min(high, after)
        elif after is not None:
            low = max(low, after + _MICROSECOND)
        key = (query.symbol, query.timeframe, segment.contract)

        def read(cursor: Any) -> dict[str, np.ndarray]:
            return read_arrays(cursor, *key, low, high, query.newest_first, rows)

        if self._reads is not None:
            return record_batch(self._reads.ask(read), segment)
        with self._slices.reading() as cursor:
            return record_batch(read(cursor), segment)


def read_arrays(
    cursor: Any,
    symbol: str,
    timeframe: str,
    contract: str,
    start: datetime,
    end: datetime,
    newest_first: bool = False,
    most: int | None = None,
) -> dict[str, np.ndarray]:
    """Return the first bars of one contract that start in `[start, end)`, UTC, as arrays of `ROW_KINDS`.

    Args:
        cursor: psycopg2 cursor.
        symbol: the instrument.
        timeframe: name of the timeframe.
        contract: month.
        start: UTC.
        end: UTC, exclusive.
        newest_first: descending instead of ascending; also decides which bars are the first ones.
        most: largest number of bars; None: all.
    """
    series = known_series(cursor, symbol, timeframe, contract).get(contract)
    if series is None:
        return {name: values.copy() for name, values in NOTHING.items()}
    # Numbers of the series are constants, so that the index yields each part in order and stops at the limit.
    order, limit = ("DESC" if newest_first else "ASC"), "" if most is None else f"LIMIT {most:d}"
    tail = (f"ORDER BY b.timestamp {order} {limit}", f"ORDER BY v.first {order}, b.timestamp {order} {limit}")
    one = f"(SELECT {series.id} AS id, {series.per_point} AS per_point) s"
    given = {"start": start, "end": end}
    query = market_rows(timeframe, ROW_KINDS, one, "%(start)s", "%(end)s", tail)
    found = copy_arrays(cursor, query, given, ROW_KINDS)
    times = found["timestamp"]
    sign = -1 if newest_first else 1
    if (np.diff(times) * sign < 0).any():
        order_of = np.argsort(times * sign, kind="stable")
        found = {name: values[order_of] for name, values in found.items()}
    return found if most is None else {name: values[:most] for name, values in found.items()}


NOTHING = {
    name: np.array([], {"timestamptz": "int64", "date": "int32", "int8": "int64"}.get(kind, "float64"))
    for name, kind in ROW_KINDS.items()
}
"""The arrays of no bar."""


def last_start(batch: pa.RecordBatch) -> datetime:
    """Return the start of a batch's last bar, UTC."""
    return batch.column("timestamp")[-1].as_py().astimezone(UTC)


def ahead(query: BarQuery) -> list[Segment]:
    """Return the segments that are not read yet, in order."""
    after = query.after
    if not query.newest_first:
        return [s for s in query.segments if after is None or s.end > after]
    return [s for s in reversed(query.segments) if after is None or s.start < after]


def record_batch(found: Mapping[str, np.ndarray], segment: Segment) -> pa.RecordBatch:
    """Return the arrays of `ROW_KINDS` of a segment's bars as a batch of `SCHEMA`, with the segment's adjustment."""
    rows = len(found["timestamp"])
    given = {
        **found,
        **{name: adjusted_prices(found[name], segment.factor, segment.points) for name in PRICES},
        "contract": pa.repeat(pa.scalar(segment.contract, pa.string()), rows),
        "factor": np.full(rows, segment.factor),
        "adjustment": np.full(rows, segment.points),
    }
    columns = [pa.array(given[field.name]).view(field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
