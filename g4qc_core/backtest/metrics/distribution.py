"""The shape of session returns: moments, percentiles, the best and the worst."""

from __future__ import annotations

import math

import numpy as np

from g4qc_core.backtest.metrics.ratios import spread
from g4qc_core.backtest.metrics.sums import mean

TAIL = 0.05
"""Share of sessions in a tail: value at risk is this percentile."""


def skew(returns: np.ndarray) -> float | None:
    """Compute the third standardised moment, of the population; None if nothing varies."""
    return _moment(returns, 3)


def kurtosis(returns: np.ndarray) -> float | None:
    """Compute the fourth standardised moment, of the population: 3 for a normal one; None if nothing varies."""
    return _moment(returns, 4)


def percentile(ordered: np.ndarray, share: float) -> float:
    """Return the percentile of ascending values, interpolated linearly between the two nearest ones."""
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * (at - below)


def tail_ratio(returns: np.ndarray) -> float | None:
    """Compute the 95th percentile over the size of the 5th; None if the latter is zero."""
    ordered = np.sort(returns)
    low = abs(percentile(ordered, TAIL))
    return abs(percentile(ordered, 1 - TAIL)) / low if low else None


def value_at_risk(returns: np.ndarray) -> float:
    """Compute the 5th percentile of the returns."""
    return percentile(np.sort(returns), TAIL)


def conditional_value_at_risk(returns: np.ndarray) -> float:
    """Compute the mean of the lowest returns up to the value at risk: of n, the floor((n - 1) / 20) + 1 lowest."""
    return mean(np.sort(returns)[: math.floor(TAIL * (len(returns) - 1)) + 1])


def _moment(values: np.ndarray, order: int) -> float | None:
    away = values - mean(values)
    largest = float(np.abs(away).max())
    if not spread(values):
        return None
    # In units of the largest distance, so that no power of a small number is lost.
    away /= largest
    square = away * away
    power = square * (away if order == 3 else square)
    return mean(power) / mean(square) ** (order / 2)
