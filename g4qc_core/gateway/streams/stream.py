"""A stream: messages that come as the gateway's clock runs, and the loop that sends them.

A stream computes its messages from the market and an instant, and never looks at a clock itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, SessionCalendar
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.session_hours import days_between, parts
from g4qc_core.gateway.protocol.layouts import Message

_SECOND = timedelta(seconds=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class StreamMessage:
    """One message of a stream.

    Attributes:
        message: the message.
        ends_bar: True for the last message about a bar.
        off: returns the message with a last price that is wrong by a number of ticks; None if it is no bar.
    """

    message: Message
    ends_bar: bool = False
    off: Callable[[int], Message] | None = None


class Stream(Protocol):
    """The messages of one request."""

    def next_instant(self, after: datetime) -> datetime:
        """Return the next instant after `after` at which there may be messages, UTC."""

    def messages(self, now: datetime) -> list[StreamMessage]:
        """Return the messages that are due at `now`; instants do not go back."""


async def play(
    stream: Stream, since: datetime, clock: GatewayClock, deliver: Callable[[list[StreamMessage]], Awaitable[None]]
) -> None:
    """Deliver the messages of a stream from `since` on until cancelled; a clock that leaps skips what is between."""
    at = since
    while True:
        await clock.reached(stream.next_instant(at))
        at = clock.now()
        await deliver(stream.messages(at))


class TradingTime:
    """The instants at which a market can have something to say: those in its sessions, and their ends.

    Args:
        sessions: the calendar.
    """

    def __init__(self, sessions: SessionCalendar) -> None:
        self._sessions = sessions
        self._stretch: tuple[datetime, datetime] | None = None

    def at_or_after(self, instant: datetime) -> datetime:
        """Return the instant if the market trades just before it, otherwise one second after the next open."""
        before = instant - _MOMENT
        if self._stretch is None or not self._stretch[0] <= before < self._stretch[1]:
            self._stretch = self._stretch_from(before)
        if self._stretch is None:
            return instant + LONGEST_CLOSURE
        return instant if self._stretch[0] <= before else self._stretch[0] + _SECOND

    def _stretch_from(self, instant: datetime) -> tuple[datetime, datetime] | None:
        days = days_between(self._sessions, instant, instant + LONGEST_CLOSURE)
        return next((stretch for day in days for stretch in parts(day) if stretch[1] > instant), None)


def next_multiple(after: datetime, seconds: int) -> datetime:
    """Return the first instant after `after` whose epoch is a multiple of `seconds`, UTC."""
    return datetime.fromtimestamp((int(after.timestamp()) // seconds + 1) * seconds, UTC)
