"""The continuous series in pieces: which contract is read from when to when, and what is done to its prices.

`futures.continuous` joins bars that are in memory; this says what to read, so that a series of any length can be read a
piece at a time. Knows rolls and sessions. Must not know bars or where they are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np

from g4qc_core.errors import BacktestRefused
from g4qc_core.futures.continuous import Adjustment, adjustments, breaks, refuse_broken
from g4qc_core.futures.rolls import RollCalendar
from g4qc_core.sessions import SessionCalendar

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)

_LONGEST_CLOSURE = timedelta(days=21)


@dataclass(frozen=True)
class Segment:
    """Bars of one contract that start in `[start, end)`, UTC; shown prices are its own x `factor` + `points`.

    Prices of segments with another `part` do not compare: the prices of a roll between them are unknown.
    """

    contract: str
    start: datetime = BEGINNING
    end: datetime = END
    factor: float = 1.0
    points: float = 0.0
    part: int = 0


def series_segments(made: RollCalendar, adjustment: Adjustment, sessions: SessionCalendar) -> list[Segment]:
    """The segments of the series that the roll calendar describes, ascending and without overlap.

    The adjustment is anchored as `futures.continuous.adjustments` says, and not at a window's ends, so that windows of
    the series fit together.

    Raises:
        InvalidBars: the rolls do not say which contract is in front.
    """
    refuse_broken(made.rolls)
    edges = [BEGINNING, *(_open(day.date(), sessions) for day in made.rolls["date"]), END]
    factors, points = adjustments(made.rolls, adjustment)
    parts = np.append(0, np.cumsum(breaks(made.rolls, adjustment)))
    return [
        Segment(month, edges[at], edges[at + 1], float(factors[at]), float(points[at]), int(parts[at]))
        for at, month in enumerate(made.contracts())
        if month
    ]


def within(segments: Sequence[Segment], start: datetime, end: datetime) -> list[Segment]:
    """The parts of the segments that lie in `[start, end)`.

    Raises:
        BacktestRefused: prices have to be adjusted across a roll whose prices are unknown or, for ratios, not positive.
    """
    reaching = [s for s in segments if max(s.start, start) < min(s.end, end)]
    found = [replace(s, start=max(s.start, start), end=min(s.end, end)) for s in reaching]
    for old, new in pairwise(found):
        if old.part != new.part:
            raise BacktestRefused(
                f"The roll from {old.contract} to {new.contract} on {new.start:%Y-%m-%d} cannot be adjusted across, "
                "because its prices are unknown or have no ratio: choose a window on one side of it, or adjustment "
                "'none'."
            )
    return found


def _open(day: date, sessions: SessionCalendar) -> datetime:
    """The instant from which the roll's new contract is read: the open of the first session from its date on."""
    following = sessions.sessions(day, day + _LONGEST_CLOSURE)
    return following[0].open if following else datetime(day.year, day.month, day.day, tzinfo=UTC)
