"""Forecasts: signals of strategies scaled to a common mean size, capped, and combined.

A forecast of 1 is the average conviction, at which an instrument has its share of the volatility target; pysystemtrade
writes 10 for it and caps at 20. Strategies of G4QC signal from -1 to 1, so that one that is always fully long or short
has a scalar of 1. Carver: Systematic Trading (2015), chapters 7 and 8, appendix D.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.weights.diversification import diversification_multiplier

TARGET_FORECAST = 1.0
"""Mean size of a scaled forecast."""

FORECAST_CAP = 2.0
"""Largest size of a forecast; twice the mean size, as in pysystemtrade."""

LEAST_SIGNALS = 20
"""Fewest sessions with a signal from which a scalar is estimated."""


def forecast_scalars(
    signals: Any, *, target: float = TARGET_FORECAST, least: int = LEAST_SIGNALS, before: float = 1.0
) -> np.ndarray:
    """Compute the number by which each session's signal is multiplied, from earlier sessions only.

    target / mean |signal| over all sessions before the row in which the strategy was in the market. Sessions with a
    signal of zero do not count, as in pysystemtrade (`sysquant/estimators/forecast_scalar.py`): a strategy that is
    seldom in the market does not become larger for that.

    Args:
        signals: sessions, or sessions x instruments whose sizes are pooled; oldest first; NaN where there is none.
        target: mean size of a scaled forecast.
        least: fewest earlier sessions (of all instruments together) with a signal.
        before: the scalar while there are fewer.

    Returns:
        (sessions,): row t is of the rows before t.

    Raises:
        UsageError: signals that are no numbers, or a target that is not positive.
    """
    matrix = _signals(signals)
    if not target > 0:
        raise UsageError(f"The mean size of a forecast is positive, not {target:g}.")
    sizes = np.abs(np.where(np.isfinite(matrix), matrix, 0.0))
    total = np.concatenate(([0.0], np.cumsum(sizes.sum(axis=1))))[:-1]
    count = np.concatenate(([0], np.cumsum((sizes > 0).sum(axis=1))))[:-1]
    enough = count >= max(1, least)
    return np.where(enough, target * count / np.where(total > 0, total, 1.0), before)


def capped(forecast: Any, cap: float = FORECAST_CAP) -> np.ndarray:
    """Return forecasts with sizes above the cap cut to it.

    Raises:
        UsageError: a cap that is not positive.
    """
    if not cap > 0:
        raise UsageError(f"The cap of a forecast is positive, not {cap:g}.")
    return np.clip(np.asarray(forecast, np.float64), -cap, cap)


def combined_forecast(forecasts: Any, weights: Any, multiplier: Any = 1.0, cap: float = FORECAST_CAP) -> np.ndarray:
    """Combine the forecasts of several strategies on one instrument: the capped weighted sum, times the multiplier.

    The forecasts are capped before, too. A strategy without a forecast (NaN) counts as zero.

    Args:
        forecasts: sessions x strategies, scaled.
        weights: (strategies,), sum 1.
        multiplier: of diversification between the forecasts: one number, or one a session.
        cap: largest size.

    Returns:
        (sessions,).

    Raises:
        UsageError: shapes that do not fit, or a cap that is not positive.
    """
    matrix, shares = np.asarray(forecasts, np.float64), np.asarray(weights, np.float64)
    if matrix.ndim != 2 or shares.shape != (matrix.shape[1],):
        raise UsageError("Forecasts have a column for each strategy, and there is one weight for each of them.")
    known = np.where(np.isfinite(matrix), matrix, 0.0)
    # Summed strategy by strategy, so that the last digit does not depend on how many sessions there are.
    total = np.zeros(len(matrix))
    for at, share in enumerate(shares):
        total = total + share * capped(known[:, at], cap)
    return capped(total * np.asarray(multiplier, np.float64), cap)


def forecast_multiplier(forecasts: Any, weights: Any, *, cap: float = 2.5) -> float:
    """Compute the diversification multiplier of forecasts from their correlation; 1 while it is not known.

    Args:
        forecasts: sessions x strategies, scaled; rows with a missing one are left out, and so are strategies that do
            not vary.
        weights: (strategies,), sum 1.
        cap: largest multiplier.

    Raises:
        UsageError: weights that do not fit.
    """
    matrix, shares = np.asarray(forecasts, np.float64), np.asarray(weights, np.float64)
    rows = matrix[np.isfinite(matrix).all(axis=1)]
    if len(rows) < LEAST_SIGNALS:
        return 1.0
    spread = rows.std(axis=0)
    varying = spread > 1e-12
    scaled = np.where(varying, (rows - rows.mean(axis=0)) / np.where(varying, spread, 1.0), 0.0)
    correlation = scaled.T @ scaled / len(rows)
    # Two forecasts that never vary are alike for all that is known.
    correlation[np.ix_(~varying, ~varying)] = 1.0
    np.fill_diagonal(correlation, 1.0)
    return diversification_multiplier(shares, correlation, cap=cap)


def _signals(signals: Any) -> np.ndarray:
    try:
        matrix = np.asarray(signals, np.float64)
    except (TypeError, ValueError):
        raise UsageError("Signals are numbers from -1 to 1.") from None
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2:
        raise UsageError("Signals have a row for each session, and a column for each instrument.")
    return matrix
