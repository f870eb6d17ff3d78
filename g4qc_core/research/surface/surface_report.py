"""The surface of a search in one object: heat maps, local optima, neighbourhood, slices, and warnings in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError
from g4qc_core.research.surface.local_optima import LocalOptimum, Neighbourhood, local_optima, neighbourhood
from g4qc_core.research.surface.pair_grids import Over, PairGrid, SurfaceSlice, pair_grids, slices
from g4qc_core.research.surface.trial_grid import MOST_VALUES, SurfaceAxis, TrialGrid
from g4qc_core.sentences import counted, listing

Limits = Mapping[str, tuple[float | None, float | None]]

_FEW_KEPT = 0.5
_CELLS: Mapping[Over, str] = {
    "best": "A cell of a heat map shows the best over all other parameters.",
    "mean": "A cell of a heat map shows the mean over all other parameters.",
}


@dataclass(frozen=True)
class RangeEdge:
    """A parameter whose best value is the first or last one that was tried.

    Attributes:
        parameter: its name.
        label: what stands at that place.
        end: `smallest` or `largest`.
    """

    parameter: str
    label: Any
    end: str

    @property
    def words(self) -> str:
        """A sentence that says so."""
        if self.end == "largest":
            return (
                f"The best set stands at the edge of the searched range: {self.label} is the largest value of "
                f"{self.parameter} that was tried. Search further there."
            )
        return (
            f"The best set stands at the edge of the searched range: {self.label} is the smallest value of "
            f"{self.parameter} that was tried. Search further there."
        )


@dataclass(frozen=True, eq=False)
class SurfaceReport:
    """What a search found between its parameters.

    Attributes:
        objective: name of the figure that is looked for.
        larger: a larger one is better.
        grid: the trials.
        pairs: heat map of every pair of parameters.
        optima: local optima, the best first.
        around: neighbourhood of the best.
        edges: parameters whose best value is at an end of what was tried and could go further.
        along: slice along each parameter.
    """

    objective: str
    larger: bool
    grid: TrialGrid
    pairs: list[PairGrid]
    optima: list[LocalOptimum]
    around: Neighbourhood
    edges: list[RangeEdge]
    along: list[SurfaceSlice]

    @property
    def warnings(self) -> list[str]:
        """What speaks against the best set, one sentence each."""
        found = [one.words for one in self.edges]
        around = self.around
        if around.count and around.kept is not None and around.kept < _FEW_KEPT:
            found.append(_alone(around, around.kept, self.objective))
        if self.grid.axes and not around.count:
            found.append("No neighbour of the best set was tried: nothing is known about what is around it.")
        return found

    @property
    def notes(self) -> list[str]:
        """How the surface was made, one sentence each."""
        found = []
        binned = [axis.name for axis in self.grid.axes if axis.binned]
        if binned:
            found.append(
                f"Values of {listing(binned)} are binned, with about equally many trials in each bin, because there "
                "are too many of them for an axis."
            )
        if self.grid.undefined:
            found.append(f"{counted(self.grid.undefined, 'trial')} without {self.objective} are left out.")
        if self.pairs and len(self.grid.axes) > 2:
            found.append(_CELLS[self.pairs[0].over])
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the surface JSON-safe; null stands for what was not tried."""
        best = self.grid.best
        return {
            "objective": self.objective,
            "larger": self.larger,
            "trials": len(self.grid.values),
            "fixed": dict(self.grid.fixed),
            "axes": [_axis(axis) for axis in self.grid.axes],
            "best": {
                "row": int(self.grid.rows[best]),
                "value": float(self.grid.values[best]),
                "parameters": self.grid.labelled(best),
            },
            "pairs": [
                {
                    "x": one.x.name,
                    "y": one.y.name,
                    "over": one.over,
                    "values": _plain(one.values),
                    "counts": one.counts.tolist(),
                }
                for one in self.pairs
            ],
            "optima": [asdict(one) for one in self.optima],
            "neighbourhood": asdict(self.around),
            "edges": [asdict(one) for one in self.edges],
            "slices": [
                {
                    "parameter": one.axis.name,
                    "at": one.at,
                    "through": _plain(one.through),
                    "best": _plain(one.best),
                    "mean": _plain(one.mean),
                }
                for one in self.along
            ],
            "warnings": self.warnings,
            "notes": self.notes,
        }


def surface_of(
    trials: pd.DataFrame,
    objective: str,
    parameters: Sequence[str] | None = None,
    *,
    larger: bool = True,
    over: Over = "best",
    keep: float = 0.8,
    limits: Limits | None = None,
    most_values: int = MOST_VALUES,
) -> SurfaceReport:
    """Return the surface of trials.

    Args:
        trials: a row for each trial, a column for each parameter (int, float, bool or text) and the objective.
        objective: name of the column that is looked for.
        parameters: names of the columns of parameters; None: all others.
        larger: a larger objective is the better one.
        over: what a cell of a heat map shows of trials that differ in other parameters: their `best` or their `mean`.
        keep: share of the best objective that a neighbour must keep to count as good.
        limits: smallest and largest value that a parameter may have at all; a best value there is no warning.
        most_values: most different numbers on an axis; more are binned.

    Raises:
        UsageError: no such column, no trial with an objective, or too many parameters.
    """
    if not 0 < keep <= 1:
        raise UsageError("The share that a neighbour keeps is above 0 and at most 1, like 0.8.")
    grid = TrialGrid.of(trials, objective, parameters, larger=larger, most_values=most_values)
    edges = _edges(grid, trials, limits or {})
    return SurfaceReport(
        objective=objective,
        larger=larger,
        grid=grid,
        pairs=pair_grids(grid, over),
        optima=local_optima(grid),
        around=neighbourhood(grid, keep),
        edges=edges,
        along=slices(grid),
    )


def _alone(around: Neighbourhood, kept: float, objective: str) -> str:
    if around.count == 1:
        return f"The best set stands alone: its only neighbour keeps less than {around.keep:.0%} of its {objective}."
    return (
        f"The best set stands alone: {kept:.0%} of {counted(around.count, 'neighbour')} keep {around.keep:.0%} of its "
        f"{objective}."
    )


def _edges(grid: TrialGrid, trials: pd.DataFrame, limits: Limits) -> list[RangeEdge]:
    found = []
    for axis, place in zip(grid.axes, grid.places[grid.best], strict=True):
        if not axis.ordered:
            continue
        low, high = limits.get(axis.name, (None, None))
        value = float(trials[axis.name].iloc[int(grid.rows[grid.best])])
        if place == 0 and (low is None or value > low):
            found.append(RangeEdge(axis.name, axis.labels[0], "smallest"))
        elif place == len(axis) - 1 and (high is None or value < high):
            found.append(RangeEdge(axis.name, axis.labels[-1], "largest"))
    return found


def _axis(axis: SurfaceAxis) -> dict[str, Any]:
    return {"name": axis.name, "labels": list(axis.labels), "ordered": axis.ordered, "edges": list(axis.edges)}


def _plain(values: np.ndarray) -> Any:
    """Return the values as lists, None for NaN."""
    listed = values.tolist()
    rows = listed if values.ndim == 2 else [listed]
    plain = [[None if math.isnan(one) else one for one in row] for row in rows]
    return plain if values.ndim == 2 else plain[0]
