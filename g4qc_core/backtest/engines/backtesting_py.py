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

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from importlib import metadata
from typing import Any

import backtesting
import backtesting.backtesting
import numpy as np
import pandas as pd
from backtesting import Backtest

from g4qc_core.backtest.account.account import Trade
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.brokers import ClosingBroker, OwnPriceBroker
from g4qc_core.backtest.engines.engine import Engine, EngineRun, EngineTask
from g4qc_core.backtest.engines.order_prices import IN_WORDS
from g4qc_core.backtest.engines.target_positions import target_positions
from g4qc_core.backtest.prepared_strategy import LibraryStrategy, TargetStrategy
from g4qc_core.backtest.user_code import user_errors
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.sentences import counted

# A margin so small that the library never refuses an order while there is any money.
_NO_MARGIN = 1e-12

# The library shows a progress bar on standard error whenever tqdm happens to be installed.
backtesting.backtesting._tqdm = lambda steps, **_: steps


_CLASS_NOTE = (
    "The strategy is a class of backtesting.py: its prices are contract money, linked over rolls; a relative size is "
    "the number of contracts that the margin of the contract's own price allows."
)
_LINK_NOTE = (
    "Before a roll a linked price differs from the contract's own, and so does a share of it, like a stop at 0.98 of "
    "the price: it is another share of the price that was traded."
)


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
                return _run_class(task, task.strategy)
        raise UsageError(f"backtesting.py cannot run the strategy {task.strategy.name}.")


def run_targets(market: PricedBars, targets: np.ndarray, costs: CostModel, cash: Decimal) -> EngineRun:
    """Run target positions: entry i of `targets` (int64, length n) is held from the open of bar i + 1."""
    return _run(market, _targets_class(market, targets), {}, costs, cash, _NO_MARGIN, ClosingBroker)


def _run_class(task: EngineTask, strategy: LibraryStrategy) -> EngineRun:
    """Run a `backtesting.Strategy` subclass as it is: its prices are contract money, its sizes contracts."""
    market, kind, rate = task.bars, strategy.kind, float(task.margin_rate)
    if not issubclass(kind, backtesting.Strategy):
        raise UsageError(
            f"{kind.__module__}:{kind.__name__} is no subclass of backtesting.Strategy, nor of G4QC's own Strategy."
        )
    closes = task.on_roll == "close"
    with _seeded(task.seed), user_errors(kind):
        rolling = _rolling_class(market, kind, task.costs, closes)
        broker = partial(OwnPriceBroker, market, rate)
        ran = _run(market, rolling, dict(strategy.given), task.costs, task.cash, rate, broker)
    notes = [_CLASS_NOTE, *([_LINK_NOTE] if market.link.any() else []), *ran.notes]
    closed_at = market.rolls.tolist() if closes else []
    return replace(ran, closed_at=closed_at, margin_checked=True, notes=notes)


def _run(
    market: PricedBars,
    kind: type,
    parameters: dict[str, Any],
    costs: CostModel,
    cash: Decimal,
    margin: float,
    broker: Callable[..., ClosingBroker],
) -> EngineRun:
    side = float(costs.side)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        test = Backtest(
            _library_frame(market),
            kind,
            cash=float(cash),
            commission=lambda size, price: abs(size) * side,
            margin=margin,
            finalize_trades=True,
        )
        test._broker = partial(broker, **test._broker.keywords)
        stats = test.run(**parameters)
    equity = stats["_equity_curve"]["Equity"].to_numpy()
    _refuse_ruin(market, equity)
    used: ClosingBroker = stats["_strategy"]._broker
    notes = _notes(market, [str(w.message) for w in caught if issubclass(w.category, UserWarning)], used)
    figures = {str(name): _plain(value) for name, value in stats.items() if not str(name).startswith("_")}
    return EngineRun(market, _fills(market, used), float(equity[-1]), figures=figures, notes=notes)


def _library_frame(market: PricedBars) -> pd.DataFrame:
    """Return the bars in contract money under the library's names."""
    step_value = float(market.instrument.step_value)
    columns = {"Open": market.open, "High": market.high, "Low": market.low, "Close": market.close}
    money = {name: (ticks + market.lift) * step_value for name, ticks in columns.items()}
    volume = market.frame["volume"].to_numpy(np.int64)
    return pd.DataFrame(money | {"Volume": volume}, index=pd.DatetimeIndex(market.frame["timestamp"]))


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


def _rolling_class(market: PricedBars, kind: type, costs: CostModel, closing: bool) -> type:
    """Return a subclass of `kind` that pays for rolls, or closes its trades at them."""
    rolls = {int(bar) for bar in market.rolls}
    round_turn = 2 * float(costs.side)

    class Rolling(kind):
        def next(self) -> None:
            bar = len(self.data) - 1
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


def _fills(market: PricedBars, broker: ClosingBroker) -> list[Trade]:
    """Return the trades in whole ticks; trades that were open at the end exit after the last bar."""
    step_value = float(market.instrument.step_value)

    def ticks(price: float) -> int:
        return round(price / step_value) - market.lift

    ended = {id(trade) for trade in broker.ended}
    return [
        Trade(
            int(trade.size),
            int(trade.entry_bar),
            len(market) if id(trade) in ended else int(trade.exit_bar),
            ticks(trade.entry_price),
            ticks(trade.exit_price),
        )
        for trade in broker.closed_trades
    ]


def _refuse_ruin(market: PricedBars, equity: np.ndarray) -> None:
    if (equity <= 0).any():
        bar = min(int(np.argmax(equity <= 0)), len(market) - 1)
        raise BacktestRefused(
            f"The account was ruined: on {market.frame['timestamp'].iloc[bar]} nothing was left of it. Give "
            "it more cash, or trade fewer contracts."
        )


def _notes(market: PricedBars, texts: list[str], broker: ClosingBroker) -> list[str]:
    dropped = [text for text in texts if "insufficient margin" in text]
    if dropped:
        bar = int(dropped[0].split("time=")[1].split(":")[0])
        when = market.frame["timestamp"].iloc[min(bar, len(market) - 1)]
        raise BacktestRefused(
            f"The account could not pay the margin of an order on {when}: give it more cash, lower "
            "margin_rate, or trade fewer contracts."
        )
    notes = []
    if isinstance(broker, OwnPriceBroker) and broker.moved:
        prices = counted(broker.moved, "stop or limit price")
        notes.append(f"{prices} between two ticks moved to one of them: {IN_WORDS}.")
    doubtful = sum("somewhat dubious" in text for text in texts)
    if doubtful:
        orders = counted(doubtful, "stop or target order")
        notes.append(
            f"{orders} could have been filled within the bar that opened the trade; the library filled them on a "
            "later bar."
        )
    return notes


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, pd.Timedelta):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value


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
