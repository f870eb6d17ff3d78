"""A plan of positions run in the library backtesting.py: the reference for strategies of targets and signals.

The library fills the orders and keeps the lots. A ledger of whole numbers beside it keeps the exact equity, from which
a sizer decides, and charges the costs that the library cannot know: those of a whole order and of the own price.

The module is imported late, because the library imports Bokeh.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import backtesting

from g4qc_core.backtest.account.account import ruined
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.money_units import too_large
from g4qc_core.backtest.engines.brokers import ClosingBroker
from g4qc_core.backtest.engines.engine import EngineRun
from g4qc_core.backtest.engines.library_run import run_in_library
from g4qc_core.backtest.sizing.contract_count import contracts_wanted
from g4qc_core.backtest.sizing.sizing_plan import SizingNumbers, SizingPlan, capped_notes

# A margin so small that the library never refuses an order while there is any money.
_NO_MARGIN = 1e-12


def run_plan_in_library(plan: SizingPlan, costs: CostModel, cash: Decimal) -> EngineRun:
    """Run a plan.

    Raises:
        BacktestRefused: the account was ruined, or is too large for 64 bits.
    """
    charged = costs if costs.per_contract else replace(costs, fee=Decimal(0), slippage_ticks=Decimal(0))
    brokers: list[PlannedBroker] = []

    def broker(**given: Any) -> PlannedBroker:
        brokers.append(PlannedBroker(plan, not costs.per_contract, **given))
        return brokers[-1]

    ran = run_in_library(plan.bars, _planned_class(len(plan.bars) - 1), {}, charged, cash, _NO_MARGIN, partial(broker))
    return replace(
        ran,
        closed_at=plan.wishes.closed_at,
        margin_checked=plan.numbers is not None,
        notes=[*ran.notes, *capped_notes(brokers[-1].capped)],
    )


def _planned_class(last: int) -> type:
    class Planned(backtesting.Strategy):
        def init(self) -> None:
            # The library does not ask a strategy on the first bar.
            if last > 0:
                self._broker.decide(0)

        def next(self) -> None:
            bar = len(self.data) - 1
            if bar < last:
                self._broker.decide(bar)

    return Planned


class PlannedBroker(ClosingBroker):
    """A broker that places the orders of a plan and keeps the exact equity.

    Attributes:
        capped: orders for which the margin allowed fewer contracts than were wanted.
    """

    def __init__(self, plan: SizingPlan, charges: bool, **given: Any) -> None:
        self._filling = False
        super().__init__(**given)
        market = plan.bars
        self._plan, self._charges = plan, charges
        self._rolls = {int(bar) for bar in market.rolls}
        self._open, self._close, self._link = (values.tolist() for values in (market.open, market.close, market.link))
        self._wanted: list[int] = plan.wishes.wanted.tolist()
        self._units, self._decided = plan.cash, -1
        self.capped = 0

    @property
    def margin_available(self) -> float:
        """Equity; without a bound while orders are filled, because the account checks margin and ruin itself.

        The library would compare an order at the open with the equity at the close of the same bar.
        """
        return math.inf if self._filling else max(0.0, float(self.equity))

    def _process_orders(self) -> None:
        self._filling = True
        super()._process_orders()
        self._filling = False

    def decide(self, bar: int) -> None:
        """Decide on the close of a bar: place the order, or note that the next open does."""
        numbers = self._plan.numbers
        if numbers is None:
            self._move(bar, self._wanted[bar])
        elif numbers.at_open:
            self._decided = bar
        else:
            self._size(numbers, bar, self._units)

    def next(self) -> None:
        """Process the orders of a bar, and keep the books; after the last bar, close the open trades."""
        bar = len(self._data) - 1
        if self._i == bar:
            self._charge(bar, [(abs(self._position_size), self._close[bar] - self._link[bar])])
            super().next()
            return
        before, step = int(self._position_size), self._plan.units.step
        self._units += before * (self._open[bar] - self._close[bar - 1]) * step
        if self._decided == bar - 1 and self._plan.numbers is not None:
            self._size(self._plan.numbers, bar - 1, self._units - self._closing(self._plan.numbers, bar, before))
        super().next()
        after = int(self._position_size)
        own = self._open[bar] - self._link[bar]
        if bar in self._rolls:
            orders = [(abs(before), self._open[bar] - self._link[bar - 1]), (abs(after), own)]
        else:
            orders = [(abs(after - before), own)]
        self._units += after * (self._close[bar] - self._open[bar]) * step
        self._charge(bar, orders)

    def _size(self, numbers: SizingNumbers, bar: int, equity: int) -> None:
        """Place the order of a sizer."""
        held, signal = int(self._position_size), self._wanted[bar]
        rolled = bar + 1 in self._rolls
        decides = bool(numbers.always[bar]) or signal != (self._wanted[bar - 1] if bar else 0)
        if not decides and not (rolled and held):
            return
        wanted, capped = contracts_wanted(
            decides,
            signal,
            int(numbers.money[bar]),
            int(numbers.margin[bar]),
            equity,
            held,
            rolled,
            numbers.share,
            numbers.capital,
            numbers.rule.buffer,
            numbers.rule.cap or 0,
        )
        if abs(wanted) > self._plan.most:
            raise too_large()
        self.capped += capped
        self._move(bar, wanted)

    def _closing(self, numbers: SizingNumbers, bar: int, held: int) -> int:
        """Return what closing the held position at this open costs, if it is closed whatever the new size is."""
        signal, before = self._wanted[bar - 1], self._wanted[bar - 2] if bar > 1 else 0
        turns = (bool(numbers.always[bar - 1]) or signal != before) and signal * held <= 0
        if not held or not (turns or bar in self._rolls):
            return 0
        return self._plan.units.cost_of(abs(held), self._open[bar] - self._link[bar - 1])

    def _move(self, bar: int, wanted: int) -> None:
        held = int(self._position_size)
        if bar + 1 in self._rolls and held:
            self.position.close()
            held = 0
        if wanted != held:
            self.new_order(wanted - held)

    def _charge(self, bar: int, orders: list[tuple[int, int]]) -> None:
        """Pay for orders, each a number of contracts and their own price, and refuse an account that is ruined."""
        paid = sum(self._plan.units.cost_of(contracts, own) for contracts, own in orders)
        self._units -= paid
        if self._charges:
            self._cash -= paid / self._plan.units.scale
            self._equity[bar] = self.equity
        if self._units <= 0:
            raise ruined(self._plan.bars.frame["timestamp"], bar)
