"""Weights at which each instrument bears a given share of the risk.

With budgets b that sum to one, x = argmin x'Cx / 2 - sum b_i log x_i over x > 0 has x_i (Cx)_i = b_i, and w = x / sum
x. The problem is convex, so that the answer is unique; it is solved by damped Newton steps. Spinu: An Algorithm for
Computing Risk Parity Weights (2013); Maillard, Roncalli, Teiletche: The Properties of Equally Weighted Risk
Contribution Portfolios (2010).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.weights.covariance_matrix import checked_covariance, split_covariance

_STEPS = 500
_CLOSE = 1e-13
_DAMPED = 0.95 * (3 - np.sqrt(5)) / 2


def risk_budget_weights(covariance: Any, budget: Any = None) -> np.ndarray:
    """Compute the long-only weights whose risk is shared as the budget says.

    Args:
        covariance: of returns, (instruments, instruments).
        budget: positive shares of the risk, in any unit; None: equal risk contribution.

    Returns:
        (instruments,), positive, sum 1.

    Raises:
        UsageError: no covariance, no such budget, or instruments that hedge each other so perfectly that a portfolio of
            them has no risk to share.
    """
    matrix = checked_covariance(covariance)
    shares = checked_budget(budget, len(matrix))
    spread, correlation = split_covariance(matrix)
    weights = _solve(correlation, shares) / spread
    return weights / weights.sum()


def checked_budget(budget: Any, instruments: int) -> np.ndarray:
    """Return the budget as shares that sum to one; equal ones for None.

    Raises:
        UsageError: not one positive number for each instrument.
    """
    if budget is None:
        return np.full(instruments, 1 / instruments)
    try:
        shares = np.asarray(budget, np.float64)
    except (TypeError, ValueError):
        raise UsageError("A risk budget is one positive number for each instrument.") from None
    if shares.shape != (instruments,) or not (np.isfinite(shares).all() and (shares > 0).all()):
        raise UsageError(f"A risk budget is one positive number for each of the {instruments} instruments.")
    return shares / math.fsum(shares)  # does not depend on the order


def _solve(correlation: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return x > 0 with x_i (Cx)_i = b_i."""
    x = np.sqrt(shares) / np.sqrt(max(1e-12, correlation.sum() / len(shares)))
    for _ in range(_STEPS):
        gradient = correlation @ x - shares / x
        step = np.linalg.solve(correlation + np.diag(shares / x**2), gradient)
        decrement = float(np.sqrt(max(0.0, gradient @ step) / shares.min()))
        x = x - step / (1 + decrement) if decrement > _DAMPED else _inside(x, step)
        if np.abs(x * (correlation @ x) / shares - 1).max() < _CLOSE * len(shares) or x.max() > 1e6:
            break
    if x.max() > 1e6 or np.abs(x * (correlation @ x) / shares - 1).max() > 1e-8:
        raise UsageError(
            "Risk cannot be shared between these instruments, because some of them hedge each other perfectly: "
            "take one of them out, or choose other weights."
        )
    return x


def _inside(x: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Take the whole step, or the largest half of it that leaves every number positive."""
    part = 1.0
    while (x - part * step <= 0).any():
        part /= 2
    return x - part * step
