"""Comparison of our session calendar with the sessions that a source reports, day by day.

A source reports the trading of a holiday as a session of that day; our calendar counts it to the session of the next
trade date. The comparison is therefore by trading interval, each named by the day on which it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from g4qc_core.bars.bar_source import ReportedSession
from g4qc_core.calendars.session_calendar import Session, SessionCalendar

_LONGEST_SESSION = timedelta(days=7)  # a holiday before a weekend


class Agreement(StrEnum):
    """The outcome of the comparison of one day."""

    AGREES = "agrees"
    OTHER_TIMES = "other_times"
    ONLY_OURS = "only_ours"
    ONLY_THE_GATEWAYS = "only_the_gateways"


@dataclass(frozen=True)
class ComparedDay:
    """The trading of one day on both sides, `[open, close)` in UTC; None if a side has none.

    `trade_date` is the day on which the trading ends, which may be a holiday that counts to a later trade date.
    """

    trade_date: date
    open: datetime | None
    close: datetime | None
    gateway_open: datetime | None
    gateway_close: datetime | None

    @property
    def finding(self) -> Agreement:
        """The outcome of the comparison."""
        if (self.open, self.close) == (self.gateway_open, self.gateway_close):
            return Agreement.AGREES
        if self.gateway_open is None:
            return Agreement.ONLY_OURS
        return Agreement.ONLY_THE_GATEWAYS if self.open is None else Agreement.OTHER_TIMES


def compare_sessions(calendar: SessionCalendar, reported: Sequence[ReportedSession]) -> list[ComparedDay]:
    """Compare every day from the first to the last reported one on which either side trades, ascending.

    A day between them that the source does not report has no session at the source.
    """
    if not reported:
        return []
    first, last = min(said.trade_date for said in reported), max(said.trade_date for said in reported)
    sessions = calendar.sessions(first, last + _LONGEST_SESSION)
    theirs = {part.trade_date: part for said in reported for part in _parts(said, sessions, calendar)}
    days = [day for session in sessions for day in calendar.by_day(session)]
    ours = {day.trade_date: day for day in days if min(theirs) <= day.trade_date <= last}
    compared = []
    for day in sorted(ours.keys() | theirs.keys()):
        session, said = ours.get(day), theirs.get(day)
        found = ComparedDay(
            trade_date=day,
            open=session.open if session else None,
            close=session.close if session else None,
            gateway_open=said.open if said else None,
            gateway_close=said.close if said else None,
        )
        if found.open is not None or found.gateway_open is not None:
            compared.append(found)
    return compared


def _parts(said: ReportedSession, sessions: Iterable[Session], calendar: SessionCalendar) -> list[ReportedSession]:
    """Return the reported session, split into parts if it spans a whole session of ours that has breaks."""
    for session in sessions:
        if session.breaks and (said.open, said.close) == (session.open, session.close):
            return [ReportedSession(day.trade_date, day.open, day.close) for day in calendar.by_day(session)]
    return [said]


def disagreements(compared: Iterable[ComparedDay]) -> list[ComparedDay]:
    """Return the days on which the two sides differ."""
    return [day for day in compared if day.finding is not Agreement.AGREES]
