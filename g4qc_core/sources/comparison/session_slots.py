"""Slots of time: every minute belongs to the session nearest to it, whether the market is open then or not.

With a wrong clock, bars fall into the breaks between sessions. They must not get lost there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from g4qc_core.calendars.session import Session, instant_of
from g4qc_core.calendars.session_calendar import SessionCalendar

_FARTHEST = 12 * 60


@dataclass(frozen=True)
class SessionSlot:
    """A session, and the minutes that belong to it; all minutes since 1970, UTC.

    Attributes:
        trade_date: of the session.
        start: first minute: the middle of the break before it, at most twelve hours before the open.
        end: end of the last minute: the middle of the break after it, or twelve hours after the close.
        intervals: of trading, `[open, close)`.
    """

    trade_date: date
    start: int
    end: int
    intervals: tuple[tuple[int, int], ...]

    @property
    def length(self) -> int:
        """Minutes of trading, pauses within it included."""
        return sum(end - start for start, end in self.intervals)

    def inside(self, minutes: np.ndarray) -> int:
        """Return how many of the minutes lie in its trading intervals."""
        return sum(_within(minutes, *interval) for interval in self.intervals)


def session_slots(sessions: Sequence[Session]) -> list[SessionSlot]:
    """Return the slots of sessions in order of time.

    The edges of the first and the last slot depend on no session beyond them: give one more on either side.
    """
    spans = [tuple((minute_of(a), minute_of(b)) for a, b in session.intervals) for session in sessions]
    opens, closes = [span[0][0] for span in spans], [span[-1][1] for span in spans]
    slots = []
    for number, session in enumerate(sessions):
        start, end = opens[number] - _FARTHEST, closes[number] + _FARTHEST
        if number:
            start = max(start, (closes[number - 1] + opens[number]) // 2)
        if number + 1 < len(sessions):
            end = min(end, (closes[number] + opens[number + 1]) // 2)
        slots.append(SessionSlot(session.trade_date, start, end, spans[number]))
    return slots


def slots_between(hours: SessionCalendar, first: date, last: date) -> list[SessionSlot]:
    """Return the slots of the trade dates from `first` to `last`, with the edges that their neighbours give them."""
    around = timedelta(days=15)
    slots = session_slots(hours.sessions(first - around, last + around))
    return [slot for slot in slots if first <= slot.trade_date <= last]


def minute_of(moment: datetime) -> int:
    """Return the minute since 1970."""
    return int(instant_of(moment).astype("datetime64[m]").astype(np.int64))


def _within(minutes: np.ndarray, start: int, end: int) -> int:
    low, high = np.searchsorted(minutes, (start, end))
    return int(high - low)
