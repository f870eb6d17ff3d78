"""Segments: the continuous series as windows of single contracts, for readers of stored bars.

`futures.continuous.stretches` decides which contract is read from which trade date on, and with which adjustment. Here
trade dates become instants, so that a series of any length can be read one segment at a time. Bars and their storage do
not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, SessionCalendar
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import FrontPeriod
from g4qc_core.futures.continuous import stretches
from g4qc_core.futures.rolls.roll_calendar import RollCalendar

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)

DRIFT = timedelta(days=21)
"""Largest distance of a roll from the date that expiry suggests, in calendar days: the range extracted around it."""


@dataclass(frozen=True)
class Segment:
    """Bars of one contract that start in `[start, end)`, UTC; shown prices are its own x `factor` + `points`.

    Attributes:
        part: number of the part of the series; prices of two parts do not compare, because the prices of a roll between
            them are unknown.
        unknown_roll: the roll, in words, that may lie before or in this segment although the calendar does not have it,
            because the calendar was made before the bars arrived; empty if there is none.
    """

    contract: str
    start: datetime = BEGINNING
    end: datetime = END
    factor: float = 1.0
    points: float = 0.0
    part: int = 0
    unknown_roll: str = ""


def series_segments(made: RollCalendar, adjustment: Adjustment, sessions: SessionCalendar) -> list[Segment]:
    """Return the segments of the series that the roll calendar describes, ascending and without overlap.

    Adjustments have the anchor of `futures.continuous.adjustments`, not one at the ends of a window, so that windows of
    the series fit together.

    Raises:
        InvalidBars: the rolls do not give every session exactly one contract.
    """
    found = stretches(made.rolls, adjustment, made.front)
    edges = [BEGINNING, *(_open(stretch.first, sessions) for stretch in found[1:]), END]
    return [
        Segment(stretch.contract, start, end, stretch.factor, stretch.points, stretch.part)
        for stretch, start, end in zip(found, edges, edges[1:], strict=False)
        if stretch.contract
    ]


def mark_unknown_rolls(
    segments: Sequence[Segment], made: RollCalendar, periods: Sequence[FrontPeriod], sessions: SessionCalendar
) -> list[Segment]:
    """Split the segments where rolls may be missing from the calendar: before and after the bars it was made from.

    Args:
        made: the roll calendar.
        segments: segments of the series.
        sessions: sessions of the instrument.
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
        found = [part for s in found for part in _split(s, edge, f"from {old} to {new}", before=True)]
    later = [roll for roll in missing if roll[2] + DRIFT > last]
    if later:
        old, new, day = later[0]
        edge = _open(max(last, day - DRIFT) + timedelta(days=1), sessions)
        found = [part for s in found for part in _split(s, edge, f"from {old} to {new}", before=False)]
    return found


def _split(segment: Segment, edge: datetime, unknown_roll: str, *, before: bool) -> list[Segment]:
    pieces = [replace(segment, end=min(segment.end, edge)), replace(segment, start=max(segment.start, edge))]
    pieces[0 if before else 1] = replace(pieces[0 if before else 1], unknown_roll=unknown_roll)
    return [piece for piece in pieces if piece.start < piece.end]


def clipped(segments: Sequence[Segment], start: datetime, end: datetime) -> list[Segment]:
    """Return the parts of the segments in `[start, end)`."""
    reaching = [s for s in segments if max(s.start, start) < min(s.end, end)]
    return [replace(s, start=max(s.start, start), end=min(s.end, end)) for s in reaching]


def checked(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments if they can be read as one series.

    Raises:
        BacktestRefused: prices would have to be adjusted across a roll with unknown prices or, for ratios, prices that
            are not positive.
        UsageError: the roll calendar was made before bars of the segments arrived, and may lack a roll.
    """
    for roll in (s.unknown_roll for s in segments if s.unknown_roll):
        raise UsageError(
            f"The roll calendar was made before all bars of this window came, and the roll {roll} may be among them: "
            "materialize the asset `roll_calendar` again."
        )
    for old, new in pairwise(segments):
        if old.part != new.part:
            raise BacktestRefused(
                f"The roll from {old.contract} to {new.contract} on {new.start:%Y-%m-%d} cannot be adjusted across, "
                "because its prices are unknown or have no ratio: choose a window on one side of it, or adjustment "
                "'none'."
            )
    return list(segments)


def _open(day: date, sessions: SessionCalendar) -> datetime:
    """Return the open of the first session on or after the day, from which the roll's new contract is read."""
    following = sessions.sessions(day, day + LONGEST_CLOSURE)
    return following[0].open if following else datetime(day.year, day.month, day.day, tzinfo=UTC)
