"""By how many minutes the clock of one source is later than that of another."""

from __future__ import annotations

import numpy as np

from g4qc_core.sources.comparison.bar_fit import FEWEST, HALF, best_fit
from g4qc_core.sources.comparison.minute_bars import MinuteBars, shared_places
from g4qc_core.sources.comparison.session_slots import SessionSlot

_HOURS = range(1, 15)
SHIFTS = tuple(sign * minutes for minutes in (1, 2, 5, 10, 15, 30, *(60 * h for h in _HOURS)) for sign in (1, -1))
"""Minutes that are tried, the likeliest first."""

FARTHEST = max(SHIFTS)

_AS_USUAL = 0.9
_LOOKED_AT = 160  # bars of a session, spread over it


def clock_shift(first: MinuteBars, second: MinuteBars, slot: SessionSlot, tick: float, usual: int = 0) -> int:
    """Return how many minutes later the second source's clock is; 0 unless the bars show it.

    They show it if at least half of them agree then, in at least twenty different bars, and if less than half as many
    agree at every other shift, and as they are.

    Args:
        first: bars of the slot, and of so much time before and after it as a clock may be wrong.
        second: the same.
        slot: of the session.
        tick: points.
        usual: the shift of the session before, which is tried first.
    """
    pair = _Pair(first, second, slot, tick)
    if pair.fewer < FEWEST:
        return 0
    as_they_are = pair.agreeing(0)
    if as_they_are >= HALF * pair.fewer:
        return 0
    if usual and pair.agreeing(usual) >= max(_AS_USUAL * pair.fewer, 2 * as_they_are) and pair.is_shown(usual):
        return usual
    found = {shift: pair.agreeing(shift) for shift in SHIFTS}
    best = max(SHIFTS, key=found.__getitem__)
    others = max(as_they_are, *(count for shift, count in found.items() if shift != best))
    clear = found[best] >= HALF * pair.fewer and 2 * others <= found[best]
    return best if clear and pair.is_shown(best) else 0


class _Pair:
    """Bars of two sources around one slot. Counts are sums of both views: of the slot on either clock."""

    def __init__(self, first: MinuteBars, second: MinuteBars, slot: SessionSlot, tick: float) -> None:
        self._first, self._second, self._tick = first, second, tick
        self._own_first = first.between(slot.start, slot.end).spread(_LOOKED_AT)
        self._own_second = second.between(slot.start, slot.end).spread(_LOOKED_AT)
        self.fewer = 2 * min(len(self._own_first), len(self._own_second))

    def agreeing(self, shift: int) -> int:
        """Return how many bars agree if the second clock is later by the shift."""
        one = _agreeing(self._own_first, self._second, shift, self._tick)
        return one + _agreeing(self._own_second, self._first, -shift, self._tick)

    def is_shown(self, shift: int) -> bool:
        """Return whether at least twenty bars that agree are different from each other."""
        ours, theirs = shared_places(self._own_first.minutes, self._second.minutes, shift)
        first, second = self._own_first.prices[:, ours], self._second.prices[:, theirs]
        same = ~best_fit(first, second, self._tick).differing.any(axis=0)
        return len(np.unique(first[:, same], axis=1).T) >= FEWEST


def _agreeing(first: MinuteBars, second: MinuteBars, shift: int, tick: float) -> int:
    ours, theirs = shared_places(first.minutes, second.minutes, shift)
    if not len(ours):
        return 0
    fit = best_fit(first.prices[:, ours], second.prices[:, theirs], tick)
    return round(fit.agreeing * len(ours))
