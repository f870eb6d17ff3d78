"""Figures of a backtest, each with its definition in one sentence.

Returns are those of session days: from the last bar of one session to the last bar of the next. Annual figures are
scaled by elapsed calendar time (`span`), and are None if the span is too short.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.span import LEAST_DAYS, LEAST_SESSIONS, Span

SESSIONS_PER_YEAR = 252
"""Default number of periods in a year, as in published tables of daily returns."""

_LEAST = f"Not meaningful below {LEAST_DAYS} days or {LEAST_SESSIONS} sessions."

DEFINITIONS: dict[str, str] = {
    "starting_cash": "Money in the account before the first bar.",
    "final_equity": "Money in the account after the last bar, every position closed and every cost paid.",
    "net_profit": "Final equity less starting cash, which is the sum of the profits of all trades.",
    "total_return": "Net profit as a fraction of the starting cash.",
    "annual_return": "Geometric: (final equity / starting cash) to the power of 365.25 / days, less one. " + _LEAST,
    "volatility": "Standard deviation (n - 1) of session returns, times the square root of the sessions a year, "
    "which are sessions x 365.25 / days. " + _LEAST,
    "sharpe": "Mean of session returns over their standard deviation (n - 1), times the square root of the sessions a "
    "year; the risk-free rate is zero, because a futures position ties up margin and no capital. " + _LEAST,
    "sortino": "Mean of session returns over the root of the mean square of the negative ones (all sessions "
    "counted), times the square root of the sessions a year. " + _LEAST,
    "calmar": "Annual return over the size of the largest drawdown. " + _LEAST,
    "max_drawdown": "Largest fall of equity from its highest value so far (the starting cash included), as a "
    "fraction of that value, over the closes of all bars.",
    "max_drawdown_money": "Largest fall of equity from its highest value so far in money, over the closes of all bars.",
    "longest_drawdown": "Most sessions in a row that ended below the highest session equity so far.",
    "sessions": "Session days with at least one bar; each gives one return: equity at its last bar over "
    "equity at the last bar of the session before, less one, the first one over the starting cash.",
    "missing_sessions": "Session days of the calendar between the first and the last bar that have no bar.",
    "days": "Calendar days from the session before the first one to the last one; annual figures are scaled by them.",
    "bars": "Bars that the strategy saw.",
    "exposure": "Share of bars through whose close a position was held.",
    "trades": "Lots from entry to exit; a position held over a roll is one trade in each contract.",
    "win_rate": "Share of trades with a profit above zero after costs.",
    "profit_factor": "Sum of the winning trades' profits over the sum of the losing trades' losses, after costs.",
    "average_trade": "Mean profit of a trade after costs, in money.",
    "best_trade": "Largest profit of a trade after costs, in money.",
    "worst_trade": "Smallest profit of a trade after costs, in money.",
    "contracts_traded": "Contracts bought and sold, entries and exits and both sides of a roll counted.",
    "gross_profit": "Profit of all trades before costs, in money.",
    "fees": "Commission and exchange fees paid, in money.",
    "slippage": "Money lost to slippage: ticks per side times tick value times contracts.",
}

# fmt: off
MONEY = frozenset((
    "starting_cash", "final_equity", "net_profit", "max_drawdown_money", "average_trade", "best_trade",
    "worst_trade", "gross_profit", "fees", "slippage",
))
# fmt: on
PERCENT = frozenset(["total_return", "annual_return", "volatility", "max_drawdown", "exposure", "win_rate"])
ANNUAL = frozenset(["annual_return", "volatility", "sharpe", "sortino", "calmar"])
"""Figures scaled to a year; None if the span is too short to scale, or if nothing varies."""
OF_RETURNS = frozenset(["volatility", "sharpe", "sortino"])
"""Figures computed from single session returns; missing sessions distort them."""
_LIBRARY_ANNUAL = frozenset(
    ["Return (Ann.) [%]", "Volatility (Ann.) [%]", "CAGR [%]", "Sharpe Ratio", "Sortino Ratio", "Calmar Ratio"]
)


def compute(equity: pd.DataFrame, trades: pd.DataFrame, cash: float, span: Span) -> dict[str, float | int | None]:
    """Compute all figures of `DEFINITIONS`, in its order; None for an undefined one.

    Args:
        equity: frame of `EQUITY_COLUMNS`.
        trades: frame of `TRADE_COLUMNS`.
        cash: starting cash.
        span: calendar time of the equity.
    """
    daily = session_equity(equity)
    returns = session_returns(daily, cash)
    final = float(equity["equity"].iloc[-1])
    profit = trades["profit"].to_numpy()
    won, lost = _total(profit[profit > 0]), -_total(profit[profit < 0])
    peak = np.maximum.accumulate(np.maximum(equity["equity"].to_numpy(), cash))
    worst = float(equity["drawdown"].min())
    values: dict[str, Any] = {
        "starting_cash": cash,
        "final_equity": final,
        "net_profit": final - cash,
        "total_return": (final - cash) / cash,
        **_annual(returns, worst, span),
        "max_drawdown": worst,
        "max_drawdown_money": float((equity["equity"].to_numpy() - peak).min()),
        "longest_drawdown": longest_drawdown(np.concatenate(([cash], daily.to_numpy()))),
        "sessions": len(daily),
        "missing_sessions": len(span.missing),
        "days": span.days,
        "bars": len(equity),
        "exposure": float((equity["position"] != 0).mean()),
        "trades": len(trades),
        "win_rate": float((profit > 0).mean()) if len(profit) else None,
        "profit_factor": won / lost if lost else None,
        "average_trade": _mean(profit) if len(profit) else None,
        "best_trade": float(profit.max()) if len(profit) else None,
        "worst_trade": float(profit.min()) if len(profit) else None,
        "contracts_traded": int(2 * trades["size"].abs().sum()),
        "gross_profit": _total(trades["gross"]),
        "fees": _total(trades["fees"]),
        "slippage": _total(trades["slippage"]),
    }
    return {name: _finite(values[name]) for name in DEFINITIONS}


def distorted(metrics: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the result's figures that missing sessions distort."""
    return OF_RETURNS if metrics.get("missing_sessions") else frozenset()


