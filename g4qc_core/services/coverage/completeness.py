"""Completeness of the stored bars that a reader requests; every reader of bars shares this judgement.

A reader passes segments (which contract it reads when), a timeframe and a window. It gets the sessions that these cover
and those of them that have no reliable bars of this timeframe, with the reason. Knows the stores and calendars. Must
not know what a reader does about it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np

from g4qc_core.bars.bar_source import Origin
from g4qc_core.bars.missing_sessions import Completeness, Lack, MissingSession, NotAsked
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.quarantine.soundness import unsound_contracts
from g4qc_core.calendars.session_calendar import ALL_DATES, Session, calendar, month_window
from g4qc_core.futures.segments import BEGINNING, END, Segment
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.window_ends import edge
from g4qc_core.storage.bar_stores.presence_store import ContractWindow
from g4qc_core.storage.bar_stores.version_store import RAW, MonthVersion
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, Timeframe


@dataclass(frozen=True)
class _Asked:
    """A requested session and the contract that is read then; the contract is empty if none is known."""

    session: Session
    contract: str

    @property
    def stretch(self) -> ContractWindow:
        return self.contract, self.session.open, self.session.close

    @property
    def day(self) -> date:
        return self.session.trade_date


def completeness(
    stores: Stores,
    instrument: Instrument,
    timeframe: str,
    segments: Sequence[Segment],
    window: tuple[datetime, datetime],
    now: datetime | None = None,
) -> Completeness:
    """Find the sessions that a series asks for in a window, and those of them without reliable bars of the timeframe.

    An open end of the window (`BEGINNING`, `END`) reaches as far as there are minutes, bars of the timeframe, or bars
    that wait for validation. A session is asked for when it was over at `now`, or has bars.

    Args:
        segments: of the series, over all of the window. If there is only one and it ends, sessions outside it are not
            asked for: the contract has no others.
        now: UTC; None: the last time that the source was asked for anything.
    """
    symbol = instrument.symbol
    versions = stores.versions.versions(symbol, (RAW, ONE_MINUTE.name, timeframe))
    start, end = _bounded(stores, instrument, timeframe, segments, window, versions)
    sessions = calendar(instrument.calendar).sessions_between(start, end) if start < end else []
    asked = _of_segments(sessions, segments)
    if not asked:
        return Completeness(symbol, timeframe, (), ())
    lacks = _judge(asked, stores, instrument, timeframe, versions)
    until = now or _clock(stores, end)
    counted = [one for one in asked if _counts(one, lacks, until)]
    missing = [MissingSession(one.day, one.contract, lack) for one in counted if (lack := lacks.get(one)) is not None]
    return Completeness(symbol, timeframe, tuple(one.day for one in counted), tuple(missing))


def check_sessions(
    stores: Stores, instrument: Instrument, timeframe: str, sessions: Iterable[tuple[str, Session]]
) -> None:
    """Raise BarsIncomplete if one of these sessions of contracts has minutes but no timeframe made from them."""
    asked = [_Asked(session, contract) for contract, session in sessions]
    if asked:
        versions = stores.versions.versions(instrument.symbol, (ONE_MINUTE.name, timeframe))
        lacks = _judge(asked, stores, instrument, timeframe, versions)
        missing = [MissingSession(one.day, one.contract, lack) for one, lack in lacks.items() if lack is not None]
        Completeness(instrument.symbol, timeframe, tuple(one.day for one in asked), tuple(missing)).check()


def not_made_of(
    stores: Stores, instrument: Instrument, first: date, last: date, timeframes: Iterable[Timeframe] = DERIVED
) -> dict[str, list[MissingSession]]:
    """Return, by timeframe, all sessions of contracts whose minutes the timeframe was not made from; no empty entries.

    Args:
        first, last: trade dates.
    """
    quality = stores.bars.quality(instrument.symbol, first, last)
    traded = quality[quality["traded"] > 0]
    if traded.empty:
        return {}
    days = traded["trade_date"].min().date(), traded["trade_date"].max().date()
    hours = {s.trade_date: s for s in calendar(instrument.calendar).sessions(*days)}
    pairs = [(str(month), day.date()) for month, day in zip(traded["contract"], traded["trade_date"], strict=True)]
    asked = [_Asked(hours[day], month) for month, day in sorted(pairs, key=itemgetter(1, 0)) if day in hours]
    found = {}
    versions = stores.versions.versions(instrument.symbol)
    for one in timeframes:
        lacks = _judge(asked, stores, instrument, one.name, versions)
        missing = [MissingSession(a.day, a.contract, lack) for a, lack in lacks.items() if lack and lack.refuses]
        if missing:
            found[one.name] = sorted(missing, key=lambda session: (session.trade_date, session.contract))
    return found


def judged_until(stores: Stores, now: datetime) -> datetime:
    """Return the instant up to which sessions can be expected: now, and in replayed bars the last request's own clock.

    Args:
        now: of this machine, UTC.
    """
    newest = stores.ledger.last()
    asked = now if newest is None else newest.requested_at
    return asked if stored_origin(stores.database) is Origin.REPLAY else max(now, asked)


def not_asked(
    instrument: Instrument, newest: date | None, until: datetime, first: date = ALL_DATES[0], last: date = ALL_DATES[1]
) -> NotAsked | None:
    """Return the sessions after the newest known one that are over; None if there are none, or nothing is known at all.

    Args:
        newest: trade date of the newest session that has a quality row.
        until: see `judged_until`.
        first, last: trade dates outside which sessions are left out.
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
    """Return the one segment in which a contract can have bars, as far as it is known."""
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
    days = _days_held(stores, instrument, timeframe, segments)
    days += _days_received(stores, instrument, segments, versions)
    if not days:
        return (start, start) if end == END else (end, end)
    hours = calendar(instrument.calendar)
    first, last = edge(min(days), hours, opening=True), edge(max(days), hours, opening=False)
    return (first if start == BEGINNING else start), (last if end == END else end)


