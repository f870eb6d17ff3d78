"""The minutes of one series that have a bar, a byte each: duplicates are found whatever the order of the rows."""

from __future__ import annotations

import numpy as np

_WEEK = 10_080
_MARGIN = 1440 * 31  # minutes that a field grows beyond what is needed


class MinutePresence:
    """A set of minutes, one byte for each minute between the first and the last one."""

    def __init__(self) -> None:
        self._first = 0
        self._field = np.zeros(0, bool)

    def add(self, minutes: np.ndarray) -> np.ndarray:
        """Add minutes since 1970 (int64, n >= 1); return a mask of those that were there before, or earlier in them."""
        self._reach(int(minutes.min()), int(minutes.max()))
        places = minutes - self._first
        again = self._field[places]
        if not _ascending(places):
            _, first = np.unique(places, return_index=True)
            seen = np.ones(len(places), bool)
            seen[first] = False
            again |= seen
        self._field[places] = True
        return again

    def minutes(self) -> np.ndarray:
        """Return the minutes since 1970 (int64), ascending."""
        return np.flatnonzero(self._field) + self._first

    def weeks(self, most: int) -> np.ndarray:
        """Return the minutes of at most this many weeks, evenly spread over all that have some."""
        edges = range(-(self._first % _WEEK), len(self._field), _WEEK)
        slices = [slice(max(edge, 0), edge + _WEEK) for edge in edges]
        held = [part for part in slices if self._field[part].any()]
        if len(held) > most:
            held = [held[at] for at in np.linspace(0, len(held) - 1, most).astype(int).tolist()]
        parts = [np.flatnonzero(self._field[part]) + self._first + part.start for part in held]
        return np.concatenate(parts) if parts else np.array([], np.int64)

    def _reach(self, first: int, last: int) -> None:
        if not len(self._field):
            self._first, self._field = first, np.zeros(last - first + 1, bool)
            return
        before = self._first - first
        if before > 0:
            grown = before + _MARGIN
            self._field = np.concatenate([np.zeros(grown, bool), self._field])
            self._first -= grown
        after = last - (self._first + len(self._field) - 1)
        if after > 0:
            self._field = np.concatenate([self._field, np.zeros(after + _MARGIN, bool)])


def _ascending(places: np.ndarray) -> bool:
    return bool((np.diff(places) > 0).all())
