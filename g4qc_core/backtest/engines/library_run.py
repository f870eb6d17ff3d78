"""One run in the library backtesting.py: the bars that it sees, its broker, and its answer as an `EngineRun`.

The module is imported late, because the library imports Bokeh.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

import backtesting.backtesting
import numpy as np
import pandas as pd
from backtesting import Backtest
from backtesting._stats import compute_stats

from g4qc_core.backtest.account.account import Trade, refuse_ruin
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.brokers import ClosingBroker, PointBroker
from g4qc_core.backtest.engines.engine import EngineRun
from g4qc_core.backtest.engines.order_prices import IN_WORDS
from g4qc_core.errors import BacktestRefused
from g4qc_core.sentences import counted

_OF_A_TRADE = ("size", "entry_price", "exit_price", "sl", "tp", "pl", "pl_pct", "_commissions", "entry_time",
               "exit_time", "tag")  # fmt: skip

# The library shows a progress bar on standard error whenever tqdm happens to be installed.
backtesting.backtesting._tqdm = lambda steps, **_: steps


def run_in_library(
    market: PricedBars,
    kind: type,
    parameters: dict[str, Any],
    costs: CostModel,
    cash: Decimal,
    margin: float,
    broker: Callable[..., ClosingBroker],
    in_points: bool = False,
) -> EngineRun:
    """Run a class of the library with these parameters.

    Args:
        market: the bars to trade.
        kind: subclass of `backtesting.Strategy`.
        parameters: of the class.
        costs: costs of each side.
        cash: money before the first bar.
        margin: share of a contract's value that an order needs, above 0 and at most 1.
        broker: makes the broker from the library's keywords.
        in_points: the library sees points; otherwise money per contract, so that its own profits are money.

    Raises:
        BacktestRefused: the library dropped an order for lack of margin, or the account was ruined.
    """
    side = float(costs.side)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        test = Backtest(
            _library_frame(market, in_points),
            kind,
            cash=float(cash),
            commission=lambda size, price: abs(size) * side,
            margin=margin,
            finalize_trades=True,
        )
        test._broker = partial(broker, **test._broker.keywords)
        stats = test.run(**parameters)
    used: ClosingBroker = stats["_strategy"]._broker
    equity = stats["_equity_curve"]["Equity"].to_numpy(copy=True)
    # Nothing is filled on the first bar; the library shows the equity of the second one there.
    equity[0] = float(cash)
    refuse_ruin(market.frame["timestamp"], equity)
    if market.start:
        stats = _stats_from(market.start, used, equity, test._data)
    notes = _notes(market, [str(w.message) for w in caught if issubclass(w.category, UserWarning)], used)
    figures = {str(name): _plain(value) for name, value in stats.items() if not str(name).startswith("_")}
    return EngineRun(market, _fills(market, used, in_points), float(equity[-1]), figures=figures, notes=notes)


def _stats_from(start: int, broker: ClosingBroker, equity: np.ndarray, data: pd.DataFrame) -> pd.Series:
    """Return the library's figures of the bars from `start` on, in which all trades are."""
    trades = []
    for trade in broker.closed_trades:
        own = {name: getattr(trade, name) for name in _OF_A_TRADE}
        bars = {"entry_bar": trade.entry_bar - start, "exit_bar": trade.exit_bar - start}
        trades.append(SimpleNamespace(**own, **bars))
    return compute_stats(trades, equity[start:], data.iloc[start:], None)


def _library_frame(market: PricedBars, in_points: bool) -> pd.DataFrame:
    """Return the bars under the library's names."""
    columns = {"Open": market.open, "High": market.high, "Low": market.low, "Close": market.close}
    if in_points:
        prices = {name: market.points(ticks + market.lift) for name, ticks in columns.items()}
    else:
        step_value = float(market.instrument.step_value)
        prices = {name: (ticks + market.lift) * step_value for name, ticks in columns.items()}
    volume = market.frame["volume"].to_numpy(np.int64)
    return pd.DataFrame(prices | {"Volume": volume}, index=pd.DatetimeIndex(market.frame["timestamp"]))


def _fills(market: PricedBars, broker: ClosingBroker, in_points: bool) -> list[Trade]:
    """Return the trades in whole ticks; trades that were open at the end exit after the last bar."""
    step = float(market.instrument.price_step if in_points else market.instrument.step_value)

    def ticks(price: float) -> int:
        return round(price / step) - market.lift

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
    if isinstance(broker, PointBroker) and broker.moved:
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
