"""Session calendars: which minutes belong to which trade date.

A session is named by its trade date in the exchange's time zone; the session of Monday opens on Sunday evening. It has
several trading intervals where the exchange trades on a holiday without settling: Sunday and Monday of Presidents' Day
belong to the session of Tuesday. Every trade date is a day on which the exchange settles. The base is the library
pandas_market_calendars, corrected by `calendars.toml`, which names its sources, and by the user's file. All returned
instants are UTC. The module never reads the clock.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from g4qc_core.calendars.calendar_file import WEEKDAYS, CalendarEntry, calendar_entries, chosen_file, read_calendars
from g4qc_core.calendars.holidays import holidays_of
from g4qc_core.calendars.library_days import library_days
from g4qc_core.calendars.session import Session as Session
from g4qc_core.calendars.session import Span as Span
from g4qc_core.calendars.session import instant_of, settled
from g4qc_core.errors import UsageError, unknown

if TYPE_CHECKING:
    import pandas as pd

ALL_DATES = (date(1970, 1, 1), date(2200, 1, 1))
"""First and last trade date of a query without limits."""

LONGEST_CLOSURE = timedelta(days=14)
"""Range of a search for the next or the previous session: twice the longest closure since 1990.

That is the closure of the New York Stock Exchange after 2001-09-10: the next trade date was 2001-09-17. Trade dates of
futures were never more than four days apart.
"""

_DAY = timedelta(days=1)
_trade_date = attrgetter("trade_date")

# Longer than any holiday with its weekend: the largest distance between calendar days of one session.
_REACH = timedelta(days=7)


class SessionCalendar:
    """The sessions of one product group.

    Get one from `calendar(name)`; each year is computed once and cached.
    """

    def __init__(self, name: str, entry: CalendarEntry) -> None:
        self.name = name
        self.timezone = ZoneInfo(entry.timezone)
        self._entry = entry
        self._errata = {day: erratum for erratum in entry.erratum for day in erratum.dates}
        self._years: dict[int, list[Session]] = {}

    def sessions(self, first: date, last: date) -> list[Session]:
        """Return the sessions with trade dates from `first` to `last`, both included, ascending."""
        found: list[Session] = []
        for year in range(first.year, last.year + 1):
            own = self._year(year)
            found += own[bisect_left(own, first, key=_trade_date) : bisect_right(own, last, key=_trade_date)]
        return found

    def session(self, trade_date: date) -> Session | None:
        """Return the session of that trade date, or None."""
        found = self.sessions(trade_date, trade_date)
        return found[0] if found else None

    def sessions_between(self, start: datetime, end: datetime) -> list[Session]:
        """Return the sessions that have at least one minute in `[start, end)`, UTC."""
        around = self.sessions(start.date() - timedelta(days=2), end.date() + _REACH)
        return [s for s in around if any(max(a, start) < min(b, end) for a, b in s.intervals)]

    def trade_date_of(self, instant: datetime) -> date | None:
        """Return the trade date of the session that contains the instant, or None if the market is closed."""
        for session in self.sessions_between(instant, instant + timedelta(microseconds=1)):
            if session.holds(instant) and not any(a <= instant < b for a, b in session.halts):
                return session.trade_date
        return None

    def newest(self, now: datetime) -> date | None:
        """Return the trade date of the newest session that has begun, or None if none began in the last two weeks."""
        begun = self.sessions_between(now - LONGEST_CLOSURE, now)
        return begun[-1].trade_date if begun else None

    def trade_date_for(self, day: date) -> date | None:
        """Return the trade date of the trading that ends on a day of the exchange: on a holiday, the next trade date.

        Return None if no trading ends on the day.
        """
        for session in self.sessions(day, day + _REACH):
            if session.trade_date == day or day in (self._ends_on(end) for _, end in session.intervals[:-1]):
                return session.trade_date
        return None

    def _ends_on(self, end: datetime) -> date:
        return (end.astimezone(self.timezone) - timedelta(microseconds=1)).date()

    def by_day(self, session: Session) -> list[Session]:
        """Split the session into one for each trading interval, named by the day on which the interval ends.

        Brokers report the hours of holidays in this form. The last part has the session's own trade date.
        """
        if not session.breaks:
            return [session]
        days = [self._ends_on(end) for _, end in session.intervals[:-1]] + [session.trade_date]
        return [session.part(day, *span) for day, span in zip(days, session.intervals, strict=True)]

    def assign(self, timestamps: pd.Series | pd.DatetimeIndex) -> pd.DataFrame:
        """Return the session of each timestamp.

        Args:
            timestamps: UTC instants in any order, length n.

        Returns:
            A frame of n rows with the index 0..n-1: `trade_date` (datetime64[s], NaT outside every trading interval),
            `session_open` (UTC, NaT outside), `halted` (bool: inside a session, but during a halt).
        """
        import numpy as np
        import pandas as pd

        index = pd.DatetimeIndex(timestamps)
        if len(index) == 0:
            dates = np.array([], "datetime64[s]")
            opens = pd.DatetimeIndex([], tz="UTC").as_unit("us")
            return pd.DataFrame({"trade_date": dates, "session_open": opens, "halted": np.array([], bool)})
        first, last = index.min().to_pydatetime(), index.max().to_pydatetime()
        sessions = self.sessions_between(first, last + timedelta(minutes=1))
        instants = index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
        spans = [(session, *span) for session in sessions for span in session.intervals]
        begins = np.array([instant_of(start) for _, start, _ in spans], "datetime64[us]")
        ends_at = np.array([instant_of(end) for _, _, end in spans], "datetime64[us]")
        opens_at = np.array([instant_of(s.open) for s, _, _ in spans], "datetime64[us]")
        days = np.array([s.trade_date for s, _, _ in spans], "datetime64[D]")
        halted = np.zeros(len(index), bool)
        dates = np.full(len(index), np.datetime64("NaT"), "datetime64[s]")
        opened = np.full(len(index), np.datetime64("NaT"), "datetime64[us]")
        if sessions:
            at = np.searchsorted(begins, instants, side="right") - 1
            inside = (at >= 0) & (instants < ends_at[at])
            dates[inside] = days[at[inside]].astype("datetime64[s]")
            opened[inside] = opens_at[at[inside]]
        halts = [halt for session in sessions for halt in session.halts]
        if halts:
            starts = np.array([instant_of(start) for start, _ in halts])
            ends = np.array([instant_of(end) for _, end in halts])
            at = np.searchsorted(starts, instants, side="right") - 1
            halted = (at >= 0) & (instants < ends[at])
        return pd.DataFrame(
            {
                "trade_date": dates,
                "session_open": pd.DatetimeIndex(opened).tz_localize("UTC"),
                "halted": halted,
            }
        )

    def _year(self, year: int) -> list[Session]:
        if year not in self._years:
            self._years[year] = self._build(date(year, 1, 1), date(year, 12, 31))
        return self._years[year]

    def _build(self, first: date, last: date) -> list[Session]:
        days = self._days(first - _REACH, last + _REACH)
        return [s for s in settled(days, self._settles) if first <= s.trade_date <= last]

    def _settles(self, day: date) -> bool:
        erratum = self._errata.get(day)
        if erratum is not None and erratum.settles is not None:
            return erratum.settles
        return day not in holidays_of(day.year, self._entry.no_settlement)

    def _days(self, first: date, last: date) -> Iterator[Session]:
        """Yield the trading of each day that is in the library or that an erratum adds."""
        times = library_days(self._entry.library, self._entry.columns, first, last)
        built = (self._correct(day, *both) for day, both in sorted((self._added(times, first, last) | times).items()))
        return (session for session in built if session is not None)

    def _added(self, times: dict[date, Span], first: date, last: date) -> dict[date, Span]:
        """Return open and close of trade dates that the library lacks and for which an erratum has a close.

        They open at the usual time.
        """
        lacking = {day for day, said in self._errata.items() if said.close is not None} - times.keys()
        if not lacking or not times:
            return {}
        day, (usual, _) = next(iter(times.items()))
        usual = usual.astimezone(self.timezone)
        opens = {added: self._at(usual.date() + (added - day), usual.time()) for added in lacking}
        return {added: (opened, opened) for added, opened in opens.items() if first <= added <= last}

    def _correct(self, day: date, opened: datetime, closed: datetime) -> Session | None:
        entry, erratum = self._entry, self._errata.get(day)
        if WEEKDAYS[day.weekday()] not in entry.days or (erratum is not None and erratum.closed):
            return None
        if entry.open is not None:
            opened = self._at(opened.astimezone(self.timezone).date(), entry.open)
        halts: tuple[Span, ...] = ()
        if erratum is not None and (erratum.open or erratum.close) is not None:
            if erratum.open is not None:
                opened = self._at(opened.astimezone(self.timezone).date(), erratum.open)
            if erratum.close is not None:
                closed = self._at(day, erratum.close)
        elif closed.astimezone(self.timezone).time() == entry.close:
            closed, halts = self._in_its_era(day, closed)
        if closed - opened > _DAY:
            # The open is on the trade date itself: the session has no night.
            opened = self._at(day, opened.astimezone(self.timezone).time())
        if entry.halt is not None:
            paused = self._at(day, entry.halt[0]), self._at(day, entry.halt[1])
            halts = tuple(sorted((*halts, *([paused] if opened < paused[0] and paused[1] < closed else []))))
        outages = [(max(o.start.astimezone(UTC), opened), min(o.end.astimezone(UTC), closed)) for o in entry.outages]
        return Session(day, opened, closed, halts, tuple(sorted((start, end) for start, end in outages if start < end)))

    def _in_its_era(self, day: date, closed: datetime) -> tuple[datetime, tuple[Span, ...]]:
        """Return close and halts of a full session."""
        halts = []
        for era in self._entry.era:
            if era.first <= day <= era.last:
                if era.close is not None:
                    closed = self._at(day, era.close)
                if era.halt is not None:
                    halts.append((self._at(day, era.halt[0]), self._at(day, era.halt[1])))
        return closed, tuple(sorted(halts))

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.timezone).astimezone(UTC)


def calendar_names() -> list[str]:
    """Return the names of all calendars."""
    return list(calendar_entries())


def calendar(name: str) -> SessionCalendar:
    """Return the session calendar of that name, with the corrections of the user's file.

    Raises:
        UsageError: no such calendar.
    """
    return calendar_of(name, chosen_file())


@cache
def calendar_of(name: str, user_file: Path | None) -> SessionCalendar:
    """Return the same as `calendar`, corrected by the given file instead of the one that this process uses.

    Raises:
        UsageError: no such calendar.
        SettingsError: the file is missing or malformed; the text names file and line.
    """
    entries = read_calendars(user_file)
    if name not in entries:
        raise unknown("calendar", name, entries)
    return SessionCalendar(name, entries[name])


def parse_date(text: str) -> date:
    """Parse a date written as `YYYY-MM-DD`.

    Raises:
        UsageError: the text is not a date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no date: write it like 2026-10-31.") from None


def check_window(first: date, last: date) -> None:
    """Raise UsageError if `last` is before `first`."""
    if last < first:
        raise UsageError(f"The window is reversed: it ends on {last}, before it begins on {first}.")


def month_window(month: date) -> tuple[date, date]:
    """Return the first and the last calendar day of the month that contains `month`."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first, following - timedelta(days=1)
