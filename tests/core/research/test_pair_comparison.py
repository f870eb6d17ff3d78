"""Many results in pairs: each pair is what two results alone are, and chance alone makes none of them different."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.comparison import compare_returns
from g4qc_core.research.pair_comparison import JudgedDifference, _counts, block_lengths, compare_pairs

pytestmark = pytest.mark.slow


def series(values: Any, start: str = "2024-01-02") -> pd.Series:
    values = np.asarray(values, dtype=np.float64)
    return pd.Series(values, index=pd.bdate_range(start, periods=len(values)))


def noise(seed: int, sessions: int, mean: float = 0.0, spread: float = 0.01) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, spread, sessions)


def several() -> list[pd.Series]:
    """Results of one market and of other times: dependent, flat for long, the same twice, with few shared sessions."""
    market = noise(1, 260)
    lazy = np.where(np.arange(260) % 40 == 0, market, 0.0)
    trending = pd.Series(noise(2, 260)).ewm(span=8).mean().to_numpy()
    return [
        series(market),
        series(market + noise(3, 260, 0.002, 0.002)),
        series(trending),
        series(lazy),
        series(market),
        series(noise(4, 260), start="2024-06-03"),
        series(noise(5, 30), start="2024-12-26"),
        series(np.zeros(260)),
        series(noise(6, 40), start="2030-01-01"),
    ]


def test_each_pair_is_what_the_two_alone_are() -> None:
    results = several()
    found = compare_pairs(results)
    assert [(one.first, one.second) for one in found] == list(combinations(range(len(results)), 2))
    for one in found:
        if one.sessions == 0:
            assert one.mean == one.sharpe == JudgedDifference(None, None, None)
            continue
        alone = compare_returns(results[one.first], results[one.second])
        assert one.sessions == alone.sessions
        for name in ("mean", "sharpe"):
            own, other = getattr(one, name), getattr(alone, name)
            for field in ("first", "second", "difference", "low", "high"):
                value, wanted = getattr(own, field), getattr(other, field)
                assert (value is None) == (wanted is None)
                assert wanted is None or value == pytest.approx(wanted, rel=1e-8, abs=1e-13), (one, field)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), sessions=st.integers(20, 400), smooth=st.integers(1, 15))
def test_block_lengths_are_those_of_the_library(seed: int, sessions: int, smooth: int) -> None:
    values = pd.DataFrame(np.random.default_rng(seed).normal(size=(sessions, 3))).ewm(span=smooth).mean().to_numpy()
    wanted = [float(optimal_block_length(column)["stationary"].iloc[0]) for column in values.T]
    assert block_lengths(values) == pytest.approx(wanted, rel=1e-9)


def test_draws_are_those_of_the_library() -> None:
    bootstrap = StationaryBootstrap(3, np.arange(25), seed=np.random.default_rng(7))
    wanted = [np.bincount(bootstrap.update_indices(), minlength=25) for _ in range(40)]
    found = np.concatenate([counts[3] for _, counts in _counts(25, [2, 3], 7, 40)])
    assert found.tolist() == np.array(wanted).tolist()


def test_equals_are_not_told_apart_however_many_there_are() -> None:
    found = compare_pairs([series(noise(seed, 300)) for seed in range(20)])
    assert len(found) == 190
    # Some intervals leave out zero by chance: that is what the correction is for.
    apart = [one for one in found if one.mean.low > 0 or one.mean.high < 0]  # type: ignore[operator]
    assert apart
    assert not [one for one in found if one.different]


def test_one_that_is_better_is_told_from_all_others_and_they_are_not_told_apart() -> None:
    market = noise(1, 400)
    results = [series(market + noise(seed, 400, 0.003 if seed == 10 else 0.0, 0.003)) for seed in range(10, 18)]
    found = compare_pairs(results)
    assert {(one.first, one.second) for one in found if one.different} == {(0, other) for other in range(1, 8)}
    for one in found:
        for figure in (one.mean, one.sharpe):
            assert figure.chance is not None
            assert figure.corrected is not None
            assert figure.chance <= figure.corrected <= 1


def test_the_same_result_twice_is_the_same() -> None:
    (one,) = compare_pairs([series(noise(1, 100))] * 2)
    assert (one.mean.difference, one.mean.chance, one.different) == (0.0, 1.0, False)


def test_a_missing_return_is_refused_and_few_results_have_few_pairs() -> None:
    with pytest.raises(UsageError, match="missing"):
        compare_pairs([series([0.1, np.nan]), series([0.1, 0.2])])
    assert compare_pairs([series([0.1])]) == []
    (short,) = compare_pairs([series([0.1, 0.2]), series([0.1, 0.3])])
    assert (short.sessions, short.mean.low, short.different) == (2, None, False)
