"""A strategy that trades on every bar, so that a few bars meet every fault."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.backtest.strategies.strategy import Strategy


class Flip(Strategy):
    """Long and short in turn, by the quarter of the hour in which the bar starts."""

    @property
    def bars_needed(self) -> int:
        """One bar is enough."""
        return 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return 1 for the first and the third quarter, -1 for the others."""
        minute = bars["timestamp"].dt.minute.to_numpy()
        return np.where(minute // 15 % 2 == 0, 1.0, -1.0)
