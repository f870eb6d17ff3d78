"""The calendar time that a result covers: its length, its sessions, and its missing sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.sentences import counted

LEAST_DAYS = 56
"""Shortest span whose figures are scaled to a year, in calendar days."""

LEAST_SESSIONS = 10
"""Fewest sessions whose figures are scaled to a year."""

_DAYS_A_YEAR = 365.25
# Longer than any pause between two sessions.
_PAUSE = timedelta(days=21)


@dataclass(frozen=True)
class Span:
    """Calendar time from the end of the session before a result's first one to the end of its last one.

    Attributes:
        days: length in calendar days, between trade dates; a full week has 7, a full year 365 or 366.
        sessions: trade dates with at least one bar.
        missing: trade dates of the calendar inside the span that have no bar, ascending.
    """

    days: int
    sessions: int
    missing: tuple[date, ...] = field(default=())

    @property
    def years(self) -> float:
        """Length in years of 365.25 days."""
        return self.days / _DAYS_A_YEAR

    @property
    def sessions_per_year(self) -> float:
        """Sessions with bars in a year of the span; the number of session returns in a year."""
        return self.sessions / self.years

    @property
    def annualisable(self) -> bool:
        """True if figures scaled to a year are meaningful."""
        return self.days >= LEAST_DAYS and self.sessions >= LEAST_SESSIONS

    def caution(self) -> list[str]:
        """Return a warning about missing sessions and one about a short span, if they apply."""
        found = []
        if self.missing:
            found.append(
                f"{len(self.missing)} of {counted(len(self.missing) + self.sessions, 'session')} "
                f"{'has' if len(self.missing) == 1 else 'have'} no bars: "
                f"{_ranges(self.missing)}. Figures marked * count the move over such a hole as one session's return."
            )
        if not self.annualisable:
            found.append(
                f"Annual figures are not meaningful: {counted(self.days, 'day')} with bars in "
                f"{counted(self.sessions, 'session')}; they need at least {LEAST_DAYS} days and "
                f"{LEAST_SESSIONS} sessions."
            )
        return found


def span_of(trade_dates: Iterable[date], calendar: SessionCalendar) -> Span:
    """Compute the span of a result.

    Args:
        trade_dates: trade dates of its bars, at least one, in any order; repeats are allowed.
        calendar: of the instrument.
    """
    present = set(trade_dates)
    first, last = min(present), max(present)
    before = calendar.sessions(first - _PAUSE, first - timedelta(days=1))
    start = before[-1].trade_date if before else first - timedelta(days=1)
    expected = [session.trade_date for session in calendar.sessions(first, last)]
    return Span((last - start).days, len(present), tuple(day for day in expected if day not in present))


def _ranges(days: tuple[date, ...], shown: int = 6) -> str:
    """Group ascending dates into ranges; dates at most four days apart, over a weekend or a holiday, are one range."""
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days <= 4:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]} ({len(run)})" for run in runs]
    more = f" and {counted(len(words) - shown, 'more range')}" if len(words) > shown else ""
    return ", ".join(words[:shown]) + more