def without_annual(library: Mapping[str, Any]) -> dict[str, Any]:
    """Return the library's figures, with None for those scaled to a year."""
    return {name: None if name in _LIBRARY_ANNUAL else value for name, value in library.items()}


def _annual(returns: np.ndarray, worst: float, span: Span) -> dict[str, float | None]:
    """Compute the figures of `ANNUAL`; `worst` is the largest drawdown, zero or negative."""
    if not span.annualisable:
        return dict.fromkeys(ANNUAL)
    a_year = span.sessions_per_year
    yearly = annual_return(returns, a_year)
    return {
        "annual_return": yearly,
        "volatility": volatility(returns, a_year),
        "sharpe": sharpe(returns, a_year),
        "sortino": sortino(returns, a_year),
        "calmar": yearly / -worst if worst < 0 and yearly is not None else None,
    }


def session_equity(equity: pd.DataFrame) -> pd.Series:
    """Return the equity at the last bar of each session, by trade date (datetime64[s])."""
    return equity.groupby("trade_date", sort=True)["equity"].last()


def session_returns(daily: pd.Series, cash: float) -> np.ndarray:
    """Return the simple returns from session to session, the first one from the starting cash."""
    before = np.concatenate(([cash], daily.to_numpy()[:-1]))
    return daily.to_numpy() / before - 1


def annual_return(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute the geometric annual return for `periods` returns a year; None if it exceeds any number."""
    grown = math.prod((1 + returns).tolist())
    try:
        return grown ** (periods / len(returns)) - 1
    except OverflowError:
        return None


def volatility(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute the standard deviation (n - 1) times the square root of `periods`; None for fewer than two returns."""
    if len(returns) < 2:
        return None
    return math.sqrt(_total((returns - _mean(returns)) ** 2) / (len(returns) - 1) * periods)


def sharpe(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute mean over standard deviation (n - 1), times the square root of `periods`; None if nothing varies."""
    spread = volatility(returns, 1)
    return _mean(returns) / spread * math.sqrt(periods) if spread else None


def downside(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float:
    """Compute the root mean square of the negative returns (all counted), times the square root of `periods`."""
    return math.sqrt(_mean(np.minimum(returns, 0) ** 2) * periods)


def sortino(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute mean over downside deviation, times the square root of `periods`; None if no return is negative."""
    risk = downside(returns, 1)
    return _mean(returns) / risk * math.sqrt(periods) if risk else None


def max_drawdown(returns: np.ndarray) -> float:
    """Compute the largest fall of the compounded returns from their highest value so far, zero or negative."""
    grown = np.concatenate(([1.0], np.cumprod(1 + returns)))
    return float((grown / np.maximum.accumulate(grown) - 1).min())


def longest_drawdown(values: np.ndarray) -> int:
    """Return the length of the longest run of values below the highest one before them."""
    longest = current = 0
    for below in values < np.maximum.accumulate(values):
        current = current + 1 if below else 0
        longest = max(longest, current)
    return longest


def monthly_returns(daily: pd.Series, cash: float) -> pd.Series:
    """Compute the return of each month of trade dates, by month (Period); the first one from the starting cash."""
    last = daily.groupby(pd.DatetimeIndex(daily.index).to_period("M")).last()
    return last / last.shift(1, fill_value=cash) - 1


def _mean(values: np.ndarray) -> float:
    return _total(values) / len(values)


def _total(values: Any) -> float:
    """Return a sum that is rounded once, and so equal on every processor."""
    return math.fsum(values)


def _finite(value: Any) -> float | int | None:
    """Round to ten decimals, because the last bits of a power or a root differ between hosts; None if not finite."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, 10) if isinstance(value, float) else value
