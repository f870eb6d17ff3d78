"""Buy and hold beside the parts out of sample: one position from the first test to the last."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.benchmark_equity import benchmark_equity
from g4qc_core.backtest.run import costs_of
from g4qc_core.services.research.walk_forward.walk_forward_plan import WalkForwardPlan


def with_held(stitched: pd.DataFrame, plan: WalkForwardPlan, contracts: int) -> pd.DataFrame:
    """Return the stitched frame with the column `held`.

    Args:
        stitched: `stitched_frame`.
        plan: of the analysis.
        contracts: that are held, at least one.

    Returns:
        The frame with the money of an account that bought the contracts at the beginning of the first test and held
        them, with the cash and the costs of the backtest; missing everywhere if that would have ruined it.
    """
    (first, _), (_, last) = plan.windows[0].test_days, plan.windows[-1].test_days
    read, instrument = plan.bars.read(first, last), plan.bars.instrument
    market = price_bars(read.series, instrument, read.exits)
    held = benchmark_equity(market, costs_of(plan.backtest, instrument), plan.backtest.cash, contracts)
    if held is None:
        return stitched.assign(held=np.nan)
    return stitched.assign(held=held.reindex(stitched["trade_date"]).to_numpy(np.float64))
