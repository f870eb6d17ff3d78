"""The sets of a search: every combination of the values of its parameters, counted and numbered without being built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from g4qc_core.research.search.axes import Axis, Value

_ROUNDS = 6


@dataclass(frozen=True)
class SearchSpace:
    """The grid of a search.

    Attributes:
        axes: values by parameter, in the order of the parameters' names. The last one varies fastest.
    """

    axes: Mapping[str, Axis]

    @property
    def size(self) -> int:
        """Number of sets, those included whose values do not fit together."""
        size = 1
        for axis in self.axes.values():
            size *= axis.size
        return size

    def at(self, index: int) -> dict[str, Value]:
        """Return the set with this index, from 0 to `size` - 1, in the order of the parameters' values."""
        found: dict[str, Value] = {}
        for name, axis in reversed(list(self.axes.items())):
            index, own = divmod(index, axis.size)
            found[name] = axis.at(own)
        return dict(reversed(list(found.items())))

    def shuffled(self, seed: int) -> Iterator[int]:
        """Yield each index once, in an order that the seed decides; memory does not grow with the size."""
        return (_shuffled(position, self.size, seed) for position in _counting(self.size))


def _counting(size: int) -> Iterator[int]:
    # `range` iterates over any whole numbers, but a length beyond 64 bits is worth no surprise.
    position = 0
    while position < size:
        yield position
        position += 1


def _shuffled(position: int, size: int, seed: int) -> int:
    """Return the entry of a permutation of 0..size-1: a Feistel network over the next even power of two.

    An entry beyond the size is mapped again until it is within, which keeps a permutation and takes at most four tries
    on average.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    while True:
        left, right = position >> half, position & mask
        for number in range(_ROUNDS):
            text = f"{seed}:{number}:{right}".encode()
            mixed = int.from_bytes(hashlib.blake2b(text, digest_size=(half + 7) // 8).digest(), "big")
            left, right = right, left ^ (mixed & mask)
        position = (left << half) | right
        if position < size:
            return position
