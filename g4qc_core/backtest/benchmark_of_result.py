"""The benchmark of a result that was made before, for its report."""

from __future__ import annotations

import pandas as pd

from g4qc_core.backtest.account.priced_bars import price_bars, window
from g4qc_core.backtest.benchmark_equity import benchmark_equity
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import costs_of
from g4qc_core.instruments.registry import Instrument


def benchmark_of(
    result: BacktestResult, bars: pd.DataFrame, instrument: Instrument, exits: pd.Series | None = None
) -> pd.Series | None:
    """Return the session equity of the benchmark that the result's own figures are against.

    Args:
        result: the result.
        bars: the series that it was run on; bars outside the spec's window are left out.
        instrument: of the bars.
        exits: as `run.run_backtest`.

    Returns:
        Money by trade date; None if there is none.
    """
    spec = result.spec
    market = price_bars(window(bars, spec.first, spec.last), instrument, exits, spec.trade_from)
    largest = int(result.equity["position"].abs().max())
    return benchmark_equity(market, costs_of(spec, instrument), spec.cash, largest)
