"""Probability of backtest overfitting by combinatorially symmetric cross-validation (CSCV).

Sessions are cut into an even number of blocks. For every choice of half of them, the trial with the best Sharpe ratio
in that half is looked up in the other half. If it often ranks below the median there, the search chose noise.

Source: Bailey, Borwein, Lopez de Prado, Zhu: The Probability of Backtest Overfitting, Journal of Computational Finance
(2017).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.trial_matrix import checked_matrix
from g4qc_core.sentences import counted

MOST_BLOCKS = 20
_LEAST_SESSIONS = 2
# Sums of squares below this share of the mean square are rounding errors of returns that do not vary.
_NOTHING = 1e-12


@dataclass(frozen=True)
class PerformanceLine:
    """A line through the Sharpe ratios of the choices.

    Attributes:
        slope, intercept: least squares; None if the choices do not differ.
        adjusted_r2: adjusted share of the variance that the line explains; None with fewer than three choices.
    """

    slope: float | None
    intercept: float | None
    adjusted_r2: float | None


@dataclass(frozen=True, eq=False)
class OverfittingEstimate:
    """How a choice of the best trial fared in the other half of the sessions.

    Attributes:
        probability: share of choices whose relative rank is at or below the median (logit <= 0): PBO.
        loss_probability: share of choices with a Sharpe ratio below zero in the other half.
        degradation: the later Sharpe ratio (y) by that of the half of the choice (x): a slope near 1 keeps what was
            chosen, one near 0 keeps nothing.
        reverse: the same points with x and y exchanged, as the R package pbo fits them.
        logits: logarithm of r / (1 - r) for each choice, where r is the rank in the other half over N + 1.
        chosen: Sharpe ratio of each choice in the half of the choice, per session.
        later: its Sharpe ratio in the other half, per session.
        blocks: number of blocks.
        trials: number of trials, N.
    """

    probability: float
    loss_probability: float
    degradation: PerformanceLine
    reverse: PerformanceLine
    logits: np.ndarray
    chosen: np.ndarray
    later: np.ndarray
    blocks: int
    trials: int

    @property
    def choices(self) -> int:
        """Number of choices: half of the blocks out of all."""
        return len(self.logits)


def overfitting_probability(
    returns: Any, blocks: int = 16, *, hurdle: float = 0.0, wide: bool = False
) -> OverfittingEstimate:
    """Estimate the probability of backtest overfitting from the session returns of all trials of a search.

    Memory grows with blocks x trials and with the number of choices, never with their product.

    Args:
        returns: sessions x trials; `trial_matrix.checked_matrix` says what is refused.
        blocks: even number of blocks, 2 to 20; a longer block is among the first ones where they do not divide evenly.
        hurdle: return per session that is taken from every return before its Sharpe ratio.
        wide: there are more trials than sessions.

    Raises:
        UsageError: not such a matrix, an odd number of blocks, or blocks with fewer than two sessions.
    """
    matrix = checked_matrix(returns, wide=wide)
    if not 2 <= blocks <= MOST_BLOCKS or blocks % 2:
        raise UsageError(f"The number of blocks is even, from 2 to {MOST_BLOCKS}, like 16.")
    if len(matrix) < _LEAST_SESSIONS * blocks:
        raise UsageError(
            f"{counted(len(matrix), 'session is', 'sessions are')} too few for {blocks} blocks: take fewer blocks."
        )
    halves = _Halves(matrix - hurdle, blocks)
    found = np.array([row for pair in halves for row in pair])
    logits, chosen, later = found.T
    return OverfittingEstimate(
        probability=float((logits <= 0).mean()),
        loss_probability=float((later < 0).mean()),
        degradation=_line(chosen, later),
        reverse=_line(later, chosen),
        logits=logits,
        chosen=chosen,
        later=later,
        blocks=blocks,
        trials=matrix.shape[1],
    )


def usable_blocks(sessions: int, most: int = 16) -> int | None:
    """Return the largest even number of blocks of ten sessions or more, up to `most`; None below four blocks."""
    found = min(most, sessions // 10 // 2 * 2)
    return found if found >= 4 else None


class _Halves:
    """Every way to halve the blocks, with the choices that both halves make."""

    def __init__(self, matrix: np.ndarray, blocks: int) -> None:
        sizes = np.full(blocks, len(matrix) // blocks)
        sizes[: len(matrix) % blocks] += 1
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        # Sums of each block are added by rows and so in the same order for every column: equal trials stay equal.
        self._sums = np.add.reduceat(matrix, starts, axis=0)
        self._squares = np.add.reduceat(np.square(matrix), starts, axis=0)
        self._sizes, self._blocks = sizes, blocks

    def __len__(self) -> int:
        return comb(self._blocks, self._blocks // 2) // 2

    def __iter__(self) -> Iterator[list[tuple[float, float, float]]]:
        """Yield the two choices of each halving: logit, Sharpe ratio in the half of the choice and in the other one."""
        everything = set(range(self._blocks))
        for rest in combinations(range(1, self._blocks), self._blocks // 2 - 1):
            first = self._sharpes([0, *rest])
            second = self._sharpes(sorted(everything - {0, *rest}))
            yield [_choice(first, second), _choice(second, first)]

    def _sharpes(self, chosen: list[int]) -> np.ndarray:
        """Compute the Sharpe ratio of each trial over these blocks; zero for one that does not vary."""
        n = int(self._sizes[chosen].sum())
        mean = self._sums[chosen].sum(axis=0) / n
        squares = self._squares[chosen].sum(axis=0)
        around = squares - n * mean**2
        varying = around > _NOTHING * squares
        spread = np.sqrt(np.where(varying, around, 1.0) / (n - 1))
        return np.where(varying, mean / spread, 0.0)


def _choice(here: np.ndarray, there: np.ndarray) -> tuple[float, float, float]:
    """Choose the best trial here, and rank it there; several equally good ones share the mean of their ranks."""
    best = np.flatnonzero(here == here.max())
    values = there[best]
    below = np.array([(there < value).sum() + ((there == value).sum() + 1) / 2 for value in np.unique(values)])
    ranks = below[np.searchsorted(np.unique(values), values)]
    relative = float(ranks.mean()) / (len(there) + 1)
    return float(np.log(relative / (1 - relative))), float(here[best[0]]), float(values.mean())


def _line(x: np.ndarray, y: np.ndarray) -> PerformanceLine:
    """Fit y = intercept + slope x by least squares."""
    spread = float(((x - x.mean()) ** 2).sum())
    if spread <= _NOTHING * float((x**2).sum()):
        return PerformanceLine(None, None, None)
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    intercept = float(y.mean() - slope * x.mean())
    total = float(((y - y.mean()) ** 2).sum())
    if len(x) < 3 or total == 0:
        return PerformanceLine(slope, intercept, None)
    unexplained = float(((y - intercept - slope * x) ** 2).sum())
    return PerformanceLine(slope, intercept, 1 - unexplained / total * (len(x) - 1) / (len(x) - 2))
