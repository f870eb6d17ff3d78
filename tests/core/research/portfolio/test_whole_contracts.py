"""The search for whole contracts equals the exhaustive one, and keeps every limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.contracts.whole_contracts import every_combination, tradable_contracts, trade_penalty
from tests.core.research.portfolio.test_instrument_weights import random_covariance


def problem(seed: int, instruments: int, *, singular: bool = False, tight: bool = False) -> dict[str, Any]:
    """A random question, with costs, margin and limits in most cases."""
    rng = np.random.default_rng(seed)
    covariance = random_covariance(seed, instruments) * 1e4
    if singular:
        loads = rng.normal(size=(instruments, 1)) * rng.uniform(50, 500, (instruments, 1))
        covariance = loads @ loads.T
    ideal = rng.normal(0, 1.5, instruments)
    ideal[rng.random(instruments) < 0.15] = 0.0
    margin = rng.uniform(500, 9_000, instruments)
    asked: dict[str, Any] = {
        "ideal": ideal,
        "covariance": covariance,
        "held": np.rint(ideal + rng.normal(0, 1, instruments)),
        "penalty": rng.uniform(0, 0.3, instruments) * np.diag(covariance) * rng.integers(0, 2),
    }
    if tight:
        asked |= {"margin": margin, "margin_limit": float(rng.uniform(0, np.abs(ideal) @ margin + 1))}
        asked["limits"] = np.where(rng.random(instruments) < 0.3, rng.integers(0, 3, instruments), np.nan)
    return asked


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 5), st.booleans(), st.booleans())
def test_the_search_equals_every_combination(seed: int, instruments: int, singular: bool, tight: bool) -> None:
    asked = problem(seed, instruments, singular=singular, tight=tight)
    found, truth = tradable_contracts(**asked), every_combination(**asked)
    assert found.proven
    scale = float(np.diag(asked["covariance"]).max())
    assert found.objective == pytest.approx(truth.objective, rel=1e-9, abs=1e-9 * scale)
    assert found.tracking_variance <= found.objective


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 12))
def test_every_limit_is_kept(seed: int, instruments: int) -> None:
    asked = problem(seed, instruments, tight=True)
    found = tradable_contracts(**asked)
    contracts = found.contracts
    assert np.abs(contracts) @ asked["margin"] <= asked["margin_limit"]
    assert (contracts * asked["ideal"] >= 0).all()
    assert (np.abs(contracts) <= np.ceil(np.abs(asked["ideal"])) + 1).all()
    assert (np.abs(contracts) <= np.where(np.isnan(asked["limits"]), np.inf, asked["limits"])).all()
    # Doing nothing at all is always possible.
    nothing = asked["ideal"] @ asked["covariance"] @ asked["ideal"] + np.abs(asked["held"]) @ asked["penalty"]
    assert found.objective <= nothing * (1 + 1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.permutations(range(6)))
def test_the_order_of_instruments_does_not_matter(seed: int, order: list[int]) -> None:
    asked = problem(seed, 6, tight=True)
    turned = {
        name: value if np.ndim(value) == 0 else value[np.ix_(order, order)] if np.ndim(value) == 2 else value[order]
        for name, value in asked.items()
    }
    assert tradable_contracts(**turned).objective == pytest.approx(tradable_contracts(**asked).objective, rel=1e-9)


def test_independent_instruments_are_rounded() -> None:
    ideal = np.array([0.4, 1.6, -2.7, 0.0, 7.2])
    found = tradable_contracts(ideal, np.diag([1.0, 4.0, 9.0, 1.0, 2.0]))
    assert found.contracts.tolist() == [0, 2, -3, 0, 7]
    assert found.objective == pytest.approx(0.16 + 4 * 0.16 + 9 * 0.09 + 2 * 0.04)


def test_a_smaller_contract_stands_in_for_one_that_is_too_large() -> None:
    # The second is a tenth of the first and moves with it; the first is out of reach.
    risk = np.array([1_000.0, 100.0])
    covariance = np.outer(risk, risk) * (0.999 + 0.001 * np.eye(2))
    assert tradable_contracts([0.2, 0.9], covariance, beyond=3).contracts.tolist() == [0, 3]
    assert tradable_contracts([0.2, 0.9], covariance, beyond=0).contracts.tolist() == [0, 1]


def test_a_trade_that_costs_more_than_it_brings_is_not_made() -> None:
    ideal, covariance = [1.0], [[100.0]]
    assert tradable_contracts(ideal, covariance, held=[0.0], penalty=[99.0]).contracts.tolist() == [1]
    assert tradable_contracts(ideal, covariance, held=[0.0], penalty=[101.0]).contracts.tolist() == [0]
    assert tradable_contracts(ideal, covariance, held=[2.0], penalty=[101.0]).contracts.tolist() == [2]
    assert trade_penalty([5.0], 2.0, 10.0).tolist() == [100.0]


def test_no_margin_means_no_contracts() -> None:
    found = tradable_contracts([3.0, -2.0], np.eye(2), margin=[10.0, 10.0], margin_limit=9.99)
    assert found.contracts.tolist() == [0, 0]
    assert found.proven


def test_twenty_correlated_instruments_are_proven_or_said_not_to_be() -> None:
    asked = problem(11, 20)
    found = tradable_contracts(**asked)
    stopped = tradable_contracts(**asked, most_steps=5)
    assert not stopped.proven
    assert found.objective <= stopped.objective


@pytest.mark.parametrize(
    "given",
    [
        {"ideal": [1.0, 2.0]},
        {"ideal": [np.nan]},
        {"penalty": [-1.0]},
        {"margin": [1.0, 1.0]},
        {"margin_limit": -1.0},
        {"limits": [-1.0]},
        {"covariance": [[np.inf]]},
    ],
)
def test_numbers_that_do_not_fit_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        tradable_contracts(**{"ideal": [1.0], "covariance": [[1.0]], **given})
    with pytest.raises(UsageError):
        every_combination(np.ones(6), np.eye(6))
