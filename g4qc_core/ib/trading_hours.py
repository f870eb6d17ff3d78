"""The gateway's report of a contract's sessions: the texts in its details, and historical schedules.

Pure functions for the spellings of all protocols. Comparison with the project's calendars happens elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from g4qc_core.bars.bar_source import ReportedSession
from g4qc_core.errors import UnreadableAnswer
from g4qc_core.ib import times
from g4qc_core.ib.zones import zone_of

_CLOSED = re.compile(r"(\d{8}):CLOSED")
_OPEN = re.compile(r"(\d{8}):(\d{4})-(?:(\d{8}):)?(\d{4})")


def reported_hours(hours: str, zone_name: str) -> list[ReportedSession]:
    """Return the sessions in `tradingHours` or `liquidHours`, by trade date.

    The texts look like `20251120:1700-20251121:1600;20251122:CLOSED`, in older protocols like
    `20090507:0700-1500,1700-1600;20090508:CLOSED`, in local time of the zone. Stretches that end on one day form one
    session, named by that day; the pauses between them are its halts.

    Args:
        hours: the text.
        zone_name: the time zone as the gateway writes it.

    Raises:
        UnreadableAnswer: the text or the zone cannot be read.
    """
    zone = _zone(zone_name)
    try:
        return _told(hours, zone)
    except UnreadableAnswer:
        raise UnreadableAnswer(f"The gateway sent the trading hours '{hours}', which cannot be read.") from None


def _told(hours: str, zone: tzinfo) -> list[ReportedSession]:
    stretches: dict[date, list[tuple[datetime, datetime]]] = {}
    closed: set[date] = set()
    for entry in _entries(hours):
        if day := _CLOSED.fullmatch(entry):
            closed.add(times.day(day[1]))
        elif found := _OPEN.fullmatch(entry):
            start, end = _stretch(found, zone)
            # A session that ends at midnight ends with the day before.
            trade_date = (end - timedelta(microseconds=1)).astimezone(zone).date()
            stretches.setdefault(trade_date, []).append((start, end))
        else:
            raise UnreadableAnswer(f"no session: {entry}")
    reported = [
        ReportedSession(day, min(s for s, _ in parts), max(e for _, e in parts)) for day, parts in stretches.items()
    ]
    reported += [ReportedSession(day, None, None) for day in closed - stretches.keys()]
    return sorted(reported, key=lambda s: s.trade_date)


def reported_schedule(sessions: Iterable[Any], zone_name: str) -> list[ReportedSession]:
    """Return the sessions of a historical schedule, by trade date.

    Args:
        sessions: `HistoricalSession` of ibapi, with times like `20230414-09:30:00`, in local time of the zone unless
            they name one of their own.
        zone_name: the time zone as the gateway writes it.

    Raises:
        UnreadableAnswer: a time or the zone cannot be read.
    """
    zone = _zone(zone_name)
    reported = [
        ReportedSession(
            times.day(s.refDate),
            times.instant(s.startDateTime, zone, dashed=zone, fold=0),
            times.instant(s.endDateTime, zone, dashed=zone, fold=1),
        )
        for s in sessions
    ]
    return sorted(reported, key=lambda s: s.trade_date)


def merged(*tellings: Iterable[ReportedSession]) -> list[ReportedSession]:
    """Return all reported sessions by trade date; for a day that is reported twice, the later report counts."""
    by_day = {session.trade_date: session for telling in tellings for session in telling}
    return [by_day[day] for day in sorted(by_day)]


def _entries(hours: str) -> Iterable[str]:
    for day in filter(None, hours.strip().split(";")):
        first, *rest = day.split(",")
        yield first
        # The old form names the day once for all its stretches.
        yield from (part if ":" in part else f"{first[:8]}:{part}" for part in rest)


def _stretch(found: re.Match[str], zone: tzinfo) -> tuple[datetime, datetime]:
    first = times.day(found[1])
    last = times.day(found[3]) if found[3] else first
    if not found[3] and found[4] <= found[2]:
        last += timedelta(days=1)
    # If a session opens or closes in an hour that occurs twice, the longest session is meant.
    start, end = (_at(d, clock, zone, fold) for d, clock, fold in ((first, found[2], 0), (last, found[4], 1)))
    if end <= start:
        raise UnreadableAnswer(f"a session that ends before it begins: {found[0]}")
    return start, end


def _at(day: date, clock: str, zone: tzinfo, fold: int) -> datetime:
    return times.instant(f"{day:%Y%m%d} {clock[:2]}:{clock[2:]}", zone, fold=fold)


def _zone(name: str) -> tzinfo:
    zone = zone_of(name)
    if zone is None:
        raise UnreadableAnswer(f"The gateway tells trading hours in the time zone '{name}', which is not known here.")
    return zone
