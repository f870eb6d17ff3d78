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

from dataclasses import replace
from decimal import Decimal
from importlib import metadata

import backtesting
import numpy as np

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.brokers import ClosingBroker
from g4qc_core.backtest.engines.engine import Engine, EngineRun, EngineTask
from g4qc_core.backtest.engines.library_classes import run_class
from g4qc_core.backtest.engines.library_run import run_in_library
from g4qc_core.backtest.engines.target_positions import target_positions
from g4qc_core.backtest.prepared_strategy import LibraryStrategy, TargetStrategy
from g4qc_core.errors import UsageError

# A margin so small that the library never refuses an order while there is any money.
_NO_MARGIN = 1e-12


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
                wanted = target_positions(task, task.strategy)
                ran = run_targets(wanted.bars, wanted.positions, task.costs, task.cash)
                return replace(ran, closed_at=wanted.closed_at)
            case LibraryStrategy():
                return run_class(task, task.strategy)
        raise UsageError(f"backtesting.py cannot run the strategy {task.strategy.name}.")


def run_targets(market: PricedBars, targets: np.ndarray, costs: CostModel, cash: Decimal) -> EngineRun:
    """Run target positions: entry i of `targets` (int64, length n) is held from the open of bar i + 1."""
    return run_in_library(market, _targets_class(market, targets), {}, costs, cash, _NO_MARGIN, ClosingBroker)


def _targets_class(market: PricedBars, targets: np.ndarray) -> type:
    last = len(market) - 1
    rolls = {int(bar) for bar in market.rolls}

    class Targets(backtesting.Strategy):
        def init(self) -> None:
            if last > 0:
                self._move(0)

        def next(self) -> None:
            bar = len(self.data) - 1
            if bar < last:
                self._move(bar)

        def _move(self, bar: int) -> None:
            held, wanted = int(self.position.size), int(targets[bar])
            if bar + 1 in rolls and held:
                self.position.close()
                held = 0
            if wanted != held:
                self._broker.new_order(wanted - held)

    return Targets
