"""Trials on a grid: each parameter is an axis of values or bins, and each trial stands in one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError, unknown

MOST_VALUES = 40
"""Most different values of a number that are an axis of their own; more are binned."""

_MOST_CELLS = 2**62


@dataclass(frozen=True, eq=False)
class SurfaceAxis:
    """One parameter.

    Attributes:
        name: of the parameter.
        labels: what stands at each place: the values, or the intervals of bins in words.
        ordered: places beside each other are neighbours; otherwise, as of texts and truth values, all are.
        edges: bounds of the bins, one more than places, each bin with its lower bound; empty for values.
    """

    name: str
    labels: tuple[Any, ...]
    ordered: bool
    edges: tuple[float, ...] = ()

    @property
    def binned(self) -> bool:
        """True if a place stands for several values."""
        return bool(self.edges)

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class TrialGrid:
    """Trials on the axes of the parameters that vary.

    Attributes:
        axes: parameters that vary, in their given order.
        fixed: parameters that do not vary, with their value.
        places: place of each trial on each axis, trials x axes.
        values: objective of each trial.
        larger: a larger objective is the better one.
        rows: position of each trial in the frame that was given.
        undefined: number of trials without an objective; they are left out.
    """

    axes: tuple[SurfaceAxis, ...]
    fixed: Mapping[str, Any]
    places: np.ndarray
    values: np.ndarray
    larger: bool
    rows: np.ndarray
    undefined: int

    @classmethod
    def of(
        cls,
        trials: pd.DataFrame,
        objective: str,
        parameters: Sequence[str] | None = None,
        *,
        larger: bool = True,
        most_values: int = MOST_VALUES,
    ) -> TrialGrid:
        """Place the trials of a frame.

        Args:
            trials: a row for each trial, a column for each parameter (int, float, bool or text) and the objective.
            objective: name of the column that is looked for.
            parameters: names of the columns of parameters; None: all others.
            larger: a larger objective is the better one.
            most_values: most different numbers on an axis; of more, bins with about equally many trials are made.

        Raises:
            UsageError: no such column, no trial with an objective, or too many parameters.
        """
        names = [str(one) for one in trials.columns if one != objective] if parameters is None else list(parameters)
        for name in (objective, *names):
            if name not in trials.columns:
                raise unknown("column", name, [str(one) for one in trials.columns])
        values = pd.to_numeric(trials[objective], errors="coerce").to_numpy(np.float64)
        usable = np.flatnonzero(np.isfinite(values))
        if not len(usable) or most_values < 2:
            raise UsageError(f"No trial has the figure {objective}: there is no surface.")
        seen = trials.iloc[usable]
        fixed, axes, places = {}, [], []
        for name in names:
            axis, at = _placed(name, seen[name], most_values)
            if len(axis) < 2:
                fixed[name] = axis.labels[0]
            else:
                axes.append(axis)
                places.append(at)
        if np.prod([float(len(axis)) for axis in axes]) >= _MOST_CELLS:
            raise UsageError("The trials have too many parameters for one surface: name those to look at.")
        stacked = np.column_stack(places) if places else np.empty((len(usable), 0), dtype=np.int64)
        return cls(tuple(axes), fixed, stacked, values[usable], larger, usable, len(trials) - len(usable))

    @property
    def scores(self) -> np.ndarray:
        """Objective of each trial, turned so that larger is better."""
        return self.values if self.larger else -self.values

    @property
    def best(self) -> int:
        """Trial with the best objective, the first of equals."""
        return int(self.scores.argmax())

    @property
    def sizes(self) -> np.ndarray:
        """Number of places of each axis."""
        return np.array([len(axis) for axis in self.axes], dtype=np.int64)

    def keys(self, places: np.ndarray) -> np.ndarray:
        """Return a number for each cell, by mixed radix."""
        found = np.zeros(len(places), dtype=np.int64)
        for at, size in enumerate(self.sizes):
            found = found * size + places[:, at]
        return found

    def labelled(self, trial: int) -> dict[str, Any]:
        """Return what stands at the places of a trial, by parameter."""
        return {axis.name: axis.labels[at] for axis, at in zip(self.axes, self.places[trial], strict=True)}


def _placed(name: str, column: pd.Series, most: int) -> tuple[SurfaceAxis, np.ndarray]:
    """Return the axis of a parameter, and the place of each trial on it."""
    values = [one.item() if isinstance(one, np.generic) else one for one in column]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
        return _categories(name, values)
    numbers = np.array(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        return _categories(name, values)
    distinct, at = np.unique(numbers, return_inverse=True)
    if len(distinct) <= most:
        whole = all(isinstance(one, int) for one in values)
        labels = tuple(int(one) if whole else float(one) for one in distinct)
        return SurfaceAxis(name, labels, True), at.astype(np.int64)
    return _bins(name, numbers, most)


def _categories(name: str, values: list[Any]) -> tuple[SurfaceAxis, np.ndarray]:
    """Return an axis without order: of texts, truth values, or values of several kinds."""
    labels = sorted({_text(one): one for one in values}.items())
    place = {text: at for at, (text, _) in enumerate(labels)}
    shown = tuple(one if isinstance(one, bool | str) else text for text, one in labels)
    return SurfaceAxis(name, shown, False), np.array([place[_text(one)] for one in values], dtype=np.int64)


def _text(value: Any) -> str:
    return "none" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def _bins(name: str, numbers: np.ndarray, most: int) -> tuple[SurfaceAxis, np.ndarray]:
    """Return an axis of bins with about equally many trials: as many bins as the cube root of trials, 4 to `most`."""
    count = int(np.clip(round(2 * len(numbers) ** (1 / 3)), 4, min(most, 20)))
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)))
    at = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, len(edges) - 2)
    labels = tuple(f"{low:.6g} to {high:.6g}" for low, high in pairwise(edges))
    return SurfaceAxis(name, labels, True, tuple(float(one) for one in edges)), at.astype(np.int64)
