"""What the gateway tells of a contract's sessions: the texts of its contract details, and historical schedules.

Pure functions. Knows the spellings of all protocols. Must not know connections, nor what our calendars say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from g4qc_core.bars.source import ToldSession
from g4qc_core.errors import InvalidBars
from g4qc_core.ib.zones import zone_of

_CLOSED = re.compile(r"(\d{8}):CLOSED")
_OPEN = re.compile(r"(\d{8}):(\d{4})-(?:(\d{8}):)?(\d{4})")
_MIDNIGHT = time()


def told_hours(hours: str, zone_name: str) -> list[ToldSession]:
    """The sessions in `tradingHours` or `liquidHours`, by trade date.

    The texts look like `20251120:1700-20251121:1600;20251122:CLOSED`, in older protocols like
    `20090507:0700-1500,1700-1600;20090508:CLOSED`, local to the zone. Stretches that end on one day are one session,
    named by that day: the pauses between them are its halts.

    Raises:
        InvalidBars: the text or the zone cannot be read.
    """
    zone = _zone(zone_name)
    stretches: dict[date, list[tuple[datetime, datetime]]] = {}
    closed: set[date] = set()
    for entry in _entries(hours):
        if day := _CLOSED.fullmatch(entry):
            closed.add(_day(day[1], hours))
        elif found := _OPEN.fullmatch(entry):
            start, end = _stretch(found, zone, hours)
            # A session that ends at midnight ends with the day before.
            trade_date = (end - timedelta(microseconds=1)).date()
            stretches.setdefault(trade_date, []).append((start, end))
        else:
            raise _unreadable(hours)
    told = [
        ToldSession(day, min(s for s, _ in parts).astimezone(UTC), max(e for _, e in parts).astimezone(UTC))
        for day, parts in stretches.items()
    ]
    told += [ToldSession(day, None, None) for day in closed - stretches.keys()]
    return sorted(told, key=lambda s: s.trade_date)


def told_schedule(sessions: Iterable[Any], zone_name: str) -> list[ToldSession]:
    """The sessions of a historical schedule, by trade date.

    Args:
        sessions: `HistoricalSession` of ibapi, with times like `20230414-09:30:00`, local to the zone.

    Raises:
        InvalidBars: a time or the zone cannot be read.
    """
    zone = _zone(zone_name)
    told = [
        ToldSession(_day(s.refDate, s.refDate), _instant(s.startDateTime, zone), _instant(s.endDateTime, zone))
        for s in sessions
    ]
    return sorted(told, key=lambda s: s.trade_date)


def merged(*tellings: Iterable[ToldSession]) -> list[ToldSession]:
    """All that was told, by trade date; of a day that is told twice the later telling counts."""
    by_day = {session.trade_date: session for telling in tellings for session in telling}
    return [by_day[day] for day in sorted(by_day)]


def _entries(hours: str) -> Iterable[str]:
    for day in filter(None, hours.strip().split(";")):
        first, *rest = day.split(",")
        yield first
        # The old form names the day once for all its stretches.
        yield from (part if ":" in part else f"{first[:8]}:{part}" for part in rest)


def _stretch(found: re.Match[str], zone: ZoneInfo, hours: str) -> tuple[datetime, datetime]:
    first = _day(found[1], hours)
    last = _day(found[3], hours) if found[3] else first
    opens, closes = _clock(found[2], hours), _clock(found[4], hours)
    if not found[3] and closes <= opens:
        last += timedelta(days=1)
    start, end = datetime.combine(first, opens, zone), datetime.combine(last, closes, zone)
    if end <= start:
        raise _unreadable(hours)
    return start, end


def _day(text: str, whole: str) -> date:
    try:
        return date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        raise _unreadable(whole) from None


def _clock(text: str, whole: str) -> time:
    try:
        return _MIDNIGHT.replace(int(text[:2]), int(text[2:]))
    except ValueError:
        raise _unreadable(whole) from None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d-%H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise _unreadable(text) from None


def _zone(name: str) -> ZoneInfo:
    zone = zone_of(name)
    if zone is None:
        raise InvalidBars(f"The gateway tells trading hours in the time zone '{name}', which is not known here.")
    return zone


def _unreadable(text: str) -> InvalidBars:
    return InvalidBars(f"The gateway sent the trading hours '{text}', which cannot be read.")
