"""What a lane is worth: its money at a price and a rate, the end of a session, the end of the lane, the cost of orders.

The functions are compiled into the joint pass (`joint_kernels`). The module is imported late, because it imports numba.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.compiled import compiled
from g4qc_core.backtest.engines.kernels import BASE, HELD, order_cost, trade
from g4qc_core.backtest.portfolio_account import joint_books as at
from g4qc_core.backtest.portfolio_account.joint_books import Books, Lanes
from g4qc_core.backtest.portfolio_account.joint_glide import NEVER


@compiled
def _rate(lanes: Lanes, lane: int, bar: int) -> float:
    """Return units of the account for one unit of a lane that has rates, as known on the close of a bar."""
    return float(lanes.facts[lane, at.FACTOR]) * lanes.rates[lanes.facts[lane, at.BARS] + max(bar, 0)]


@compiled
def in_account(lanes: Lanes, lane: int, bar: int, own: int) -> int:
    """Convert units of a lane, above zero, to units of the account, at least one; zero stays zero."""
    if lanes.facts[lane, at.FOREIGN] == 0 or own <= 0:
        return own * lanes.facts[lane, at.FACTOR]
    return max(1, int(np.rint(own * _rate(lanes, lane, bar))))


@compiled
def ideal_in_account(lanes: Lanes, lane: int, bar: int, own: int) -> float:
    """Convert units of a lane to units of the account, not rounded: the ideal account has fractions."""
    if lanes.facts[lane, at.FOREIGN] == 0:
        return float(own * lanes.facts[lane, at.FACTOR])
    return own * _rate(lanes, lane, bar)


@compiled
def mark(lanes: Lanes, books: Books, lane: int, price: int, bar: int) -> None:
    """Value a lane at a price, and at the rate that was known on the close of a bar."""
    row, ideal, step = books.lane[lane], books.ideal[lane], lanes.costs[lane, 0]
    own = books.counts[lane, BASE] + books.counts[lane, HELD] * step * price
    ideal_own = ideal[at.I_BASE] + ideal[at.I_HELD] * step * price
    if lanes.facts[lane, at.FOREIGN] == 0:
        money = own * lanes.facts[lane, at.FACTOR]
        ideal[at.I_MONEY] = ideal_own * lanes.facts[lane, at.FACTOR]
    else:
        rate = _rate(lanes, lane, bar)
        money = row[at.SETTLED] + np.int64(np.rint((own - row[at.SETTLED_OWN]) * rate))
        ideal[at.I_MONEY] = ideal[at.I_SETTLED] + (ideal_own - ideal[at.I_SETTLED_OWN]) * rate
    books.account[at.EQUITY] += money - row[at.MONEY]
    row[at.MONEY], row[at.PRICE] = money, price


@compiled
def ideal_money(lanes: Lanes, books: Books, lane: int) -> float:
    """Return what a lane of the ideal account has won, units of the account."""
    if lanes.facts[lane, at.FOREIGN] == 1:
        return float(books.ideal[lane, at.I_MONEY])
    worth = books.ideal[lane, at.I_HELD] * lanes.costs[lane, 0] * books.lane[lane, at.PRICE]
    return float((books.ideal[lane, at.I_BASE] + worth) * lanes.facts[lane, at.FACTOR])


@compiled
def _settle(lanes: Lanes, books: Books, lane: int) -> None:
    """Convert the money of a lane with rates at the end of its session."""
    row, ideal, step = books.lane[lane], books.ideal[lane], lanes.costs[lane, 0]
    row[at.SETTLED] = row[at.MONEY]
    row[at.SETTLED_OWN] = books.counts[lane, BASE] + books.counts[lane, HELD] * step * row[at.PRICE]
    ideal[at.I_SETTLED] = ideal[at.I_MONEY]
    ideal[at.I_SETTLED_OWN] = ideal[at.I_BASE] + ideal[at.I_HELD] * step * row[at.PRICE]


@compiled
def ideal_cost(lanes: Lanes, lane: int, contracts: float, own: int) -> float:
    """Return what a part of a contract costs, units of the lane, without a least fee."""
    costs = lanes.costs[lane]
    return contracts * (costs[1] + costs[2] + abs(own) * (costs[3] + costs[4]) / costs[5])


@compiled
def pay_ideal(lanes: Lanes, books: Books, lane: int, bar: int, cost: float) -> None:
    """Charge the ideal account with units of the lane, at the rate that was known on the close of a bar."""
    ideal = books.ideal[lane]
    ideal[at.I_BASE] -= cost
    rate = float(lanes.facts[lane, at.FACTOR]) if lanes.facts[lane, at.FOREIGN] == 0 else _rate(lanes, lane, bar)
    ideal[at.I_COSTS] += cost * rate


@compiled
def orders_of(lanes: Lanes, books: Books, lane: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the work space and the lots of a lane."""
    first, last = lanes.facts[lane, at.EVENTS], lanes.facts[lane + 1, at.EVENTS]
    return books.queue[:, first + lane : last + lane + 1], books.lots[:, 2 * (first + lane) : 2 * (last + lane + 1)]


@compiled
def finish(lanes: Lanes, books: Books, lane: int, bar: int, price: int) -> None:
    """Pay for the closing of what a lane holds at its last close; `retire` lets go of it."""
    held, own = books.counts[lane, HELD], price - lanes.links[lane]
    if held != 0:
        queue, lots = orders_of(lanes, books, lane)
        books.counts[lane, BASE] -= order_cost(abs(held), own, lanes.costs[lane])
        trade(-held, bar + 1, price, queue, lots, books.counts[lane])
    pay_ideal(lanes, books, lane, bar, ideal_cost(lanes, lane, abs(books.ideal[lane, at.I_HELD]), own))


@compiled
def retire(lanes: Lanes, books: Books, lane: int) -> None:
    """Let go of what a lane held until its last close."""
    row, ideal, step = books.lane[lane], books.ideal[lane], lanes.costs[lane, 0]
    books.counts[lane, BASE] += books.counts[lane, HELD] * step * row[at.PRICE]
    ideal[at.I_BASE] += ideal[at.I_HELD] * step * row[at.PRICE]
    books.account[at.MARGINS] -= abs(books.counts[lane, HELD]) * row[at.MARGIN]
    books.account[at.HOLDING] -= books.counts[lane, HELD] != 0
    books.counts[lane, HELD] = row[at.PLANNED] = 0
    ideal[at.I_HELD] = ideal[at.I_PLANNED] = 0.0
    row[at.WHEN] = NEVER


@compiled
def end_session(lanes: Lanes, books: Books, lane: int) -> None:
    """Write down a lane at the end of its session."""
    row, ideal = books.lane[lane], books.ideal[lane]
    session = row[at.SESSION]
    books.money[session], books.positions[session] = row[at.MONEY], books.counts[lane, HELD]
    books.used[session] = abs(books.counts[lane, HELD]) * row[at.MARGIN]
    books.ideals[0, session], books.ideals[1, session] = ideal[at.I_MONEY], ideal[at.I_HELD]
    books.ideals[2, session] = ideal[at.I_COSTS]
    if lanes.facts[lane, at.FOREIGN] == 1:
        _settle(lanes, books, lane)
    row[at.SESSION] += 1
