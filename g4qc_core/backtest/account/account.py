"""The exact account: every trade in ticks and decimals, the equity of every bar, the margin of every order.

Profit = ticks x tick value x contracts - fees - slippage, in whole units of money (`money_units`). Engines and
specs do not belong here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.lots import LotCosts, LotMoney, Lots, lot_costs, lot_money, split_at_rolls
from g4qc_core.backtest.account.money_units import LARGEST, UnitCosts, too_large, unit_costs
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.errors import G4qcError, MarginCall
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
        money: of the trades, exact.
    """

    trades: pd.DataFrame
    equity: pd.DataFrame
    final: Decimal
    currency: str
    money: LotMoney


def settle(
    market: PricedBars, lots: Iterable[Trade], costs: CostModel, cash: Decimal, closing: Collection[int] = ()
) -> Account:
    """Return the exact account of these lots.

    Args:
        market: the bars that were traded.
        lots: what was bought and sold, in any order; a lot may span rolls.
        costs: costs of each order.
        cash: money before the first bar.
        closing: bars of rolls at which positions were closed because the contract changed.

    Raises:
        BacktestRefused: the account was ruined, or is too large for 64 bits.
    """
    units = unit_costs(costs, cash)
    split = split_at_rolls(market, Lots.of(lots))
    paid = lot_costs(market, split, units)
    money = lot_money(market, split, paid, units)
    position = _positions(len(market), split)
    start = int(cash * units.scale)
    equity = _equity_units(market, split, position, paid, units, start)
    refuse_ruin(market.frame["timestamp"], equity)
    frame = _equity_frame(market, position, equity, units.scale, start)
    return Account(trades_frame(market, split, money, closing), frame, units.money(equity[-1]), costs.currency, money)


def check_against(account: Account, engine_equity: float) -> None:
    """Raise G4qcError if the engine's final equity differs from the account by a cent or more."""
    if abs(account.final - Decimal(engine_equity)) >= Decimal("0.01"):
        raise G4qcError(
            f"The engine's equity {engine_equity:.4f} differs from the exact account {account.final}: this is a "
            "defect of G4QC, please report it with the spec."
        )


def check_margin(market: PricedBars, account: Account, margin: np.ndarray, units: UnitCosts) -> None:
    """Raise an error unless the account can pay the margin of every order that opens, enlarges or rolls a position.

    The margin of the whole new position is compared with the equity at the close of the bar that decides the order.

    Args:
        market: the bars that were traded.
        account: their account.
        margin: units of money of one contract at the close of each bar (`margin.margin_units`).
        units: the unit of money.

    Raises:
        BacktestRefused: the account cannot; the text names instant, need and equity.
    """
    position = account.equity["position"].to_numpy()
    before, after = position[:-1], position[1:]
    rolled = np.zeros(len(position) - 1, bool)
    rolled[market.rolls - 1] = True
    orders = np.flatnonzero((before != after) | rolled)
    equity = np.rint(account.equity["equity"].to_numpy()[orders] * units.scale)
    refuse_short(market, orders, before[orders], after[orders], rolled[orders], equity, margin, units)


def refuse_short(
    market: PricedBars,
    orders: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    rolled: np.ndarray,
    equity: np.ndarray,
    margin: np.ndarray,
    units: UnitCosts,
) -> None:
    """Raise MarginCall for the first of k orders whose margin the equity does not cover.

    Args:
        market: the bars that were traded.
        orders: bars that decide an order, ascending.
        before: positions before each.
        after: positions after each.
        rolled: whether the contract changes with it.
        equity: units in the account at the close of the deciding bar.
        margin: units of one contract at the close of each bar of the market.
        units: the unit of money.
    """
    opens = (np.abs(after) > np.abs(before)) | (before * after < 0) | (rolled & (after != 0))
    # Whole numbers below 2**53 are exact as floats; above it a cent is not, and no account comes near it.
    needed = np.abs(after) * margin[orders].astype(np.float64)
    short = opens & (equity < needed)
    if short.any():
        at = int(np.argmax(short))
        wanted = counted(abs(int(after[at])), "contract")
        raise MarginCall(
            f"The account could not pay the margin of {wanted} on "
            f"{market.frame['timestamp'].iloc[int(orders[at])]}: needed {needed[at] / units.scale:,.2f} "
            f"{market.instrument.currency}, available {equity[at] / units.scale:,.2f}. Give it more cash, trade fewer "
            "contracts, or set margin in the spec."
        )


