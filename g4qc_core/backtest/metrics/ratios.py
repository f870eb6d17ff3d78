"""Return against risk: volatility, Sharpe, Sortino, Calmar and Omega of an array of returns."""

from __future__ import annotations

import math

import numpy as np

from g4qc_core.backtest.metrics.session_returns import SESSIONS_PER_YEAR
from g4qc_core.backtest.metrics.sums import mean, quick

# A return is a quotient of money less one: below this, what varies is only the rounding of that quotient.
_NOISE = 1e-14


def spread(values: np.ndarray) -> float | None:
    """Compute the standard deviation (n - 1); zero if only rounding varies, None for fewer than two values."""
    if len(values) < 2:
        return None
    centre = mean(values)
    away = values - centre
    found = math.sqrt(quick(away * away) / (len(values) - 1))
    return found if found > _NOISE * max(1.0, abs(centre)) else 0.0


def volatility(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute the standard deviation (n - 1) times the square root of `periods`; None for fewer than two returns."""
    found = spread(returns)
    return None if found is None else found * math.sqrt(periods)


def sharpe(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute mean over standard deviation (n - 1), times the square root of `periods`; None if nothing varies."""
    found = spread(returns)
    return mean(returns) / found * math.sqrt(periods) if found else None


def downside(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float:
    """Compute the root mean square of the negative returns (all counted), times the square root of `periods`."""
    return math.sqrt(mean(np.square(np.minimum(returns, 0))) * periods)


def sortino(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute mean over downside deviation, times the square root of `periods`; None if no return is negative."""
    risk = downside(returns, 1)
    return mean(returns) / risk * math.sqrt(periods) if risk > _NOISE else None


def calmar(yearly: float | None, worst: float) -> float | None:
    """Compute the annual return over the size of the largest drawdown (zero or negative); None without a drawdown."""
    return yearly / -worst if worst < 0 and yearly is not None else None


def omega(returns: np.ndarray) -> float | None:
    """Compute the sum of the returns above zero over the size of the sum below zero; None if none is below."""
    lost = -quick(np.minimum(returns, 0))
    return quick(np.maximum(returns, 0)) / lost if lost > _NOISE else None
