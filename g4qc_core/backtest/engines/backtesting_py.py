"""The engine `backtesting.py`: the reference, which runs strategies of both kinds.

One unit of the library is one contract, and its prices are contract money (ticks x tick value), so that its profits are
money too. Orders are filled at the next bar's open. The library's behaviour is changed in these points, which tests
check:

* The library does not ask a strategy on the first bar. The order decided there is placed before it starts.
* It closes open trades after the last bar at that bar's open, which is in the past by then. `brokers` closes them at
  the last close.
* It silently drops orders that the account cannot afford. Target positions run without margin, and the account checks
  margin itself. For a class of the library, `brokers` computes margin and relative sizes from the contract's own price,
  and a dropped order is an error.
* It fills at any price that a stop or limit names. `brokers` moves the prices of a class to the tick grid.
* It knows no contract months. Its prices are the contracts' own prices, linked (`PricedBars`). Where the contract
  changes, the position is closed and opened again at the same open, or only closed.

The module is imported late, because the library imports Bokeh.
"""

from __future__ import annotations

from decimal import Decimal
from importlib import metadata

import numpy as np

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.money_units import unit_costs
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.engine import Engine, EngineRun, EngineTask
from g4qc_core.backtest.engines.library_classes import run_class
from g4qc_core.backtest.engines.planned_run import run_plan_in_library
from g4qc_core.backtest.engines.target_positions import plan_of
from g4qc_core.backtest.prepared_strategy import LibraryStrategy, TargetStrategy
from g4qc_core.backtest.sizing.sizing_plan import Wishes, make_plan
from g4qc_core.errors import UsageError


class BacktestingPy(Engine):
    """The engine of the library."""

    @property
    def version(self) -> str:
        """Name and version of the library."""
        return f"backtesting {metadata.version('backtesting')}"

    def run(self, task: EngineTask) -> EngineRun:
        """Run a strategy of target positions, or a class of the library.

        Raises:
            UsageError: the class is no `backtesting.Strategy`, or the user's code failed.
            BacktestRefused: the library dropped an order for lack of margin, or the account was ruined.
        """
        match task.strategy:
            case TargetStrategy():
                return run_plan_in_library(plan_of(task, task.strategy), task.costs, task.cash)
            case LibraryStrategy():
                return run_class(task, task.strategy)
        raise UsageError(f"backtesting.py cannot run the strategy {task.strategy.name}.")


def run_targets(market: PricedBars, targets: np.ndarray, costs: CostModel, cash: Decimal) -> EngineRun:
    """Run target positions: entry i of `targets` (int64, length n) is held from the open of bar i + 1."""
    plan = make_plan(Wishes(market, targets, []), unit_costs(costs, cash), cash, None)
    return run_plan_in_library(plan, costs, cash)
