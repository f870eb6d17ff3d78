"""Differences and their averages: momentum, RSI and MACD."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from g4qc_core.backtest.indicators.averages import ema, wilder_average
from g4qc_core.backtest.indicators.indicator_values import checked_length, column


class MacdLines(NamedTuple):
    """The lines of MACD, float64 in points."""

    line: np.ndarray
    signal: np.ndarray
    histogram: np.ndarray


def momentum(values: Any, length: int) -> np.ndarray:
    """Return the change over `length` bars: x[i] - x[i - length].

    Args:
        values: n numbers, float64.
        length: bars, from 1.

    Returns:
        float64 of length n; NaN before bar `length`.
    """
    own, length = column(values), checked_length(length)
    changes = np.full(len(own), np.nan)
    changes[length:] = own[length:] - own[:-length]
    return changes


def rsi(values: Any, length: int = 14) -> np.ndarray:
    """Return Wilder's relative strength index: 100 x gains / (gains + losses).

    Gains and losses are Wilder's averages of the rises and the falls from bar to bar.

    Args:
        values: n numbers, float64.
        length: bars, from 1.

    Returns:
        float64 of length n from 0 to 100; NaN before bar `length`; 50 where nothing moved.
    """
    changes = momentum(values, 1)
    gains = wilder_average(np.where(changes < 0, 0.0, changes), length)
    losses = wilder_average(np.where(changes > 0, 0.0, -changes), length)
    moved = gains + losses
    still = moved == 0
    return np.where(still, 50.0, 100.0 * gains / np.where(still, 1.0, moved))


def macd(values: Any, fast: int = 12, slow: int = 26, signal: int = 9) -> MacdLines:
    """Return the difference of two exponential averages, its own exponential average, and what is between them.

    Args:
        values: n numbers, float64.
        fast: bars of the fast average.
        slow: bars of the slow average, more than `fast`.
        signal: bars of the average of the difference.

    Returns:
        line = ema(fast) - ema(slow), NaN before bar slow - 1; signal = ema(line, signal) and histogram = line - signal,
        NaN before bar slow + signal - 2.

    Raises:
        ValueError: `fast` is not smaller than `slow`.
    """
    if not checked_length(fast) < checked_length(slow):
        raise ValueError(f"fast ({fast}) must be smaller than slow ({slow})")
    line = ema(values, fast) - ema(values, slow)
    average = ema(line, signal)
    return MacdLines(line, average, line - average)
