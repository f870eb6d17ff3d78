"""Splits of sessions: other implementations, and the laws that keep training and test apart."""

from __future__ import annotations

from itertools import pairwise
from math import comb
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.splits.purged_folds import combinatorial_splits, purged_kfold
from g4qc_core.research.splits.session_split import SessionSplit
from g4qc_core.research.splits.walk_forward import walk_forward


def days(sessions: int) -> dict[str, pd.DatetimeIndex]:
    """Observations whose outcome is known with the next day, as purgedcv takes them."""
    start = pd.date_range("2024-01-01", periods=sessions, freq="D")
    return {"prediction_times": start, "evaluation_times": start + pd.Timedelta(days=1)}


def same(ours: list[SessionSplit], theirs: Any) -> None:
    theirs = list(theirs)
    assert len(ours) == len(theirs)
    for one, (train, test) in zip(ours, theirs, strict=True):
        assert one.train.tolist() == train.tolist()
        assert one.test.tolist() == np.sort(np.concatenate(test) if isinstance(test, list) else test).tolist()


# --- other implementations


def test_ten_folds_of_which_two_are_tested_are_45_splits_and_9_paths() -> None:
    model_selection = pytest.importorskip("skfolio.model_selection")
    theirs = model_selection.CombinatorialPurgedCV(n_folds=10, n_test_folds=2)
    ours = combinatorial_splits(200, 10, 2)
    assert (len(ours.splits), len(ours.paths)) == (45, 9) == (theirs.n_splits, theirs.n_test_paths)
    same(ours.splits, theirs.split(np.zeros((200, 1))))
    ids = theirs.get_path_ids()
    for split, folds in enumerate(ids):
        tested = [fold for fold in range(10) if ours.folds[fold][0] in ours.splits[split].test]
        for fold, path in zip(tested, folds, strict=True):
            assert ours.paths[path, fold] == split


@pytest.mark.parametrize(("purge", "embargo"), [(0, 0), (3, 0), (0, 4), (2, 3)])
def test_skfolio_agrees_on_the_gap(purge: int, embargo: int) -> None:
    model_selection = pytest.importorskip("skfolio.model_selection")
    theirs = model_selection.CombinatorialPurgedCV(n_folds=6, n_test_folds=2, purged_size=purge, embargo_size=embargo)
    same(combinatorial_splits(120, 6, 2, purge=purge, embargo=embargo).splits, theirs.split(np.zeros((120, 1))))


@pytest.mark.parametrize(("sessions", "folds", "embargo"), [(100, 5, 0), (103, 5, 0), (103, 7, 4)])
def test_purgedcv_agrees_on_folds(sessions: int, folds: int, embargo: int) -> None:
    purgedcv = pytest.importorskip("purgedcv")
    theirs = purgedcv.PurgedKFold(folds, **days(sessions), embargo_observations=embargo)
    same(purged_kfold(sessions, folds, embargo=embargo), theirs.split(np.zeros((sessions, 1))))
    theirs = purgedcv.CombinatorialPurgedCV(folds, 2, **days(sessions), embargo_observations=embargo)
    same(combinatorial_splits(sessions, folds, 2, embargo=embargo).splits, theirs.split(np.zeros((sessions, 1))))


def test_purgedcv_agrees_on_walking_forward() -> None:
    purgedcv = pytest.importorskip("purgedcv")
    theirs = purgedcv.WalkForwardSplit(8, 10, **days(100))
    same(walk_forward(100, 20, 10, anchored=True), theirs.split(np.zeros((100, 1))))
    theirs = purgedcv.WalkForwardSplit(8, 10, train_size=20, window="sliding", **days(100))
    same(walk_forward(100, 20, 10), theirs.split(np.zeros((100, 1))))


