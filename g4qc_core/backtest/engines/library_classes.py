"""Classes of backtesting.py that the user wrote, run as in the library alone.

The class sees bars in points, and its sizes are contracts. The broker turns points into money, moves prices of orders
to the tick grid, and computes margin and relative sizes from the contract's own price. Rolls are paid for, or close the
trades.

The module is imported late, because the library imports Bokeh.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import backtesting
import numpy as np
from backtesting.backtesting import Order

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.brokers import DelayedBroker, PointBroker
from g4qc_core.backtest.engines.class_surroundings import ClassInstrument, ClassSession
from g4qc_core.backtest.engines.engine import EngineRun, EngineTask
from g4qc_core.backtest.engines.library_run import run_in_library
from g4qc_core.backtest.prepared_strategy import ClassProbe, LibraryStrategy
from g4qc_core.backtest.user_code import user_errors
from g4qc_core.errors import UsageError

_CLASS_NOTE = (
    "The strategy is a class of backtesting.py: its prices are points, linked over rolls, and its sizes contracts; a "
    "relative size is the number of contracts that the margin of the contract's own price allows."
)
_LINK_NOTE = (
    "Before a roll a linked price differs from the contract's own, and so does a share of it, like a stop at 0.98 of "
    "the price: it is another share of the price that was traded."
)


def run_class(task: EngineTask, strategy: LibraryStrategy) -> EngineRun:
    """Run a `backtesting.Strategy` subclass as it is: its prices are points, its sizes contracts.

    Raises:
        UsageError: the class is no `backtesting.Strategy`, or the user's code failed.
        BacktestRefused: the library dropped an order for lack of margin, or the account was ruined.
    """
    market, kind, rate = task.bars, strategy.kind, float(task.margin_rate)
    if not issubclass(kind, backtesting.Strategy):
        raise UsageError(
            f"{kind.__module__}:{kind.__name__} is no subclass of backtesting.Strategy, nor of G4QC's own Strategy."
        )
    closes, probe = task.on_roll == "close", strategy.probe
    with _seeded(task.seed), user_errors(kind):
        rolling = _rolling_class(market, kind, task.costs, closes)
        if probe is not None:
            rolling = _probed_class(rolling, probe)
        broker = partial(DelayedBroker if probe is not None and probe.delayed else PointBroker, market, rate)
        ran = run_in_library(market, rolling, dict(strategy.given), task.costs, task.cash, rate, broker, in_points=True)
    notes = [_CLASS_NOTE, *([_LINK_NOTE] if market.link.any() else []), *ran.notes]
    closed_at = market.rolls.tolist() if closes else []
    return replace(ran, closed_at=closed_at, margin_checked=True, notes=notes)


def _rolling_class(market: PricedBars, kind: type, costs: CostModel, closing: bool) -> type:
    """Return a subclass of `kind` that knows its surroundings, and pays for rolls or closes its trades at them."""
    rolls = {int(bar) for bar in market.rolls}
    round_turn = 2 * float(costs.side)

    class Rolling(kind):
        def __init__(self, broker: PointBroker, data: Any, params: dict[str, Any]) -> None:
            # Attributes of the instance, so that the class may use the names for itself.
            if not hasattr(kind, "instrument"):
                self.instrument = ClassInstrument.of(market.instrument)
            if not hasattr(kind, "session"):
                self.session = ClassSession(market, lambda: broker._i)
            super().__init__(broker, data, params)

        def next(self) -> None:
            bar = len(self.data) - 1
            if bar < market.decides:
                # The class is asked from the last close on before positions may be held.
                return
            if bar in rolls and not closing:
                # The class keeps its trades over a roll, with their stops. The account splits them, and these are
                # the costs. A trade that a stop closes within this bar was rolled at its open.
                opening = self.data.Open[-1]
                stopped = (t for t in self.closed_trades if t.exit_bar == bar and t.exit_price != opening)
                held = sum(abs(trade.size) for trade in (*self.trades, *stopped) if trade.entry_bar < bar)
                self._broker._cash -= held * round_turn
            super().next()
            if closing and bar + 1 in rolls:
                self.position.close()

    Rolling.__name__ = kind.__name__
    return Rolling


def _probed_class(kind: type, probe: ClassProbe) -> type:
    """Return a subclass of `kind` that writes down the orders that wait after each bar."""

    class Probed(kind):
        def next(self) -> None:
            super().next()
            if self.orders:
                probe.orders[len(self.data) - 1] = tuple(map(_in_words, self.orders))

    Probed.__name__ = kind.__name__
    return Probed


def _in_words(order: Order) -> str:
    prices = {name: getattr(order, name) for name in ("limit", "stop", "sl", "tp")}
    words = [f"{name} {price:.10g}" for name, price in prices.items() if price is not None]
    return " ".join([f"order {order.size:+g}", *words])


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed both global generators within the context, and restore them after it."""
    python, legacy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)
