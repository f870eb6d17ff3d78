"""What a result is worth, in figures and in words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.worth_meanings import WORTH_MEANINGS
from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.effective_trials import effective_trials
from g4qc_core.research.overfitting.result_worth import (
    FamilyTrials,
    ResultWorth,
)
from g4qc_core.research.overfitting.search_evidence import SearchEvidence
from g4qc_core.research.overfitting.sharpe_significance import (
    SharpeSample,
    deflated_sharpe,
    expected_maximum,
    probabilistic_sharpe,
)
from g4qc_core.research.overfitting.trial_matrix import session_sharpes


def returns(seed: int = 1, sessions: int = 500, mean: float = 0.0008) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0, 0.01, sessions)
    return values - values.mean() + mean


def worth(count: int = 200, effective: int | None = None, mean: float = 0.0008, sessions: int = 500) -> ResultWorth:
    trials = FamilyTrials("sma_cross", count, 0.0016 if count > 1 else None, effective, effective or 0)
    return ResultWorth.of(returns(1, sessions, mean), trials, 252.0)


def test_the_only_trial_keeps_its_confidence_and_says_how_long_it_takes() -> None:
    found = worth(1)
    assert found.deflated == found.probabilistic == probabilistic_sharpe(SharpeSample.of(returns()))
    assert found.words.startswith("This is the only trial of sma_cross so far. The confidence that its Sharpe ratio")
    assert found.figures["sharpe_by_luck"] is None
    weak = worth(1, mean=0.0003)
    assert "at this rate it takes 10.0 years to reach 95 %." in weak.words


def test_many_trials_take_the_confidence_away_and_independent_ones_less() -> None:
    found = worth(2000, 40)
    assert found.deflated == deflated_sharpe(SharpeSample.of(returns()), 2000, 0.0016)
    # Independent trials vary by at least 1 / (n - 1), which is more than the variance that was given.
    assert found.deflated_effective == deflated_sharpe(SharpeSample.of(returns()), 40, 1 / 499)
    assert found.deflated < found.deflated_effective < found.probabilistic  # type: ignore[operator]
    assert f"would show about {found.annual(found.by_luck):.2f}" in found.words
    assert found.by_luck == expected_maximum(40, 1 / 499)
    assert "sma_cross was tried 2,000 times, which are like 40 independent ones. After that" in found.words
    assert "do not rely on it" in found.words
    assert found.figures["min_backtest_years"] > found.years  # type: ignore[operator]


def test_a_loss_has_nothing_to_explain() -> None:
    found = worth(5, mean=-0.001)
    assert "not above zero" in found.words
    assert found.figures["min_track_record"] is None
    assert {row.name: row.value for row in found.rows}["min_track_record"] == "never"


@pytest.mark.parametrize("values", [np.zeros(50), returns(1, 9), np.empty(0)])
def test_returns_without_a_sharpe_ratio_are_said_to_have_none(values: np.ndarray) -> None:
    found = ResultWorth.of(values, FamilyTrials("sma_cross", 3, 0.001), None)
    assert "have no Sharpe ratio to judge" in found.words
    assert [row.name for row in found.rows] == ["family_trials"]


def test_a_short_time_has_no_annual_figures_and_still_a_confidence() -> None:
    found = ResultWorth.of(returns(1, 30, 0.004), FamilyTrials("sma_cross", 4, 0.001), None)
    assert found.figures["sharpe_by_luck"] is None
    assert found.figures["deflated_sharpe"] is not None
    assert "would show" not in found.words


def test_a_search_tells_how_its_choice_fared() -> None:
    evidence = SearchEvidence("grid", 400, 400, 0.62, 16, 0.4, 0.31)
    found = ResultWorth.of(returns(), FamilyTrials("sma_cross", 400, 0.001), 252.0, evidence)
    assert "In 62 % of all halvings of its sessions, what the search grid would have chosen" in found.words
    assert {"overfitting_probability", "superior_p_value"} <= {row.name for row in found.rows}


def test_every_figure_that_is_shown_has_its_meaning_and_everything_is_json() -> None:
    evidence = SearchEvidence("grid", 400, 400, 0.62, 16, 0.4, 0.31)
    found = ResultWorth.of(returns(), FamilyTrials("sma_cross", 400, 0.001, 30, 400), 252.0, evidence)
    assert [row.name for row in found.rows] == list(WORTH_MEANINGS)
    assert set(found.figures) == {*WORTH_MEANINGS, "effective_trials"}
    assert all(words.endswith(".") for _, words in WORTH_MEANINGS.values())
    assert json.loads(json.dumps(found.to_dict()))["figures"]["family_trials"] == 400


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 10**6), st.integers(1, 100), st.floats(0, 0.05), st.floats(-0.001, 0.002))
def test_more_trials_never_make_a_result_worth_more(
    seed: int, count: int, times: int, variance: float, mean: float
) -> None:
    values = returns(seed, 120, mean)
    few = ResultWorth.of(values, FamilyTrials("s", count, variance), 252.0)
    many = ResultWorth.of(values, FamilyTrials("s", count * times, variance), 252.0)
    assert many.deflated <= few.deflated <= few.probabilistic  # type: ignore[operator]
    assert many.chance >= few.chance - 1e-12  # type: ignore[operator]
    assert 0 <= many.deflated <= 1  # type: ignore[operator]


def crossings(seed: int, sessions: int = 250, bars: int = 4) -> np.ndarray:
    """Session returns of every crossing of two averages of a grid, on a random walk: there is nothing to find."""
    steps = np.random.default_rng(seed).normal(0, 0.005, (sessions + 60) * bars)
    sums = np.concatenate(([0.0], np.cumsum(np.cumsum(steps))))
    means = {n: np.concatenate((np.full(n - 1, np.nan), (sums[n:] - sums[:-n]) / n)) for n in range(5, 201, 5)}
    found = []
    for fast, slow in product(range(5, 61, 5), range(20, 201, 20)):
        if fast < slow:
            held = np.nan_to_num(np.sign(means[fast] - means[slow]))
            earned = np.concatenate(([0.0], held[:-1])) * steps
            found.append(earned[-sessions * bars :].reshape(sessions, bars).sum(axis=1))
    return np.column_stack(found)


def test_the_best_of_a_search_on_a_random_walk_is_seldom_called_proven() -> None:
    alone, after, independent = [], [], []
    for seed in range(60):
        matrix = crossings(seed)
        sharpes = session_sharpes(matrix)
        effective = effective_trials(matrix).count
        trials = FamilyTrials.of("sma_cross", matrix.shape[1], sharpes, effective=effective)
        found = ResultWorth.of(matrix[:, int(sharpes.argmax())], trials, 252.0)
        alone.append(found.probabilistic)
        after.append(found.deflated)
        independent.append(found.deflated_effective)
    proven = [int(np.sum(np.array(one) >= 0.95)) for one in (alone, after, independent)]
    assert proven[0] > 12  # Without a count of trials, luck looks like skill in a third of the searches.
    assert proven[1] <= 3
    assert proven[2] <= 5


def test_the_variance_is_that_of_a_sample() -> None:
    assert FamilyTrials.of("s", 3, [0.1, 0.3]).variance == pytest.approx(0.02)
    assert FamilyTrials.of("s", 3, [0.1]).variance is None


@pytest.mark.parametrize(("count", "effective"), [(0, None), (3, 4), (3, 0)])
def test_a_result_is_itself_a_trial(count: int, effective: int | None) -> None:
    if (count, effective) == (3, 0):
        assert FamilyTrials("s", 3, None, None).effective is None
        return
    with pytest.raises(UsageError, match="itself a trial"):
        FamilyTrials("s", count, 0.1, effective)
