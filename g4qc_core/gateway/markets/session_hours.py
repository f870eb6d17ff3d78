"""Trading hours and regular hours, as days of the calendar and as texts of the protocol.

Interactive Brokers counts days: trading on a holiday is a separate day, named after the day on which it ends, and not
part of the next trade date.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from g4qc_core.calendars.session_calendar import Session, SessionCalendar

# Regular hours by calendar, in exchange time; None: the session's own edge.
_REGULAR: dict[str, tuple[time | None, time | None]] = {
    "us_equities": (time(9, 30), time(16, 0)),
    "us_indices": (None, None),
    "forex_spot": (None, None),
    "livestock": (None, None),
    "uk_equities": (None, None),
}
_REGULAR_FUTURES = (time(8, 30), None)
_DAYS_AHEAD = 6
_LONGEST_SESSION = timedelta(days=7)  # a session with a holiday before a weekend

# The protocol uses the old names; a host may have only the present ones.
MODERN_ZONES = {
    "US/Central": "America/Chicago",
    "US/Eastern": "America/New_York",
    "US/Pacific": "America/Los_Angeles",
    "GB-Eire": "Europe/London",
}
_OLD_ZONES = {modern: old for old, modern in MODERN_ZONES.items()}


def zone_name(zone: ZoneInfo) -> str:
    """Return Interactive Brokers' name of a time zone: `US/Central` for `America/Chicago`."""
    return _OLD_ZONES.get(zone.key, zone.key)


def days(calendar: SessionCalendar, first: date, last: date) -> list[Session]:
    """Return the trading days from `first` to `last`, both included, ascending, with holidays that have trading."""
    sessions = calendar.sessions(first, last + _LONGEST_SESSION)
    found = [day for session in sessions for day in calendar.by_day(session)]
    return [day for day in found if first <= day.trade_date <= last]


def days_between(calendar: SessionCalendar, start: datetime, end: datetime) -> list[Session]:
    """Return the trading days that have at least one minute in `[start, end)`, UTC."""
    found = [day for session in calendar.sessions_between(start, end) for day in calendar.by_day(session)]
    return [day for day in found if max(day.open, start) < min(day.close, end)]


def parts(session: Session) -> list[tuple[datetime, datetime]]:
    """Return the stretches `[start, end)` of a session between its halts, UTC."""
    edges = [session.open, *(edge for halt in session.halts for edge in halt), session.close]
    stretches = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in stretches if start < end]


def regular_parts(calendar: SessionCalendar, session: Session) -> list[tuple[datetime, datetime]]:
    """Return the stretches of a session in regular hours; for futures, from 08:30 exchange time to the close."""

    def at(clock: time | None, otherwise: datetime) -> datetime:
        if clock is None:
            return otherwise
        return datetime.combine(session.trade_date, clock, calendar.timezone).astimezone(UTC)

    begins, ends = _REGULAR.get(calendar.name, _REGULAR_FUTURES)
    opened, closed = at(begins, session.open), at(ends, session.close)
    return [(max(start, opened), min(end, closed)) for start, end in parts(session) if end > opened and start < closed]


def are_regular(calendar: SessionCalendar, starts: np.ndarray) -> np.ndarray:
    """Return which of the instants, ascending `datetime64` in UTC, are in regular hours."""
    inside = np.full(len(starts), False)
    if not len(starts):
        return inside
    first, last = (at.astype("datetime64[s]").item().replace(tzinfo=UTC) for at in starts[[0, -1]])
    for day in days_between(calendar, first, last + timedelta(seconds=1)):
        for begins, ends in regular_parts(calendar, day):
            edges = [np.datetime64(edge.replace(tzinfo=None), "s") for edge in (begins, ends)]
            inside |= (starts >= edges[0]) & (starts < edges[1])
    return inside


def trading_hours(calendar: SessionCalendar, now: datetime) -> str:
    """Return the hours of about six days from `now` in the protocol's format, in exchange time.

    For example `20251120:1700-20251121:1600;20251122:CLOSED`.
    """
    return _text(calendar, now, regular=False)


def liquid_hours(calendar: SessionCalendar, now: datetime) -> str:
    """Return the regular hours in the format of `trading_hours`."""
    return _text(calendar, now, regular=True)


def _text(calendar: SessionCalendar, now: datetime, *, regular: bool) -> str:
    today = now.astimezone(calendar.timezone).date()
    ahead = [today + timedelta(days=n) for n in range(_DAYS_AHEAD)]
    sessions = {s.trade_date: s for s in days(calendar, ahead[0], ahead[-1] + timedelta(days=4))}
    opens = {s.open.astimezone(calendar.timezone).date() for s in sessions.values()}
    entries: list[str] = []
    for day in ahead:
        session = sessions.get(day)
        stretches = [] if session is None else regular_parts(calendar, session) if regular else parts(session)
        if stretches:
            entries += _entries(stretches, calendar.timezone)
        elif session is not None or day not in opens:
            entries.append(f"{day:%Y%m%d}:CLOSED")
    return ";".join(entries)


def _entries(stretches: Iterable[tuple[datetime, datetime]], zone: ZoneInfo) -> list[str]:
    return [f"{start.astimezone(zone):%Y%m%d:%H%M}-{end.astimezone(zone):%Y%m%d:%H%M}" for start, end in stretches]


def last_days(calendar: SessionCalendar, end: datetime, number: int) -> list[Session]:
    """Return the last `number` trading days that opened before `end`, ascending; fewer at the start of the calendar."""
    found: list[Session] = []
    last = end.date() + timedelta(days=4)
    while len(found) < number and last > date(1990, 1, 1):
        first = last - timedelta(days=number * 2 + 10)
        found = [s for s in days(calendar, first, last) if s.open < end] + found
        last = first - timedelta(days=1)
    return found[-number:]