def _days_held(stores: Stores, instrument: Instrument, timeframe: str, segments: Sequence[Segment]) -> list[date]:
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
    """Return the trade dates with raw bars in months that were received and never validated."""
    versions = list(versions)
    validated = {version.month for version in versions if version.kind == ONE_MINUTE.name}
    months = {version.month for version in versions if version.kind == RAW} - validated
    hours = calendar(instrument.calendar)
    sessions = [s for month in sorted(months) for s in hours.sessions(month, _end_of(month))]
    asked = [one for one in _of_segments(sessions, segments) if one.contract]
    has = stores.presence.raw(instrument.symbol, [one.stretch for one in asked])
    return [one.day for one, there in zip(asked, has, strict=True) if there]


def _of_segments(sessions: Iterable[Session], segments: Sequence[Segment]) -> list[_Asked]:
    """Pair each session with the contract of its segment; without a contract only if others follow or may follow."""
    alone = len(segments) == 1 and (segments[0].end < END or segments[0].start > BEGINNING)
    found, at = [], 0
    for session in sessions:
        while at < len(segments) and segments[at].end <= session.open:
            at += 1
        inside = at < len(segments) and segments[at].start < session.close
        if inside or not alone:
            found.append(_Asked(session, segments[at].contract if inside else ""))
    return found


def _judge(
    asked: Sequence[_Asked], stores: Stores, instrument: Instrument, timeframe: str, versions: Iterable[MonthVersion]
) -> dict[_Asked, Lack | None]:
    """Return the sessions without reliable bars of the timeframe and the reasons; None: no bars are expected."""
    has = stores.presence.bars(instrument.symbol, timeframe, [one.stretch for one in asked])
    versions = list(versions)
    stale = _stale_months(versions, timeframe)
    lacking = [one for one, there in zip(asked, has, strict=True) if not there]
    lacks = _lacks(lacking, stores, instrument, timeframe) if lacking else {}
    made = {version.month for version in versions if version.kind == timeframe} - stale
    lacks |= dict.fromkeys(_left_out(lacks, made, stores, instrument), Lack.LEFT_OUT)
    outdated = [one for one, there in zip(asked, has, strict=True) if there and one.day.replace(day=1) in stale]
    return lacks | dict.fromkeys(outdated, Lack.STALE)


