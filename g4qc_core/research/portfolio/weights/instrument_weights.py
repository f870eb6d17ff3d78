"""The weights of instruments in a portfolio, by any of the known methods, from returns of the past."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError, unknown
from g4qc_core.research.portfolio.shared_sessions import LEAST_SESSIONS
from g4qc_core.research.portfolio.weights.hierarchical_risk import hierarchical_weights
from g4qc_core.research.portfolio.weights.minimum_variance import minimum_variance_weights
from g4qc_core.research.portfolio.weights.return_correlation import (
    checked_returns,
    return_covariance,
    return_volatility,
)
from g4qc_core.research.portfolio.weights.risk_budgeting import checked_budget, risk_budget_weights

METHODS: dict[str, str] = {
    "equal": "the same weight for each instrument",
    "inverse_volatility": "weights inverse to volatility: equal risk if all correlations are the same",
    "equal_risk": "each instrument contributes the same risk",
    "risk_budget": "each instrument contributes the share of risk that the budget says",
    "minimum_variance": "the smallest variance without short positions",
    "hierarchical": "hierarchical risk parity: risk is halved down a tree of correlations",
    "by_hand": "the weights that are given",
}
"""Methods by name, with what each does."""

_OF_COVARIANCE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "equal_risk": risk_budget_weights,
    "minimum_variance": minimum_variance_weights,
    "hierarchical": hierarchical_weights,
}


def instrument_weights(
    method: str,
    returns: Any,
    *,
    names: Sequence[str] | None = None,
    by_hand: Any = None,
    budget: Any = None,
    half_life: float | None = None,
    shrinkage: float = 0.0,
    least: int = LEAST_SESSIONS,
) -> np.ndarray:
    """Compute the weights of instruments from the returns of earlier sessions.

    The answer does not depend on the order of the instruments, to the last bit, because the computation puts the
    columns into an order of its own.

    Args:
        method: one of `METHODS`.
        returns: sessions x instruments, oldest first; NaN where an instrument has no such session. `equal` and
            `by_hand` only read how many columns there are.
        names: of the instruments; None: those of the frame's columns, or `instrument 1` and so on.
        by_hand: the weights of the method `by_hand`: one an instrument, or by name.
        budget: shares of risk of the method `risk_budget`: one an instrument, or by name.
        half_life: sessions after which the weight of a session is half; None: all sessions count the same.
        shrinkage: from 0 to 1; how far correlations are moved towards their mean.
        least: fewest sessions of an instrument, and that a pair shares.

    Returns:
        (instruments,), zero or positive, sum 1.

    Raises:
        UsageError: an unknown method, too few sessions, returns that do not vary, or weights or a budget that do not
            fit.
    """
    if method not in METHODS:
        raise unknown("method of instrument weights", method, METHODS)
    matrix, names = checked_returns(returns, names)
    if method == "equal":
        return np.full(len(names), 1 / len(names))
    if method == "by_hand":
        return weights_by_hand(by_hand, names)
    if method == "risk_budget" and budget is None:
        raise UsageError("The method risk_budget takes a budget: the share of risk of each instrument.")
    shares = checked_budget(_in_order(budget, names, "risk budget"), len(names)) if method == "risk_budget" else None
    order = _own_order(matrix, shares)
    ordered, labels = matrix[:, order], [names[at] for at in order]
    if method == "inverse_volatility":
        found = 1 / return_volatility(ordered, names=labels, half_life=half_life, least=least)
        found = found / found.sum()
    else:
        covariance = return_covariance(ordered, names=labels, half_life=half_life, shrinkage=shrinkage, least=least)
        found = (
            risk_budget_weights(covariance, shares[order]) if shares is not None else _OF_COVARIANCE[method](covariance)
        )
    weights = np.empty(len(names))
    weights[order] = found
    return weights


def weights_by_hand(weights: Any, names: Sequence[str]) -> np.ndarray:
    """Check weights that a person gives, and return them in the order of the names.

    Args:
        weights: one an instrument, or by name.
        names: of the instruments.

    Raises:
        UsageError: a name too many or too few, a negative weight, or a sum that differs from 1 by more than 0.001.
    """
    given = _in_order(weights, names, "list of weights")
    if given is None:
        raise UsageError("The method by_hand takes weights: one for each instrument.")
    try:
        found = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise UsageError("Weights are numbers, one for each instrument.") from None
    if found.shape != (len(names),):
        raise UsageError(f"Weights are one for each instrument: {len(names)}, not {found.size}.")
    if not np.isfinite(found).all() or (found < 0).any():
        raise UsageError("The weight of an instrument is zero or positive: signs come from the forecasts.")
    total = math.fsum(found)  # does not depend on the order
    if abs(total - 1) > 1e-3:
        raise UsageError(f"The weights of the instruments sum to {total:g}: make them sum to 1.")
    return found / total


def _in_order(given: Any, names: Sequence[str], what: str) -> Any:
    """Return values by name as a list in the order of the names; anything else as it is."""
    if not isinstance(given, Mapping):
        return given
    lacking = [name for name in names if name not in given]
    if lacking:
        raise UsageError(f"The {what} lacks {lacking[0]}.")
    extra = [str(name) for name in given if name not in names]
    if extra:
        raise UsageError(f"The {what} names {extra[0]}, which the portfolio does not hold.")
    return [given[name] for name in names]


def _own_order(matrix: np.ndarray, shares: np.ndarray | None) -> np.ndarray:
    """Return an order of the columns that depends on their numbers only, not on where they stand."""
    rows = matrix if shares is None else np.vstack([matrix, shares])
    return np.lexsort(rows + 0.0) if len(rows) else np.arange(matrix.shape[1])
