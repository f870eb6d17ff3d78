"""Local optima and the neighbourhood of the best, on the cells of a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from g4qc_core.research.surface.trial_grid import TrialGrid

MOST_NEIGHBOURS = 20_000
"""Most cells of a neighbourhood that are looked up by their place; of more, all trials are compared."""


@dataclass(frozen=True)
class LocalOptimum:
    """A cell that is strictly better than every neighbour that was tried.

    Attributes:
        row: position of its best trial in the frame of trials.
        parameters: what stands at its places.
        value: its objective.
        neighbours: neighbours that were tried, at least one: cells one step away in one parameter.
    """

    row: int
    parameters: Mapping[str, Any]
    value: float
    neighbours: int


@dataclass(frozen=True)
class Neighbourhood:
    """The trials around the best one: at most one step away in each parameter.

    Attributes:
        count: neighbouring cells that were tried, the best one not counted.
        possible: neighbouring cells of the grid.
        mean, spread, worst: of their objectives: mean, standard deviation (n) and the worst one; None if there is none.
        keep: share of the best objective that a neighbour must keep.
        kept: share of the neighbours whose objective is worse than the best one by at most (1 - keep) of its size;
            None if there is none.
    """

    count: int
    possible: int
    mean: float | None
    spread: float | None
    worst: float | None
    keep: float
    kept: float | None


class _Cells:
    """The cells that were tried, with the best trial of each."""

    def __init__(self, grid: TrialGrid) -> None:
        keys = grid.keys(grid.places)
        # The best trial of a cell first, and of equals the first one tried.
        order = np.lexsort((np.arange(len(keys)), -grid.scores, keys))
        self.keys, first = np.unique(keys[order], return_index=True)
        self.trials = order[first]
        self.places = grid.places[self.trials]
        self.scores = grid.scores[self.trials]

    def found(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for each key whether it was tried, and the position of its cell."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return self.keys[at] == keys, at


def local_optima(grid: TrialGrid, most: int = 50) -> list[LocalOptimum]:
    """Return the local optima, the best first.

    A neighbour is one step away in one parameter, as in LEAN's analysis; in a parameter without order, every other
    value is one step away. A cell without a neighbour that was tried is no local optimum.

    Args:
        grid: the trials.
        most: most optima to return.
    """
    cells = _Cells(grid)
    above, tried = np.ones(len(cells.keys), dtype=bool), np.zeros(len(cells.keys), dtype=np.int64)
    for at, axis in enumerate(grid.axes):
        for step in (-1, 1) if axis.ordered else range(1, len(axis)):
            moved = cells.places.copy()
            moved[:, at] += step
            if not axis.ordered:
                moved[:, at] %= len(axis)
            inside = (moved[:, at] >= 0) & (moved[:, at] < len(axis))
            known, other = cells.found(grid.keys(np.where(inside[:, None], moved, 0)))
            known &= inside
            tried += known
            above &= ~known | (cells.scores > cells.scores[other])
    chosen = np.flatnonzero(above & (tried > 0))
    chosen = chosen[np.lexsort((cells.trials[chosen], -cells.scores[chosen]))][:most]
    return [
        LocalOptimum(
            int(grid.rows[cells.trials[one]]),
            grid.labelled(int(cells.trials[one])),
            float(grid.values[cells.trials[one]]),
            int(tried[one]),
        )
        for one in chosen
    ]


def neighbourhood(grid: TrialGrid, keep: float = 0.8) -> Neighbourhood:
    """Return the neighbourhood of the best trial: what is left of it when each parameter is a little different."""
    if not grid.axes:
        return Neighbourhood(0, 0, None, None, None, keep, None)
    cells = _Cells(grid)
    home = grid.places[grid.best]
    reach = [_reach(int(place), len(axis), axis.ordered) for place, axis in zip(home, grid.axes, strict=True)]
    possible = int(np.prod([float(len(one)) for one in reach])) - 1
    if possible <= MOST_NEIGHBOURS:
        around = np.array(list(product(*reach)), dtype=np.int64).reshape(-1, len(grid.axes))
        known, at = cells.found(grid.keys(around))
        scores = cells.scores[at[known & (around != home).any(axis=1)]]
    else:
        near = np.column_stack([np.isin(cells.places[:, at], one) for at, one in enumerate(reach)]).all(axis=1)
        scores = cells.scores[near & (cells.places != home).any(axis=1)]
    if not len(scores):
        return Neighbourhood(0, possible, None, None, None, keep, None)
    values = scores if grid.larger else -scores
    best = float(grid.scores[grid.best])
    kept = float((scores >= best - (1 - keep) * abs(best)).mean())
    worst = float(scores.min() if grid.larger else -scores.min())
    return Neighbourhood(len(scores), possible, float(values.mean()), float(values.std()), worst, keep, kept)


def _reach(place: int, size: int, ordered: bool) -> list[int]:
    return [one for one in (place - 1, place, place + 1) if 0 <= one < size] if ordered else list(range(size))
