"""The compiled pass over the merged timeline of many instruments with one account.

At one instant bars close first and are marked. Then their orders are decided: what makes a position smaller first, then
the others in the order of the lanes. Then bars open and are marked, sizings at the open decide in the same way, and
orders are filled. Costs, counts of contracts and lots are those of `engines.kernels`.

The module is imported late, because it imports numba.
"""

from __future__ import annotations

from pathlib import Path

from numba import njit

from g4qc_core.backtest.account.money_units import LARGEST
from g4qc_core.backtest.engines import kernels
from g4qc_core.backtest.engines.kernels import BASE, HELD, execute, note_fall
from g4qc_core.backtest.portfolio_account import joint_books as at
from g4qc_core.backtest.portfolio_account import joint_decisions
from g4qc_core.backtest.portfolio_account.joint_books import Books, LaneEvents, Lanes
from g4qc_core.backtest.portfolio_account.joint_decisions import DONE, RUINED, TOO_LARGE, decide
from g4qc_core.backtest.portfolio_account.joint_marks import (
    NEVER,
    end_session,
    finish,
    ideal_cost,
    in_account,
    mark,
    orders_of,
    pay_ideal,
    retire,
)

_LARGEST = LARGEST
_WAITING, _OPEN, _ENDED = 0, 1, 2

_KEPT = kernels.as_new_as(Path(__file__), joint_decisions)


@njit(cache=_KEPT)
def _close(lanes: Lanes, events: LaneEvents, books: Books, lane: int) -> int:
    """Close the bar of a lane; return the number of its trade date."""
    row, first = books.lane[lane], lanes.facts[lane, at.BARS]
    bar, last = row[at.BAR], lanes.facts[lane + 1, at.BARS] - first - 1
    price = lanes.closes[first + bar]
    margin = in_account(lanes, lane, bar, lanes.margins[first + bar])
    books.account[at.MARGINS] += abs(books.counts[lane, HELD]) * (margin - row[at.MARGIN])
    row[at.MARGIN] = margin
    if bar == last:
        finish(lanes, books, lane, bar, price)
    mark(lanes, books, lane, price, bar)
    day = lanes.days[row[at.SESSION]]
    if lanes.ends[row[at.SESSION]] == bar:
        end_session(lanes, books, lane)
    row[at.BAR] = bar + 1
    row[at.OPENED] = _WAITING
    if bar == last:
        row[at.OPENED] = _ENDED
        return day
    row[at.WHEN] = lanes.starts[first + bar + 1]
    if lanes.facts[lane, at.AT_OPEN] == 0 and _has_event(lanes, events, books, lane, bar):
        row[at.DECIDES], row[at.DUE] = 1, row[at.WHEN]
    return day


@njit(cache=_KEPT)
def _has_event(lanes: Lanes, events: LaneEvents, books: Books, lane: int, bar: int) -> bool:
    """Return whether the close of this bar is the next one of a lane that decides an order."""
    event = books.lane[lane, at.EVENT]
    return event < lanes.facts[lane + 1, at.EVENTS] and events.at[event] == bar


@njit(cache=_KEPT)
def _close_all(lanes: Lanes, events: LaneEvents, books: Books, now: int) -> int:
    """Close the bars that end now; return the state of the account."""
    account, count, day, lane = books.account, len(books.lane), -1, 0
    for lane in range(count):
        if books.lane[lane, at.OPENED] == _OPEN and books.lane[lane, at.WHEN] == now:
            if day < 0:
                account[at.FAILED], account[at.FAILED_BAR] = lane, books.lane[lane, at.BAR]
            day = max(day, _close(lanes, events, books, lane))
    if day < 0:
        return DONE
    equity = account[at.EQUITY]
    if equity <= 0:
        return RUINED
    if equity > account[at.LIMIT]:
        return TOO_LARGE
    if equity > account[at.PEAK]:
        account[at.PEAK] = equity
    else:
        note_fall(equity, account[at.PEAK], account[at.SCALE], books.falls)
    books.most[0, day] = max(books.most[0, day], float(account[at.MARGINS]))
    books.most[1, day] = max(books.most[1, day], account[at.MARGINS] / equity)
    account[at.INSTANTS] += now > account[at.START]
    exposed = False
    for lane in range(count):
        exposed |= books.counts[lane, HELD] != 0
        if books.lane[lane, at.OPENED] == _ENDED and books.lane[lane, at.WHEN] == now:
            retire(lanes, books, lane)
    account[at.EXPOSED] += exposed
    return DONE


