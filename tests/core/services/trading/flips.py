"""A strategy that trades on every bar, so that a few bars meet every fault."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.backtest.strategies.strategy import Strategy


class Flip(Strategy):
    """Long and short in turn, by the number of the bar's start since 1970 in bars of fifteen minutes."""

    @property
    def bars_needed(self) -> int:
        """One bar is enough."""
        return 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return 1 for even bars and -1 for odd ones."""
        number = bars["timestamp"].to_numpy().astype("datetime64[s]").astype("int64") // 900
        return np.where(number % 2 == 0, 1.0, -1.0)
