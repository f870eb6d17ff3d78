"""A continuous series that a traded spec reads: the stored sessions, then the live ones, never mixed within a session.

A session comes from the stored bars once it is over and stored as whole, and from the live minutes until then. What is
missing between the two is said, and nothing is decided upon it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import CONTINUOUS_COLUMNS
from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, Session, calendar
from g4qc_core.errors import TradingRefused
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, front_on, roll_frame
from g4qc_core.sentences import listing
from g4qc_core.services.rolls.instrument_rolls import rolls_ahead
from g4qc_core.services.series.asked_series import AskedSeries
from g4qc_core.services.series.continuous_series import roll_exits
from g4qc_core.services.trading.live.bar_clock import BarClock
from g4qc_core.services.trading.live.live_minutes import MINUTE, LiveMinutes
from g4qc_core.services.trading.live.series_columns import (
    Columns,
    after_last,
    columns_of,
    frame_of,
    joined,
    made_columns,
)
from g4qc_core.services.trading.live.session_bars import SessionBars
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores

# A thin market may be silent for so long after its open.
_LATE_OPEN = timedelta(minutes=30)

# Advice for a database without bars: enough of them for most strategies.
_USUAL_HISTORY = timedelta(days=62)


# Adjustments whose prices depend on the first session of the series.
_ANCHORED_AT_THE_START = frozenset({Adjustment.ADDITIVE_FORWARD, Adjustment.RATIO_FORWARD})


def usual_first(now: datetime) -> date:
    """Return the first trade date to extract of an instrument without bars: about two months before `now`, UTC."""
    return (now - _USUAL_HISTORY).date().replace(day=1)


@dataclass(frozen=True)
class _Grown:
    """A series that was made: of what, the sizes of its parts, and its columns, adjusted."""

    key: tuple[Any, ...]
    sizes: Sequence[int]
    columns: Columns
    bars: pd.DataFrame


@dataclass(frozen=True)
class SeriesNow:
    """The series at one instant.

    Attributes:
        bars: `CONTINUOUS_COLUMNS`, ascending, complete bars only.
        exits: own price (points) of the contract that the series leaves, by the timestamp of the next one's first bar.
    """

    bars: pd.DataFrame
    exits: pd.Series


class LiveSeries:
    """One series of one spec.

    Args:
        asked: which series.
        stores: of bars.
        settings: name the files of rolls.
        traded: True for the series that the spec trades, whose exit prices at rolls are needed.
    """

    def __init__(self, asked: AskedSeries, stores: Stores, settings: Settings, *, traded: bool = True) -> None:
        self.asked = asked
        self.instrument = asked.instrument
        self.hours = calendar(self.instrument.calendar)
        self.length = asked.length
        self.bars = BarClock(self.hours, self.length)
        self._stores, self._settings, self._traded = stores, settings, traded
        self._stored = pd.DataFrame(columns=list(CONTINUOUS_COLUMNS))
        self._exits = pd.Series(dtype="float64")
        self._rolls = roll_frame([])
        self._only = ""
        # Asked at every bar of a minute.
        self._fronts: dict[date, str] = {}
        self._reach: tuple[date, date] | None = None
        self._made: dict[tuple[date, str], SessionBars] = {}
        self._settled: Columns = made_columns([])
        self._grown: _Grown | None = None
        self.settled_to: date | None = None
        self.notes: list[str] = []

    def load(self, now: datetime) -> None:
        """Read the stored sessions that are over at `now`, and the rolls up to the session that is open or opens next.

        Raises:
            G4qcError: see `AskedSeries.read` and `rolls_ahead`.
        """
        self._reach = self._stores.bars.reach(self.instrument.symbol, self.length.name)
        read = replace(self.asked, adjustment=Adjustment.NONE).read(self._stores, now)
        over = [s.trade_date for s in self._sessions_of(read.bars) if s.close <= now]
        missing = {one.trade_date for one in read.known.missing}
        whole = [day for day in over if day not in missing]
        self.settled_to = whole[-1] if whole else None
        kept = read.bars["trade_date"] <= pd.Timestamp(whole[-1]) if whole else slice(0, 0)
        self._stored = read.bars[kept].reset_index(drop=True)
        if self._traded:
            self._exits = roll_exits(self._stores, self.instrument, self.length, read.bars)
        self.notes = [f"{read.known.words()}"] if read.known.missing else []
        self._follow(self._ahead(now))

    @property
    def settled_close(self) -> datetime | None:
        """End of the last stored session, UTC; None without one."""
        session = None if self.settled_to is None else self.hours.session(self.settled_to)
        return None if session is None else session.close

    def settled(self, session: Session) -> bool:
        """Return whether the bars of a session are the stored ones."""
        return self.settled_to is not None and session.trade_date <= self.settled_to

    def stored_since(self, instant: datetime) -> int:
        """Return the number of stored bars that start at an instant, UTC, or later."""
        return len(self._stored) - int(self._stored["timestamp"].searchsorted(pd.Timestamp(instant)))

    def stale(self) -> bool:
        """Return whether other sessions are stored than when the series was loaded."""
        return self._stores.bars.reach(self.instrument.symbol, self.length.name) != self._reach

    def session_at(self, now: datetime) -> Session | None:
        """Return the session that is open at `now`, or the next one that opens."""
        for session in self.hours.sessions_between(now, now + LONGEST_CLOSURE):
            if session.close > now:
                return session
        return None

    def front(self, day: date) -> str:
        """Return the contract month that the series reads on a trade date; empty if none is known."""
        if self._rolls.empty:
            return self._only
        if day not in self._fronts:
            self._fronts[day] = str(front_on(self._rolls, pd.Series([pd.Timestamp(day)]))[0])
        return self._fronts[day]

    def behind(self, now: datetime) -> list[Session]:
        """Return the sessions after the stored ones that have begun at `now`, ascending."""
        if self.settled_to is None:
            return []
        begun = self.hours.sessions(self.settled_to + timedelta(days=1), (now + timedelta(days=4)).date())
        return [session for session in begun if session.open <= now]

    def at(self, until: datetime, minutes: Mapping[str, LiveMinutes], tail: int | None = None) -> SeriesNow:
        """Return the series up to an instant, complete bars only.

        Args:
            until: end of the bar that has just closed, UTC.
            minutes: live minutes by contract month.
            tail: bars that are wanted, at least; None: all.

        Raises:
            TradingRefused: a session between the stored bars and the live ones is missing; the sentence names it.
            BacktestRefused: prices would have to be adjusted across a roll with unknown prices.
        """
        begun = self.behind(until - timedelta(microseconds=1))
        self.refuse_gaps(begun, until, minutes)
        parts, exits = [self._settled], dict(self._exits.items())
        versions: list[tuple[date, str, int]] = []
        for session in begun:
            month = self.front(session.trade_date)
            made = self._bars_of(minutes[month], session)
            parts.append(made.until(until))
            versions.append((session.trade_date, month, made.version))
            if self._traded:
                self._add_exit(exits, session, month, parts[-1], minutes)
        if tail is not None and self.asked.adjustment not in _ANCHORED_AT_THE_START:
            parts[0] = {name: column[-tail:] for name, column in self._settled.items()}
        self._grown = grown = self._grow((tail, *versions), parts)
        index = pd.DatetimeIndex(list(exits), tz="UTC") if exits else pd.DatetimeIndex([], tz="UTC")
        return SeriesNow(grown.bars, pd.Series(list(exits.values()), index=index.as_unit("us"), dtype="float64"))

    def _grow(self, key: tuple[Any, ...], parts: Sequence[Columns]) -> _Grown:
        """Return the series of parts; bars at the end of the last one are added to what was made before.

        Args:
            key: of everything that decides on the bars of the parts, except how many there are.
            parts: bars with their own prices, one part after another.
        """
        sizes, known = [len(part["timestamp"]) for part in parts], self._grown
        same = known is not None and (known.key, known.sizes[:-1]) == (key, sizes[:-1])
        if known is None or not same or not 0 < known.sizes[-1] <= sizes[-1]:
            own = joined([part for part, size in zip(parts, sizes, strict=True) if size] or parts)
            columns = columns_of(adjusted(frame_of(own), self._rolls, self.asked.adjustment, whole=True))
        elif known.sizes[-1] == sizes[-1]:
            return known
        else:
            fresh = {name: column[known.sizes[-1] :] for name, column in parts[-1].items()}
            columns = joined([known.columns, after_last(known.columns, fresh)])
        return _Grown(key, sizes, columns, frame_of(columns))

    def refuse_gaps(self, sessions: Sequence[Session], until: datetime, minutes: Mapping[str, LiveMinutes]) -> None:
        """Refuse to go on without bars of some sessions.

        Args:
            sessions: those that must be live, because they are not stored as whole.
            until: the instant up to which they are wanted, UTC.
            minutes: live minutes by contract month.

        Raises:
            TradingRefused: nothing is stored, or sessions are missing; the sentence says what to run.
        """
        symbol = self.instrument.symbol
        if self.settled_to is None:
            first = usual_first(until)
            raise TradingRefused(f"No whole session of {symbol} is stored: run `g4qc extract {symbol} --from {first}`.")
        months = {one.trade_date: self.front(one.trade_date) for one in sessions}
        lacking = [one for one in sessions if not self._covers(minutes.get(months[one.trade_date]), one, until)]
        if lacking:
            named = listing([f"{one.trade_date} of {months[one.trade_date]}" for one in lacking], 3)
            first = lacking[0].trade_date
            raise TradingRefused(f"Bars of {symbol} are missing ({named}): run `g4qc extract {symbol} --from {first}`.")

    def _bars_of(self, source: LiveMinutes, session: Session) -> SessionBars:
        """Return the bars of a session; they are kept until the session is read from the stored bars."""
        key = session.trade_date, source.month
        if key not in self._made or self._made[key].source is not source:
            settled = self.settled_to or session.trade_date
            self._made = {kept: made for kept, made in self._made.items() if kept[0] >= settled}
            # A new connection has minutes of its own, whose versions say nothing about those of the one before.
            self._made[key], self._grown = SessionBars(source, session, self.bars), None
        return self._made[key]

    def _covers(self, minutes: LiveMinutes | None, session: Session, until: datetime) -> bool:
        first = None if minutes is None else minutes.covered_from()
        late = min(session.open + _LATE_OPEN, until)
        return first is not None and first < max(late, session.open + timedelta(minutes=1))

    def _add_exit(
        self,
        exits: dict[Any, float],
        session: Session,
        month: str,
        whole: Columns,
        minutes: Mapping[str, LiveMinutes],
    ) -> None:
        before = self.hours.sessions(session.trade_date - timedelta(days=10), session.trade_date)[:-1]
        old = self.front(before[-1].trade_date) if before else month
        if old == month or not len(whole["timestamp"]):
            return
        first = pd.Timestamp(whole["timestamp"][0], tz="UTC")
        start = first.to_pydatetime()
        left = minutes[old].rows(start, start + MINUTE) if old in minutes else []
        exits[first] = float(left[0]["open"]) if left else np.nan

    def _ahead(self, now: datetime) -> RollCalendar | None:
        session = self.session_at(now)
        if not self.instrument.expires or session is None:
            return None
        rule, position = self.asked.rule, self.asked.position
        return rolls_ahead(self.instrument, rule, self._stores, self._settings, session.trade_date, position)

    def _follow(self, made: RollCalendar | None) -> None:
        self._rolls = roll_frame([]) if made is None else made.rolls
        self._fronts, self._grown = {}, None
        self._settled = columns_of(self._stored)
        self._only = str(self._stored["contract"].iloc[-1]) if len(self._stored) else (made.front if made else "")

    def _sessions_of(self, series: pd.DataFrame) -> list[Session]:
        if series.empty:
            return []
        days = {day.date() for day in series["trade_date"].drop_duplicates()}
        return [one for one in self.hours.sessions(min(days), max(days)) if one.trade_date in days]