def _left_out(
    lacks: Mapping[_Asked, Lack | None], made: Collection[date], stores: Stores, instrument: Instrument
) -> list[_Asked]:
    """Return the sessions that the timeframe leaves out although it was made from the month's minutes.

    The contract has too many bars in quarantine then.

    Args:
        made: months of which the timeframe was made from the minutes as they are.
    """
    found = [one for one, lack in lacks.items() if lack is Lack.NOT_DERIVED and one.day.replace(day=1) in made]
    unsound = {month: _unsound(stores, instrument, month) for month in {one.day.replace(day=1) for one in found}}
    return [one for one in found if one.contract in unsound[one.day.replace(day=1)]]


def _unsound(stores: Stores, instrument: Instrument, month: date) -> Collection[str]:
    """Return the contracts of the month with so many bars in quarantine that nothing is derived from the others."""
    sessions = calendar(instrument.calendar).sessions(month, _end_of(month))
    waiting = undecided(stores.quarantine.listed(instrument.symbol, sessions[0].open, sessions[-1].close))
    quality = stores.bars.quality(instrument.symbol, month, _end_of(month))
    good = quality.groupby("contract")["traded"].sum()
    return unsound_contracts(waiting, {str(contract): int(count) for contract, count in good.items()})


def _stale_months(versions: Iterable[MonthVersion], timeframe: str) -> set[date]:
    """Return the months whose minutes differ from those that the timeframe was made from."""
    if timeframe == ONE_MINUTE.name:
        return set()
    versions = list(versions)
    made_of = {version.month: version.made_of for version in versions if version.kind == timeframe}
    minutes = {version.month: version.version for version in versions if version.kind == ONE_MINUTE.name}
    return {month for month, version in minutes.items() if made_of.get(month) != version}


def _lacks(
    lacking: Sequence[_Asked], stores: Stores, instrument: Instrument, timeframe: str
) -> dict[_Asked, Lack | None]:
    """Return why each session has no bars of the timeframe; None: nothing traded, or the contract had not begun."""
    symbol, present = instrument.symbol, stores.presence
    days = [one.day for one in lacking]
    rows = stores.bars.quality(symbol, min(days), max(days)).to_dict("records")
    quality = {(str(row["contract"]), row["trade_date"].date()): row for row in rows}
    stretches = [one.stretch for one in lacking]
    minutes = np.zeros(len(lacking), bool)
    if timeframe != ONE_MINUTE.name:
        minutes = present.bars(symbol, ONE_MINUTE.name, stretches)
    raw = present.raw(symbol, stretches)
    heads = stores.contracts.heads(symbol)
    ends = {contract.month: contract.last_trade_at for contract in stores.contracts.chain(symbol) if contract.expires}
    found: dict[_Asked, Lack | None] = {}
    for one, has_minutes, has_raw in zip(lacking, minutes, raw, strict=True):
        row = quality.get((one.contract, one.day))
        if has_minutes or (row is not None and row["traded"] > 0):
            found[one] = Lack.NOT_DERIVED
        elif row is not None:
            found[one] = _of_row(row)
        elif has_raw:
            found[one] = Lack.NOT_VALIDATED
        elif one.contract in heads and one.session.close <= heads[one.contract]:
            found[one] = None
        else:
            over = one.contract in ends and one.session.open >= ends[one.contract]
            found[one] = Lack.NO_CONTRACT if over or (ends and not one.contract) else Lack.NEVER_ASKED
    return found


def _of_row(row: Mapping[Hashable, Any]) -> Lack | None:
    """Classify the minutes of a session without a good one: the first reason that the user can act on."""
    for name, lack in (("failed", Lack.FAILED), ("never_asked", Lack.NEVER_ASKED), ("quarantined", Lack.QUARANTINED)):
        if row[name] > 0:
            return lack
    return None


def _counts(one: _Asked, lacks: Mapping[_Asked, Lack | None], until: datetime) -> bool:
    """Return True unless no bars can be expected: the session is not over, or is known to have no trade."""
    if one not in lacks:
        return True
    lack = lacks[one]
    return lack is not None and (lack.refuses or lack is Lack.NOT_VALIDATED or one.session.close <= until)


def _clock(stores: Stores, end: datetime) -> datetime:
    newest = stores.ledger.last()
    return end if newest is None else newest.requested_at


def _end_of(month: date) -> date:
    return month_window(month)[1]
