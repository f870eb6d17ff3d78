"""Completeness of the stored bars that a reader requests; every reader of bars uses this judgement.

A reader passes segments (which contract it reads when), a timeframe and a window. It gets the sessions that these cover
and the sessions without reliable bars of the timeframe, each with the reason. The reader decides what to do about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter

from g4qc_core.bars.bar_source import Origin
from g4qc_core.bars.missing_sessions import Completeness, Lack, MissingSession, NotAsked
from g4qc_core.calendars.session_calendar import ALL_DATES, Session, calendar, month_window
from g4qc_core.futures.segments import BEGINNING, END, Segment
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.coverage.session_lacks import NeededSession, lacks_of
from g4qc_core.services.window_ends import edge
from g4qc_core.storage.bar_stores.version_store import RAW, MonthVersion
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, Timeframe


def completeness(
    stores: Stores,
    instrument: Instrument,
    timeframe: str,
    segments: Sequence[Segment],
    window: tuple[datetime, datetime],
    now: datetime | None = None,
) -> Completeness:
    """Find the sessions that a series needs in a window, and the ones without reliable bars of the timeframe.

    An open end of the window (`BEGINNING`, `END`) extends to the first or last minute, bar of the timeframe, or raw bar
    that awaits validation. A session is needed if it was over at `now`, or has bars.

    Args:
        stores: the stores.
        instrument: the instrument.
        timeframe: name of the timeframe.
        segments: of the series, over the whole window. If there is only one and it ends, sessions outside it are not
            needed, because the contract has no others.
        window: start and end of `[start, end)`, UTC.
        now: UTC; None: the time of the newest request to the source.
    """
    symbol = instrument.symbol
    versions = stores.versions.versions(symbol, (RAW, ONE_MINUTE.name, timeframe))
    start, end = _bounded(stores, instrument, timeframe, segments, window, versions)
    sessions = calendar(instrument.calendar).sessions_between(start, end) if start < end else []
    asked = _of_segments(sessions, segments)
    if not asked:
        return Completeness(symbol, timeframe, (), ())
    lacks = lacks_of(asked, stores, instrument, timeframe, versions)
    until = now or _clock(stores, end)
    counted = [one for one in asked if _counts(one, lacks, until)]
    missing = [MissingSession(one.day, one.contract, lack) for one in counted if (lack := lacks.get(one)) is not None]
    return Completeness(symbol, timeframe, tuple(one.day for one in counted), tuple(missing))


def check_sessions(
    stores: Stores, instrument: Instrument, timeframe: str, sessions: Iterable[tuple[str, Session]]
) -> None:
    """Raise BarsIncomplete if a session has minutes and the timeframe was not derived from them.

    Args:
        stores: the stores.
        instrument: the instrument.
        timeframe: name of the timeframe.
        sessions: contract month and session.
    """
    asked = [NeededSession(session, contract) for contract, session in sessions]
    if asked:
        versions = stores.versions.versions(instrument.symbol, (ONE_MINUTE.name, timeframe))
        lacks = lacks_of(asked, stores, instrument, timeframe, versions)
        missing = [MissingSession(one.day, one.contract, lack) for one, lack in lacks.items() if lack is not None]
        Completeness(instrument.symbol, timeframe, tuple(one.day for one in asked), tuple(missing)).check()


def not_made_of(
    stores: Stores, instrument: Instrument, first: date, last: date, timeframes: Iterable[Timeframe] = DERIVED
) -> dict[str, list[MissingSession]]:
    """Return, by timeframe, the sessions whose minutes the timeframe was not derived from; no empty lists.

    Args:
        stores: the stores.
        instrument: the instrument.
        first: first trade date.
        last: last trade date, inclusive.
        timeframes: the timeframes to judge.
    """
    quality = stores.bars.quality(instrument.symbol, first, last)
    traded = quality[quality["traded"] > 0]
    if traded.empty:
        return {}
    days = traded["trade_date"].min().date(), traded["trade_date"].max().date()
    hours = {s.trade_date: s for s in calendar(instrument.calendar).sessions(*days)}
    pairs = [(str(month), day.date()) for month, day in zip(traded["contract"], traded["trade_date"], strict=True)]
    asked = [NeededSession(hours[day], month) for month, day in sorted(pairs, key=itemgetter(1, 0)) if day in hours]
    found = {}
    versions = stores.versions.versions(instrument.symbol)
    for one in timeframes:
        lacks = lacks_of(asked, stores, instrument, one.name, versions)
        missing = [MissingSession(a.day, a.contract, lack) for a, lack in lacks.items() if lack and lack.refuses]
        if missing:
            found[one.name] = sorted(missing, key=lambda session: (session.trade_date, session.contract))
    return found


def judged_until(stores: Stores, now: datetime) -> datetime:
    """Return the instant until which sessions can be expected: now, or for replayed bars the time of the last request.

    Args:
        stores: the stores.
        now: by this machine's clock, UTC.
    """
    newest = stores.ledger.last()
    requested = now if newest is None else newest.requested_at
    return requested if stored_origin(stores.database) is Origin.REPLAY else max(now, requested)


def not_asked(
    instrument: Instrument, newest: date | None, until: datetime, first: date = ALL_DATES[0], last: date = ALL_DATES[1]
) -> NotAsked | None:
    """Return the sessions after the newest validated one that are over; None if there are none, or nothing is known.

    Args:
        instrument: the instrument.
        newest: trade date of the newest session with a quality row; None: there is none.
        until: see `judged_until`.
        first: earlier trade dates are left out.
        last: later trade dates are left out.
    """
    if newest is None:
        return None
    begin, end = max(first, newest + timedelta(days=1)), min(last, until.date() + timedelta(days=1))
    found = calendar(instrument.calendar).sessions(begin, end) if begin <= end else []
    over = [session for session in found if session.close <= until]
    if not over:
        return None
    minutes = sum(int((stop - start).total_seconds()) // 60 for one in over for start, stop in one.intervals)
    return NotAsked(instrument.symbol, over[0].trade_date, over[-1].trade_date, len(over), minutes)


def life_of(stores: Stores, instrument: Instrument, contract: str) -> list[Segment]:
    """Return the segment in which a contract can have bars: from its head to its last trade, if these are known."""
    known = next((c for c in stores.contracts.chain(instrument.symbol) if c.month == contract), None)
    head = stores.contracts.heads(instrument.symbol).get(contract, BEGINNING)
    return [Segment(contract, head, END if known is None or not known.expires else known.last_trade_at)]


def _bounded(
    stores: Stores,
    instrument: Instrument,
    timeframe: str,
    segments: Sequence[Segment],
    window: tuple[datetime, datetime],
    versions: Iterable[MonthVersion],
) -> tuple[datetime, datetime]:
    """Return the window, with open ends set to the extent of readable data."""
    start, end = window
    if start > BEGINNING and end < END:
        return start, end
    days = _days_with_bars(stores, instrument, timeframe, segments)
    days += _days_received(stores, instrument, segments, versions)
    if not days:
        return (start, start) if end == END else (end, end)
    hours = calendar(instrument.calendar)
    first, last = edge(min(days), hours, opening=True), edge(max(days), hours, opening=False)
    return (first if start == BEGINNING else start), (last if end == END else end)


def _days_with_bars(stores: Stores, instrument: Instrument, timeframe: str, segments: Sequence[Segment]) -> list[date]:
    """Return the first and last trade date with bars: of the contract if only one is read, else of any."""
    contracts = {segment.contract for segment in segments}
    if len(contracts) == 1:
        quality = stores.bars.quality(instrument.symbol, *ALL_DATES, contracts.pop())
        traded = quality.loc[quality["traded"] > 0, "trade_date"]
        if len(traded):
            return [traded.min().date(), traded.max().date()]
    reaches = [stores.bars.reach(instrument.symbol, name) for name in {timeframe, ONE_MINUTE.name}]
    return [day for reach in reaches if reach is not None for day in reach]


def _days_received(
    stores: Stores, instrument: Instrument, segments: Sequence[Segment], versions: Iterable[MonthVersion]
) -> list[date]:
    """Return the trade dates with raw bars in months that were never validated."""
    versions = list(versions)
    validated = {version.month for version in versions if version.kind == ONE_MINUTE.name}
    months = {version.month for version in versions if version.kind == RAW} - validated
    hours = calendar(instrument.calendar)
    sessions = [s for month in sorted(months) for s in hours.sessions(month, month_window(month)[1])]
    asked = [one for one in _of_segments(sessions, segments) if one.contract]
    has = stores.presence.raw(instrument.symbol, [one.window for one in asked])
    return [one.day for one, there in zip(asked, has, strict=True) if there]


def _of_segments(sessions: Iterable[Session], segments: Sequence[Segment]) -> list[NeededSession]:
    """Pair each session with its segment's contract; sessions outside a lone segment that ends are left out."""
    alone = len(segments) == 1 and (segments[0].end < END or segments[0].start > BEGINNING)
    found, at = [], 0
    for session in sessions:
        while at < len(segments) and segments[at].end <= session.open:
            at += 1
        inside = at < len(segments) and segments[at].start < session.close
        if inside or not alone:
            found.append(NeededSession(session, segments[at].contract if inside else ""))
    return found


def _counts(one: NeededSession, lacks: Mapping[NeededSession, Lack | None], until: datetime) -> bool:
    """Return True if bars can be expected: the session is over, and not known to be without trades."""
    if one not in lacks:
        return True
    lack = lacks[one]
    return lack is not None and (lack.refuses or lack is Lack.NOT_VALIDATED or one.session.close <= until)


def _clock(stores: Stores, end: datetime) -> datetime:
    newest = stores.ledger.last()
    return end if newest is None else newest.requested_at
