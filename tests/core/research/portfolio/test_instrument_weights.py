"""Weights of instruments: laws, a published case, and skfolio as an oracle."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.analysis.portfolio_attribution import risk_shares
from g4qc_core.research.portfolio.weights.hierarchical_risk import halved_weights, hierarchical_weights, leaf_order
from g4qc_core.research.portfolio.weights.instrument_weights import METHODS, instrument_weights
from g4qc_core.research.portfolio.weights.minimum_variance import minimum_variance_weights
from g4qc_core.research.portfolio.weights.risk_budgeting import risk_budget_weights

ESTIMATED = ("inverse_volatility", "equal_risk", "minimum_variance", "hierarchical")
EVERY = ("equal", *ESTIMATED, "risk_budget", "by_hand")


def returns_of(seed: int, instruments: int = 5, sessions: int = 120) -> np.ndarray:
    """Correlated returns of different sizes, each with some sessions missing."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 1, (sessions, 1)) * rng.uniform(-0.5, 1, instruments)
    found = (common + rng.normal(0, 1, (sessions, instruments))) * 0.01 * rng.uniform(0.3, 3, instruments)
    found[rng.random(found.shape) < 0.02] = np.nan
    return found


def uncorrelated(instruments: int, sizes: Any = 1.0) -> np.ndarray:
    """Returns whose sample covariance is diagonal exactly: columns of an orthogonal matrix without its mean."""
    rng = np.random.default_rng(instruments)
    base = np.column_stack([np.ones(200), rng.normal(size=(200, instruments))])
    return np.linalg.qr(base)[0][:, 1:] * np.asarray(sizes, np.float64)


def random_covariance(seed: int, instruments: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    loads = rng.normal(size=(instruments, instruments + 2))
    sizes = rng.uniform(0.2, 5, instruments)
    return loads @ loads.T * np.outer(sizes, sizes)


def weights_for(method: str, returns: np.ndarray) -> np.ndarray:
    n = returns.shape[1]
    by_hand = np.arange(1, n + 1) / (n * (n + 1) / 2)
    return instrument_weights(method, returns, by_hand=by_hand, budget=np.arange(1.0, n + 1))


def test_risk_budgeting_gives_the_published_weights() -> None:
    # convexfi/riskparity.rs, README
    covariance = [[1, 0.0015, -0.0119], [0.0015, 1, -0.0308], [-0.0119, -0.0308, 1]]
    found = risk_budget_weights(covariance, [0.1594, 0.0126, 0.8280])
    assert found == pytest.approx([0.27986280, 0.08774909, 0.63238811], abs=1e-7)


def test_every_method_is_tried_here() -> None:
    assert sorted(EVERY) == sorted(METHODS)


@pytest.mark.parametrize("method", EVERY)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 9))
def test_weights_are_not_negative_and_sum_to_one(method: str, seed: int, instruments: int) -> None:
    found = weights_for(method, returns_of(seed, instruments))
    assert found.shape == (instruments,)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("method", ESTIMATED)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.permutations(range(6)))
def test_the_order_of_instruments_does_not_change_a_bit(method: str, seed: int, order: list[int]) -> None:
    returns = returns_of(seed, 6)
    assert np.array_equal(instrument_weights(method, returns)[order], instrument_weights(method, returns[:, order]))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.permutations(range(4)))
def test_budgets_and_weights_by_hand_move_with_their_instruments(seed: int, order: list[int]) -> None:
    frame = pd.DataFrame(returns_of(seed, 4), columns=list("abcd"))
    turned = frame.iloc[:, order]
    budget = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    hand = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}
    for method in ("risk_budget", "by_hand"):
        one = instrument_weights(method, frame, budget=budget, by_hand=hand)
        assert np.array_equal(one[order], instrument_weights(method, turned, budget=budget, by_hand=hand))


