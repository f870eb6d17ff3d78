"""Buy and hold beside the parts out of sample: one position from the first test to the last."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.benchmark_equity import benchmark_equity
from g4qc_core.backtest.run import costs_of
from g4qc_core.errors import BacktestRefused
from g4qc_core.services.research.walk_forward.walk_forward_plan import WalkForwardPlan


def with_held(stitched: pd.DataFrame, plan: WalkForwardPlan, contracts: int) -> pd.DataFrame:
    """Return the stitched frame with the column `held`.

    Args:
        stitched: `stitched_frame`.
        plan: of the analysis.
        contracts: that are held, at least one.

    Returns:
        The frame with the money of an account that bought the contracts at the beginning of the first test and held
        them to the end of the last part, with the cash and the costs of the backtest; missing everywhere if that would
        have ruined it, or if a bar on the way cannot be priced. No later bar is read.
    """
    without = stitched.assign(held=np.nan)
    if stitched.empty:
        return without
    instrument = plan.bars.instrument
    read = plan.bars.read(plan.windows[0].test_days[0], pd.Timestamp(stitched["trade_date"].iloc[-1]).date())
    try:
        market = price_bars(read.series, instrument, read.exits)
    except BacktestRefused:
        return without
    held = benchmark_equity(market, costs_of(plan.backtest, instrument), plan.backtest.cash, contracts)
    return without if held is None else stitched.assign(held=held.reindex(stitched["trade_date"]).to_numpy(np.float64))
