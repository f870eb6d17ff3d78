"""Heat maps of every pair of parameters, and slices along each one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.surface.trial_grid import SurfaceAxis, TrialGrid

Over = Literal["best", "mean"]


@dataclass(frozen=True, eq=False)
class PairGrid:
    """The objective over two parameters.

    Attributes:
        x, y: the parameters.
        over: what a cell shows of the trials that differ in other parameters: their `best` or their `mean`.
        values: objective by place, y x x; NaN where nothing was tried.
        counts: number of trials in each cell, y x x.
    """

    x: SurfaceAxis
    y: SurfaceAxis
    over: Over
    values: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class SurfaceSlice:
    """The objective along one parameter.

    Attributes:
        axis: the parameter.
        through: objective of the trials that share all other places with the best one, the best of each place; NaN
            where none was tried.
        best, mean: over all trials at each place, whatever their other parameters.
        at: place of the best trial.
    """

    axis: SurfaceAxis
    through: np.ndarray
    best: np.ndarray
    mean: np.ndarray
    at: int


def pair_grids(grid: TrialGrid, over: Over = "best") -> list[PairGrid]:
    """Return the heat map of every pair of parameters that vary."""
    if over not in ("best", "mean"):
        raise UsageError(f"A cell shows the best or the mean of its trials, not {over!r}.")
    return [_pair(grid, first, second, over) for first, second in combinations(range(len(grid.axes)), 2)]


def slices(grid: TrialGrid) -> list[SurfaceSlice]:
    """Return the slice along each parameter that varies."""
    home = grid.places[grid.best] if len(grid.axes) else np.empty(0, np.int64)
    found = []
    for at, axis in enumerate(grid.axes):
        others = [other for other in range(len(grid.axes)) if other != at]
        line = (grid.places[:, others] == home[others]).all(axis=1)
        place = grid.places[:, at]
        found.append(
            SurfaceSlice(
                axis,
                _reduced(place[line], len(axis), grid.values[line], "best", grid.larger),
                _reduced(place, len(axis), grid.values, "best", grid.larger),
                _reduced(place, len(axis), grid.values, "mean", grid.larger),
                int(home[at]),
            )
        )
    return found


def _pair(grid: TrialGrid, first: int, second: int, over: Over) -> PairGrid:
    x, y = grid.axes[first], grid.axes[second]
    cells = grid.places[:, second] * len(x) + grid.places[:, first]
    shape = (len(y), len(x))
    values = _reduced(cells, len(x) * len(y), grid.values, over, grid.larger).reshape(shape)
    return PairGrid(x, y, over, values, np.bincount(cells, minlength=len(x) * len(y)).reshape(shape))


def _reduced(cells: np.ndarray, count: int, values: np.ndarray, over: Over, larger: bool) -> np.ndarray:
    """Return the best or the mean of the values of each cell; NaN for an empty one."""
    counts = np.bincount(cells, minlength=count)
    if over == "mean":
        sums = np.bincount(cells, weights=values, minlength=count)
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    found = np.full(count, -np.inf if larger else np.inf)
    (np.maximum if larger else np.minimum).at(found, cells, values)
    return np.where(counts > 0, found, np.nan)
