"""Pages of bars, encoded, and the ones that were sent lately, kept as long as nothing is written.

Each request asks once whether a write became visible (`WriteWatch`). If not, a page that was sent before is sent again,
and the others need only their bars from the database, because segments and missing sessions are known.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

import pyarrow as pa

from g4qc_core.api.bar_encoding import BarFormat, encode
from g4qc_core.api.bar_request import LARGEST_PAGE, SeriesRequest
from g4qc_core.api.cursors import write_cursor
from g4qc_core.api.missing_fields import headers_of, missing_ranges
from g4qc_core.bars.missing_sessions import Completeness
from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, calendar
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.segments import END
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.coverage.completeness import completeness, life_of
from g4qc_core.services.series.series_segments import segments_of
from g4qc_core.storage.bar_stores.bar_reader import BarQuery, BarReader, last_start
from g4qc_core.storage.bar_stores.write_watch import WriteMark, WriteWatch
from g4qc_core.storage.known_stores import KnownStores
from g4qc_core.storage.server.quick_reads import QuickReads
from g4qc_core.storage.stores import Stores

CURSOR_HEADER = "X-Next-Cursor"

_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class BarPage:
    """An encoded page of bars.

    Attributes:
        content: body of the answer.
        headers: headers of the answer.
        bars: number of bars.
        made_at: by the server's clock, UTC.
        until: from then on, a session is over that was not, and may be missing.
    """

    content: bytes
    headers: Mapping[str, str]
    bars: int
    made_at: datetime
    until: datetime


class BarPages:
    """The pages of one server.

    Args:
        most_bytes: of the pages that are kept; the ones that were not asked for longest are dropped first.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._watched: Stores | None = None
        self._reads: QuickReads | None = None
        self._watch: WriteWatch | None = None
        self._mark: WriteMark | None = None
        self._known: KnownStores | None = None
        self._kept: OrderedDict[tuple[object, ...], BarPage] = OrderedDict()
        self._bytes = 0

    def page(
        self, stores: Stores, instrument: Instrument, asked: SeriesRequest, form: BarFormat, now: datetime
    ) -> BarPage:
        """Return the page, which is the one that `read_page` returns.

        Raises:
            G4qcError: see `read_page`.
        """
        mark, known = self._present(stores)
        key = (form, instrument.symbol, *(getattr(asked, name) for name in _ASKED))
        with self._lock:
            kept = self._kept.get(key) if mark is self._mark else None
            if kept is not None and kept.made_at <= now < kept.until:
                self._kept.move_to_end(key)
                return kept
        page = read_page(known, instrument, asked, form, now)
        self._keep(mark, key, page)
        return page

    def close(self) -> None:
        """Forget everything and give the connection back."""
        with self._lock:
            if self._reads is not None:
                self._reads.close()
            self._watched = self._reads = self._watch = self._mark = self._known = None
            self._kept.clear()
            self._bytes = 0

    def _present(self, stores: Stores) -> tuple[WriteMark, KnownStores]:
        with self._lock:
            if stores is not self._watched or self._reads is None or self._watch is None:
                if self._reads is not None:
                    self._reads.close()
                self._watched, self._reads = stores, QuickReads(stores.database)
                self._watch = WriteWatch(self._reads)
            reads, watch = self._reads, self._watch
        mark = watch.mark()
        with self._lock:
            if mark is self._mark and self._known is not None:
                return mark, self._known
            known = KnownStores(stores.database, reads)
            if watch is self._watch:
                self._mark, self._known = mark, known
                self._kept.clear()
                self._bytes = 0
            return mark, known

    def _keep(self, mark: WriteMark, key: tuple[object, ...], page: BarPage) -> None:
        with self._lock:
            if mark is not self._mark or len(page.content) > self._most_bytes // 4:
                return
            former = self._kept.pop(key, None)
            self._kept[key] = page
            self._bytes += len(page.content) - (0 if former is None else len(former.content))
            while self._bytes > self._most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.content)


_ASKED = tuple(name for name in SeriesRequest.model_fields if name not in ("format", "download"))


def read_page(stores: Stores, instrument: Instrument, asked: SeriesRequest, form: BarFormat, now: datetime) -> BarPage:
    """Read and encode a page.

    Raises:
        G4qcError: see `SeriesRequest.query` and `missing_sessions`.
    """
    query = asked.query(instrument, stores)
    query = query if query.limit is not None else replace(query, limit=LARGEST_PAGE)
    described = asked.described(instrument, stores)
    batches, cursor = _page(stores.bar_batches, query, lambda last: write_cursor(*described, last))
    window = asked.window(instrument)
    known = missing_sessions(stores, instrument, asked, _reached(query, batches, cursor, window), now)
    head = {
        "symbol": instrument.symbol,
        "timeframe": query.timeframe,
        "next_cursor": cursor,
        "missing": missing_ranges(known),
    }
    return BarPage(
        content=b"".join(encode(form, batches, head)),
        headers=headers_of(known) | ({CURSOR_HEADER: cursor} if cursor else {}),
        bars=sum(map(len, batches)),
        made_at=now,
        until=_next_close(instrument, now, window[1]),
    )


def missing_sessions(
    stores: Stores, instrument: Instrument, asked: SeriesRequest, window: tuple[datetime, datetime], now: datetime
) -> Completeness:
    """Return the requested sessions of the window, and the missing ones.

    Raises:
        BarsIncomplete: the timeframe was not made from all stored minutes of the window.
    """
    if asked.contract is not None:
        segments = life_of(stores, instrument, asked.contract)
    else:
        segments = segments_of(stores, instrument, None, Adjustment.NONE, asked.rule)
    known = completeness(stores, instrument, asked.timeframe.value, segments, window, now)
    known.check()
    return known


def _next_close(instrument: Instrument, now: datetime, end: datetime) -> datetime:
    """Return the first end of a session after `now` that can belong to a window with this end."""
    if end + LONGEST_CLOSURE <= now:
        return END
    following = calendar(instrument.calendar).sessions_between(now, now + LONGEST_CLOSURE)
    return following[0].close if following else now + LONGEST_CLOSURE


def _reached(
    query: BarQuery, page: list[pa.RecordBatch], cursor: str | None, window: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """Return the part of the window that a page covers: from the previous page to its last bar, or to the end."""
    start, end = window
    begun = query.after
    ended = last_start(page[-1]) if cursor is not None else None
    if query.newest_first:
        return ended or start, begun or end
    return begun or start, end if ended is None else ended + timedelta(microseconds=1)


def _page(
    reader: BarReader, query: BarQuery, cursor_after: Callable[[datetime], str]
) -> tuple[list[pa.RecordBatch], str | None]:
    """Return the page's batches and the cursor of the next page; one more bar is read to know whether there is one."""
    assert query.limit is not None
    batches, left = [], query.limit
    for batch in reader.batches(replace(query, limit=query.limit + 1)):
        batches.append(batch.slice(0, left))
        if len(batch) > left:
            last = batches[-1] if left else batches[-2]
            return [b for b in batches if len(b)], cursor_after(last_start(last))
        left -= len(batch)
    return batches, None
