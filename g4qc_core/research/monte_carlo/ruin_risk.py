"""The risk of ruin with its interval, and the capital that keeps it below a bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from g4qc_core.errors import UsageError


@dataclass(frozen=True)
class RiskOfRuin:
    """A share of paths that were ruined.

    Attributes:
        ruined: number of ruined paths.
        paths: number of all.
        risk: the share.
        low, high: interval of Clopper and Pearson for the probability.
        confidence: of the interval.
    """

    ruined: int
    paths: int
    risk: float
    low: float
    high: float
    confidence: float


def risk_of_ruin(ruined: int, paths: int, confidence: float = 0.95) -> RiskOfRuin:
    """Return the risk with the interval of Clopper and Pearson, which covers at least as often as it says.

    Raises:
        UsageError: no path, more ruined ones than paths, or a confidence that is not between 0 and 1.
    """
    from scipy.stats import beta  # type: ignore[import-untyped]

    if not (0 <= ruined <= paths and paths > 0 and 0 < confidence < 1):
        raise UsageError("A risk of ruin is that of at least one path, with a confidence between 0 and 1, like 0.95.")
    tail = (1 - confidence) / 2
    low = 0.0 if ruined == 0 else float(beta.ppf(tail, ruined, paths - ruined + 1))
    high = 1.0 if ruined == paths else float(beta.ppf(1 - tail, ruined + 1, paths - ruined))
    return RiskOfRuin(ruined, paths, ruined / paths, low, high, confidence)


@dataclass(frozen=True)
class RuinRule:
    """When an account is ruined.

    Attributes:
        amount: equity below which it is, whatever the capital: a margin.
        share: part of the starting capital below which it is; one of both is zero.
    """

    amount: float = 0.0
    share: float = 0.0

    def level(self, capital: float) -> float:
        """Return the equity below which an account of this capital is ruined."""
        return self.amount + self.share * capital


def needed_capitals(lowest: np.ndarray, rule: RuinRule) -> np.ndarray:
    """Return with how much capital each path is just not ruined, ascending.

    The positions are those of the sample whatever the capital is: profits are money, and do not grow with it.

    Args:
        lowest: lowest sum of the profits of each path, at most zero, in money.
        rule: when an account is ruined.
    """
    return np.sort((rule.amount - lowest) / (1 - rule.share))


def capital_for(needed: np.ndarray, risk: float) -> float:
    """Return the smallest capital with which at most this share of the paths is ruined.

    Args:
        needed: of `needed_capitals`.
        risk: the share, from 0 to 1.
    """
    allowed = min(math.floor(risk * len(needed) + 1e-9), len(needed) - 1)
    return float(needed[len(needed) - 1 - allowed])


def ruined_with(needed: np.ndarray, capital: float) -> int:
    """Return how many paths are ruined with this capital."""
    return len(needed) - int(np.searchsorted(needed, capital, "right"))
