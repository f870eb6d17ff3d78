"""What a lane of a portfolio held through the close of each of its bars."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.portfolio_account.portfolio_run import PortfolioRun


def bar_positions(run: PortfolioRun, lane: PortfolioLane) -> np.ndarray:
    """Return the contracts held through the close of each bar (int64), before all is closed at the end.

    Args:
        run: of a portfolio with the lane.
        lane: with n bars.
    """
    trades = run.trades[run.trades["instrument"] == lane.name]
    stamps = pd.DatetimeIndex(lane.bars.frame["timestamp"])
    entries, exits = (stamps.get_indexer(pd.DatetimeIndex(trades[name])) for name in ("entry_time", "exit_time"))
    exits = np.where(trades["exit_reason"] == "end", len(stamps), exits)
    steps = np.zeros(len(stamps) + 1, np.int64)
    np.add.at(steps, entries, trades["size"].to_numpy())
    np.add.at(steps, exits, -trades["size"].to_numpy())
    return np.cumsum(steps[:-1])
