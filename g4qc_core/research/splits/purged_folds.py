"""Purged k-fold and combinatorial purged splits.

Source: Lopez de Prado: Advances in Financial Machine Learning (2018), chapters 7 and 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.splits.session_split import SessionSplit, SplitGap, equal_parts

MOST_SPLITS = 20_000


@dataclass(frozen=True, eq=False)
class CombinatorialSplits:
    """Every choice of some of the folds as a test.

    Attributes:
        splits: one for each choice, in lexicographic order of their folds.
        folds: sessions of each fold.
        paths: split that tests each fold on each path, paths x folds: a path goes through all sessions once, and no two
            paths share a tested fold of a split.
    """

    splits: list[SessionSplit]
    folds: list[np.ndarray]
    paths: np.ndarray

    def path_returns(self, tested: Sequence[np.ndarray]) -> np.ndarray:
        """Join the returns of the tests of all splits to paths.

        Args:
            tested: for each split, the returns of its test sessions, in the order of `SessionSplit.test`.

        Returns:
            Returns of each path, sessions x paths.

        Raises:
            UsageError: not one series for each split, or one of another length than its test.
        """
        wrong = len(tested) != len(self.splits) or any(
            len(one) != len(split.test) for one, split in zip(tested, self.splits, strict=False)
        )
        if wrong:
            raise UsageError("Paths are joined from one series for each split, with a return for each tested session.")
        found = np.empty((sum(len(fold) for fold in self.folds), len(self.paths)))
        for path, chosen in enumerate(self.paths):
            for fold, split in zip(self.folds, chosen, strict=True):
                at = np.searchsorted(self.splits[split].test, fold)
                found[fold, path] = np.asarray(tested[split], dtype=np.float64)[at]
        return found


def purged_kfold(sessions: int, folds: int, *, purge: int = 0, embargo: int = 0) -> list[SessionSplit]:
    """Return one split for each fold, which is its test; all other sessions that the gap leaves are training.

    Args:
        sessions: number of sessions.
        folds: number of folds, at least 2.
        purge: sessions left out on both sides of a test.
        embargo: further sessions left out after a test.

    Raises:
        UsageError: fewer sessions than folds, or no session left for training.
    """
    gap = SplitGap(purge, embargo)
    return [gap.split(sessions, [fold]) for fold in equal_parts(sessions, folds)]


def combinatorial_splits(
    sessions: int, folds: int, tests: int, *, purge: int = 0, embargo: int = 0
) -> CombinatorialSplits:
    """Return a split for each choice of `tests` folds: C(folds, tests) splits and C(folds - 1, tests - 1) paths.

    Args:
        sessions: number of sessions.
        folds: number of folds.
        tests: folds of each test, at least 1 and fewer than folds.
        purge: sessions left out on both sides of a test.
        embargo: further sessions left out after a test.

    Raises:
        UsageError: fewer sessions than folds, too many splits, or no session left for training.
    """
    if not 1 <= tests < folds:
        raise UsageError(f"A test has at least one of the {folds} folds, and leaves one for training.")
    if comb(folds, tests) > MOST_SPLITS:
        raise UsageError(f"{comb(folds, tests):,} splits are more than {MOST_SPLITS:,}: take fewer folds.")
    parts, gap = equal_parts(sessions, folds), SplitGap(purge, embargo)
    chosen = list(combinations(range(folds), tests))
    splits = [gap.split(sessions, _joined(parts, which)) for which in chosen]
    paths = np.array([[at for at, which in enumerate(chosen) if fold in which] for fold in range(folds)]).T
    return CombinatorialSplits(splits, parts, paths)


def _joined(parts: list[np.ndarray], which: tuple[int, ...]) -> list[np.ndarray]:
    """Return the test as runs of sessions: folds beside each other are one."""
    runs: list[list[np.ndarray]] = []
    for at, fold in enumerate(which):
        if at and fold == which[at - 1] + 1:
            runs[-1].append(parts[fold])
        else:
            runs.append([parts[fold]])
    return [np.concatenate(run) for run in runs]