def test_purgedcv_agrees_on_paths() -> None:
    purgedcv = pytest.importorskip("purgedcv")
    ours = combinatorial_splits(60, 6, 2)
    tested = [np.random.default_rng(at).normal(size=len(one.test)) for at, one in enumerate(ours.splits)]
    theirs = purgedcv.reconstruct_paths(tested, [one.test for one in ours.splits], 6, 2, 60)
    assert np.array_equal(ours.path_returns(tested), np.asarray(theirs).T)


# --- laws


def apart(split: SessionSplit, purge: int, embargo: int) -> None:
    """Training keeps its distance from every part of the test."""
    assert len(np.intersect1d(split.train, split.test)) == 0
    for test in split.tests:
        before, after = split.train[split.train < test[0]], split.train[split.train > test[-1]]
        assert len(before) == 0 or test[0] - before[-1] > purge
        assert len(after) == 0 or after[0] - test[-1] > purge + embargo
        assert (np.diff(test) == 1).all()


GAPS = st.tuples(st.integers(0, 5), st.integers(0, 5))


@given(st.integers(30, 200), st.integers(2, 8), GAPS)
def test_folds_are_tested_once_and_keep_their_distance(sessions: int, folds: int, gap: tuple[int, int]) -> None:
    purge, embargo = gap
    assume(sessions // folds > 2 * purge + embargo)
    found = purged_kfold(sessions, folds, purge=purge, embargo=embargo)
    assert np.concatenate([one.test for one in found]).tolist() == list(range(sessions))
    lengths = [len(one.test) for one in found]
    assert max(lengths) - min(lengths) <= 1
    for one in found:
        apart(one, purge, embargo)


@given(st.integers(40, 150), st.integers(3, 7), st.data())
def test_paths_go_through_all_sessions_once_and_use_every_test_once(sessions: int, folds: int, data: Any) -> None:
    tests = data.draw(st.integers(1, folds - 1))
    found = combinatorial_splits(sessions, folds, tests, purge=1, embargo=1)
    assert len(found.splits) == comb(folds, tests)
    assert found.paths.shape == (comb(folds - 1, tests - 1), folds)
    for split in found.splits:
        apart(split, 1, 1)
    tested = [split.test.astype(float) for split in found.splits]
    joined = found.path_returns(tested)
    assert (joined == np.arange(sessions)[:, None]).all()
    used = [(int(split), fold) for path in found.paths for fold, split in enumerate(path)]
    assert len(set(used)) == len(used) == tests * len(found.splits)


@given(
    st.integers(5, 300), st.integers(1, 60), st.integers(1, 40), st.integers(1, 50), st.booleans(), st.integers(0, 5)
)
def test_walking_forward_never_looks_ahead(
    sessions: int, train: int, test: int, step: int, anchored: bool, purge: int
) -> None:
    assume(sessions >= train + purge + test)
    found = walk_forward(sessions, train, test, step=step, anchored=anchored, purge=purge)
    for one in found:
        assert one.train[-1] + purge + 1 == one.test[0]
        assert len(one.test) == test
        assert one.train[0] == 0 if anchored else len(one.train) == train
    assert all(later.test[0] - earlier.test[0] == step for earlier, later in pairwise(found))
    assert found[0].test[0] == train + purge
    assert sessions - test - step < found[-1].test[0] <= sessions - test


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: walk_forward(20, 15, 10), "20 sessions are too few: training, gap and test take 25"),
        (lambda: walk_forward(20, 0, 10), "at least one session"),
        (lambda: purged_kfold(3, 5), "cannot be cut into 5 parts"),
        (lambda: purged_kfold(10, 2, purge=9), "No session is left for training"),
        (lambda: purged_kfold(10, 2, purge=-1), "not negative"),
        (lambda: combinatorial_splits(100, 5, 5), "leaves one for training"),
        (lambda: combinatorial_splits(100, 40, 20), "take fewer folds"),
        (lambda: combinatorial_splits(20, 4, 2).path_returns([np.zeros(3)]), "one series for each split"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
