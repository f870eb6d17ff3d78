"""The verdict on one session of two sources, from the figures of its comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from g4qc_core.sources.comparison.bar_fit import FEWEST, HALF, BarFit, on_grid
from g4qc_core.sources.comparison.minute_bars import MinuteBars
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.session_slots import SessionSlot
from g4qc_core.sources.comparison.source_tolerance import SourceTolerance
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict

_PART = 0.9
_CAUSES = (SourceVerdict.SCALE, SourceVerdict.FACTOR, SourceVerdict.LABEL, SourceVerdict.CLOCK, SourceVerdict.UNLIKE)


@dataclass(frozen=True)
class SeenFaults:
    """What was seen beside the figures.

    Attributes:
        fit: of the prices.
        astray: source whose bars lie outside the session more often, if a clock is wrong.
        coarse: source that is rounded.
        adjusted: source whose prices are off the grid.
        idle: source without any bar of a trading interval that the other traded, as on a holiday.
    """

    fit: BarFit
    astray: Side
    coarse: Side
    adjusted: Side
    idle: Side


def judged(found: SessionDifference, seen: SeenFaults, slot: SessionSlot, tick: float, may: SourceTolerance
           ) -> SessionDifference:  # fmt: skip
    """Return the comparison with its verdict."""
    verdict, side = next(_findings(found, seen), (SourceVerdict.SAME, Side.NEITHER))
    allowed = may.minutes * slot.length
    agrees = (
        verdict not in _CAUSES
        and abs(found.points) <= may.ticks * tick * (1 + 1e-9)
        and max(found.beyond, found.only_first, found.only_second) <= allowed
        and (found.shared < FEWEST or _apart(found) <= may.volume)
    )
    return replace(found, verdict=verdict, side=side, agrees=agrees)


def _findings(found: SessionDifference, seen: SeenFaults) -> Iterator[tuple[SourceVerdict, Side]]:
    """Yield the findings, the gravest first."""
    if found.shared >= FEWEST and not found.grid and seen.fit.agreeing < HALF and found.beyond >= HALF * found.shared:
        yield SourceVerdict.UNLIKE, Side.NEITHER
    if found.shift:
        yield (SourceVerdict.LABEL if abs(found.shift) == 1 else SourceVerdict.CLOCK), seen.astray
    if seen.fit.is_scale:
        yield SourceVerdict.SCALE, seen.adjusted
    if found.factor != 1:
        yield SourceVerdict.FACTOR, seen.adjusted
    if found.points:
        yield SourceVerdict.OFFSET, seen.adjusted
    if found.grid:
        yield SourceVerdict.ROUNDED, seen.coarse
    yield from _lesser_findings(found, seen)


def _lesser_findings(found: SessionDifference, seen: SeenFaults) -> Iterator[tuple[SourceVerdict, Side]]:
    """Yield the findings that no cause explains."""
    if found.differing:
        yield SourceVerdict.PRICES, Side.NEITHER
    if seen.idle:
        yield SourceVerdict.HOLIDAY, seen.idle
    if found.only_first or found.only_second:
        yield SourceVerdict.MINUTES, _smaller(found.only_first, found.only_second)
    if found.shared >= FEWEST and found.differing_volumes >= HALF * found.shared and _apart(found) > 1 - _PART:
        yield SourceVerdict.PART, _smaller(found.volume_first, found.volume_second)
    if found.differing_volumes:
        yield SourceVerdict.VOLUMES, Side.NEITHER


def _apart(found: SessionDifference) -> float:
    """Return the share of the larger volume that the smaller one lacks."""
    larger = max(found.volume_first, found.volume_second)
    return abs(found.volume_first - found.volume_second) / larger if larger > 0 else 0.0


def _smaller(first: int, second: int) -> Side:
    return Side.NEITHER if first == second else Side.FIRST if first < second else Side.SECOND


def astray(first: MinuteBars, second: MinuteBars, slot: SessionSlot) -> Side:
    """Return the source with more bars of the slot outside its trading intervals."""
    outside = [len(bars) - slot.inside(bars.minutes) for bars in (first, second)]
    return _smaller(*outside).other


def idle(first: MinuteBars, second: MinuteBars, slot: SessionSlot) -> Side:
    """Return the source that has no bar of one of several trading intervals in which the other has at least twenty."""
    for start, end in slot.intervals if len(slot.intervals) > 1 else ():
        few, many = sorted((len(bars.between(start, end)), side) for bars, side in
                           ((first, Side.FIRST), (second, Side.SECOND)))  # fmt: skip
        if few[0] == 0 and many[0] >= FEWEST:
            return few[1]
    return Side.NEITHER


def adjusted(first: np.ndarray, second: np.ndarray, tick: float) -> Side:
    """Return the source whose prices are off the grid, if the other's are on it."""
    return _smaller(on_grid(first, tick), on_grid(second, tick))
