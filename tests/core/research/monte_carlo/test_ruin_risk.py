"""The risk of ruin: published intervals, their coverage, and the capital that it takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from g4qc_core.errors import UsageError
from g4qc_core.research.monte_carlo.path_kernels import LOWEST, RUINED
from g4qc_core.research.monte_carlo.ruin_risk import (
    RuinRule,
    capital_for,
    needed_capitals,
    risk_of_ruin,
    ruined_with,
)
from g4qc_core.research.monte_carlo.simulated_paths import PathPlan, simulate

PROFITS = np.random.default_rng(4).integers(-900, 960, 250).astype(np.float64)


@pytest.mark.parametrize(
    ("ruined", "paths", "low", "high"),
    [(10, 100, 0.049005, 0.176223), (0, 10, 0.0, 0.308497), (10, 10, 0.691503, 1.0), (1, 20, 0.001265, 0.248733)],
)
def test_intervals_are_the_published_ones_of_clopper_and_pearson(
    ruined: int, paths: int, low: float, high: float
) -> None:
    found = risk_of_ruin(ruined, paths)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


@pytest.mark.parametrize("confidence", [0.9, 0.95])
@pytest.mark.parametrize("probability", [0.004, 0.03, 0.2, 0.5, 0.93])
def test_the_interval_covers_the_truth_as_often_as_it_says(probability: float, confidence: float) -> None:
    paths = 120
    covered = sum(
        binom.pmf(ruined, paths, probability)
        for ruined in range(paths + 1)
        if (found := risk_of_ruin(ruined, paths, confidence)).low <= probability <= found.high
    )
    assert covered >= confidence


@pytest.mark.parametrize("given", [(1, 0, 0.95), (3, 2, 0.95), (0, 5, 1.0), (-1, 5, 0.9)])
def test_a_risk_of_nothing_is_refused(given: tuple[int, int, float]) -> None:
    with pytest.raises(UsageError, match="at least one path"):
        risk_of_ruin(*given)


@pytest.mark.parametrize("rule", [RuinRule(amount=5_000.0), RuinRule(share=0.4)])
def test_the_needed_capital_keeps_the_risk_and_a_little_less_does_not(rule: RuinRule) -> None:
    plan = PathPlan(PROFITS, 1e6, paths=3_000, block=3.0, seed=8)
    needed = needed_capitals(simulate(plan).figures[:, LOWEST], rule)
    capitals = []
    for risk in (0.0, 0.01, 0.05, 0.2, 0.4):
        capital = capital_for(needed, risk)
        capitals.append(capital)
        for least, expected in ((capital, True), (capital * (1 - 1e-9), False)):
            again = PathPlan(PROFITS, least, level=rule.level(least), paths=3_000, block=3.0, seed=8)
            ruined = int((simulate(again).figures[:, RUINED] >= 0).sum())
            assert ruined == ruined_with(needed, least)
            assert (ruined <= risk * 3_000) is expected
    assert capitals == sorted(capitals, reverse=True)


@given(
    lowest=st.lists(st.floats(-1e6, 0), min_size=1, max_size=60),
    risks=st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_more_risk_never_needs_more_capital(lowest: list[float], risks: list[float]) -> None:
    needed = needed_capitals(np.array(lowest), RuinRule(amount=100.0))
    less, more = (capital_for(needed, risk) for risk in sorted(risks))
    assert less >= more >= 100.0
    assert ruined_with(needed, less) <= min(risks) * len(lowest) + 1e-6
