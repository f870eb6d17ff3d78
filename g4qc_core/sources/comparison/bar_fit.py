"""How the prices of one source follow from those of another: equal, moved by an amount, or multiplied.

Everything is the same, mirrored, if the sources change places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

FEWEST = 20
"""Minutes that a statement about a cause needs at least."""

HALF = 0.5
"""Share of the bars that must agree before anything is said about the rest of them."""

EQUAL = 0.01
"""Ticks up to which two prices are the same."""

_ROUNDED = 0.6
_SCALE = 2.0
_CLOSE = 3


@dataclass(frozen=True)
class BarFit:
    """Prices of the second source are those of the first x factor + points, except for the differences.

    Attributes:
        points: by which the second is higher throughout; 0 if it is not.
        factor: by which the second is larger throughout; 1 if it is not.
        differences: of all prices, ticks by which the second is higher besides; one row for each price.
        agreeing: share of the bars in which no price differs besides; NaN without bars.
    """

    points: float
    factor: float
    differences: np.ndarray
    agreeing: float

    @property
    def is_plain(self) -> bool:
        """True if prices are compared as they are."""
        return self.points == 0 and self.factor == 1

    @property
    def is_scale(self) -> bool:
        """True if one source counts in another unit, such as cents."""
        return not 1 / _SCALE < self.factor < _SCALE

    @property
    def differing(self) -> np.ndarray:
        """True for each price that differs."""
        same: np.ndarray = np.abs(self.differences) <= (EQUAL if self.factor == 1 else _ROUNDED)
        return ~same


def plain_fit(first: np.ndarray, second: np.ndarray, tick: float) -> BarFit:
    """Return how bars of the second source differ from those of the first as they are."""
    return _fit(0.0, 1.0, (second - first) / tick)


def best_fit(first: np.ndarray, second: np.ndarray, tick: float) -> BarFit:
    """Return how bars of the second source follow from the bars of the first in the same minutes.

    An amount or a factor is claimed if at least half of the bars agree with it, and twice as many as without it.

    Args:
        first: prices, points; one row for each of the four.
        second: the same.
        tick: points.
    """
    plain = plain_fit(first, second, tick)
    if first.shape[1] < FEWEST or plain.agreeing >= HALF:
        return plain
    fits = [fit for fit in _changed(first, second, tick) if fit.agreeing >= max(HALF, 2 * plain.agreeing)]
    return max(fits, key=lambda fit: fit.agreeing, default=plain)


def _changed(first: np.ndarray, second: np.ndarray, tick: float) -> Iterator[BarFit]:
    points = _median_step(second[_CLOSE] - first[_CLOSE])
    moved = _fit(points, 1.0, (second - first - points) / tick)
    if first.min() <= 0 or second.min() <= 0:
        yield moved
        return
    logs = np.log(second) - np.log(first)
    level = _level(first[_CLOSE], second[_CLOSE], tick)
    middle = _middle(logs[_CLOSE], tick / level)
    multiplied = _fit(0.0, float(np.exp(middle)), (logs - middle) * (level / tick))
    if abs(middle) * level < tick:
        yield moved  # no factor that a price shows
    elif multiplied.is_scale:
        yield multiplied
    else:
        yield from (moved, multiplied)


def _fit(points: float, factor: float, differences: np.ndarray) -> BarFit:
    fit = BarFit(points, factor, differences, np.nan)
    agreeing = float(1 - fit.differing.any(axis=0).mean()) if differences.shape[1] else np.nan
    return BarFit(points, factor, differences, agreeing)


def _median_step(steps: np.ndarray) -> float:
    """Return the middle one of the steps; of two, the smaller one."""
    low, high = np.sort(steps)[[(len(steps) - 1) // 2, len(steps) // 2]]
    return 0.0 if low == -high else float(low if abs(low) < abs(high) else high)


def _middle(logs: np.ndarray, width: float) -> float:
    """Return the mean of the values within a width of the median: more exact than it, and as sure."""
    median = _median_step(logs)
    near = logs[np.abs(logs - median) <= width]
    return float(near.mean()) if len(near) else median


def _level(first: np.ndarray, second: np.ndarray, tick: float) -> float:
    """Return the price at which ticks are counted: the lower one of the sources whose prices are on the grid."""
    levels = sorted((float(np.median(prices)), on_grid(prices, tick)) for prices in (first, second))
    return next((level for level, fits in levels if fits), levels[-1][0])


def on_grid(prices: np.ndarray, step: float) -> bool:
    """Return whether all prices are multiples of a step."""
    steps = prices / step
    return bool(np.all(np.abs(steps - np.rint(steps)) < EQUAL))
