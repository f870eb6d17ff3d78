"""How far the bars of files are apart: only bars of one minute can be imported."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from g4qc_core.sentences import counted
from g4qc_core.sources.reading.bar_times import MINUTE

_LOOKED_AT = 200_000
_MOST = 86_400_000_000
_RARE = 0.01
_FEWEST = 10


class BarSpacing:
    """Counts the distances between neighbouring rows of the beginning."""

    def __init__(self) -> None:
        self._counted: Counter[int] = Counter()

    def add(self, starts: np.ndarray) -> None:
        """Add rows of one contract (microseconds since 1970, int64), in the order of the file."""
        if self._counted.total() >= _LOOKED_AT or len(starts) < 2:
            return
        steps = np.abs(np.diff(starts))
        sizes, counts = np.unique(steps[(steps > 0) & (steps <= _MOST)], return_counts=True)
        self._counted.update(dict(zip(sizes.tolist(), counts.tolist(), strict=True)))

    def refusal(self) -> str:
        """Return why the rows are no one-minute bars; empty if they can be.

        Bars of five minutes are multiples of five minutes apart, whether or not all of them are there; those of a thin
        contract are any number of minutes apart.
        """
        if self._counted.total() < _FEWEST:
            return ""
        usual = [size for size, times in self._counted.items() if times >= self._counted.total() * _RARE]
        length = math.gcd(*(usual or self._counted))
        if length == MINUTE:
            return ""
        words = f"{length / 1_000_000:g} seconds" if length % MINUTE else counted(length // MINUTE, "minute")
        return (
            f"The rows are no one-minute bars: they begin {words} apart, or a multiple of that. Only one-minute bars "
            "can be imported; larger ones are derived from them."
        )
