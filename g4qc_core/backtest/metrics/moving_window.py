"""Figures over a moving window of session returns."""

from __future__ import annotations

import math

import numpy as np

WINDOWS = (126, 63, 21)
"""Sessions in a window, the longest first: about half a year, a quarter and a month."""

_LEAST_WINDOWS = 2


def window_for(sessions: int) -> int | None:
    """Return the longest window of which so many sessions hold at least two; None if there is none."""
    return next((window for window in WINDOWS if sessions >= _LEAST_WINDOWS * window), None)


def rolling_volatility(returns: np.ndarray, window: int, periods: float) -> np.ndarray:
    """Return the standard deviation (n - 1) of each window, times the root of `periods`.

    Args:
        returns: session returns, at least `window` of them.
        window: sessions in a window, at least 2.
        periods: sessions a year.

    Returns:
        One value for each window, by the session that ends it.
    """
    return _windows(returns, window).std(axis=1, ddof=1) * math.sqrt(periods)


def rolling_sharpe(returns: np.ndarray, window: int, periods: float) -> np.ndarray:
    """Return mean over standard deviation (n - 1) of each window, times the root of `periods`.

    The arguments are those of `rolling_volatility`; a window in which nothing varies has NaN.
    """
    parts = _windows(returns, window)
    spread = parts.std(axis=1, ddof=1)
    varies = np.ptp(parts, axis=1) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(varies, parts.mean(axis=1) / spread * math.sqrt(periods), np.nan)


def _windows(returns: np.ndarray, window: int) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(returns, window)
