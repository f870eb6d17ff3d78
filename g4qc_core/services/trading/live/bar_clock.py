"""When the bars of a timeframe begin and end, by the session calendar; asked many times a second, so it is kept."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, Session, SessionCalendar
from g4qc_core.timeframes import Timeframe

_KEPT = 30


class BarClock:
    """The bars of one timeframe.

    Args:
        hours: the sessions.
        length: the timeframe.
    """

    def __init__(self, hours: SessionCalendar, length: Timeframe) -> None:
        self._hours, self._length = hours, length
        self._bars: dict[date, tuple[list[datetime], list[datetime]]] = {}
        self._ended: tuple[datetime, datetime, tuple[datetime, datetime, Session] | None] | None = None

    def ended(self, now: datetime) -> tuple[datetime, datetime, Session] | None:
        """Return start and end of the newest bar that was over at `now`, and its session; None if none is recent."""
        kept = self._ended
        if kept is None or not kept[0] <= now < kept[1]:
            found = self._find(now)
            following = self.next_end(now)
            kept = self._ended = (found[1] if found else now, following or now + timedelta(minutes=1), found)
        return kept[2]

    def next_end(self, now: datetime) -> datetime | None:
        """Return the end of the first bar that ends after `now`, UTC."""
        if self._ended is not None and self._ended[0] <= now < self._ended[1]:
            return self._ended[1]
        for session in self._hours.sessions_between(now, now + LONGEST_CLOSURE):
            ends = self.spans(session)[1]
            at = bisect_right(ends, now)
            if at < len(ends):
                return ends[at]
        return None

    def _find(self, now: datetime) -> tuple[datetime, datetime, Session] | None:
        for session in reversed(self._hours.sessions_between(now - LONGEST_CLOSURE, now + timedelta(minutes=1))):
            starts, ends = self.spans(session)
            at = bisect_right(ends, now)
            if at:
                return starts[at - 1], ends[at - 1], session
        return None

    def spans(self, session: Session) -> tuple[list[datetime], list[datetime]]:
        """Return starts and ends of the bars of a session, UTC, ascending."""
        if session.trade_date not in self._bars:
            if len(self._bars) >= _KEPT:
                self._bars.clear()
            made = list(self._made(session))
            self._bars[session.trade_date] = [start for start, _ in made], [end for _, end in made]
        return self._bars[session.trade_date]

    def _made(self, session: Session) -> list[tuple[datetime, datetime]]:
        if self._length.is_session:
            return [(session.open, session.close)]
        found, step = [], self._length.length
        for start, end in session.intervals:
            at = start
            while at < end:
                found.append((at, min(at + step, end)))
                at += step
        return found