@njit(cache=_KEPT)
def _fill(lanes: Lanes, events: LaneEvents, books: Books, lane: int) -> int:
    """Fill the order of a lane at the open of its bar."""
    row, event = books.lane[lane], books.lane[lane, at.EVENT]
    held, after, price, step = books.counts[lane, HELD], row[at.PLANNED], row[at.PRICE], lanes.costs[lane, 0]
    rolled, leaves, enters = events.rolled[event], events.leaves[event], events.enters[event]
    if after != held or (rolled and held != 0):
        queue, lots = orders_of(lanes, books, lane)
        state = books.counts[lane]
        opened = state[BASE] + held * step * price
        if abs(opened) > _LARGEST // lanes.facts[lane, at.FACTOR] or not execute(
            after,
            rolled,
            row[at.BAR],
            price,
            leaves,
            enters,
            opened,
            lanes.costs[lane],
            queue,
            lots,
            books.counts[lane],
        ):
            return TOO_LARGE
        books.account[at.MARGINS] += (abs(after) - abs(held)) * row[at.MARGIN]
    _fill_ideal(lanes, books, lane, rolled, leaves, enters)
    mark(lanes, books, lane, price, row[at.BAR] - 1)
    row[at.EVENT] += 1
    return DONE


@njit(cache=_KEPT)
def _fill_ideal(lanes: Lanes, books: Books, lane: int, rolled: bool, leaves: int, enters: int) -> None:
    ideal, bar = books.ideal[lane], books.lane[lane, at.BAR] - 1
    held, after = ideal[at.I_HELD], ideal[at.I_PLANNED]
    if rolled:
        cost = ideal_cost(lanes, lane, abs(held), leaves) + ideal_cost(lanes, lane, abs(after), enters)
    else:
        cost = ideal_cost(lanes, lane, abs(after - held), enters)
    ideal[at.I_BASE] += (held - after) * lanes.costs[lane, 0] * books.lane[lane, at.PRICE]
    ideal[at.I_HELD] = after
    pay_ideal(lanes, books, lane, bar, cost)


@njit(cache=_KEPT)
def _open_all(lanes: Lanes, events: LaneEvents, books: Books, now: int) -> int:
    """Open the bars that start now, and fill their orders."""
    filled = False
    for lane in range(len(books.lane)):
        row = books.lane[lane]
        if row[at.OPENED] == _WAITING and row[at.WHEN] == now:
            bar = lanes.facts[lane, at.BARS] + row[at.BAR]
            row[at.OPENED], row[at.WHEN] = _OPEN, lanes.stops[bar]
            mark(lanes, books, lane, lanes.opens[bar], row[at.BAR] - 1)
            if _has_event(lanes, events, books, lane, row[at.BAR] - 1):
                filled, row[at.DUE] = True, now
                row[at.DECIDES] = lanes.facts[lane, at.AT_OPEN]
    if not filled:
        return DONE
    status = decide(lanes, events, books)
    for lane in range(len(books.lane)):
        if status == DONE and books.lane[lane, at.OPENED] == _OPEN and books.lane[lane, at.DUE] == now:
            status = _fill(lanes, events, books, lane)
    return status


@njit(cache=_KEPT)
def run_joint(lanes: Lanes, events: LaneEvents, books: Books) -> int:
    """Run all lanes on one timeline, and return `DONE`, `RUINED`, `TOO_LARGE` or `SHORT` (an order without margin)."""
    count = len(books.lane)
    while True:
        now = NEVER
        for lane in range(count):
            now = min(now, books.lane[lane, at.WHEN])
        if now == NEVER:
            return DONE
        status = _close_all(lanes, events, books, now)
        if status == DONE:
            status = decide(lanes, events, books)
        if status == DONE:
            status = _open_all(lanes, events, books, now)
        if status != DONE:
            return status
