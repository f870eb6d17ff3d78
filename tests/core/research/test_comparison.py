"""Comparison of two results: pairing, intervals, coverage and words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.comparison import compare_returns, sharpe_words

pytestmark = pytest.mark.slow


def series(values: Any, start: str = "2024-01-02") -> pd.Series:
    values = np.asarray(values, dtype=np.float64)
    return pd.Series(values, index=pd.bdate_range(start, periods=len(values)))


def noise(seed: int, sessions: int, mean: float = 0.0, spread: float = 0.01) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, spread, sessions)


def test_a_market_that_both_share_cancels_out() -> None:
    market = noise(1, 250, spread=0.02)
    better = compare_returns(series(market + noise(2, 250, 0.001, 0.001)), series(market))
    assert better.mean.told_apart
    assert better.mean.difference == pytest.approx(0.001, abs=3e-4)
    assert better.verdict.startswith("A is better over 250 shared sessions: the mean returns differ by +")


def test_few_sessions_cannot_tell_two_strategies_apart() -> None:
    found = compare_returns(series(noise(3, 44, 0.0004)), series(noise(4, 44, 0.0002)))
    assert not found.mean.told_apart
    assert "44 shared sessions cannot tell these apart" in found.verdict
    assert found.sessions_needed is not None
    assert found.sessions_needed > 44
    assert f"about {found.sessions_needed:,} sessions" in found.verdict


def test_the_second_can_be_the_better_one() -> None:
    found = compare_returns(series(noise(1, 300, -0.002, 0.005)), series(noise(2, 300, 0.002, 0.005)), ("slow", "fast"))
    assert found.verdict.startswith("fast is better")


def test_sessions_that_only_one_has_are_left_out_and_named() -> None:
    values = noise(5, 60)
    first, second = series(values), series(values * 2)
    found = compare_returns(first.drop(first.index[[3, 7]]), second.iloc[:-1])
    assert found.sessions == 57
    assert found.only_first == (first.index[-1].date(),)
    assert found.only_second == (first.index[3].date(), first.index[7].date())
    shared = first.index.difference([*first.index[[3, 7, -1]]])
    assert found.mean.first == pytest.approx(first[shared].mean())
    assert found.total.second == pytest.approx((1 + second[shared]).prod() - 1)


def test_the_same_seed_gives_the_same_interval_and_the_order_of_days_does_not_matter() -> None:
    first, second = series(noise(6, 80, 0.001)), series(noise(7, 80))
    found = compare_returns(first, second, seed=3)
    assert compare_returns(first[::-1], second, seed=3) == found
    assert compare_returns(first, second, seed=4).mean != found.mean


def test_twice_the_size_is_more_return_for_the_same_sharpe_ratio() -> None:
    values = noise(8, 500, 0.002)
    found = compare_returns(series(values * 2), series(values))
    assert found.mean.told_apart
    assert found.sharpe.difference == pytest.approx(0, abs=1e-12)
    assert "earned more over 500 shared sessions, but not for its risk" in found.verdict


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(10, 60))
def test_changing_sides_changes_signs_only(seed: int, sessions: int) -> None:
    first, second = series(noise(seed, sessions, 0.001)), series(noise(seed + 1, sessions))
    one, other = (compare_returns(*pair, draws=200) for pair in ((first, second), (second, first)))
    for name in ("mean", "sharpe", "total"):
        there, back = getattr(one, name), getattr(other, name)
        assert back.difference == pytest.approx(-there.difference, abs=1e-15)
        assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-12)
    assert (one.first_error, one.second_error) == (other.second_error, other.first_error)
    assert one.mean.low <= one.mean.high


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(60):
        found = compare_returns(series(noise(seed, 120, 0.0005)), series(noise(1000 + seed, 120)), draws=300, level=0.9)
        held += found.mean.low <= 0.0005 <= found.mean.high  # type: ignore[operator]
    assert 46 <= held <= 60


def test_sessions_that_hang_together_widen_the_interval() -> None:
    rng = np.random.default_rng(9)
    shocks = rng.normal(0, 0.01, 400)
    slow = np.convolve(shocks, np.ones(8) / 8, mode="same") * np.sqrt(8)
    together = compare_returns(series(slow), series(np.zeros(400)))
    shuffled = compare_returns(series(rng.permutation(slow)), series(np.zeros(400)))
    assert together.block > shuffled.block
    width = [one.mean.high - one.mean.low for one in (together, shuffled)]  # type: ignore[operator]
    assert width[0] > 1.5 * width[1]


def test_a_series_that_does_not_vary_has_no_sharpe_ratio() -> None:
    found = compare_returns(series(np.zeros(50)), series(noise(1, 50, 0.01)))
    assert found.first_error is None
    assert found.sharpe.difference is None
    assert found.verdict.startswith("B earned more")
    both = compare_returns(series(np.zeros(50)), series(np.zeros(50)))
    assert both.verdict == "A and B have the same return in each of 50 shared sessions."


def test_below_ten_sessions_there_is_no_interval() -> None:
    found = compare_returns(series([0.01, 0.02, -0.01]), series([0.0, 0.01, 0.02]))
    assert found.mean.difference == pytest.approx(-0.01 / 3)
    assert found.mean.low is None
    assert "too few" in found.verdict
    assert compare_returns(series([0.01]), series([0.02])).sharpe.first is None


def test_annual_words_follow_the_calendar() -> None:
    found = compare_returns(series(noise(1, 253)), series(noise(2, 253)))
    assert found.sessions_a_year == pytest.approx(261, abs=1)
    assert sharpe_words(0.05, 0.06, 256.0) == "0.80 ± 0.96"
    assert sharpe_words(0.05, 0.06, None) == "0.050 ± 0.060 a session"
    assert sharpe_words(None, None, 256.0) == "not meaningful"
    assert replace(found, sessions_a_year=None).sessions == 253


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: compare_returns(series(noise(1, 20)), series(noise(1, 20), "2030-01-01")), "no session in common"),
        (lambda: compare_returns(pd.Series([0.1, 0.2]), pd.Series([0.1, 0.2])), "trade date"),
        (lambda: compare_returns(series([np.nan, 0.1]), series([0.1, 0.2])), "missing"),
        (lambda: compare_returns(series(noise(1, 20)), series(noise(2, 20)), draws=5), "at least 100 draws"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
