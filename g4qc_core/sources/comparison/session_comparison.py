"""Comparison of one session of two sources of the same contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from g4qc_core.sources.comparison.bar_fit import HALF, BarFit, best_fit, plain_fit
from g4qc_core.sources.comparison.clock_shift import FARTHEST, clock_shift
from g4qc_core.sources.comparison.minute_bars import MinuteBars, shared_places
from g4qc_core.sources.comparison.rounded_prices import rounding
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.session_slots import SessionSlot
from g4qc_core.sources.comparison.session_verdict import SeenFaults, adjusted, astray, idle, judged
from g4qc_core.sources.comparison.source_tolerance import SourceTolerance
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict

_WELL = 0.8


def session_differences(
    first: MinuteBars,
    second: MinuteBars,
    slots: Sequence[SessionSlot],
    tick: float,
    tolerance: SourceTolerance,
    usual: int = 0,
) -> list[SessionDifference]:
    """Compare the sessions of a contract; those of which neither source has bars are left out.

    Args:
        first: bars of the slots, and of `FARTHEST` minutes before and after them.
        second: the same of the other source.
        slots: of the sessions, ascending.
        tick: of the contract, points.
        tolerance: how far both may differ and still agree.
        usual: shift of the clock in the session before the first.
    """
    found = []
    for slot in slots:
        around = (slot.start - FARTHEST, slot.end + FARTHEST)
        one = session_difference(first.between(*around), second.between(*around), slot, tick, tolerance, usual)
        if one is not None:
            usual = one.shift
            found.append(one)
    return found


def session_difference(
    first: MinuteBars, second: MinuteBars, slot: SessionSlot, tick: float, tolerance: SourceTolerance, usual: int = 0
) -> SessionDifference | None:
    """Compare a session; return None if neither source has bars of it.

    Args:
        first: bars of the slot, and of `FARTHEST` minutes before and after it.
        second: the same of the other source.
        slot: of the session.
        tick: of the contract, points.
        tolerance: how far both may differ and still agree.
        usual: shift of the clock in the session before.
    """
    own_first, own_second = first.between(slot.start, slot.end), second.between(slot.start, slot.end)
    if not (len(own_first) and len(own_second)):
        return _one_sided(len(own_first), len(own_second), slot, tolerance)
    shift = clock_shift(first, second, slot, tick, usual)
    wrong = Side.NEITHER
    if shift:
        wrong = astray(own_first, own_second, slot)
        right = wrong.other or (Side.FIRST if shift > 0 else Side.SECOND)
        moved_first, moved_second = (0, shift) if right is Side.FIRST else (-shift, 0)
        own_first = first.between(slot.start + moved_first, slot.end + moved_first)
        own_second = second.between(slot.start + moved_second, slot.end + moved_second)
    ours, theirs = shared_places(own_first.minutes, own_second.minutes, shift)
    before, after = own_first.prices[:, ours], own_second.prices[:, theirs]
    fit, grid, coarse = _explained(before, after, tick)
    seen = SeenFaults(
        fit,
        wrong,
        coarse,
        Side.NEITHER if fit.is_plain else adjusted(before, after, tick),
        Side.NEITHER if shift else idle(own_first, own_second, slot),
    )
    found = replace(
        _figures(fit, own_first.volumes[ours], own_second.volumes[theirs], slot, tolerance),
        only_first=len(own_first) - len(ours),
        only_second=len(own_second) - len(ours),
        shift=shift,
        grid=grid,
    )
    return judged(found, seen, slot, tick, tolerance)


def _one_sided(first: int, second: int, slot: SessionSlot, tolerance: SourceTolerance) -> SessionDifference | None:
    if not (first or second):
        return None
    side = Side.SECOND if first else Side.FIRST
    agrees = max(first, second) <= tolerance.minutes * slot.length
    return SessionDifference(slot.trade_date, SourceVerdict.ABSENT, side, agrees, 0, first, second)


def _explained(first: np.ndarray, second: np.ndarray, tick: float) -> tuple[BarFit, float, Side]:
    """Return how the prices fit, the grid to which one side is rounded (0: none), and that side."""
    fit = plain_fit(first, second, tick)
    if not fit.agreeing < _WELL:
        return fit, 0.0, Side.NEITHER
    for side, exact, coarse in ((Side.SECOND, first, second), (Side.FIRST, second, first)):
        if grid := rounding(exact, coarse, tick):
            return fit, grid, side
    return (best_fit(first, second, tick) if fit.agreeing < HALF else fit), 0.0, Side.NEITHER


def _figures(
    fit: BarFit, first: np.ndarray, second: np.ndarray, slot: SessionSlot, tolerance: SourceTolerance
) -> SessionDifference:
    differing = fit.differing
    apart = np.nan_to_num(np.where(differing, np.abs(fit.differences), 0.0))
    opened, high, low, close = differing.sum(axis=1).tolist()
    largest_open, largest_high, largest_low, largest_close = apart.max(axis=1, initial=0.0).tolist()
    return SessionDifference(
        slot.trade_date,
        SourceVerdict.SAME,
        Side.NEITHER,
        agrees=True,
        shared=len(first),
        only_first=0,
        only_second=0,
        differing=int(differing.any(axis=0).sum()),
        beyond=int((apart > tolerance.ticks * (1 + 1e-9)).any(axis=0).sum()),
        prices=(opened, high, low, close),
        largest=(largest_open, largest_high, largest_low, largest_close),
        volume_first=int(first.sum()),
        volume_second=int(second.sum()),
        differing_volumes=int((first != second).sum()),
        points=fit.points,
        factor=fit.factor,
    )
