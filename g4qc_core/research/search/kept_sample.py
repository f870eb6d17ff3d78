"""Which trials of a search keep their session returns: all of a small search, a sample of a large one, and the best."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Sequence

import numpy as np

MOST_KEPT = 2_000
"""Most trials whose session returns a search keeps, besides the best ones."""


class KeptSample:
    """Session returns of a sample that the numbers of the trials alone decide: those with the smallest hashes.

    Memory does not grow beyond the largest sample.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        # The largest hash first, because it is the first to go.
        self._heap: list[tuple[int, int]] = []
        self._returns: dict[int, np.ndarray | None] = {}

    def wants(self, number: int) -> bool:
        """Return whether the trial would belong to the sample so far."""
        return len(self._heap) < self._most or (-_rank(number), number) > self._heap[0]

    def offer(self, number: int, returns: np.ndarray | None) -> None:
        """Keep the returns of a trial if it belongs to the sample so far; None: they are not at hand."""
        if not self.wants(number):
            return
        entry = (-_rank(number), number)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
        else:
            _, dropped = heapq.heapreplace(self._heap, entry)
            del self._returns[dropped]
        self._returns[number] = returns

    def add(self, number: int, returns: np.ndarray) -> None:
        """Keep the returns of a trial, whether or not it belongs to the sample."""
        self._returns[number] = returns

    @property
    def missing(self) -> list[int]:
        """Numbers of the trials of the sample whose returns are not at hand, ascending."""
        return sorted(number for number, returns in self._returns.items() if returns is None)

    def matrix(self) -> tuple[list[int], np.ndarray]:
        """Return the numbers, ascending, and the returns: a row for each session, a column for each trial."""
        known = {number: returns for number, returns in sorted(self._returns.items()) if returns is not None}
        if not known:
            return [], np.empty((0, 0))
        return list(known), np.column_stack(list(known.values()))


def sample_of(numbers: Sequence[int], most: int = MOST_KEPT) -> list[int]:
    """Return the trials that the numbers alone chose, ascending, without those that were kept as the best ones."""
    return sorted(sorted(numbers, key=_rank)[:most])


def _rank(number: int) -> int:
    return int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=8).digest(), "big")
