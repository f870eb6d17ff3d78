"""How the chosen parameters moved from window to window, and whether they moved less than chance would move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.research.search.axes import Axis
from g4qc_core.research.search.space import SearchSpace

_COLUMNS = {
    "window": "int64",
    "parameter": "object",
    "value": "object",
    "number": "float64",
    "position": "float64",
    "change": "float64",
}
# Values of an axis that are looked through for the place of one.
_LISTED = 100_000


def drift_frame(chosen: Sequence[tuple[int, Mapping[str, Any]]], space: SearchSpace) -> pd.DataFrame:
    """Return the chosen value of each searched parameter in each window with a choice.

    Args:
        chosen: number of the window and all parameters of its choice.
        space: the sets of the search.

    Returns:
        window, parameter, value (text), number (NaN for what is none), position (0 for the first value that was tried
        and 1 for the last one), change (of the position since the window before with a choice; NaN in the first).
    """
    rows = []
    for name, axis in space.axes.items():
        places = _places(axis)
        before = np.nan
        for window, parameters in chosen:
            value = parameters.get(name)
            place = places.get(_key(value), np.nan)
            position = place / (axis.size - 1) if axis.size > 1 else 0.0
            number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan
            rows.append((window, name, str(value), number, position, position - before))
            before = position
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def stability(frame: pd.DataFrame, space: SearchSpace) -> dict[str, float | None]:
    """Return how steady each parameter is: 1 if it never moves, 0 if it moves as much as random choices, or less.

    It is 1 - mean size of the changes / their expected size if each window chose a value at random. Below zero the
    choice jumps from end to end. None with fewer than two choices, or for a parameter with one value.

    Args:
        frame: of `drift_frame`.
        space: the sets of the search.
    """
    found: dict[str, float | None] = {}
    for name, axis in space.axes.items():
        changes = frame.loc[frame["parameter"] == name, "change"].dropna().abs()
        if axis.size < 2 or changes.empty:
            found[name] = None
            continue
        # Two independent uniform choices among n places are (n^2 - 1) / 3n apart on average.
        expected = (axis.size + 1) / (3 * axis.size)
        found[name] = 1 - float(changes.mean()) / expected
    return found


def mean_stability(found: Mapping[str, float | None]) -> float | None:
    """Return the mean over the parameters that have one; None if none has."""
    known = [value for value in found.values() if value is not None]
    return sum(known) / len(known) if known else None


def _places(axis: Axis) -> dict[Any, int]:
    return {_key(axis.at(index)): index for index in range(min(axis.size, _LISTED))}


def _key(value: Any) -> Any:
    return round(float(value), 9) if isinstance(value, int | float) and not isinstance(value, bool) else value