@pytest.mark.parametrize("method", ESTIMATED)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.floats(1e-4, 1e4))
def test_units_do_not_matter(method: str, seed: int, unit: float) -> None:
    returns = returns_of(seed)
    found = instrument_weights(method, returns * unit)
    assert found == pytest.approx(instrument_weights(method, returns), abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.floats(0.01, 100), min_size=5, max_size=5))
def test_equal_risk_in_risk_units_does_not_depend_on_each_ones_size(seed: int, sizes: list[float]) -> None:
    returns = returns_of(seed)
    risks = np.array(sizes)
    plain = instrument_weights("equal_risk", returns)
    sized = instrument_weights("equal_risk", returns * risks) * risks
    assert sized / sized.sum() == pytest.approx(plain, abs=1e-9)


@pytest.mark.parametrize("method", ESTIMATED)
@pytest.mark.parametrize("instruments", [1, 2, 3, 4, 7, 10])
def test_alike_and_independent_instruments_have_equal_weights(method: str, instruments: int) -> None:
    found = instrument_weights(method, uncorrelated(instruments))
    assert found == pytest.approx(np.full(instruments, 1 / instruments), abs=1e-9)


@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.3, 0.95])
def test_equal_correlation_makes_equal_risk_inverse_volatility(correlation: float) -> None:
    sizes = np.array([0.5, 1.0, 2.0, 4.0])
    matrix = np.full((4, 4), correlation) + (1 - correlation) * np.eye(4)
    found = risk_budget_weights(matrix * np.outer(sizes, sizes))
    assert found == pytest.approx((1 / sizes) / (1 / sizes).sum(), abs=1e-10)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 12))
def test_each_instrument_bears_its_budget_of_risk(seed: int, instruments: int) -> None:
    rng = np.random.default_rng(seed)
    covariance, budget = random_covariance(seed, instruments), rng.uniform(0.01, 1, instruments)
    found = risk_budget_weights(covariance, budget)
    assert risk_shares(found, covariance) == pytest.approx(budget / budget.sum(), abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 8))
def test_no_weights_have_a_smaller_variance(seed: int, instruments: int) -> None:
    covariance = random_covariance(seed, instruments)
    found = minimum_variance_weights(covariance)
    least = found @ covariance @ found
    others = np.random.default_rng(seed).dirichlet(np.full(instruments, 0.5), 200)
    assert (np.einsum("ki,ij,kj->k", others, covariance, others) >= least * (1 - 1e-6)).all()
    # At the optimum no instrument could lower the variance by a small weight more.
    slope = covariance @ found
    assert (slope >= least - 2e-8 * np.diag(covariance).mean()).all()


def test_minimum_variance_of_two_is_the_closed_form() -> None:
    covariance = np.array([[0.04, 0.006], [0.006, 0.09]])
    first = (0.09 - 0.006) / (0.04 + 0.09 - 2 * 0.006)
    assert minimum_variance_weights(covariance) == pytest.approx([first, 1 - first], abs=1e-8)


@pytest.mark.parametrize("method", ["minimum_variance", "equal_risk", "hierarchical"])
def test_an_instrument_that_is_listed_twice_is_no_obstacle(method: str) -> None:
    returns = returns_of(3, 4)
    found = instrument_weights(method, np.column_stack([returns, returns[:, 0]]))
    assert found.sum() == pytest.approx(1)
    assert found[0] == pytest.approx(found[4], abs=1e-6)


def test_a_perfect_hedge_has_the_smallest_variance_and_no_equal_risk() -> None:
    covariance = np.array([[1.0, -2.0], [-2.0, 4.0]])
    assert minimum_variance_weights(covariance) == pytest.approx([2 / 3, 1 / 3], abs=1e-6)
    with pytest.raises(UsageError, match="hedge each other perfectly"):
        risk_budget_weights(covariance)


