"""Long lines thinned out to as many points as a chart can show, with every extreme of the line."""

from __future__ import annotations

import numpy as np


def thinned(values: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of the points to draw, ascending: the first, the last, and the extremes of each part.

    Args:
        values: the line, n >= 1 numbers.
        most: about how many points are kept; a line that is not longer is kept whole.

    Returns:
        int64; at most `most` + 2 positions.
    """
    n = len(values)
    if n <= most:
        return np.arange(n)
    starts = np.unique(np.linspace(0, n, max(1, most // 2) + 1).astype(np.int64)[:-1])
    ends = np.append(starts[1:], n)
    lowest, highest = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    part = np.repeat(np.arange(len(starts)), ends - starts)
    ends_of_line = np.array([0, n - 1])
    kept = (_first(values == lowest[part], part), _first(values == highest[part], part), ends_of_line)
    return np.unique(np.concatenate(kept)).astype(np.int64)


def steps(values: np.ndarray, most: int) -> np.ndarray:
    """Return the positions at which a line of steps changes, thinned out like `thinned` if there are too many."""
    changes = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    chosen = changes if len(changes) <= most else changes[thinned(values[changes], most)]
    return np.unique(np.append(chosen, len(values) - 1)).astype(np.int64)


def _first(there: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return the first position in each part where `there` is true."""
    at = np.flatnonzero(there)
    return at[np.concatenate(([True], part[at][1:] != part[at][:-1]))] if len(at) else at
