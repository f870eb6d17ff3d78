"""The exact account: every trade in ticks and decimals, the equity of every bar, the margin of every order.

Profit = ticks x tick value x contracts - fees - slippage, with no rounding. Engines and specs do not belong here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import margin_prices
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.errors import BacktestRefused, G4qcError
from g4qc_core.result_columns import TRADE_COLUMNS
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class Trade:
    """One lot from entry to exit.

    Attributes:
        size: contracts, negative for short.
        entry_bar: position of the bar of the entry.
        exit_bar: position of the bar of the exit; the number of bars if the lot was closed at the last close.
        entry, exit: prices in linked ticks (`PricedBars`).
    """

    size: int
    entry_bar: int
    exit_bar: int
    entry: int
    exit: int

    def gross(self, costs: CostModel) -> Decimal:
        """Return the profit before costs."""
        return (self.exit - self.entry) * self.size * costs.step_value

    def profit(self, costs: CostModel) -> Decimal:
        """Return the profit after the costs of both sides."""
        return self.gross(costs) - 2 * abs(self.size) * costs.side


@dataclass(frozen=True)
class Account:
    """The account of one run.

    Attributes:
        trades: frame of `TRADE_COLUMNS` by entry: times UTC (start of the bar of the fill), trade dates
            datetime64[s], `ticks` won per contract, money float64, `exit_reason` one of signal, roll, end.
        equity: frame of `EQUITY_COLUMNS`, one row per bar; `drawdown` is the loss from the highest equity so far, the
            starting cash included.
        final: cash plus the profit of all trades.
        currency: currency of all money in the account.
    """

    trades: pd.DataFrame
    equity: pd.DataFrame
    final: Decimal
    currency: str


def settle(
    market: PricedBars, lots: Iterable[Trade], costs: CostModel, cash: Decimal, closing: Collection[int] = ()
) -> Account:
    """Return the exact account of these lots.

    Args:
        market: the bars that were traded.
        lots: what was bought and sold, in any order; a lot may span rolls.
        costs: costs of each side.
        cash: money before the first bar.
        closing: bars of rolls at which positions were closed because the contract changed.

    Raises:
        BacktestRefused: the account was ruined.
    """
    trades = [trade for lot in lots for trade in _split(market, lot)]
    trades.sort(key=lambda t: (t.entry_bar, t.exit_bar, t.size))
    position = _positions(len(market), trades)
    equity = _equity_frame(market, trades, position, costs, cash)
    final = cash + sum((trade.profit(costs) for trade in trades), Decimal(0))
    return Account(_trades_frame(market, trades, costs, closing), equity, final, costs.currency)


def check_against(account: Account, engine_equity: float) -> None:
    """Raise G4qcError if the engine's final equity differs from the account by a cent or more."""
    if abs(account.final - Decimal(engine_equity)) >= Decimal("0.01"):
        raise G4qcError(
            f"The engine's equity {engine_equity:.4f} differs from the exact account {account.final}: this is a "
            "defect of G4QC, please report it with the spec."
        )


def check_margin(market: PricedBars, account: Account, margin: Decimal | None, rate: Decimal) -> None:
    """Raise an error unless the account can pay the margin of every order that opens, enlarges or rolls a position.

    The margin of the whole new position is compared with the equity at the close of the bar that decides the order.

    Args:
        market: the bars that were traded.
        account: their account.
        margin: money per contract; None: `rate` times the price that `margin_prices` gives, in money.
        rate: share of a contract's value.

    Raises:
        BacktestRefused: the account cannot; the text names instant, need and equity.
    """
    position = account.equity["position"].to_numpy()
    before, after = position[:-1], position[1:]
    rolled = np.zeros(len(position) - 1, bool)
    rolled[market.rolls - 1] = True
    opens = (np.abs(after) > np.abs(before)) | (before * after < 0) | (rolled & (after != 0))
    own = margin_prices(market.close[:-1] - market.link[:-1])
    each = own * float(market.instrument.step_value * rate) if margin is None else np.full(len(own), float(margin))
    needed, available = np.abs(after) * each, account.equity["equity"].to_numpy()[:-1]
    short = opens & (available < needed)
    if short.any():
        bar = int(np.argmax(short))
        wanted = counted(abs(int(after[bar])), "contract")
        raise BacktestRefused(
            f"The account could not pay the margin of {wanted} on "
            f"{market.frame['timestamp'].iloc[bar]}: needed {needed[bar]:,.2f} {market.instrument.currency}, "
            f"available {available[bar]:,.2f}. Give it more cash, trade fewer contracts, or set margin in "
            "the spec."
        )


