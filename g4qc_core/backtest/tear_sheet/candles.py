"""Bars and equity thinned out to as many candles as a picture can show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Candles:
    """Groups of neighbouring bars; no group spans the end of a session or a change of contract.

    Attributes:
        frame: one row per group: timestamp (of its first bar, UTC), trade_date, contract, open, high, low, close,
            volume.
        of_bar: int64, the group of each bar.
        bars_each: most bars in one group; 1 if nothing was thinned out.
    """

    frame: pd.DataFrame
    of_bar: np.ndarray
    bars_each: int

    @property
    def starts(self) -> np.ndarray:
        """The number of the first bar of each group, int64."""
        return np.flatnonzero(np.concatenate(([True], self.of_bar[1:] != self.of_bar[:-1])))


def make_candles(bars: pd.DataFrame, most: int) -> Candles:
    """Group a continuous series of n >= 1 bars into about `most` candles; more if there are more sessions."""
    part = (bars["trade_date"] != bars["trade_date"].shift()) | (bars["contract"] != bars["contract"].shift())
    section = part.cumsum().to_numpy()
    within = bars.groupby(section).cumcount().to_numpy()
    each = max(1, -(-len(bars) // most))
    of_bar = pd.Series(section.astype(np.int64) * len(bars) + within // each)
    groups = (of_bar != of_bar.shift()).cumsum().to_numpy() - 1
    how = {
        "timestamp": "first",
        "trade_date": "first",
        "contract": "first",
        "open": "first",
        "high": "max",
        "low": "min",
        "close": "last",
        "volume": "sum",
    }
    frame = bars.groupby(groups).agg(how).reset_index(drop=True)
    return Candles(frame, groups.astype(np.int64), each)
