"""A result against its benchmark, from the session equity of both. What the benchmark is does not belong here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from g4qc_core.backtest.metrics.metric_definitions import needing
from g4qc_core.backtest.metrics.ratios import sharpe, spread, volatility
from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.backtest.metrics.sums import mean, quick
from g4qc_core.backtest.span import LEAST_SESSIONS, Span


def benchmark_figures(values: np.ndarray, benchmark: np.ndarray | None, cash: float, span: Span) -> dict[str, Any]:
    """Compute the figures against a benchmark.

    Args:
        values: session equity of the result.
        benchmark: session equity of the benchmark, of the same sessions; None: every figure is None.
        cash: starting cash of both.
        span: calendar time of both.
    """
    if benchmark is None:
        return dict.fromkeys(needing("benchmark"))
    own, other = session_returns(values, cash), session_returns(benchmark, cash)
    gained = float(benchmark[-1] / cash - 1)
    found: dict[str, Any] = {"benchmark_return": gained, "excess_return": float(values[-1] / cash - 1) - gained}
    slope, together = (beta(own, other), correlation(own, other)) if len(own) >= LEAST_SESSIONS else (None, None)
    annual: dict[str, float | None] = dict.fromkeys(("alpha", "tracking_error", "information_ratio"))
    if span.annualisable:
        a_year = span.sessions_per_year
        annual = {
            "alpha": alpha(own, other, a_year),
            "tracking_error": volatility(own - other, a_year),
            "information_ratio": sharpe(own - other, a_year),
        }
    return found | {"beta": slope, "correlation": together} | annual


def beta(returns: np.ndarray, benchmark: np.ndarray) -> float | None:
    """Compute covariance over the benchmark's variance; None if the benchmark does not vary."""
    if not spread(benchmark):
        return None
    away = benchmark - mean(benchmark)
    return quick((returns - mean(returns)) * away) / quick(away * away)


def alpha(returns: np.ndarray, benchmark: np.ndarray, periods: float) -> float | None:
    """Compute mean return less beta times the benchmark's, times `periods`; None if the benchmark does not vary."""
    slope = beta(returns, benchmark)
    return None if slope is None else (mean(returns) - slope * mean(benchmark)) * periods


def correlation(returns: np.ndarray, benchmark: np.ndarray) -> float | None:
    """Compute the correlation of Pearson; None if one of the two does not vary."""
    if not spread(returns) or not spread(benchmark):
        return None
    one, other = returns - mean(returns), benchmark - mean(benchmark)
    found = quick(one * other) / math.sqrt(quick(one * one) * quick(other * other))
    return max(-1.0, min(1.0, found))
