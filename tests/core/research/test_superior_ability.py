"""Superior predictive ability: direction, size, another implementation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.superior_ability import superior_ability


def noise(seed: int, sessions: int = 200, trials: int = 15) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.01, (sessions, trials))


def test_a_trial_that_earns_is_found_and_one_that_loses_is_not() -> None:
    matrix = noise(1)
    matrix[:, 4] += 0.004
    matrix[:, 7] -= 0.02
    found = superior_ability(matrix)
    assert found.p_value < 0.01
    assert (found.superior, found.best) == ((4,), 4)
    assert superior_ability(-np.abs(noise(2))).p_value > 0.5


def test_noise_is_called_superior_about_as_often_as_the_test_allows() -> None:
    found = [superior_ability(noise(seed, 120, 10), draws=200).p_value for seed in range(60)]
    assert np.mean(np.array(found) < 0.1) < 0.25
    assert 0.3 < np.mean(found) < 0.75


@pytest.mark.parametrize("seed", range(3))
def test_the_three_values_are_in_order_and_repeat(seed: int) -> None:
    found = superior_ability(noise(seed) + 0.0005)
    assert found.lower <= found.p_value <= found.upper
    assert superior_ability(noise(seed) + 0.0005) == found


@pytest.mark.parametrize("seed", range(4))
def test_arch_agrees_with_losses_in_place_of_returns(seed: int) -> None:
    bootstrap = pytest.importorskip("arch.bootstrap")
    matrix = noise(seed, 150, 8) + 0.0006
    matrix[:, 2] += 0.004
    matrix[:, 5] -= 0.002
    given = {"block_size": 5, "reps": 400}
    ours = superior_ability(matrix, draws=400, seed=7, block=5, studentised=False)
    spa = bootstrap.SPA(np.zeros(150), -matrix, **given, seed=np.random.default_rng(7))
    spa.compute()
    assert (ours.lower, ours.upper) == pytest.approx((spa.pvalues["lower"], spa.pvalues["upper"]), abs=1e-12)
    assert ours.p_value == pytest.approx(spa.pvalues["consistent"], abs=0.03)
    steps = bootstrap.StepM(np.zeros(150), -matrix, **given, seed=np.random.default_rng(7))
    steps.compute()
    assert list(ours.superior) == steps.superior_models


def test_a_quiet_trial_counts_as_much_as_a_wild_one() -> None:
    matrix = noise(5, 200, 6)
    matrix[:, 0] = noise(6, 200, 1)[:, 0] * 0.05 + 0.0001
    matrix[:, 1] *= 5
    assert superior_ability(matrix).superior == (0,)
    assert superior_ability(matrix, studentised=False).superior == ()


@pytest.mark.parametrize("seed", range(3))
def test_sharpebench_agrees_with_trials_in_its_rows(seed: int) -> None:
    sharpebench = pytest.importorskip("sharpebench")
    matrix = noise(seed, 200, 8) + 0.0008
    theirs = sharpebench.spa_consistent_pvalue(matrix.T.tolist(), seed=1, n_boot=2000)
    assert superior_ability(matrix, draws=2000).p_value == pytest.approx(theirs, abs=0.12)


def test_against_a_benchmark_only_the_difference_counts() -> None:
    matrix, market = noise(3) + 0.002, noise(4, 200, 1)[:, 0] + 0.002
    alone, against = superior_ability(matrix), superior_ability(matrix, market)
    assert alone.p_value < against.p_value
    assert superior_ability(matrix + market[:, None], market).p_value == alone.p_value


def test_trials_that_never_trade_are_not_tested() -> None:
    matrix = np.hstack([np.zeros((50, 2)), noise(1, 50, 2)])
    assert superior_ability(matrix).tested == 2
    nothing = superior_ability(np.zeros((50, 2)))
    assert (nothing.p_value, nothing.superior, nothing.tested) == (1.0, (), 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: superior_ability(noise(1, 20, 40)), "rows are sessions"),
        (lambda: superior_ability(np.zeros((5, 10_001)), wide=True), "at most 10,000 trials"),
        (lambda: superior_ability(noise(1, 9, 3)), "at least 10 sessions"),
        (lambda: superior_ability(noise(1), np.zeros(3)), "one return for each of the 200 sessions"),
        (lambda: superior_ability(noise(1), draws=10), "at least 100 draws"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
