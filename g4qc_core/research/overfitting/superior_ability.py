"""Whether the best of many trials beats a benchmark at all: superior predictive ability (SPA) and StepM.

Sources: White: A Reality Check for Data Snooping (2000), Hansen: A Test for Superior Predictive Ability (2005), Romano,
Wolf: Stepwise Multiple Testing (2005), as the library arch computes them with the stationary bootstrap. That library
takes losses; here everything is returns, and a higher one is better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.trial_matrix import checked_matrix

MOST_TRIALS = 2000
"""Most trials of one test: memory grows with trials x draws."""


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
    wide: bool = False,
) -> SuperiorAbility:
    """Test the session returns of all trials against a benchmark.

    Args:
        returns: sessions x trials, at most `MOST_TRIALS` of them.
        benchmark: its return in each session; None: zero, like never having traded.
        size: probability of a wrong name that StepM keeps.
        draws: number of draws, at least 100.
        seed: the same seed gives the same values.
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
    above = matrix - reference[:, None]
    moving = np.flatnonzero(np.ptp(above, axis=0) > 0)
    best = int(above.mean(axis=0).argmax())
    block = max(1, round(math.sqrt(len(matrix)))) if not len(moving) else _block(above[:, moving])
    if not len(moving):
        return SuperiorAbility(1.0, 1.0, 1.0, (), size, best, 0, block, draws)
    values, superior = _tested(above[:, moving], size, block, draws, seed)
    named = tuple(int(moving[at]) for at in superior)
    return SuperiorAbility(values[1], values[0], values[2], named, size, best, len(moving), block, draws)


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


def _tested(
    above: np.ndarray, size: float, block: int, draws: int, seed: int
) -> tuple[tuple[float, float, float], list[int]]:
    """Return the lower, consistent and upper p-values, and the columns that StepM names."""
    from arch.bootstrap import SPA, StepM

    losses, none = -above, np.zeros(len(above))
    spa = SPA(none, losses, block_size=block, reps=draws, seed=np.random.default_rng(seed))
    spa.compute()
    found = spa.pvalues
    values = (float(found["lower"]), float(found["consistent"]), float(found["upper"]))
    steps = StepM(none, losses, size=size, block_size=block, reps=draws, seed=np.random.default_rng(seed))
    steps.compute()
    return values, sorted(int(str(at)) for at in steps.superior_models)
