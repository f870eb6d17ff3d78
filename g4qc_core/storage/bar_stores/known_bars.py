"""Bars that are kept in memory by pieces of time, for readers who know that nothing is written meanwhile.

A chart asks for one window beside the other: what a window shares with the ones before is not read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from g4qc_core.futures.segments import Segment
from g4qc_core.storage.bar_stores.bar_reader import (
    NOTHING,
    ROW_KINDS,
    ROWS,
    BarQuery,
    BarReader,
    ahead,
    read_arrays,
    record_batch,
)
from g4qc_core.storage.bar_stores.market_sums import OF_SYMBOL, outermost
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.quick_reads import QuickReads
from g4qc_core.timeframes import timeframe

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BARS_A_PIECE = 1024
_FEWEST_PIECES = 3
_MOST_EMPTY = 16
_MOST_BYTES = 128 * 1024 * 1024

_Arrays = Mapping[str, np.ndarray]
_Key = tuple[str, str, str, int]


class KnownBars(BarReader):
    """The bars of one database as long as a mark of `WriteWatch` is the present one.

    Args:
        database: the database.
        reads: its kept connections.
        most_bytes: of the kept pieces; the ones that were not needed for longest are dropped first.
    """

    def __init__(self, database: Database, reads: QuickReads, most_bytes: int = _MOST_BYTES) -> None:
        super().__init__(database, reads)
        self._quick = reads
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[_Key, _Arrays] = OrderedDict()
        self._bytes = 0
        self._extent = lru_cache(maxsize=256)(self._read_extent)

    def batches(self, query: BarQuery, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
        """Yield what `BarReader.batches` yields."""
        if query.limit is None or query.limit > rows:
            yield from super().batches(query, rows)
            return
        left = query.limit
        for segment in ahead(query):
            if left <= 0:
                return
            found = self._found(query, segment, left)
            if len(found["timestamp"]):
                yield record_batch(found, segment)
                left -= len(found["timestamp"])

    def _found(self, query: BarQuery, segment: Segment, most: int) -> _Arrays:
        """Return the first bars of the segment in the order of the query."""
        low, high = self._edges(query, segment)
        piece = _piece_length(query.timeframe)
        step = -1 if query.newest_first else 1
        at, end = (low // piece, (high - 1) // piece)[::step]
        parts, left, empty = [], most, 0
        while low < high and left > 0 and (end - at) * step >= 0:
            if empty > _MOST_EMPTY:
                edges = (low, (at + 1) * piece) if step < 0 else (at * piece, high)
                parts.append(self._read((query.symbol, query.timeframe, segment.contract), *edges, step, left))
                break
            # Nights and weekends have no bars, so that a piece holds fewer than its length suggests.
            ahead_of = min(abs(end - at) + 1, _FEWEST_PIECES + 3 * left // (2 * _BARS_A_PIECE))
            held = self._piece(query, segment.contract, at, at + step * (ahead_of - 1))
            first, last = np.searchsorted(held["timestamp"], (low, high))
            first, last = (max(first, last - left), last) if step < 0 else (first, min(last, first + left))
            parts.append({name: values[first:last] for name, values in held.items()})
            left -= int(last - first)
            empty = 0 if len(held["timestamp"]) else empty + 1
            at += step
        joined = {name: np.concatenate([NOTHING[name], *(part[name] for part in parts[::step])]) for name in ROW_KINDS}
        return {name: np.ascontiguousarray(values[::step]) for name, values in joined.items()}

    def _edges(self, query: BarQuery, segment: Segment) -> tuple[int, int]:
        """Return the microseconds `[low, high)` in which the segment has bars that are not read yet."""
        low, high, after = segment.start, segment.end, query.after
        if after is not None and query.newest_first:
            high = min(high, after)
        elif after is not None:
            low = max(low, after + _MICROSECOND)
        first, last = self._extent(query.symbol, query.timeframe)
        return max(_micros(low), first), min(_micros(high), last + 1)

    def _piece(self, query: BarQuery, contract: str, at: int, until: int) -> _Arrays:
        """Return the bars of a piece; if it is not kept, those up to `until` that are not kept either are read too."""
        key = (query.symbol, query.timeframe, contract)
        with self._lock:
            kept = self._kept.get((*key, at))
            if kept is not None:
                self._kept.move_to_end((*key, at))
                return kept
            step = 1 if until >= at else -1
            new = [at]
            while new[-1] != until and (*key, new[-1] + step) not in self._kept:
                new.append(new[-1] + step)
        first, last, piece = min(new), max(new), _piece_length(query.timeframe)
        read = self._read(key, first * piece, (last + 1) * piece)
        edges = np.searchsorted(read["timestamp"], [number * piece for number in range(first, last + 2)])
        pieces = {
            first + number: {name: values[begin:end].copy() for name, values in read.items()}
            for number, (begin, end) in enumerate(pairwise(edges))
        }
        with self._lock:
            for number, arrays in pieces.items():
                self._keep((*key, number), arrays)
        return pieces[at]

    def _keep(self, key: _Key, arrays: _Arrays) -> None:
        former = self._kept.pop(key, None)
        self._kept[key] = arrays
        self._bytes += _size(arrays) - (0 if former is None else _size(former))
        while self._bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)

    def _read(self, key: tuple[str, str, str], low: int, high: int, step: int = 1, most: int | None = None) -> _Arrays:
        """Return the bars in `[low, high)` by time, all or the `most` first ones in the direction of `step`."""
        low_high = _instant(low), _instant(high)
        found = self._quick.ask(lambda cursor: read_arrays(cursor, *key, *low_high, step < 0, most))
        return {name: column[::step] for name, column in found.items()}

    def _read_extent(self, symbol: str, name: str) -> tuple[int, int]:
        """Return the start of the first and the last bar of any contract, in microseconds; (0, -1) if there is none."""
        given = {"symbol": symbol, "timeframe": name}

        def ends(cursor: Any) -> list[datetime | None]:
            found = []
            for newest in (False, True):
                cursor.execute(outermost(newest, OF_SYMBOL), given)
                row = cursor.fetchone()
                found.append(row and row[0])
            return found

        first, last = self._quick.ask(ends)
        return (0, -1) if first is None or last is None else (_micros(first), _micros(last))


@lru_cache
def _piece_length(name: str) -> int:
    """Return the length of a piece of a timeframe, in microseconds."""
    minutes = timeframe(name).minutes or 24 * 60
    return minutes * 60_000_000 * _BARS_A_PIECE


def _size(arrays: _Arrays) -> int:
    return 1000 + sum(values.nbytes for values in arrays.values())


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
