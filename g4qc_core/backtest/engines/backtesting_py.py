"""The one place that runs backtesting.py: bars and a strategy in, fills in whole ticks out.

One unit of the library is one contract, and its prices are contract money (ticks x tick value), so that its
profits are money too. Orders are filled at the next bar's open. What the library does otherwise than wanted,
and what is done about it, all of it held by tests:

* It never asks a strategy on the first bar; the order decided there is placed before it starts.
* It closes what is open at the end at the open of the last bar, which lies in the past by then. `broker` closes it at
  the last close.
* It drops orders without a word when the account cannot afford them. Strategies of target positions run with
  no margin at all, and `ledger` checks margin itself; for a class of the library's own, `broker` computes margin and
  relative sizes from the contract's own price, and a dropped order is an error.
* It fills at any price that a stop or limit names. `broker` moves those of a class to the tick grid.
* It knows no contract months. Its prices are the contracts' own, linked (`PricedBars`); where the contract changes, the
  position is closed and opened again at the same open, or closed only.

Knows the library. Must not know specs, files or reports. It is imported late, because the library imports
Bokeh.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
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
from g4qc_core.backtest.engines.order_prices import IN_WORDS
from g4qc_core.backtest.own_code import blamed
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.sentences import counted

VERSION = f"backtesting {backtesting.__version__}"

# A margin so small that the library never refuses an order while there is any money.
_NO_MARGIN = 1e-12

# The library shows a progress bar on standard error whenever tqdm happens to be installed.
backtesting.backtesting._tqdm = lambda steps, **_: steps


@dataclass(frozen=True)
class LibraryRun:
    """What the library made of it.

    Attributes:
        fills: lots from entry to exit; one of the library's own class may span rolls.
        equity: money at the end, all positions closed, as the library sums it.
        stats: the library's own figures, JSON-safe.
        notes: its warnings that touch the result, one sentence each.
    """

    fills: list[Trade]
    equity: float
    stats: dict[str, Any]
    notes: list[str]


def run_targets(market: PricedBars, targets: np.ndarray, costs: CostModel, cash: Decimal) -> LibraryRun:
    """Runs target positions: entry i of `targets` (int64, length n) is held from the open of bar i + 1."""
    return _run(market, _targets_class(market, targets), {}, costs, cash, _NO_MARGIN, ClosingBroker)


def run_class(
    market: PricedBars,
    kind: type,
    parameters: dict[str, Any],
    costs: CostModel,
    cash: Decimal,
    margin_rate: Decimal,
    seed: int,
    closing: bool = False,
) -> LibraryRun:
    """Runs a `backtesting.Strategy` subclass as it is: its prices are contract money, its sizes contracts.

    Args:
        closing: its trades end where the contract changes; else they go on in the next one, and pay for it.

    Raises:
        UsageError: `kind` is no such class, or failed.
        BacktestRefused: the library dropped an order for want of margin, or the account was ruined.
    """
    if not issubclass(kind, backtesting.Strategy):
        raise UsageError(
            f"{kind.__module__}:{kind.__name__} is no subclass of backtesting.Strategy, nor of G4QC's own Strategy."
        )
    rate = float(margin_rate)
    with _seeded(seed), blamed(kind):
        rolling = _rolling_class(market, kind, costs, closing)
        return _run(market, rolling, parameters, costs, cash, rate, partial(OwnPriceBroker, market, rate))


def _run(
    market: PricedBars,
    kind: type,
    parameters: dict[str, Any],
    costs: CostModel,
    cash: Decimal,
    margin: float,
    broker: Callable[..., ClosingBroker],
) -> LibraryRun:
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
    return LibraryRun(_fills(market, used), float(equity[-1]), figures, notes)


def _library_frame(market: PricedBars) -> pd.DataFrame:
    """Bars in contract money under the library's names."""
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
    """Return a subclass of `kind` that pays for rolls, or closes its trades there."""
    rolls = {int(bar) for bar in market.rolls}
    round_turn = 2 * float(costs.side)

    class Rolling(kind):
        def next(self) -> None:
            bar = len(self.data) - 1
            if bar in rolls and not closing:
                # The class keeps its trades over a roll, with their stops; the ledger splits them, and this
                # is the price. What a stop closed within this bar had been taken over at its open.
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
    """Return the trades in whole ticks; those that were open at the end leave after the last bar."""
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
    """Both global generators start from `seed` inside, and go on as before after."""
    python, legacy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)
