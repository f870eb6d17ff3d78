"""The tradable portfolio: the whole contracts that are nearest to the ideal ones, at what it costs to get there.

    minimise (n - n*)' S (n - n*) + sum p_i |n_i - h_i|    with sum m_i |n_i| <= margin limit, low_i <= n_i <= high_i

n* are the ideal contracts, S is the covariance of the money that one contract of each instrument makes, h are the
contracts that are held, and p is the penalty of a contract traded. An instrument stays on the side of its ideal, and
holds at most a few contracts more than the ideal rounded up, so that one instrument can stand in for another that is
too large, but not for the whole portfolio. Carver calls the same idea dynamic optimisation.

Branch and bound gives the best answer, and says so; if it exceeds its limit of steps, the answer is the best so far,
which a change of one or two contracts does not improve. `every_combination` is its oracle for few instruments.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError

MOST_STEPS = 200_000
"""Default limit of the search; a tenth of a second or less."""

MOST_BEYOND = 1
"""Contracts that an instrument may hold above its ideal rounded up."""

MOST_COMBINATIONS = 5_000_000
"""Most combinations that `every_combination` tries."""

_MOST_EXHAUSTIVE = 5


@dataclass(frozen=True, eq=False)
class TradableContracts:
    """Whole contracts.

    Attributes:
        contracts: (instruments,), int64, negative for short.
        objective: tracking variance and penalty, money squared.
        tracking_variance: of the difference from the ideal contracts, money squared.
        proven: whether no other whole contracts inside the limits are better.
        steps: numbers that the search has tried.
    """

    contracts: np.ndarray
    objective: float
    tracking_variance: float
    proven: bool
    steps: int


@dataclass(frozen=True, eq=False)
class _Problem:
    ideal: np.ndarray
    covariance: np.ndarray
    held: np.ndarray
    penalty: np.ndarray
    margin: np.ndarray
    margin_limit: float
    low: np.ndarray
    high: np.ndarray


def trade_penalty(cost: Any, shadow_cost: float, risk: float) -> np.ndarray:
    """Return the penalty of a contract traded, so that costs compare with tracking variance.

    Divided by risk^2, the objective is (tracking error / risk)^2 + shadow_cost x cost / risk: with a shadow cost of 1,
    a trade that costs a hundredth of the session's risk must reduce the squared relative tracking error by 0.01.

    Args:
        cost: money of one contract traded, of each instrument.
        shadow_cost: how much a trade must bring; 0 trades for the smallest improvement.
        risk: money that the portfolio is to vary by in the period of the covariance.
    """
    return np.asarray(cost, np.float64) * shadow_cost * risk


def tradable_contracts(
    ideal: Any,
    covariance: Any,
    *,
    held: Any = None,
    penalty: Any = None,
    margin: Any = None,
    margin_limit: float = np.inf,
    limits: Any = None,
    beyond: int = MOST_BEYOND,
    most_steps: int = MOST_STEPS,
) -> TradableContracts:
    """Find the best whole contracts.

    Args:
        ideal: (n,), contracts of any sign; an instrument with 0 holds none.
        covariance: (n, n), of the money of one contract each, in the account's currency; it may be singular.
        held: (n,), contracts now; None: none.
        penalty: (n,), of one contract traded, from `trade_penalty`; None: trades cost nothing.
        margin: (n,), money of one contract; None: none.
        margin_limit: money of all contracts together.
        limits: (n,), most contracts of an instrument on either side; NaN: no limit; None: no limits.
        beyond: contracts that an instrument may hold above its ideal rounded up.
        most_steps: limit of the search.

    Raises:
        UsageError: numbers that do not fit, are missing or negative.
    """
    from g4qc_core.research.portfolio.contracts.contract_search import objective_of, search_contracts

    problem = _problem(ideal, covariance, held, penalty, margin, margin_limit, limits, beyond)
    # The riskiest contract is chosen first, so that bad branches end early.
    order = np.argsort(np.diag(problem.covariance), kind="stable")
    ordered = _in_order(problem, order)
    start = _near_start(ordered)
    value = objective_of(start, ordered.ideal, ordered.covariance, ordered.held, ordered.penalty)
    found, _, proven, steps = search_contracts(
        _root(ordered.covariance), ordered.ideal, ordered.held, ordered.penalty, ordered.margin, ordered.margin_limit,
        ordered.low, ordered.high, start, value, most_steps,
    )  # fmt: skip
    contracts = np.empty(len(order))
    contracts[order] = found
    return _answer(problem, contracts, bool(proven), int(steps))


def every_combination(
    ideal: Any,
    covariance: Any,
    *,
    held: Any = None,
    penalty: Any = None,
    margin: Any = None,
    margin_limit: float = np.inf,
    limits: Any = None,
    beyond: int = MOST_BEYOND,
) -> TradableContracts:
    """Try all whole contracts inside the limits, and return the best; for up to five instruments.

    Args:
        ideal: as `tradable_contracts`.
        covariance: as `tradable_contracts`.
        held: as `tradable_contracts`.
        penalty: as `tradable_contracts`.
        margin: as `tradable_contracts`.
        margin_limit: as `tradable_contracts`.
        limits: as `tradable_contracts`.
        beyond: as `tradable_contracts`.

    Raises:
        UsageError: more than five instruments, too many combinations, or numbers that do not fit.
    """
    problem = _problem(ideal, covariance, held, penalty, margin, margin_limit, limits, beyond)
    sizes = problem.high - problem.low + 1
    if len(sizes) > _MOST_EXHAUSTIVE or np.prod(sizes) > MOST_COMBINATIONS:
        raise UsageError(
            f"All combinations are tried for at most {_MOST_EXHAUSTIVE} instruments and {MOST_COMBINATIONS:,} of them."
        )
    ranges = [np.arange(low, high + 1) for low, high in zip(problem.low, problem.high, strict=True)]
    best, least, tried = np.zeros(len(sizes)), np.inf, 0
    rest = np.stack([one.ravel() for one in np.meshgrid(*ranges[1:], indexing="ij")], axis=1) if ranges[1:] else None
    for first in product(ranges[0]):
        block = np.full((1, 1), first[0]) if rest is None else np.column_stack([np.full(len(rest), first[0]), rest])
        fits = np.abs(block) @ problem.margin <= problem.margin_limit
        away = block - problem.ideal
        cost = np.einsum("ki,ij,kj->k", away, problem.covariance, away) + np.abs(block - problem.held) @ problem.penalty
        cost = np.where(fits, cost, np.inf)
        tried += len(block)
        at = int(cost.argmin())
        if cost[at] < least:
            best, least = block[at], float(cost[at])
    return _answer(problem, best, True, tried)


def _problem(
    ideal: Any,
    covariance: Any,
    held: Any,
    penalty: Any,
    margin: Any,
    margin_limit: float,
    limits: Any,
    beyond: int,
) -> _Problem:
    wanted = np.asarray(ideal, np.float64)
    n = len(wanted) if wanted.ndim == 1 else 0
    matrix = np.asarray(covariance, np.float64)
    if not n or matrix.shape != (n, n) or not np.isfinite(matrix).all() or not np.isfinite(wanted).all():
        raise UsageError("Whole contracts take one ideal number an instrument and the covariance of their money.")
    now = _numbers(held, n, "contracts that are held", negative=True)
    costs = _numbers(penalty, n, "penalty")
    needs = _numbers(margin, n, "margin")
    if not margin_limit >= 0 or beyond < 0:
        raise UsageError("The limit of margin and the contracts beyond the ideal are not negative.")
    most = np.ceil(np.abs(wanted)) + beyond
    if limits is not None:
        given = np.asarray(limits, np.float64)
        if given.shape != (n,) or (given < 0).any():
            raise UsageError("A limit of contracts is zero or positive, one for each instrument.")
        most = np.minimum(most, np.where(np.isnan(given), np.inf, np.floor(given)))
    alone = np.floor(margin_limit / np.where(needs > 0, needs, np.inf)) if np.isfinite(margin_limit) else np.inf
    most = np.minimum(most, np.where(needs > 0, alone, np.inf))
    return _Problem(
        ideal=wanted,
        covariance=(matrix + matrix.T) / 2,
        held=now,
        penalty=costs,
        margin=needs,
        margin_limit=float(margin_limit),
        low=np.where(wanted < 0, -most, 0.0) + 0.0,
        high=np.where(wanted > 0, most, 0.0),
    )


def _numbers(given: Any, n: int, what: str, *, negative: bool = False) -> np.ndarray:
    if given is None:
        return np.zeros(n)
    values = np.asarray(given, np.float64)
    if values.shape != (n,) or not np.isfinite(values).all() or (not negative and (values < 0).any()):
        raise UsageError(
            f"The {what} has one number for each of the {n} instruments, {'' if negative else 'not below 0'}."
        )
    return values


def _in_order(problem: _Problem, order: np.ndarray) -> _Problem:
    return _Problem(
        problem.ideal[order], problem.covariance[np.ix_(order, order)], problem.held[order], problem.penalty[order],
        problem.margin[order], problem.margin_limit, problem.low[order], problem.high[order],
    )  # fmt: skip


def _near_start(problem: _Problem) -> np.ndarray:
    """Return good contracts: the best descent from nothing, from the held ones and from the ideal ones rounded."""
    from g4qc_core.research.portfolio.contracts.contract_search import descend, objective_of

    best, least = np.zeros(len(problem.ideal)), np.inf
    for start in (best, np.rint(problem.held), np.rint(problem.ideal), np.trunc(problem.ideal)):
        inside = np.clip(start, problem.low, problem.high)
        if np.abs(inside) @ problem.margin > problem.margin_limit:
            continue
        found = descend(
            inside, problem.ideal, problem.covariance, problem.held, problem.penalty, problem.margin,
            problem.margin_limit, problem.low, problem.high,
        )  # fmt: skip
        value = objective_of(found, problem.ideal, problem.covariance, problem.held, problem.penalty)
        if value < least:
            best, least = found, value
    return best


def _root(covariance: np.ndarray) -> np.ndarray:
    """Return the upper triangular R with a diagonal of zero or more and R'R = covariance."""
    values, vectors = np.linalg.eigh(covariance)
    square = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    root: np.ndarray = np.linalg.qr(square)[1]
    root = root * np.where(np.diag(root) < 0, -1.0, 1.0)[:, None]
    diagonal = np.diag(root)
    np.fill_diagonal(root, np.where(diagonal > 1e-12 * max(diagonal.max(), 1e-300), diagonal, 0.0))
    return np.ascontiguousarray(root)


def _answer(problem: _Problem, contracts: np.ndarray, proven: bool, steps: int) -> TradableContracts:
    away = contracts - problem.ideal
    tracking = max(0.0, float(away @ problem.covariance @ away))
    penalty = float(np.abs(contracts - problem.held) @ problem.penalty)
    return TradableContracts(np.rint(contracts).astype(np.int64), tracking + penalty, tracking, proven, steps)
