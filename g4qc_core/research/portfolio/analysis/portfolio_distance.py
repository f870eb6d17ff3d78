"""What whole contracts miss of the ideal portfolio, at one capital and along many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError

CAPITAL_MULTIPLES = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
"""Multiples of the given capital at which the distance is shown."""


@dataclass(frozen=True, eq=False)
class ContractDistance:
    """The distance between ideal and tradable contracts.

    Attributes:
        tracking_error: standard deviation of the difference in a year, a fraction of capital.
        ideal_risk: volatility of the ideal portfolio in a year, a fraction of capital.
        tradable_risk: volatility of the tradable one in a year, a fraction of capital.
        share_of_risk: tradable over ideal risk; None if the ideal has none.
        correlation: of the money of both; None if one has no risk.
        missing: (instruments,), ideal minus tradable contracts.
        missing_risk: (instruments,), volatility of the missing contracts alone in a year, a fraction of capital.
        held: instruments with a contract.
    """

    tracking_error: float
    ideal_risk: float
    tradable_risk: float
    share_of_risk: float | None
    correlation: float | None
    missing: np.ndarray
    missing_risk: np.ndarray
    held: int


def contract_distance(
    ideal: Any, tradable: Any, covariance: Any, *, capital: float, sessions_a_year: float
) -> ContractDistance:
    """Compare ideal and tradable contracts.

    Args:
        ideal: (n,), contracts.
        tradable: (n,), contracts.
        covariance: (n, n), of the money that one contract of each makes in a session, in the account's currency.
        capital: money.
        sessions_a_year: by whose root a session's risk is multiplied.

    Raises:
        UsageError: shapes that do not fit, or a capital that is not positive.
    """
    wanted, held = np.asarray(ideal, np.float64), np.asarray(tradable, np.float64)
    matrix = np.asarray(covariance, np.float64)
    if wanted.ndim != 1 or held.shape != wanted.shape or matrix.shape != (len(wanted), len(wanted)):
        raise UsageError("There is an ideal and a tradable number of contracts for each row of the covariance.")
    if not capital > 0:
        raise UsageError(f"The distance is a share of a positive capital, not of {capital:g}.")
    away = wanted - held
    year = np.sqrt(sessions_a_year) / capital
    ideal_risk, tradable_risk = _risk(wanted, matrix) * year, _risk(held, matrix) * year
    both = ideal_risk * tradable_risk
    common = float(wanted @ matrix @ held) * year * year
    return ContractDistance(
        tracking_error=_risk(away, matrix) * year,
        ideal_risk=ideal_risk,
        tradable_risk=tradable_risk,
        share_of_risk=tradable_risk / ideal_risk if ideal_risk > 0 else None,
        correlation=float(np.clip(common / both, -1.0, 1.0)) if both > 0 else None,
        missing=away,
        missing_risk=np.abs(away) * np.sqrt(np.maximum(np.diag(matrix), 0.0)) * year,
        held=int(np.count_nonzero(held)),
    )


def distance_by_capital(
    ideal_of_one: Any,
    covariance: Any,
    choose: Callable[[np.ndarray, float], np.ndarray],
    *,
    capital: float,
    sessions_a_year: float,
    multiples: Sequence[float] = CAPITAL_MULTIPLES,
) -> pd.DataFrame:
    """Compare ideal and tradable contracts at several capitals.

    Args:
        ideal_of_one: (n,), ideal contracts for one unit of money; they grow with capital.
        covariance: as `contract_distance`.
        choose: gives the tradable contracts for ideal contracts and a capital.
        capital: money, times each of the multiples.
        sessions_a_year: as `contract_distance`.
        multiples: of the capital, positive.

    Returns:
        A row for each capital: capital, tracking_error, share_of_risk (NaN if the ideal has no risk), held (int64).

    Raises:
        UsageError: as `contract_distance`.
    """
    unit = np.asarray(ideal_of_one, np.float64)
    rows = []
    for multiple in multiples:
        money = capital * multiple
        found = contract_distance(
            unit * money, choose(unit * money, money), covariance, capital=money, sessions_a_year=sessions_a_year
        )
        share = np.nan if found.share_of_risk is None else found.share_of_risk
        rows.append((money, found.tracking_error, share, found.held))
    frame = pd.DataFrame(rows, columns=["capital", "tracking_error", "share_of_risk", "held"])
    return frame.astype(
        {"capital": "float64", "tracking_error": "float64", "share_of_risk": "float64", "held": "int64"}
    )


def _risk(contracts: np.ndarray, covariance: np.ndarray) -> float:
    return float(np.sqrt(max(0.0, contracts @ covariance @ contracts)))
