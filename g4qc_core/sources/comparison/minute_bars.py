"""Minute bars of one source and one contract as arrays, for quick comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES


@dataclass(frozen=True)
class MinuteBars:
    """Bars in order of time.

    Attributes:
        minutes: minutes since 1970, UTC, in which they start; ascending and unique.
        prices: open, high, low and close in points, one row each.
        volumes: contracts.
    """

    minutes: np.ndarray
    prices: np.ndarray
    volumes: np.ndarray

    def __len__(self) -> int:
        return len(self.minutes)

    @classmethod
    def of(cls, bars: pd.DataFrame) -> Self:
        """Return the bars of a frame with timestamp, prices and volume, by time."""
        minutes = bars["timestamp"].to_numpy("datetime64[m]").astype(np.int64)
        prices = np.ascontiguousarray(bars[list(PRICES)].to_numpy(np.float64).T)
        return cls(minutes, prices, bars["volume"].to_numpy(np.int64))

    @classmethod
    def none(cls) -> Self:
        """Return no bars."""
        return cls(np.empty(0, np.int64), np.empty((len(PRICES), 0)), np.empty(0, np.int64))

    def between(self, start: int, end: int) -> Self:
        """Return the bars that start in the minutes `[start, end)`."""
        low, high = np.searchsorted(self.minutes, (start, end))
        return type(self)(self.minutes[low:high], self.prices[:, low:high], self.volumes[low:high])

    def spread(self, most: int) -> Self:
        """Return at most so many of the bars, at equal distances."""
        step = -(-len(self) // most)
        return self if step <= 1 else type(self)(self.minutes[::step], self.prices[:, ::step], self.volumes[::step])


def shared_places(first: np.ndarray, second: np.ndarray, shift: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the minutes that both have, in each.

    Args:
        first: ascending and unique.
        second: the same, on a clock that is later.
        shift: by so many minutes.
    """
    wanted = first + shift if shift else first
    if np.array_equal(wanted, second):
        every = np.arange(len(first))
        return every, every
    at = np.searchsorted(second, wanted)
    inside = at < len(second)
    found = np.flatnonzero(inside)[second[at[inside]] == wanted[inside]]
    return found, at[found]