def test_hierarchical_weights_keep_clusters_apart() -> None:
    # Two pairs of twins and a single one: the pair shares what a single one would have.
    block = np.array([[1.0, 0.99], [0.99, 1.0]])
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = covariance[2:, 2:] = block
    order = leaf_order(covariance)
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset({0, 1}), frozenset({2, 3})}
    assert hierarchical_weights(covariance) == pytest.approx(np.full(4, 0.25))


def skfolio(name: str, returns: np.ndarray, **options: Any) -> Any:
    from skfolio import optimization

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(optimization, name)(**options).fit(pd.DataFrame(returns))


@pytest.mark.parametrize("seed", range(5))
def test_skfolio_gives_the_same_weights(seed: int) -> None:
    from skfolio import RiskMeasure

    returns = np.nan_to_num(returns_of(seed, 6, 300))
    variance = {"risk_measure": RiskMeasure.VARIANCE}
    assert instrument_weights("inverse_volatility", returns) == pytest.approx(
        skfolio("InverseVolatility", returns).weights_, abs=1e-10
    )
    assert instrument_weights("equal_risk", returns) == pytest.approx(
        skfolio("RiskBudgeting", returns, **variance).weights_, abs=1e-4
    )
    budget = np.array([0.3, 0.2, 0.1, 0.1, 0.1, 0.2])
    assert instrument_weights("risk_budget", returns, budget=budget) == pytest.approx(
        skfolio("RiskBudgeting", returns, risk_budget=budget, **variance).weights_, abs=1e-4
    )
    ours, theirs = instrument_weights("minimum_variance", returns), skfolio("MeanRisk", returns, **variance).weights_
    assert ours == pytest.approx(theirs, abs=2e-3)
    covariance = np.cov(returns.T)
    assert ours @ covariance @ ours <= theirs @ covariance @ theirs * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_skfolio_halves_the_same_order_in_the_same_way(seed: int) -> None:
    # skfolio clusters the distances themselves, Lopez de Prado the distances between their columns: orders differ.
    from skfolio import RiskMeasure

    returns = np.nan_to_num(returns_of(seed, 7, 300))
    found = skfolio("HierarchicalRiskParity", returns, risk_measure=RiskMeasure.VARIANCE)
    order = np.asarray(found.seriation_estimator_.ordering_)
    assert halved_weights(np.cov(returns.T), order) == pytest.approx(found.weights_, abs=1e-9)


@pytest.mark.parametrize(
    ("method", "given", "words"),
    [
        ("best", {}, "Unknown method of instrument weights 'best'"),
        ("by_hand", {}, "takes weights"),
        ("by_hand", {"by_hand": [0.5, 0.6]}, "sum to 1.1"),
        ("by_hand", {"by_hand": [1.5, -0.5]}, "zero or positive"),
        ("by_hand", {"by_hand": {"instrument 1": 1.0}}, "lacks instrument 2"),
        ("by_hand", {"by_hand": {"instrument 1": 0.5, "instrument 2": 0.5, "ES": 0}}, "names ES"),
        ("risk_budget", {}, "takes a budget"),
        ("risk_budget", {"budget": [1.0, 0.0]}, "positive"),
        ("equal_risk", {"half_life": -1.0}, "half-life"),
        ("equal_risk", {"shrinkage": 2.0}, "from 0 to 1"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(method: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        instrument_weights(method, returns_of(1, 2), **given)
    assert "\n" not in str(refused.value)


def test_two_sessions_are_too_few_and_the_sentence_says_how_many_it_takes() -> None:
    for method in ESTIMATED:
        with pytest.raises(UsageError, match="at least 20 sessions, and there are 2"):
            instrument_weights(method, [[0.01, 0.02], [0.0, -0.01]], names=["ES", "NQ"])


def test_an_instrument_that_never_moves_is_named() -> None:
    returns = returns_of(2, 3)
    returns[:, 1] = 0.01
    with pytest.raises(UsageError, match="The returns of NQ do not vary"):
        instrument_weights("inverse_volatility", returns, names=["ES", "NQ", "CL"])
