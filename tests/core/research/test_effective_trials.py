"""The effective number of correlated trials: laws and known structures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.effective_trials import effective_trials


def noise(seed: int, sessions: int = 250, trials: int = 10) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.01, (sessions, trials))


def blocks(seed: int, of: int, each: int, likeness: float = 1.0, sessions: int = 250) -> np.ndarray:
    """`of` independent groups of `each` trials, whose correlation within a group is `likeness`."""
    common = np.repeat(noise(seed, sessions, of), each, axis=1)
    own = noise(seed + 1, sessions, of * each)
    return np.sqrt(likeness) * common + np.sqrt(1 - likeness) * own


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 8), st.integers(1, 6))
def test_copies_count_once(seed: int, of: int, each: int) -> None:
    assert effective_trials(blocks(seed, of, each)).count == of


@pytest.mark.parametrize("seed", range(5))
def test_groups_of_like_trials_count_once_each(seed: int) -> None:
    assert effective_trials(blocks(seed, 7, 12, 0.85)).count == 7


@pytest.mark.parametrize("trials", [20, 100, 200])
def test_independent_trials_count_one_each(trials: int) -> None:
    assert effective_trials(noise(3, 250, trials)).count == trials


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(12, 80), st.floats(0, 1))
def test_the_count_is_between_one_and_all(seed: int, trials: int, sessions: int, likeness: float) -> None:
    found = effective_trials(blocks(seed, 1, trials, likeness, sessions), wide=True)
    assert 1 <= found.count <= trials
    assert len(set(found.clusters)) == found.found == found.count


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.data())
def test_order_scale_and_shift_do_not_matter(seed: int, data: Any) -> None:
    matrix = blocks(seed, 4, 3, 0.7, 60)
    order = data.draw(st.permutations(range(12)))
    found = effective_trials(matrix).count
    assert effective_trials(matrix[:, order]).count == found
    assert effective_trials(matrix * 3.0 + 0.001).count == found


def test_the_opposite_of_a_trial_is_another_trial() -> None:
    one = noise(1, 100, 1)
    assert effective_trials(np.hstack([one, -one])).count == 2


def test_trials_that_never_trade_are_one() -> None:
    matrix = np.hstack([np.zeros((50, 3)), noise(1, 50, 2), np.full((50, 1), np.nan)])
    found = effective_trials(matrix)
    assert found.count == 3
    assert found.clusters.tolist() == [0, 0, 0, 1, 2, 0]


def test_trials_of_other_times_are_independent_and_shared_sessions_decide() -> None:
    one = noise(1, 120, 1)[:, 0]
    early, late, shifted = np.full(120, np.nan), np.full(120, np.nan), one.copy()
    early[:60], late[60:], shifted[:30] = one[:60], one[60:], np.nan
    assert effective_trials(np.column_stack([early, late])).count == 2
    assert effective_trials(np.column_stack([one, shifted])).count == 1
    nearly = np.where(np.arange(120) < 55, np.nan, one)
    assert effective_trials(np.column_stack([early, nearly])).count == 2


def test_correlations_over_shared_sessions_are_those_of_pandas() -> None:
    pd = pytest.importorskip("pandas")
    from g4qc_core.research.overfitting.effective_trials import _correlations

    rng = np.random.default_rng(5)
    matrix = blocks(2, 3, 3, 0.5, 80)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    right = pd.DataFrame(matrix).corr().to_numpy()
    assert _correlations(matrix) == pytest.approx(right, abs=1e-12)


def test_a_sample_estimates_the_clusters_that_it_does_not_show() -> None:
    few = effective_trials(blocks(1, 10, 50, 0.9, 600), most=100)
    assert few.estimated
    assert few.count == 10
    many = effective_trials(noise(2, 900, 800), most=100)
    assert many.count == 800
    between = effective_trials(blocks(3, 200, 4, 0.9, 900), most=150)
    assert 120 <= between.count <= 340
    assert (between.clusters >= 0).sum() == 150
    assert effective_trials(blocks(3, 200, 4, 0.9, 900), most=150).count == between.count


def test_columns_that_are_a_sample_themselves_say_of_how_many() -> None:
    whole = blocks(3, 200, 4, 0.9, 900)
    sample = whole[:, np.random.default_rng(4).permutation(800)[:150]]
    found = effective_trials(sample, trials=800)
    assert (found.trials, found.clustered, len(found.clusters)) == (800, 150, 150)
    assert found.found < found.count <= 800
    assert effective_trials(blocks(1, 10, 12, 0.9, 600), trials=5000).count == 10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: effective_trials(noise(1, 5, 20)), "rows are sessions"),
        (lambda: effective_trials(noise(1), joined=1.0), "between 0 and 1"),
        (lambda: effective_trials(np.full((5, 2), np.inf)), "not finite"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
