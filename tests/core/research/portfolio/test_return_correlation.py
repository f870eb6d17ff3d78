"""Correlation, multiplier and diversification: laws and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.weights.diversification import diversification_multiplier, diversification_ratio
from g4qc_core.research.portfolio.weights.return_correlation import (
    return_correlation,
    return_covariance,
    return_volatility,
)
from tests.core.research.portfolio.test_instrument_weights import random_covariance, returns_of


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 8))
def test_without_missing_sessions_it_is_numpys(seed: int, instruments: int) -> None:
    returns = np.nan_to_num(returns_of(seed, instruments))
    assert return_correlation(returns) == pytest.approx(np.corrcoef(returns.T), abs=1e-12)
    assert return_covariance(returns) == pytest.approx(np.cov(returns.T), abs=1e-15)
    assert return_volatility(returns) == pytest.approx(returns.std(axis=0, ddof=1))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 8), st.floats(0, 1), st.sampled_from([None, 10.0, 60.0]))
def test_it_is_a_correlation(seed: int, instruments: int, shrinkage: float, half_life: float | None) -> None:
    returns = returns_of(seed, instruments, 60)
    found = return_correlation(returns, shrinkage=shrinkage, half_life=half_life)
    assert np.array_equal(found, found.T)
    assert np.diag(found) == pytest.approx(1)
    assert np.abs(found).max() <= 1 + 1e-12
    assert np.linalg.eigvalsh(found)[0] >= -1e-10


def test_full_shrinkage_leaves_one_correlation() -> None:
    returns = np.nan_to_num(returns_of(5, 4))
    pairs = np.corrcoef(returns.T)[np.triu_indices(4, 1)]
    found = return_correlation(returns, shrinkage=1.0)[np.triu_indices(4, 1)]
    assert found == pytest.approx(np.full(6, pairs.mean()))


def test_a_short_half_life_sees_the_newest_sessions() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=400)
    y = np.concatenate([-x[:200], x[200:]]) + 0.1 * rng.normal(size=400)
    assert abs(return_correlation(np.column_stack([x, y]))[0, 1]) < 0.15
    assert return_correlation(np.column_stack([x, y]), half_life=20)[0, 1] > 0.95


def test_a_very_long_half_life_weighs_all_sessions_the_same() -> None:
    returns = returns_of(8, 4)
    assert return_correlation(returns, half_life=1e12) == pytest.approx(return_correlation(returns), abs=1e-9)


def test_a_pair_is_estimated_from_the_sessions_that_both_have() -> None:
    returns = returns_of(9, 2, 100)
    returns[:60, 0] = np.nan
    both = np.isfinite(returns).all(axis=1)
    assert return_correlation(returns)[0, 1] == pytest.approx(np.corrcoef(returns[both].T)[0, 1])


def test_too_few_shared_sessions_are_one_sentence() -> None:
    returns = np.random.default_rng(1).normal(size=(60, 2))
    returns[:32, 0] = np.nan
    returns[40:, 1] = np.nan
    with pytest.raises(UsageError, match=r"of ES and NQ takes at least 20 shared sessions, and they share 8\.$"):
        return_correlation(returns, names=["ES", "NQ"])
    with pytest.raises(UsageError, match="takes at least 20 sessions, and there are 2"):
        return_correlation(np.ones((2, 2)), names=["NQ", "ES"])


def test_the_multiplier_is_the_closed_form() -> None:
    # Carver, Systematic Trading, table 18: equal weights, one correlation.
    for n, rho, known in [
        (2, 0.0, 1.41),
        (2, 0.5, 1.15),
        (3, 0.25, 1.41),
        (4, 0.5, 1.27),
        (5, 0.75, 1.12),
        (10, 0.25, 1.75),
    ]:
        matrix = np.full((n, n), rho) + (1 - rho) * np.eye(n)
        assert diversification_multiplier(np.full(n, 1 / n), matrix) == pytest.approx(known, abs=0.006)


def test_negative_correlations_count_as_none_and_the_cap_holds() -> None:
    half = np.array([0.5, 0.5])
    assert diversification_multiplier(half, [[1, -0.9], [-0.9, 1]]) == pytest.approx(np.sqrt(2))
    assert diversification_multiplier(np.full(50, 0.02), np.eye(50)) == 2.5
    assert diversification_multiplier(np.full(50, 0.02), np.eye(50), cap=4.0) == 4.0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 10))
def test_the_multiplier_is_between_one_and_its_cap(seed: int, instruments: int) -> None:
    covariance = random_covariance(seed, instruments)
    spread = np.sqrt(np.diag(covariance))
    weights = np.random.default_rng(seed).dirichlet(np.ones(instruments))
    found = diversification_multiplier(weights, covariance / np.outer(spread, spread))
    assert 1 <= found <= 2.5
    ratio = diversification_ratio(weights, covariance)
    assert ratio is not None
    assert ratio >= 1 - 1e-12


def test_the_diversification_ratio_of_independent_ones_is_the_root_of_their_number() -> None:
    assert diversification_ratio(np.full(9, 1.0), np.eye(9)) == pytest.approx(3)
    assert diversification_ratio(np.zeros(3), np.eye(3)) is None
    assert diversification_ratio([1.0, -1.0], [[1.0, 1.0], [1.0, 1.0]]) is None
