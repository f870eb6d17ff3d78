"""The quick part of the joint pass: instants at which no order is decided or filled and no session ends.

Almost all instants are such. Nothing but the money and the margin of open positions changes, and the ideal account is
valued when it is asked for (`joint_marks.ideal_money`). The functions take plain arrays, because an array that is taken
from a tuple again and again costs more than the work on a bar. The module is imported late, because it imports numba.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.compiled import compiled, compiled_inline
from g4qc_core.backtest.engines.kernels import BASE, HELD, note_fall
from g4qc_core.backtest.portfolio_account import joint_books as at

DONE, RUINED, TOO_LARGE, SHORT = 0, 1, 2, 3

NEVER = np.iinfo(np.int64).max
"""The instant of a lane that has ended."""

WAITING, OPEN, ENDED = 0, 1, 2
"""A bar of a lane waits to open, is open, or was the last one."""


@compiled_inline
def next_instant(table: np.ndarray) -> int:
    """Return the next instant at which a bar opens or closes."""
    now = NEVER
    for lane in range(len(table)):
        now = min(now, table[lane, at.WHEN])
    return now


@compiled_inline
def _quiet(table: np.ndarray, now: int) -> bool:
    """Return whether nothing but values changes now."""
    quiet = now != NEVER
    for lane in range(len(table)):
        if table[lane, at.WHEN] == now:
            quiet &= table[lane, at.BAR] < table[lane, at.NEXT] and table[lane, at.FILLS] == 0
    return quiet


@compiled_inline
def _value(lane: int, price: int, table: np.ndarray, counts: np.ndarray, facts: np.ndarray, costs: np.ndarray) -> int:
    """Value a lane at a price, and return by how much its money has changed."""
    table[lane, at.PRICE] = price
    held = counts[lane, HELD]
    if held == 0:
        return 0
    money = (counts[lane, BASE] + held * costs[lane, 0] * price) * facts[lane, at.FACTOR]
    won = money - table[lane, at.MONEY]
    table[lane, at.MONEY] = money
    return won


@compiled_inline
def _reprice(lane: int, each: int, table: np.ndarray, counts: np.ndarray, facts: np.ndarray) -> int:
    """Take the margin of one contract, units of the lane, and return by how much that of the position has changed."""
    held = abs(counts[lane, HELD])
    if held == 0:
        return 0
    margin = each * facts[lane, at.FACTOR]
    more = held * (margin - table[lane, at.MARGIN])
    table[lane, at.MARGIN] = margin
    return more


@compiled_inline
def judge(now: int, day: int, account: np.ndarray, most: np.ndarray, falls: np.ndarray) -> int:
    """Take the equity after the closes of this instant into account, and return its state."""
    equity, margins = account[at.EQUITY], account[at.MARGINS]
    if equity <= 0:
        return RUINED
    if equity > account[at.LIMIT]:
        return TOO_LARGE
    if equity > account[at.PEAK]:
        account[at.PEAK] = equity
    else:
        note_fall(equity, account[at.PEAK], account[at.SCALE], falls)
    most[0, day] = max(most[0, day], float(margins))
    most[1, day] = max(most[1, day], margins / equity)
    account[at.INSTANTS] += now > account[at.START]
    account[at.EXPOSED] += account[at.HOLDING] > 0
    return DONE


@compiled
def glide(
    opens: np.ndarray,
    closes: np.ndarray,
    margins: np.ndarray,
    starts: np.ndarray,
    stops: np.ndarray,
    days: np.ndarray,
    facts: np.ndarray,
    costs: np.ndarray,
    table: np.ndarray,
    counts: np.ndarray,
    account: np.ndarray,
    most: np.ndarray,
    falls: np.ndarray,
) -> int:
    """Pass all instants up to the next one that needs more, and return the state of the account.

    Args:
        opens: as in `Lanes`.
        closes: as in `Lanes`.
        margins: as in `Lanes`.
        starts: as in `Lanes`.
        stops: as in `Lanes`.
        days: as in `Lanes`.
        facts: as in `Lanes`.
        costs: as in `Lanes`.
        table: `Books.lane`.
        counts: as in `Books`.
        account: as in `Books`.
        most: as in `Books`.
        falls: as in `Books`.
    """
    now = next_instant(table)
    while _quiet(table, now):
        day = -1
        for lane in range(len(table)):
            if table[lane, at.WHEN] == now and table[lane, at.OPENED] == OPEN:
                bar = table[lane, at.BAR]
                place = facts[lane, at.BARS] + bar
                if day < 0:
                    account[at.FAILED], account[at.FAILED_BAR] = lane, bar
                day = max(day, days[table[lane, at.SESSION]])
                account[at.MARGINS] += _reprice(lane, margins[place], table, counts, facts)
                account[at.EQUITY] += _value(lane, closes[place], table, counts, facts, costs)
                table[lane, at.BAR], table[lane, at.OPENED] = bar + 1, WAITING
                table[lane, at.WHEN] = starts[place + 1]
        if day >= 0:
            status = judge(now, day, account, most, falls)
            if status != DONE:
                return status
        for lane in range(len(table)):
            if table[lane, at.WHEN] == now and table[lane, at.OPENED] == WAITING:
                place = facts[lane, at.BARS] + table[lane, at.BAR]
                table[lane, at.OPENED], table[lane, at.WHEN] = OPEN, stops[place]
                account[at.EQUITY] += _value(lane, opens[place], table, counts, facts, costs)
        now = next_instant(table)
    return DONE
