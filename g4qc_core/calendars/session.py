"""One session: the trading of one trade date, in its intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Span = tuple[datetime, datetime]
"""`[start, end)`, UTC."""


@dataclass(frozen=True)
class Session:
    """The trading of one trade date, from `open` to `close` in UTC.

    Attributes:
        halts: daily pauses within trading that the exchange scheduled for a whole era.
        outages: times in which the exchange did not trade although trading was scheduled.
        breaks: times in which the market is closed between two trading intervals, such as noon to evening of a holiday.
    """

    trade_date: date
    open: datetime
    close: datetime
    halts: tuple[Span, ...] = ()
    outages: tuple[Span, ...] = ()
    breaks: tuple[Span, ...] = ()

    @property
    def intervals(self) -> tuple[Span, ...]:
        """The trading intervals `[open, close)`, ascending; halts and outages lie within them."""
        edges = [self.open, *(edge for pause in self.breaks for edge in pause), self.close]
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    def holds(self, instant: datetime) -> bool:
        """Return True if the instant lies in a trading interval, halts and outages included."""
        return any(start <= instant < end for start, end in self.intervals)

    def all_minutes(self) -> np.ndarray:
        """Return the starts of all minutes of its trading intervals, with halts and outages (`datetime64[us]`, UTC)."""
        import numpy as np

        minute = np.timedelta64(1, "m")
        spans = [np.arange(instant_of(start), instant_of(end), minute) for start, end in self.intervals]
        return np.concatenate(spans).astype("datetime64[us]")

    def minutes(self) -> np.ndarray:
        """Return the starts of all minutes in which trading is possible (`datetime64[us]`, UTC, ascending)."""
        minutes = self.all_minutes()
        for start, end in (*self.halts, *self.outages):
            minutes = minutes[(minutes < instant_of(start)) | (minutes >= instant_of(end))]
        return minutes

    @property
    def length(self) -> int:
        """The number of minutes in which trading is possible."""
        return len(self.minutes())

    def part(self, day: date, start: datetime, end: datetime) -> Session:
        """Return the part of the session in `[start, end)`, named by another day."""
        return Session(day, start, end, _inside(self.halts, start, end), _inside(self.outages, start, end))


def settled(days: Iterable[Session], settles: Callable[[date], bool]) -> Iterator[Session]:
    """Yield the sessions, each merged with the preceding days on which the exchange traded but did not settle."""
    waiting: list[Session] = []
    for day in days:
        waiting.append(day)
        if settles(day.trade_date):
            yield _joined(waiting)
            waiting = []


def _joined(days: list[Session]) -> Session:
    if len(days) == 1:
        return days[0]
    return Session(
        trade_date=days[-1].trade_date,
        open=days[0].open,
        close=days[-1].close,
        halts=tuple(halt for day in days for halt in day.halts),
        outages=tuple(outage for day in days for outage in day.outages),
        breaks=tuple((before.close, after.open) for before, after in pairwise(days) if before.close < after.open),
    )


def _inside(spans: Iterable[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    return tuple(span for span in spans if start <= span[0] < end)


def instant_of(moment: datetime) -> np.datetime64:
    """Convert a UTC instant to the form used in arrays."""
    import numpy as np

    return np.datetime64(moment.replace(tzinfo=None), "us")
