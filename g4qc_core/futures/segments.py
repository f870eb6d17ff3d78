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

from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import FrontPeriod
from g4qc_core.futures.continuous import adjustments, breaks, refuse_broken
from g4qc_core.futures.rolls.roll_calendar import RollCalendar

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)

DRIFT = timedelta(days=21)
"""How far from the date that expiry suggests a roll may come: what is extracted around it, in calendar days."""

_LONGEST_CLOSURE = timedelta(days=21)


@dataclass(frozen=True)
class Segment:
    """Bars of one contract that start in `[start, end)`, UTC; shown prices are its own x `factor` + `points`.

    Prices of segments with another `part` do not compare: the prices of a roll between them are unknown. One with
    `doubt` may lie behind a roll that the calendar was made too early to know; the text names it.
    """

    contract: str
    start: datetime = BEGINNING
    end: datetime = END
    factor: float = 1.0
    points: float = 0.0
    part: int = 0
    doubt: str = ""


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


def doubted(
    segments: Sequence[Segment], made: RollCalendar, periods: Sequence[FrontPeriod], sessions: SessionCalendar
) -> list[Segment]:
    """The segments, parted where a roll may be that the calendar does not have: before and after its own bars.

    Args:
        periods: when expiry suggests each contract of the chain to be in front.
    """
    known = set(zip(made.rolls["from_contract"], made.rolls["to_contract"], strict=True))
    missing = [
        (old.contract.month, new.contract.month, new.start)
        for old, new in pairwise(periods)
        if (old.contract.month, new.contract.month) not in known
    ]
    found = list(segments)
    first, last = made.bars_from or date.min, made.bars_to or date.min
    earlier = [roll for roll in missing if roll[2] - DRIFT < first]
    if earlier:
        old, new, day = earlier[-1]
        edge = _open(min(first, day + DRIFT), sessions)
        found = [part for s in found for part in _parted(s, edge, f"from {old} to {new}", before=True)]
    later = [roll for roll in missing if roll[2] + DRIFT > last]
    if later:
        old, new, day = later[0]
        edge = _open(max(last, day - DRIFT) + timedelta(days=1), sessions)
        found = [part for s in found for part in _parted(s, edge, f"from {old} to {new}", before=False)]
    return found


def _parted(segment: Segment, edge: datetime, doubt: str, *, before: bool) -> list[Segment]:
    pieces = [replace(segment, end=min(segment.end, edge)), replace(segment, start=max(segment.start, edge))]
    pieces[0 if before else 1] = replace(pieces[0 if before else 1], doubt=doubt)
    return [piece for piece in pieces if piece.start < piece.end]


def within(segments: Sequence[Segment], start: datetime, end: datetime) -> list[Segment]:
    """The parts of the segments that lie in `[start, end)`.

    Raises:
        BacktestRefused: prices have to be adjusted across a roll whose prices are unknown or, for ratios, not positive.
        UsageError: the roll calendar was made before bars of this window came, and a roll may be among them.
    """
    reaching = [s for s in segments if max(s.start, start) < min(s.end, end)]
    found = [replace(s, start=max(s.start, start), end=min(s.end, end)) for s in reaching]
    for doubt in (s.doubt for s in found if s.doubt):
        raise UsageError(
            f"The roll calendar was made before all bars of this window came, and the roll {doubt} may be among them: "
            "materialize the asset `roll_calendar` again."
        )
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