def refuse_ruin(stamps: pd.Series, equity: np.ndarray) -> None:
    """Raise BacktestRefused if nothing is left at the close of a bar; `equity` is in any unit."""
    if (equity <= 0).any():
        raise ruined(stamps, int(np.argmax(equity <= 0)))


def ruined(stamps: pd.Series, bar: int) -> MarginCall:
    """Return the refusal of an account that had nothing left at the close of this bar."""
    return MarginCall(
        f"The account was ruined: on {stamps.iloc[min(bar, len(stamps) - 1)]} nothing was left of it. Give it more "
        "cash, or trade fewer contracts."
    )


def _positions(n: int, lots: Lots) -> np.ndarray:
    """Return the contracts held through the close of each bar (int64, length n), before the closing at the end."""
    steps = np.zeros(n + 1, np.int64)
    np.add.at(steps, lots.entry_bar, lots.size)
    np.add.at(steps, lots.exit_bar, -lots.size)
    return np.cumsum(steps[:n])


def _equity_units(
    market: PricedBars, lots: Lots, position: np.ndarray, paid: LotCosts, units: UnitCosts, start: int
) -> np.ndarray:
    """Return the equity at the close of each bar in units, int64, length n."""
    n = len(market)
    wide = int(market.high.max()) - int(market.low.min())
    won = float(np.abs(lots.steps.astype(np.float64)).sum()) + float(np.abs(position).max(initial=0)) * wide
    if won * units.step + float((paid.fees + paid.slippage).astype(np.float64).sum()) + start > LARGEST:
        raise too_large()
    flow = np.zeros(n + 1, np.int64)
    np.add.at(flow, lots.entry_bar, -lots.size * lots.entry * units.step - paid.entry_fee - paid.entry_slippage)
    out = lots.size * lots.exit * units.step - paid.exit_fee - paid.exit_slippage
    np.add.at(flow, np.minimum(lots.exit_bar, n - 1), out)
    held = position.copy()
    held[-1] = 0
    # Parts of the sum may leave 64 bits and wrap around; the whole is within them and so is exact.
    return start + np.cumsum(flow[:n]) + held * market.close * units.step


def _equity_frame(market: PricedBars, position: np.ndarray, units: np.ndarray, scale: int, start: int) -> pd.DataFrame:
    equity = units / scale
    peak = np.maximum.accumulate(np.maximum(units, start)) / scale
    return pd.DataFrame(
        {
            "timestamp": market.frame["timestamp"],
            "trade_date": market.frame["trade_date"],
            "position": position,
            "equity": equity,
            "drawdown": equity / peak - 1,
        }
    )


def trades_frame(market: PricedBars, lots: Lots, won: LotMoney, closing: Collection[int]) -> pd.DataFrame:
    """Return lots within one contract each as trades: `TRADE_COLUMNS`, a row each.

    Args:
        market: the bars that were traded.
        lots: what was bought and sold, by entry.
        won: what the lots earned and paid.
        closing: bars of rolls at which positions were closed because the contract changed.
    """
    n = len(market)
    entries, ends = lots.entry_bar, lots.exit_bar
    exits = np.minimum(ends, n - 1)
    # Both prices of a trade are prices of the contract in which it was opened.
    entry_own, exit_own = lots.entry - market.link[entries], lots.exit - market.link[entries]
    long = lots.size > 0
    continued = np.isin(2 * ends + long, 2 * entries + long) & (entries < ends)
    rolled = np.isin(ends, market.rolls) & continued | np.isin(ends, list(closing))
    stamps, days = market.frame["timestamp"], market.frame["trade_date"]
    money = {"gross": won.gross, "fees": won.fees, "slippage": won.slippage, "profit": won.profit}
    columns = {
        "entry_time": stamps.iloc[entries].to_numpy(),
        "exit_time": stamps.iloc[exits].to_numpy(),
        "entry_trade_date": days.iloc[entries].to_numpy(),
        "exit_trade_date": days.iloc[exits].to_numpy(),
        "contract": market.contracts[entries],
        "size": lots.size,
        "entry_price": market.shown(entry_own, entries),
        "exit_price": market.shown(exit_own, entries),
        "entry_price_own": market.points(entry_own),
        "exit_price_own": market.points(exit_own),
        "ticks": (lots.exit - lots.entry) * np.sign(lots.size),
        **{name: values / won.scale for name, values in money.items()},
        "bars": won.bars,
        "exit_reason": np.where(ends == n, "end", np.where(rolled, "roll", "signal")),
    }
    frame = pd.DataFrame(columns)[list(TRADE_COLUMNS)]
    for name in ("entry_time", "exit_time"):
        frame[name] = pd.DatetimeIndex(frame[name]).as_unit("us")
    return frame
