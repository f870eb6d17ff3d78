"""The probability of backtest overfitting: the published case, other implementations, and laws."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.backtest_overfitting import overfitting_probability, usable_blocks
from g4qc_core.research.overfitting.trial_matrix import checked_matrix, session_sharpes
from tests.market_data import MARKET_DATA, needs_market_data


def noise(seed: int, sessions: int = 120, trials: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.01, (sessions, trials))


@needs_market_data
def test_the_published_case() -> None:
    case = json.loads((MARKET_DATA / "expected.json").read_text("utf-8"))["pbo_r_seed852"]
    matrix = pd.read_csv(MARKET_DATA / "metrics" / "r_pbo_seed852_n40_t200.csv.gz", header=None)
    found = overfitting_probability(matrix, case["S"], hurdle=0.03 / 252)
    assert (found.choices, found.trials) == (6, 40)
    assert found.probability == case["expected"]["phi"]
    assert found.loss_probability == case["expected"]["p_loss"]
    # The package fits the Sharpe ratio of the choice by the later one.
    line = found.reverse
    assert line.intercept == pytest.approx(case["recomputed"]["intercept"], abs=1e-7)
    assert line.slope == pytest.approx(case["recomputed"]["slope"], abs=1e-7)
    assert line.adjusted_r2 == pytest.approx(case["recomputed"]["adj_r2"], abs=1e-7)


# An even number of trials, so that none has the median rank, about which definitions differ.
@pytest.mark.parametrize("seed", range(4))
def test_purgedcv_agrees_with_trials_in_its_rows(seed: int) -> None:
    purgedcv = pytest.importorskip("purgedcv")
    matrix = noise(seed, 125, 10)
    found = overfitting_probability(matrix, 8)
    theirs = purgedcv.probability_of_backtest_overfitting(matrix.T, n_splits=8)
    assert found.probability == pytest.approx(theirs.pbo)
    assert found.degradation.slope == pytest.approx(theirs.slope)
    assert sorted(found.logits) == pytest.approx(sorted(theirs.logits))
    assert sorted(found.chosen) == pytest.approx(sorted(theirs.is_oos_performance[:, 0]))
    assert sorted(found.later) == pytest.approx(sorted(theirs.is_oos_performance[:, 1]))


@pytest.mark.parametrize("seed", range(4))
def test_sharpebench_agrees_with_trials_in_its_columns(seed: int) -> None:
    sharpebench = pytest.importorskip("sharpebench")
    matrix = noise(seed, 120, 10)
    theirs = sharpebench.probability_of_backtest_overfitting(matrix.tolist(), 8)
    theirs = theirs["pbo"] if isinstance(theirs, dict) else theirs
    assert overfitting_probability(matrix, 8).probability == pytest.approx(theirs, abs=0.03)


@pytest.mark.parametrize("seed", range(2))
def test_ffn_agrees(seed: int) -> None:
    ffn = pytest.importorskip("ffn.core")
    frame = pd.DataFrame(noise(seed, 120, 10), index=pd.bdate_range("2024-01-01", periods=120))
    theirs = ffn.calc_prob_backtest_overfitting(frame, n_blocks=8)
    assert overfitting_probability(frame, 8).probability == pytest.approx(theirs)


# --- laws


def test_noise_is_overfitted_in_half_of_the_choices() -> None:
    found = [overfitting_probability(noise(seed, 160, 20), 8).probability for seed in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_a_trial_that_truly_dominates_is_never_overfitted(seed: int, trials: int) -> None:
    matrix = noise(seed, 80, trials)
    matrix[:, 0] += 0.05
    found = overfitting_probability(matrix, 8)
    assert (found.probability, found.loss_probability) == (0, 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.data())
def test_the_order_and_the_copies_of_trials_do_not_matter_for_the_choice(seed: int, data: Any) -> None:
    matrix = noise(seed, 66, 7)
    matrix[:, 3] = matrix[:, 5]
    order = data.draw(st.permutations(range(7)))
    found, other = overfitting_probability(matrix, 6), overfitting_probability(matrix[:, order], 6)
    assert np.array_equal(found.logits, other.logits)
    assert np.array_equal(found.later, other.later)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 4, 6, 8, 10]), st.integers(20, 90), st.integers(2, 12))
def test_every_choice_is_counted_and_everything_is_in_its_range(
    seed: int, blocks: int, sessions: int, trials: int
) -> None:
    found = overfitting_probability(noise(seed, sessions, trials), blocks, wide=True)
    assert found.choices == {2: 2, 4: 6, 6: 20, 8: 70, 10: 252}[blocks]
    assert 0 <= found.probability <= 1
    assert 0 <= found.loss_probability <= 1
    assert np.isfinite(found.logits).all()
    assert (np.abs(found.logits) <= np.log(trials) + 1e-9).all()


def test_a_scale_changes_nothing() -> None:
    one, other = overfitting_probability(noise(1), 6), overfitting_probability(noise(1) * 7, 6)
    assert np.array_equal(one.logits, other.logits)
    assert one.degradation.intercept == pytest.approx(other.degradation.intercept)


def test_a_trial_that_never_trades_has_a_sharpe_ratio_of_zero_there() -> None:
    matrix = np.column_stack([np.zeros(40), noise(1, 40, 1)[:, 0] - 0.05, np.full(40, 0.001)])
    found = overfitting_probability(matrix, 4)
    assert (found.chosen == 0).all()
    assert np.isnan(session_sharpes(matrix)[[0, 2]]).all()


@pytest.mark.parametrize(("sessions", "blocks"), [(10, None), (39, None), (40, 4), (59, 4), (100, 10), (1000, 16)])
def test_blocks_have_ten_sessions(sessions: int, blocks: int | None) -> None:
    assert usable_blocks(sessions) == blocks


# --- a turned matrix


def test_a_turned_matrix_is_refused_where_it_can_be_noticed() -> None:
    frame = pd.DataFrame(noise(1, 100, 10), index=pd.bdate_range("2024-01-01", periods=100))
    assert checked_matrix(frame).shape == (100, 10)
    with pytest.raises(UsageError, match="10 rows and 100 columns: rows are sessions"):
        overfitting_probability(frame.to_numpy().T, 4)
    with pytest.raises(UsageError, match="columns of the matrix are dates"):
        overfitting_probability(frame.T, 4, wide=True)
    assert overfitting_probability(noise(1, 20, 30), 4, wide=True).trials == 30


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.zeros(5), "are a matrix"),
        (np.zeros((5, 1)), "at least 2 sessions and 2 trials"),
        ([["a", "b"], ["c", "d"]], "matrix of numbers"),
        (np.full((9, 2), np.nan), "row 0 of column 0"),
        (noise(1, 9, 2), "too few for 16 blocks"),
        (pd.DataFrame(noise(1, 9, 2), index=pd.bdate_range("2024-01-01", periods=9)[::-1]), "in order"),
    ],
)
def test_what_is_no_matrix_of_trials_is_refused_in_words(matrix: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        overfitting_probability(matrix)


@pytest.mark.parametrize("blocks", [0, 3, 22])
def test_the_number_of_blocks_is_even(blocks: int) -> None:
    with pytest.raises(UsageError, match="even, from 2 to 20"):
        overfitting_probability(noise(1), blocks)
