"""Sessions: which minutes belong to which trade date.

A session is named by its trade date in the exchange's time zone; the session of Monday opens on Sunday evening. The
base is the library pandas_market_calendars, corrected by `calendars.toml`, which names its sources. All instants that
leave this module are UTC. Knows nothing of instruments, bars or gateways, and never asks what day it is.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError, unknown

_FILE = Path(__file__).with_name("calendars.toml")
_MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class Session:
    """One trade date's trading, `[open, close)` in UTC, less its halts `[(start, end), ...)`."""

    trade_date: date
    open: datetime
    close: datetime
    halts: tuple[tuple[datetime, datetime], ...] = ()

    def minutes(self) -> np.ndarray:
        """Starts of every minute in which trading is possible: `datetime64[us]`, UTC, ascending."""
        minutes = np.arange(_naive(self.open), _naive(self.close), _MINUTE)
        for start, end in self.halts:
            minutes = minutes[(minutes < _naive(start)) | (minutes >= _naive(end))]
        return minutes.astype("datetime64[us]")

    @property
    def length(self) -> int:
        """Number of minutes in which trading is possible."""
        halted = sum((end - start for start, end in self.halts), timedelta())
        return int((self.close - self.open - halted) / timedelta(minutes=1))


class SessionCalendar:
    """The sessions of one product group.

    Get one from `calendar(name)`; years are computed once and kept.
    """

    def __init__(self, name: str, entry: dict[str, Any]) -> None:
        self.name = name
        self.timezone = ZoneInfo(entry["timezone"])
        self._library = entry["library"]
        self._closed = {date.fromisoformat(day) for day in entry.get("closed", [])}
        self._early = {date.fromisoformat(d): time.fromisoformat(t) for d, t in entry.get("early", {}).items()}
        self._eras = entry.get("era", [])
        self._years: dict[int, list[Session]] = {}

    def sessions(self, first: date, last: date) -> list[Session]:
        """Sessions with trade dates from `first` to `last`, both included, ascending."""
        found: list[Session] = []
        for year in range(first.year, last.year + 1):
            found += self._year(year)
        return [s for s in found if first <= s.trade_date <= last]

    def session(self, trade_date: date) -> Session | None:
        """The session of that trade date, or None where there is none."""
        found = self.sessions(trade_date, trade_date)
        return found[0] if found else None

    def sessions_between(self, start: datetime, end: datetime) -> list[Session]:
        """Sessions of which at least one minute lies in `[start, end)`, UTC."""
        first, last = start.date() - timedelta(days=2), end.date() + timedelta(days=2)
        return [s for s in self.sessions(first, last) if max(s.open, start) < min(s.close, end)]

    def trade_date_of(self, instant: datetime) -> date | None:
        """Trade date of the session that contains the instant, or None when the market is closed."""
        for session in self.sessions_between(instant, instant + timedelta(microseconds=1)):
            if session.open <= instant < session.close and not any(a <= instant < b for a, b in session.halts):
                return session.trade_date
        return None

    def assign(self, timestamps: pd.Series | pd.DatetimeIndex) -> pd.DataFrame:
        """Session of each timestamp.

        Args:
            timestamps: UTC instants of any order, length n.

        Returns:
            Frame of n rows with the index 0..n-1: `trade_date` (datetime64[s], NaT outside every session),
            `session_open` (UTC, NaT outside), `halted` (bool: inside a session, but during a halt).
        """
        index = pd.DatetimeIndex(timestamps)
        if len(index) == 0:
            dates = np.array([], "datetime64[s]")
            opens = pd.DatetimeIndex([], tz="UTC").as_unit("us")
            return pd.DataFrame({"trade_date": dates, "session_open": opens, "halted": np.array([], bool)})
        first, last = index.min().to_pydatetime(), index.max().to_pydatetime()
        sessions = self.sessions_between(first, last + timedelta(minutes=1))
        instants = index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
        opens_at = np.array([_naive(s.open) for s in sessions], "datetime64[us]")
        closes_at = np.array([_naive(s.close) for s in sessions], "datetime64[us]")
        days = np.array([s.trade_date for s in sessions], "datetime64[D]")
        halted = np.zeros(len(index), bool)
        dates = np.full(len(index), np.datetime64("NaT"), "datetime64[s]")
        opened = np.full(len(index), np.datetime64("NaT"), "datetime64[us]")
        if sessions:
            at = np.searchsorted(opens_at, instants, side="right") - 1
            inside = (at >= 0) & (instants < closes_at[at])
            dates[inside] = days[at[inside]].astype("datetime64[s]")
            opened[inside] = opens_at[at[inside]]
        halts = [halt for session in sessions for halt in session.halts]
        if halts:
            starts = np.array([_naive(start) for start, _ in halts])
            ends = np.array([_naive(end) for _, end in halts])
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
        schedule = _library(self._library).schedule(first.isoformat(), last.isoformat(), tz="UTC")
        rows = zip(schedule.index, schedule["market_open"], schedule["market_close"], strict=True)
        built = (self._correct(day.date(), o.to_pydatetime(), c.to_pydatetime()) for day, o, c in rows)
        return [session for session in built if session is not None]

    def _correct(self, day: date, opened: datetime, closed: datetime) -> Session | None:
        if day in self._closed:
            return None
        if day in self._early:
            return Session(day, opened, self._at(day, self._early[day]))
        regular = closed.astimezone(self.timezone).time() == time(16, 0)
        if not regular:
            return Session(day, opened, closed)
        halts: list[tuple[datetime, datetime]] = []
        for era in self._eras:
            if not (era.get("from", "0001-01-01") <= day.isoformat() <= era["until"]):
                continue
            if "close" in era:
                closed = self._at(day, time.fromisoformat(era["close"]))
            if "halt" in era:
                start, end = (self._at(day, time.fromisoformat(t)) for t in era["halt"])
                halts.append((start, end))
        return Session(day, opened, closed, tuple(halts))

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.timezone).astimezone(UTC)


def calendar_names() -> list[str]:
    """Names that `calendar` knows."""
    return list(_entries())


@cache
def calendar(name: str) -> SessionCalendar:
    """The session calendar of that name in `calendars.toml`.

    Raises:
        UsageError: no such calendar.
    """
    entries = _entries()
    if name not in entries:
        raise unknown("calendar", name, entries)
    return SessionCalendar(name, entries[name])


def parse_date(text: str) -> date:
    """A date written `YYYY-MM-DD`.

    Raises:
        UsageError: it is no date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no date: write it like 2026-10-31.") from None


def check_window(first: date, last: date) -> None:
    """Raises UsageError when `last` lies before `first`."""
    if last < first:
        raise UsageError(f"The window is reversed: it ends on {last}, before it begins on {first}.")


def month_window(month: date) -> tuple[date, date]:
    """First and last calendar day of the month that contains `month`."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first, following - timedelta(days=1)


@cache
def _entries() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def _library(name: str) -> Any:
    # The library is imported here because it costs half a second, and `g4qc --help` does not need it.
    import pandas_market_calendars

    return pandas_market_calendars.get_calendar(name)


def _naive(instant: datetime) -> np.datetime64:
    return np.datetime64(instant.replace(tzinfo=None), "us")