def _split(market: PricedBars, lot: Trade) -> list[Trade]:
    """Split the lot into trades within one contract each.

    Linked prices are equal on both sides of a roll: the old contract is left at its own price and the new one is
    entered at its own open. A lot that ends in the bar of a roll ends in the old contract if it ends at the open,
    otherwise in the new one.
    """
    pieces, left = [], lot
    later = lot.exit_bar < len(market) and lot.exit != market.open[lot.exit_bar]
    for roll in market.rolls[(market.rolls > lot.entry_bar) & (market.rolls < lot.exit_bar + later)]:
        price = int(market.open[roll])
        pieces.append(replace(left, exit_bar=int(roll), exit=price))
        left = replace(left, entry_bar=int(roll), entry=price)
    return [*pieces, left]


def _positions(n: int, trades: list[Trade]) -> np.ndarray:
    """Return the contracts held through the close of each bar (int64, length n), before the closing at the end."""
    steps = np.zeros(n + 1, np.int64)
    for trade in trades:
        steps[trade.entry_bar] += trade.size
        steps[trade.exit_bar] -= trade.size
    return np.cumsum(steps[:n])


def _equity_frame(
    market: PricedBars, trades: list[Trade], position: np.ndarray, costs: CostModel, cash: Decimal
) -> pd.DataFrame:
    n = len(market)
    # Whole numbers of the smallest decimal unit, as Python integers: nothing is rounded and nothing overflows.
    places = max(0, *(-int(value.as_tuple().exponent) for value in (costs.step_value, costs.side, cash)))
    scale = 10**places
    tick, side, start = (int(value * scale) for value in (costs.step_value, costs.side, cash))
    flow = np.zeros(n, object)
    for trade in trades:
        exit_bar = min(trade.exit_bar, n - 1)
        flow[trade.entry_bar] -= trade.size * trade.entry * tick + abs(trade.size) * side
        flow[exit_bar] += trade.size * trade.exit * tick - abs(trade.size) * side
    open_position = position.astype(object)
    open_position[-1] = 0
    units = start + np.cumsum(flow) + open_position * market.close.astype(object) * tick
    equity = (units / scale).astype(np.float64)
    if (equity <= 0).any():
        bar = int(np.argmax(equity <= 0))
        raise BacktestRefused(
            f"The account was ruined: on {market.frame['timestamp'].iloc[bar]} it stood at "
            f"{equity[bar]:,.2f} {costs.currency}. Give it more cash, or trade fewer contracts."
        )
    peak = np.maximum.accumulate(np.maximum(equity, float(cash)))
    return pd.DataFrame(
        {
            "timestamp": market.frame["timestamp"],
            "trade_date": market.frame["trade_date"],
            "position": position,
            "equity": equity,
            "drawdown": equity / peak - 1,
        }
    )


def _trades_frame(market: PricedBars, trades: list[Trade], costs: CostModel, closing: Collection[int]) -> pd.DataFrame:
    n = len(market)
    entries = np.array([t.entry_bar for t in trades], np.int64)
    ends = np.array([t.exit_bar for t in trades], np.int64)
    exits = np.minimum(ends, n - 1)
    size = np.array([t.size for t in trades], np.int64)
    entry_ticks = np.array([t.entry for t in trades], np.int64)
    exit_ticks = np.array([t.exit for t in trades], np.int64)
    # Both prices of a trade are prices of the contract in which it was opened.
    entry_own, exit_own = entry_ticks - market.link[entries], exit_ticks - market.link[entries]
    entered = {(trade.entry_bar, trade.size > 0) for trade in trades}
    continued = np.array([(trade.exit_bar, trade.size > 0) in entered for trade in trades], bool) & (entries < ends)
    rolled = np.isin(ends, market.rolls) & continued | np.isin(ends, list(closing))
    stamps, days = market.frame["timestamp"], market.frame["trade_date"]
    money = {
        "gross": [float(t.gross(costs)) for t in trades],
        "fees": [float(2 * abs(t.size) * costs.fee) for t in trades],
        "slippage": [float(2 * abs(t.size) * costs.slippage) for t in trades],
        "profit": [float(t.profit(costs)) for t in trades],
    }
    columns = {
        "entry_time": stamps.iloc[entries].to_numpy(),
        "exit_time": stamps.iloc[exits].to_numpy(),
        "entry_trade_date": days.iloc[entries].to_numpy(),
        "exit_trade_date": days.iloc[exits].to_numpy(),
        "contract": market.contracts[entries],
        "size": size,
        "entry_price": market.shown(entry_own, entries),
        "exit_price": market.shown(exit_own, entries),
        "entry_price_own": market.points(entry_own),
        "exit_price_own": market.points(exit_own),
        "ticks": (exit_ticks - entry_ticks) * np.sign(size),
        **{name: np.array(values, np.float64) for name, values in money.items()},
        "bars": ends - entries,
        "exit_reason": np.where(ends == n, "end", np.where(rolled, "roll", "signal")),
    }
    frame = pd.DataFrame(columns)[list(TRADE_COLUMNS)]
    for name in ("entry_time", "exit_time"):
        frame[name] = pd.DatetimeIndex(frame[name]).as_unit("us")
    return frame
