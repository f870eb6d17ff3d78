"""Returns from session to session, and what they grow to."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

SESSIONS_PER_YEAR = 252
"""Default number of periods in a year, as in published tables of daily returns."""


def session_equity(equity: pd.DataFrame) -> pd.Series:
    """Return the equity at the last bar of each session, by trade date (datetime64[s])."""
    return equity.groupby("trade_date", sort=True)["equity"].last()


def session_returns(daily: pd.Series | np.ndarray, cash: float) -> np.ndarray:
    """Return the simple returns from session to session, the first one from the starting cash."""
    values = np.asarray(daily, np.float64)
    return values / np.concatenate(([cash], values[:-1])) - 1


def session_table(equity: pd.DataFrame, cash: float) -> pd.DataFrame:
    """Return the equity at the end of each session.

    Args:
        equity: frame of `EQUITY_COLUMNS`.
        cash: starting cash.

    Returns:
        trade_date (datetime64[s]), equity (money), return (of the session, a fraction), drawdown (from the highest end
        of a session so far, the cash included, a fraction, zero or negative).
    """
    daily = session_equity(equity)
    values = daily.to_numpy(np.float64)
    peak = np.maximum.accumulate(np.maximum(values, cash))
    return pd.DataFrame(
        {
            "trade_date": pd.DatetimeIndex(daily.index).as_unit("s"),
            "equity": values,
            "return": session_returns(values, cash),
            "drawdown": values / peak - 1,
        }
    )


def annual_return(returns: np.ndarray, periods: float = SESSIONS_PER_YEAR) -> float | None:
    """Compute the geometric annual return for `periods` returns a year; None if it exceeds any number."""
    grown = math.prod((1 + returns).tolist())
    try:
        return grown ** (periods / len(returns)) - 1
    except OverflowError:
        return None
