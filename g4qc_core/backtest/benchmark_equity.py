"""The benchmark of a result: buy and hold of the same series, with the same cash and costs."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from g4qc_core.backtest.account.account import Trade, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.metrics.session_returns import session_equity
from g4qc_core.errors import BacktestRefused
from g4qc_core.sentences import counted


def benchmark_equity(market: PricedBars, costs: CostModel, cash: Decimal, contracts: int) -> pd.Series | None:
    """Return the session equity of contracts bought at the second bar's open and held to the last close.

    After bars that only warm up, they are bought at the first open after these. A roll costs both sides, as it does for
    every strategy.

    Args:
        market: the bars of the result, whose rolls are the series' own.
        costs: costs of each side.
        cash: money before the first bar.
        contracts: how many; at least one is held.

    Returns:
        Money by trade date, of the sessions in which positions may be held; None if there is one bar only, or if the
        account would have been ruined.
    """
    if len(market) < 2:
        return None
    bought = max(1, market.start)
    lot = Trade(max(1, contracts), bought, len(market), int(market.open[bought]), int(market.close[-1]))
    try:
        return session_equity(settle(market, [lot], costs, cash).equity.iloc[market.start :])
    except BacktestRefused:
        return None


def benchmark_notes(benchmark: pd.Series | None, contracts: int) -> list[str]:
    """Return a note if a benchmark of so many contracts has no equity."""
    if benchmark is not None:
        return []
    held = counted(max(1, contracts), "contract")
    return [f"Buying and holding {held} would have ruined the account: there are no figures against the benchmark."]
