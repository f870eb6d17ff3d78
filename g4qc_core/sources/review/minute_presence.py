"""The minutes of one series that have a bar: duplicates are found whatever the order of the rows.

A minute is a bit of its week, and weeks are compressed. One in which every minute of every session has a bar takes less
than a hundred bytes, so memory hardly grows with the years, and stray times cost a week each.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from itertools import pairwise

import numpy as np

WEEK = 10_080
"""Minutes of a week."""


class MinutePresence:
    """A set of minutes."""

    def __init__(self) -> None:
        self._weeks: dict[int, bytes] = {}

    @property
    def weeks(self) -> Collection[int]:
        """Numbers of the weeks since 1970 that have a minute, in no order."""
        return self._weeks.keys()

    def add(self, minutes: np.ndarray) -> np.ndarray:
        """Add minutes since 1970 (int64, any order); return a mask of repetitions.

        A minute is a repetition if the set has it already, or if it stands earlier in the array.
        """
        weeks = minutes // WEEK
        if (weeks[1:] >= weeks[:-1]).all():
            return self._add_sorted(minutes, weeks)
        order = np.argsort(weeks, kind="stable")
        again = np.empty(len(minutes), bool)
        again[order] = self._add_sorted(minutes[order], weeks[order])
        return again

    def minutes(self, weeks: Collection[int]) -> np.ndarray:
        """Return the minutes since 1970 (int64, ascending) of the named weeks; a week without any may be named."""
        held = sorted(week for week in weeks if week in self._weeks)
        parts = [np.flatnonzero(self._opened(week)) + week * WEEK for week in held]
        return np.concatenate(parts) if parts else np.array([], np.int64)

    def _add_sorted(self, minutes: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        again = np.empty(len(minutes), bool)
        begins = [*np.flatnonzero(np.diff(weeks, prepend=weeks[:1] - 1)).tolist(), len(minutes)]
        for begin, end in pairwise(begins):
            week = int(weeks[begin])
            held = self._opened(week)
            places = minutes[begin:end] - week * WEEK
            known = held[places]
            if not (places[1:] > places[:-1]).all():
                seen = np.ones(len(places), bool)
                seen[np.unique(places, return_index=True)[1]] = False
                known |= seen
            again[begin:end] = known
            held[places] = True
            self._weeks[week] = zlib.compress(np.packbits(held).tobytes(), 1)
        return again

    def _opened(self, week: int) -> np.ndarray:
        packed = self._weeks.get(week)
        if packed is None:
            return np.zeros(WEEK, bool)
        return np.unpackbits(np.frombuffer(zlib.decompress(packed), np.uint8)).view(bool)
