"""The port of backtest engines: the task of an engine, its answer, and its promises.

An engine decides which orders are filled, when and at which price. A result shows no money that the engine computed:
the account settles the fills (`account.settle`) and compares its final equity with the engine's.
`tests/core/backtest/test_engines.py` checks that every engine of the registry keeps the promises of `Engine`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from g4qc_core.backtest.account.account import Trade
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import MarginTable
from g4qc_core.backtest.account.money_units import UnitCosts, unit_costs
from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.account.roll_positions import OnRoll
from g4qc_core.backtest.prepared_strategy import PreparedStrategy
from g4qc_core.backtest.sizing.sizing_rule import CONTRACTS, SizingRule


@dataclass(frozen=True)
class EngineTask:
    """One strategy on the bars of one instrument.

    Attributes:
        bars: n bars, at least as many as the strategy needs.
        strategy: of either kind.
        costs: costs of each order.
        cash: money before the first bar, in the currency of the costs.
        margin_rate: share of a contract's value, for an order's margin without a table.
        on_roll: what happens to a position at a roll.
        old_contracts: bars of the old contracts after their rolls; required if `on_roll` is `hold` and there is a roll.
        seed: start of the random numbers of the user's own code.
        sizing: how many contracts a wish is.
        margin: money per contract; None: `margin_rate`.
    """

    bars: PricedBars
    strategy: PreparedStrategy
    costs: CostModel
    cash: Decimal
    margin_rate: Decimal
    on_roll: OnRoll = "roll"
    old_contracts: OldContracts | None = None
    seed: int = 0
    sizing: SizingRule = CONTRACTS
    margin: MarginTable | None = None

    @property
    def units(self) -> UnitCosts:
        """The costs in whole units of money, in which cash and margin are whole as well."""
        amounts = () if self.margin is None else (amount for _, amount in self.margin.amounts)
        return unit_costs(self.costs, self.cash, *amounts)


@dataclass(frozen=True)
class EngineRun:
    """The answer of an engine.

    Attributes:
        bars: the bars that were traded: those of the task, or others if positions were held in old contracts.
        fills: lots from entry to exit, in any order, in linked ticks of `bars`; a lot may span rolls.
        equity: money at the end as the engine computes it, with all positions closed and all costs paid.
        closed_at: bars of rolls at which positions were closed only because the contract changed.
        margin_checked: the engine refused orders without margin itself; otherwise the account checks every order.
        figures: the engine's own figures by its own names, JSON-safe.
        notes: sentences for the reader of the result: approximations, and orders that were changed.
    """

    bars: PricedBars
    fills: Sequence[Trade]
    equity: float
    closed_at: Sequence[int] = ()
    margin_checked: bool = False
    figures: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Engine(ABC):
    """An engine of backtests.

    Every engine promises:

    * Causality: an order that is decided on bar i is filled in bar i + 1 or later, and no fill depends on a later bar.
    * Whole contracts: every fill has a whole size other than zero.
    * Prices on the tick: every fill is at a whole number of ticks within its bar.
    * An end: positions that are open after the last bar are closed at its close (`Trade.exit_bar` is n).
    * Repetition: the same task gives the same run on any host.
    * Errors instead of guesses: a strategy that it cannot run, an order that it would drop and a ruined account raise.
    """

    @property
    @abstractmethod
    def version(self) -> str:
        """Name and version, for a result's inputs: `backtesting 0.6.6`."""

    @abstractmethod
    def run(self, task: EngineTask) -> EngineRun:
        """Run the task.

        Raises:
            UsageError: the engine cannot run this kind of strategy, or the user's code failed.
            BacktestRefused: an order without margin, or a ruined account.
        """
