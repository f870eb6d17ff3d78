"""Prices that a source has rounded, or cut, to a coarser grid than the other source's."""

from __future__ import annotations

import numpy as np

from g4qc_core.sources.comparison.bar_fit import EQUAL, FEWEST, on_grid

_TICKS = (2, 4, 5, 10, 20, 50, 100)
_DECIMALS = tuple(10.0**-places for places in range(-1, 8))


def rounding(exact: np.ndarray, rounded: np.ndarray, tick: float) -> float:
    """Return the coarser grid, points, on which the second prices are rounded values of the first; 0 if there is none.

    Args:
        exact: prices of the minutes that both have.
        rounded: of the same minutes, perhaps on a coarser grid.
        tick: of the contract, points.
    """
    if exact.shape[1] < FEWEST:
        return 0.0
    apart = float(np.abs(rounded - exact).max())
    coarser = {tick * ticks for ticks in _TICKS} | set(_DECIMALS)
    for step in sorted(coarser):
        if apart >= step - EQUAL * tick or not on_grid(rounded, step):
            continue
        steps = exact / step
        off = int((np.abs(steps - np.rint(steps)) >= EQUAL).any(axis=0).sum())
        if off >= FEWEST:
            return step
    return 0.0
