"""Moving averages: simple, exponential and Wilder's."""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.backtest.indicators.exact_prices import complete_windows, exact_prices, window_sums
from g4qc_core.backtest.indicators.indicator_values import checked_length, column


def sma(values: Any, length: int) -> np.ndarray:
    """Return the mean of the last `length` values: (x[i] + ... + x[i - length + 1]) / length.

    Sums are whole numbers, divided once. So two averages of prices on a tick grid are equal exactly if the true ones
    are, and the result does not depend on where the column begins to be computed.

    Args:
        values: n numbers, float64; prices keep 11 digits counted from the first one.
        length: bars, from 1.

    Returns:
        float64 of length n; NaN before bar length - 1, and where one of the values is NaN.
    """
    own, length = column(values), checked_length(length)
    prices = exact_prices(own, length)
    means = window_sums(prices.units, length).astype(np.float64) / (prices.scale * length)
    return np.where(complete_windows(prices.valid, length), means, np.nan)


def ema(values: Any, length: int) -> np.ndarray:
    """Return the exponential average: e[i] = e[i - 1] + 2 / (length + 1) x (x[i] - e[i - 1]), e[0] = x[0].

    Args:
        values: n numbers, float64; a NaN is passed over.
        length: bars, from 1.

    Returns:
        float64 of length n; NaN until `length` values came, and where a value is NaN.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import smoothed

    length = checked_length(length)
    return smoothed(column(values), length, 2.0 / (length + 1), False)


def wilder_average(values: Any, length: int) -> np.ndarray:
    """Return Wilder's average: w[i] = w[i - 1] + (x[i] - w[i - 1]) / length, which begins at a mean.

    The first one is the mean of the first `length` values.

    Args:
        values: n numbers, float64; a NaN is passed over.
        length: bars, from 1.

    Returns:
        float64 of length n; NaN until `length` values came, and where a value is NaN.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import smoothed

    length = checked_length(length)
    return smoothed(column(values), length, 1.0 / length, True)
