"""How many sets a chunk has: as many as take about a minute, by what the chunks before took."""

from __future__ import annotations

import math

SECONDS = 60.0
"""Target duration of a chunk, in seconds: chunks take 30 to 120 s where sets differ by a factor of two."""

LARGEST = 10_000
"""Most sets of a chunk: some 20 MB of outcomes."""

_FIRST = 2
_GROWTH = 8
# A search that is almost done is cut finer, so that all places end at about the same time; but not finer than this.
_LEAST_SECONDS = 1.0
_SHARES = 2


class ChunkSizes:
    """Sizes of the chunks of one pool; they decide how long it takes, and nothing else."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """Begin with small chunks; `seconds` is the target duration of a chunk."""
        self._seconds = seconds
        self._a_set: float | None = None
        self._largest = 0

    def learn(self, sets: int, seconds: float) -> None:
        """Take account of a chunk that is done."""
        if sets:
            latest = seconds / sets
            self._a_set = latest if self._a_set is None else (self._a_set + latest) / 2
            self._largest = max(self._largest, sets)

    @property
    def size(self) -> int:
        """Number of sets for a chunk of the target duration; small until durations are known."""
        if self._a_set is None:
            return _FIRST
        return max(1, min(self._sets_of(self._seconds), self._largest * _GROWTH, LARGEST))

    def share(self, left: int, places: int) -> int:
        """Return the sets of the next chunk when no more than these are left for so many places."""
        least = 1 if self._a_set is None else self._sets_of(_LEAST_SECONDS)
        return max(1, min(self.size, max(least, math.ceil(left / (_SHARES * places)))))

    def _sets_of(self, seconds: float) -> int:
        assert self._a_set is not None
        return int(seconds / max(self._a_set, 1e-9))
