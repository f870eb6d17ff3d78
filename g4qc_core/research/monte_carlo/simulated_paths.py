"""Paths drawn from a sample of session returns, session profits or trades: their figures, and a sample of their lines.

Blocks of paths have random numbers of their own, so that results do not depend on the number of workers. Memory holds
one row of figures a path, the lines of the first paths at a few hundred steps, and the blocks that are being drawn.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError

GENERATOR = "numpy PCG64, seeded by SeedSequence(seed, spawn_key=(simulation, block of paths))"
"""What draws the paths, for the card of a simulation."""

PATHS_A_BLOCK = 256
MOST_LINES = 10_000
"""Most paths whose lines are kept, the first ones: quantiles by step are theirs."""

MOST_MARKS = 400
"""Most steps at which the equity of a path is kept."""

_DRAWN_AT_ONCE = 1_000_000  # values of one block of paths


@dataclass(frozen=True)
class PathPlan:
    """What to draw.

    Attributes:
        values: the sample, n values in their order: returns, or money.
        capital: equity before the first step, in the unit of the money.
        compounding: the values are returns of the equity; otherwise money, which adds up.
        level: equity below which a path is ruined; -inf: none is.
        goal: equity that a path reaches; inf: none does.
        paths: number of paths.
        horizon: steps of a path; None: n.
        block: mean length of the blocks that are drawn, in values; 1 draws each value for itself.
        shuffled: each path has every value once, in random order.
        seed: start of the random numbers.
        number: of the simulation, so that several have different random numbers with one seed.
    """

    values: np.ndarray
    capital: float
    compounding: bool = False
    level: float = -math.inf
    goal: float = math.inf
    paths: int = 10_000
    horizon: int | None = None
    block: float = 1.0
    shuffled: bool = False
    seed: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        if not len(self.values) or not np.isfinite(self.values).all():
            raise UsageError("A simulation draws from at least one number, and from no missing ones.")
        if self.paths < 1 or self.steps < 1 or self.block < 1 or not self.capital > 0:
            raise UsageError("A simulation needs a path, a step, blocks of at least one value, and capital above zero.")
        if self.shuffled and self.steps != len(self.values):
            raise UsageError("A shuffle has as many steps as values: leave the horizon out.")

    @property
    def steps(self) -> int:
        """Steps of a path."""
        return len(self.values) if self.horizon is None else self.horizon

    @property
    def marks(self) -> np.ndarray:
        """Steps after which the equity is kept, from 1: all of them, or `MOST_MARKS` that are evenly spaced."""
        return np.unique(np.linspace(1, self.steps, min(self.steps, MOST_MARKS)).round().astype(np.int64))


@dataclass(frozen=True, eq=False)
class SimulatedPaths:
    """Paths that were drawn, and the real one.

    Attributes:
        plan: what was drawn.
        figures: float64, paths x `path_kernels.FIGURES`.
        lines: float64, paths (the first ones) x marks; equity.
        real: float64, `FIGURES` of the sample in its own order, as far as the horizon reaches; it is never ruined.
        real_line: float64, one a mark; NaN after the end of the sample.
    """

    plan: PathPlan
    figures: np.ndarray
    lines: np.ndarray
    real: np.ndarray
    real_line: np.ndarray


def simulate(plan: PathPlan, workers: int = 1) -> SimulatedPaths:
    """Draw the paths of a plan; the same plan gives the same bytes with any number of workers."""
    run = simulating(plan, workers)
    while True:
        try:
            next(run)
        except StopIteration as end:
            found: SimulatedPaths = end.value
            return found


def simulating(plan: PathPlan, workers: int = 1) -> Generator[int, None, SimulatedPaths]:
    """Draw the paths of a plan, yield how many are done, and return them.

    Args:
        plan: what to draw.
        workers: threads that draw blocks of paths.
    """
    from g4qc_core.research.monte_carlo import path_kernels

    marks = plan.marks
    figures = np.empty((plan.paths, len(path_kernels.FIGURES)))
    lines = np.empty((min(plan.paths, MOST_LINES), len(marks)))
    done = 0
    for first, of_block, line in _drawn(plan, marks, workers):
        figures[first : first + len(of_block)] = of_block
        lines[first : first + len(line)] = line
        done += len(of_block)
        yield done
    real, real_line = _real(plan, marks)
    return SimulatedPaths(plan, figures, lines, real, real_line)


def _drawn(plan: PathPlan, marks: np.ndarray, workers: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    size = max(1, min(PATHS_A_BLOCK, _DRAWN_AT_ONCE // plan.steps))
    blocks = enumerate(range(0, plan.paths, size))
    with ThreadPoolExecutor(max(1, workers)) as pool:
        waiting: deque[Any] = deque()
        try:
            while True:
                for number, first in itertools.islice(blocks, 2 * max(1, workers) - len(waiting)):
                    count = min(size, plan.paths - first)
                    waiting.append((first, pool.submit(_block, plan, marks, number, first, count)))
                if not waiting:
                    return
                first, block = waiting.popleft()
                yield (first, *block.result())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _block(plan: PathPlan, marks: np.ndarray, number: int, first: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(plan.seed, spawn_key=(plan.number, number))))
    return _walked(plan, _order(plan, random, count), marks, max(0, min(count, MOST_LINES - first)))


def _order(plan: PathPlan, random: np.random.Generator, count: int) -> np.ndarray:
    """Return which value each path takes at each step: int64, count x steps."""
    from g4qc_core.research.monte_carlo import path_kernels

    size, shape = len(plan.values), (count, plan.steps)
    if plan.shuffled:
        return random.permuted(np.tile(np.arange(size), (count, 1)), axis=1)
    if plan.block == 1:
        return random.integers(0, size, shape)
    begins, starts = random.random(shape) < 1 / plan.block, random.integers(0, size, shape)
    path_kernels.block_order(begins, starts, size, starts)
    return starts


def _walked(plan: PathPlan, order: np.ndarray, marks: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
    from g4qc_core.research.monte_carlo import path_kernels

    figures, lines = np.empty((len(order), len(path_kernels.FIGURES))), np.empty((kept, len(marks)))
    so_far = min(len(plan.values), plan.steps)
    values = np.ascontiguousarray(plan.values, np.float64)
    ends = float(plan.capital), float(plan.level), float(plan.goal)
    path_kernels.walked(values, order, plan.compounding, *ends, so_far, marks, lines, figures)
    return figures, lines


def _real(plan: PathPlan, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    so_far = min(len(plan.values), plan.steps)
    # What happened is not ended by a rule for what could.
    unbound = replace(plan, level=-math.inf)
    figures, lines = _walked(unbound, np.arange(so_far, dtype=np.int64)[None, :], marks[marks <= so_far], 1)
    line = np.full(len(marks), np.nan)
    line[: lines.shape[1]] = lines[0]
    return figures[0], line
