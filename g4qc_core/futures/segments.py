"""The continuous series in pieces: which contract is read from when to when, and what is done to its prices.

`futures.continuous` joins bars that are in memory; this says what to read, so that a series of any length can be read a
piece at a time. Knows rolls and sessions. Must not know bars or where they are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import isnan

from g4qc_core.errors import BacktestRefused
from g4qc_core.futures.continuous import Adjustment, adjustments, refuse_broken
from g4qc_core.futures.rolls import RollCalendar
from g4qc_core.sessions import SessionCalendar

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)

_LONGEST_CLOSURE = timedelta(days=21)


@dataclass(frozen=True)
class Segment:
    """Bars of one contract that start in `[start, end)`, UTC; shown prices are its own x `factor` + `points`.

    Both are NaN where the prices of a roll between it and the anchor are unknown.
    """

    contract: str
    start: datetime = BEGINNING
    end: datetime = END
    factor: float = 1.0
    points: float = 0.0

    @property
    def unknown(self) -> bool:
        """True where its prices cannot be adjusted."""
        return isnan(self.factor) or isnan(self.points)


def series_segments(made: RollCalendar, adjustment: Adjustment, sessions: SessionCalendar) -> list[Segment]:
    """The segments of the series that the roll calendar describes, ascending and without overlap.

    The adjustment is anchored at the calendar's last contract (of the forward ones: its first), and not at a window's,
    so that windows of the series fit together.

    Raises:
        InvalidBars: the rolls do not say which contract is in front.
    """
    refuse_broken(made.rolls)
    edges = [BEGINNING, *(_open(day.date(), sessions) for day in made.rolls["date"]), END]
    factors, points = adjustments(made.rolls, adjustment)
    return [
        Segment(month, edges[at], edges[at + 1], float(factors[at]), float(points[at]))
        for at, month in enumerate(made.contracts())
        if month
    ]


def within(segments: Sequence[Segment], start: datetime, end: datetime) -> list[Segment]:
    """The parts of the segments that lie in `[start, end)`.

    Raises:
        BacktestRefused: prices of one cannot be adjusted, because those of a roll are unknown.
    """
    cut = [replace(s, start=max(s.start, start), end=min(s.end, end)) for s in segments]
    found = [segment for segment in cut if segment.start < segment.end]
    for segment in found:
        if segment.unknown:
            raise BacktestRefused(
                f"The prices of a roll next to the contract {segment.contract} are unknown, so that its bars cannot be "
                "adjusted: choose adjustment 'none', or a window on the other side of that roll."
            )
    return found


def _open(day: date, sessions: SessionCalendar) -> datetime:
    """The instant from which the roll's new contract is read: the open of the first session from its date on."""
    following = sessions.sessions(day, day + _LONGEST_CLOSURE)
    return following[0].open if following else datetime(day.year, day.month, day.day, tzinfo=UTC)
