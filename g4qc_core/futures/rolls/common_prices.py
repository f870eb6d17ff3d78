"""Prices of two contracts in the same minute: where the gap of a roll is measured.

Knows bars. Must not know rules or dates of rolls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.futures.rolls.roll_calendar import PRICE_DIGITS

MINUTES = 30
"""How many of the last minutes that both contracts have in a session are looked at."""


@dataclass(frozen=True)
class Pair:
    """Closes of the old and the new contract in one minute; `at` is its start, UTC."""

    at: pd.Timestamp
    old: float
    new: float

    @property
    def gap(self) -> float:
        """New less old, in points."""
        return round(self.new - self.old, PRICE_DIGITS)


class CommonPrices:
    """Closes by contract and trade date.

    Args:
        bars: rows in any order, with at least contract, timestamp, trade_date and close.
    """

    def __init__(self, bars: pd.DataFrame) -> None:
        ordered = bars[["contract", "trade_date", "timestamp", "close"]].sort_values("timestamp")
        self._times = ordered["timestamp"].to_numpy("datetime64[us]")
        self._closes = ordered["close"].to_numpy("float64")
        groups = ordered.reset_index(drop=True).groupby(["contract", "trade_date"], sort=False)
        self._rows: dict[Any, Any] = groups.indices
        self.months = {str(month) for month in ordered["contract"].unique()}

    def pair(self, old: str, new: str, trade_date: date) -> Pair | None:
        """The prices of both in one minute of the session, whose gap is the usual one at its end; None: no such minute.

        Of the last `MINUTES` minutes in which both have a bar, those count whose gap is the median of all (the lower
        one of an even number, so that it is a gap that was there); the last of them is taken.
        """
        rows = [self._rows.get((month, pd.Timestamp(trade_date))) for month in (old, new)]
        if rows[0] is None or rows[1] is None:
            return None
        times, at_old, at_new = np.intersect1d(self._times[rows[0]], self._times[rows[1]], return_indices=True)
        if not len(times):
            return None
        before, after = self._closes[rows[0]][at_old][-MINUTES:], self._closes[rows[1]][at_new][-MINUTES:]
        gaps = np.round(after - before, PRICE_DIGITS)
        chosen = int(np.flatnonzero(gaps == np.sort(gaps)[(len(gaps) - 1) // 2])[-1])
        at = pd.Timestamp(times[-MINUTES:][chosen], tz="UTC")
        return Pair(at, float(before[chosen]), float(after[chosen]))
