"""The yearly volatility of one contract in money, from the closes of completed sessions.

Changes from session close to session close are linked, in whole steps of the price grid. Their sums are exact; one
square root is taken in float64 and rounded to a whole unit of money.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.account.money_units import LARGEST, too_large

SESSIONS_A_YEAR = 252


def yearly_money(closes: np.ndarray, trade_dates: np.ndarray, window: int, step: int) -> np.ndarray:
    """Compute the yearly standard deviation of a contract's value for each bar.

    Args:
        closes: int64, length n, linked, in steps of the price grid.
        trade_dates: session of each bar, ascending, length n.
        window: changes between completed sessions over which it is computed, two or more.
        step: units of money of one step of the price grid.

    Returns:
        int64, length n, units of money; 0 until the window is full, and where nothing changed. Entry i depends only on
        sessions before that of bar i.
    """
    starts = np.flatnonzero(np.concatenate(([True], trade_dates[1:] != trade_dates[:-1])))
    ends = np.append(starts[1:], len(closes)) - 1
    changes = np.diff(closes[ends])
    if len(changes) and float(np.abs(changes).max()) ** 2 * window * window > LARGEST:
        raise too_large()
    total = np.concatenate(([0], np.cumsum(changes)))
    squares = np.concatenate(([0], np.cumsum(changes * changes)))
    # Session s sees the changes up to the close of session s - 1: s - 1 of them.
    of_session = np.zeros(len(starts), np.int64)
    known = np.arange(len(starts)) - 1
    full = known >= window
    last = known[full]
    spread = window * (squares[last] - squares[last - window]) - (total[last] - total[last - window]) ** 2
    yearly = np.sqrt(spread * (SESSIONS_A_YEAR / (window * (window - 1)))) * step
    if len(yearly) and yearly.max() > LARGEST:
        raise too_large()
    of_session[full] = np.rint(yearly).astype(np.int64)
    return np.repeat(of_session, np.diff(np.append(starts, len(closes))))
