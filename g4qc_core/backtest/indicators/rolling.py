"""Windows: largest, smallest, standard deviation, bands, and the average true range."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from g4qc_core.backtest.indicators.averages import sma, wilder_average
from g4qc_core.backtest.indicators.exact_prices import complete_windows, exact_prices
from g4qc_core.backtest.indicators.indicator_values import checked_length, column, same_length


class Bands(NamedTuple):
    """A middle line with a band above and one below, float64 in points."""

    lower: np.ndarray
    middle: np.ndarray
    upper: np.ndarray


def rolling_max(values: Any, length: int) -> np.ndarray:
    """Return the largest of the last `length` values, this one included.

    Args:
        values: n numbers, float64.
        length: bars, from 1.

    Returns:
        float64 of length n; NaN before bar length - 1, and where one of the values is NaN.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import highest

    return highest(column(values), checked_length(length))


def rolling_min(values: Any, length: int) -> np.ndarray:
    """Return the smallest of the last `length` values, this one included; NaN as `rolling_max`."""
    from g4qc_core.backtest.indicators.indicator_kernels import highest

    return -highest(-column(values), checked_length(length))


def rolling_std(values: Any, length: int, ddof: int = 0) -> np.ndarray:
    """Return the standard deviation of the last `length` values: sqrt(sum((x - mean) ** 2) / (length - ddof)).

    The sum is exact: equal values have the deviation 0, and no window remembers the ones before it.

    Args:
        values: n numbers, float64; prices keep 11 digits counted from the first one.
        length: bars, more than `ddof`.
        ddof: 0 for the deviation of these values, 1 for an estimate from a sample.

    Returns:
        float64 of length n; NaN before bar length - 1, and where one of the values is NaN.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import squared_spreads

    length = checked_length(length, ddof + 1)
    prices = exact_prices(column(values), length)
    spreads = squared_spreads(prices.units, length)
    # `spreads` is length ** 2 x variance.
    deviations = np.sqrt(spreads / (length * (length - ddof)) if ddof else spreads)
    deviations /= prices.scale if ddof else prices.scale * length
    return np.where(complete_windows(prices.valid, length), deviations, np.nan)


def bollinger(values: Any, length: int = 20, width: float = 2.0) -> Bands:
    """Return the simple average, and bands at `width` standard deviations (`ddof` 0) around it.

    Args:
        values: n numbers, float64.
        length: bars of average and deviation, from 1.
        width: deviations between the middle and a band.

    Returns:
        Three columns of length n; NaN before bar length - 1.
    """
    middle, away = sma(values, length), rolling_std(values, length) * width
    return Bands(middle - away, middle, middle + away)


def true_range(high: Any, low: Any, close: Any) -> np.ndarray:
    """Return the true range: the larger of high and last close, less the smaller of low and last close.

    Args:
        high: n prices in points.
        low: n prices in points.
        close: n prices in points.

    Returns:
        float64 of length n in points; high - low in the first bar.
    """
    top, bottom, last = same_length(high, low, close)
    before = np.concatenate(([np.nan], last[:-1]))[: len(last)]
    return np.fmax(top, before) - np.fmin(bottom, before)


def atr(high: Any, low: Any, close: Any, length: int = 14) -> np.ndarray:
    """Return the average true range: Wilder's average of the true range.

    Args:
        high: n prices in points.
        low: n prices in points.
        close: n prices in points.
        length: bars, from 1.

    Returns:
        float64 of length n in points; NaN before bar length - 1.
    """
    return wilder_average(true_range(high, low, close), length)
