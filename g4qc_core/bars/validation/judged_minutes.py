"""Possible bars in the form in which they are judged: whole steps of the price grid in plain arrays, in order.

Knows no rule. A suspicion is a function of `JudgedMinutes` that returns `Suspects`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Suspects = dict[int, str]
"""Rows of `JudgedMinutes` that are not believed, and why, as a sentence's part for a person."""


@dataclass(frozen=True)
class JudgedMinutes:
    """Bars of n rows that break no hard rule, ascending by contract and minute, unique.

    Attributes:
        contract: code of the contract, ascending (int64).
        months: contract month of each code.
        day: trade date, in days since 1970 (int64).
        minute: start, in minutes since 1970 UTC (int64).
        open, high, low, close: prices, in steps of the instrument's grid (float64, whole numbers).
        volume: contracts (int64).
        tick: steps in one tick of the bar's contract (int64).
    """

    contract: np.ndarray
    months: list[str]
    day: np.ndarray
    minute: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    tick: np.ndarray

    def __len__(self) -> int:
        return len(self.minute)

    def session_starts(self) -> np.ndarray:
        """Rows at which a contract's session begins, ascending; the first is 0 unless there is no row."""
        if not len(self):
            return np.array([], "int64")
        changes = (np.diff(self.contract) != 0) | (np.diff(self.day) != 0)
        return np.concatenate([[0], np.flatnonzero(changes) + 1])
