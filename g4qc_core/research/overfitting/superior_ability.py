"""Whether the best of many trials beats a benchmark at all: superior predictive ability (SPA) and StepM.

Sources: White: A Reality Check for Data Snooping (2000), Hansen: A Test for Superior Predictive Ability (2005), Romano,
Wolf: Stepwise Multiple Testing (2005). Sessions are drawn by the stationary bootstrap of the library arch. Its own SPA
takes losses, takes time with the square of the sessions, and does not studentise; without that, both agree. Here
everything is returns, and a higher one is better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.trial_matrix import checked_matrix

MOST_TRIALS = 10_000
"""Most trials of one test: memory grows with trials x draws."""

_LEAST_SESSIONS = 10


@dataclass(frozen=True)
class SuperiorAbility:
    """Whether any trial has a higher mean return than the benchmark.

    Attributes:
        p_value: probability that the best of these trials looks so good although none beats the benchmark: Hansen's
            consistent value.
        lower, upper: bounds of it; the upper one is White's reality check with studentised returns.
        superior: columns that beat the benchmark by StepM at `size`, ascending.
        size: probability of naming even one column wrongly.
        best: column with the highest mean return above the benchmark.
        tested: number of trials that were tested: those that differ from the benchmark at all.
        block: mean length of a block that was drawn, in sessions.
        draws: number of draws.
    """

    p_value: float
    lower: float
    upper: float
    superior: tuple[int, ...]
    size: float
    best: int
    tested: int
    block: int
    draws: int


def superior_ability(
    returns: Any,
    benchmark: Any = None,
    *,
    size: float = 0.05,
    draws: int = 1000,
    seed: int = 0,
    studentised: bool = True,
    block: int | None = None,
    wide: bool = False,
) -> SuperiorAbility:
    """Test the session returns of all trials against a benchmark.

    Args:
        returns: sessions x trials, at most `MOST_TRIALS` of them.
        benchmark: its return in each session; None: zero, like never having traded.
        size: probability of a wrong name that StepM keeps.
        draws: number of draws, at least 100.
        seed: the same seed gives the same values.
        studentised: a mean return is divided by its standard error, so that quiet trials count as much as wild ones.
        block: mean length of a block, in sessions; None: that of Politis and White for the mean of all trials.
        wide: there are more trials than sessions.

    Raises:
        UsageError: not a matrix of trials, too many of them, or a benchmark of another length.
    """
    matrix = checked_matrix(returns, wide=wide, least_columns=1)
    reference = _benchmark(benchmark, len(matrix))
    if matrix.shape[1] > MOST_TRIALS:
        raise UsageError(
            f"The test takes at most {MOST_TRIALS:,} trials: draw that many of them at random, never the best ones."
        )
    if not 0 < size < 0.5 or draws < 100:
        raise UsageError("The test takes a size between 0 and 0.5, like 0.05, and at least 100 draws.")
    if len(matrix) < _LEAST_SESSIONS:
        raise UsageError(f"The test takes at least {_LEAST_SESSIONS} sessions.")
    above = matrix - reference[:, None]
    moving = np.flatnonzero(np.ptp(above, axis=0) > 0)
    best = int(above.mean(axis=0).argmax())
    if not len(moving):
        return SuperiorAbility(1.0, 1.0, 1.0, (), size, best, 0, 1, draws)
    block = block or _block(above[:, moving])
    test = _Test(above[:, moving], block, draws, seed, studentised)
    lower, consistent, upper = test.p_values()
    named = tuple(int(moving[at]) for at in test.superior(size))
    return SuperiorAbility(consistent, lower, upper, named, size, best, len(moving), block, draws)


def _benchmark(benchmark: Any, sessions: int) -> np.ndarray:
    if benchmark is None:
        return np.zeros(sessions)
    reference = np.asarray(benchmark, dtype=np.float64)
    if reference.shape != (sessions,) or not np.isfinite(reference).all():
        raise UsageError(f"The benchmark has one return for each of the {sessions} sessions.")
    return reference


def _block(above: np.ndarray) -> int:
    """Return the block length of Politis and White for the mean of all trials, at least 1."""
    from arch.bootstrap import optimal_block_length

    mean = above.mean(axis=1)
    if len(mean) < 10 or np.ptp(mean) == 0:
        return 1
    with np.errstate(all="ignore"):
        length = float(optimal_block_length(mean)["stationary"].iloc[0])
    return max(1, min(round(length), len(mean) // 3)) if math.isfinite(length) else 1


class _Test:
    """The statistic of each trial, and what it is in draws of a world in which none beats the benchmark."""

    def __init__(self, above: np.ndarray, block: int, draws: int, seed: int, studentised: bool) -> None:
        sessions = len(above)
        self._mean = above.mean(axis=0)
        drawn = _counts(sessions, block, draws, seed) @ above / sessions
        error = drawn.std(axis=0)
        scale = error if studentised else np.ones_like(error)
        self._statistic = self._mean / scale
        self._drawn = drawn / scale
        bound = error * math.sqrt(2 * math.log(math.log(sessions)))
        centres = (np.maximum(self._mean, 0.0), np.where(self._mean >= -bound, self._mean, 0.0), self._mean)
        self._centres = [centre / scale for centre in centres]

    def p_values(self) -> tuple[float, float, float]:
        """Return the lower, consistent and upper p-value."""
        most = self._statistic.max()
        found = [float(((self._drawn - centre).max(axis=1) > most).mean()) for centre in self._centres]
        return found[0], found[1], found[2]

    def superior(self, size: float) -> np.ndarray:
        """Return the trials that StepM names: those above the critical value, until no further one is."""
        named = np.zeros(len(self._statistic), dtype=bool)
        while not named.all():
            others = ~named
            largest = (self._drawn[:, others] - self._centres[1][others]).max(axis=1)
            further = others & (self._statistic > np.quantile(largest, 1 - size))
            if not further.any():
                break
            named |= further
        return np.flatnonzero(named)


def _counts(sessions: int, block: int, draws: int, seed: int) -> np.ndarray:
    """Return how often each session is in each draw of the stationary bootstrap, draws x sessions."""
    from arch.bootstrap import StationaryBootstrap

    bootstrap = StationaryBootstrap(block, np.arange(sessions), seed=np.random.default_rng(seed))
    found = np.empty((draws, sessions))
    for at, (data, _) in enumerate(bootstrap.bootstrap(draws)):
        found[at] = np.bincount(data[0], minlength=sessions)
    return found
