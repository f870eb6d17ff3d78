"""The compiled pass over the merged timeline of many instruments with one account.

At one instant bars close first and are marked. Then their orders are decided: what makes a position smaller first, then
the others in the order of the lanes. Then bars open and are marked, sizings at the open decide in the same way, and
orders are filled. Costs, counts of contracts and lots are those of `engines.kernels`.

The module is imported late, because it imports numba.
"""

from __future__ import annotations

from g4qc_core.backtest.account.money_units import LARGEST
from g4qc_core.backtest.compiled import compiled
from g4qc_core.backtest.engines.kernels import BASE, HELD, execute
from g4qc_core.backtest.portfolio_account import joint_books as at
from g4qc_core.backtest.portfolio_account.joint_books import Books, LaneEvents, Lanes
from g4qc_core.backtest.portfolio_account.joint_decisions import decide
from g4qc_core.backtest.portfolio_account.joint_glide import (
    DONE,
    ENDED,
    NEVER,
    OPEN,
    TOO_LARGE,
    WAITING,
    glide,
    judge,
    next_instant,
)
from g4qc_core.backtest.portfolio_account.joint_marks import (
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


@compiled
def _close(lanes: Lanes, events: LaneEvents, books: Books, lane: int) -> None:
    """Close a bar of any kind."""
    row, first = books.lane[lane], lanes.facts[lane, at.BARS]
    bar, last = row[at.BAR], lanes.facts[lane + 1, at.BARS] - first - 1
    price = lanes.closes[first + bar]
    margin = in_account(lanes, lane, bar, lanes.margins[first + bar])
    books.account[at.MARGINS] += abs(books.counts[lane, HELD]) * (margin - row[at.MARGIN])
    row[at.MARGIN] = margin
    if bar == last:
        finish(lanes, books, lane, bar, price)
    mark(lanes, books, lane, price, bar)
    if lanes.ends[row[at.SESSION]] == bar:
        end_session(lanes, books, lane)
    row[at.BAR] = bar + 1
    if bar == last:
        row[at.OPENED] = ENDED
        books.account[at.ENDING] += 1
        return
    row[at.OPENED], row[at.WHEN] = WAITING, lanes.starts[first + bar + 1]
    event, after = row[at.EVENT], lanes.facts[lane + 1, at.EVENTS]
    if event < after and events.at[event] == bar:
        event += 1
        row[at.FILLS] = 1
        if lanes.facts[lane, at.AT_OPEN] == 0:
            row[at.DECIDES], row[at.DUE] = 1, row[at.WHEN]
            books.account[at.DECIDING] += 1
    if lanes.facts[lane, at.FOREIGN] == 0:
        row[at.NEXT] = min(lanes.ends[row[at.SESSION]], events.at[event] if event < after else last)


@compiled
def _close_all(lanes: Lanes, events: LaneEvents, books: Books, now: int) -> int:
    """Close the bars that end now, and return the state of the account."""
    day = -1
    for lane in range(len(books.lane)):
        row = books.lane[lane]
        if row[at.WHEN] == now and row[at.OPENED] == OPEN:
            if day < 0:
                books.account[at.FAILED], books.account[at.FAILED_BAR] = lane, row[at.BAR]
            day = max(day, lanes.days[row[at.SESSION]])
            _close(lanes, events, books, lane)
    if day < 0:
        return DONE
    status = judge(now, day, books.account, books.most, books.falls)
    if status == DONE and books.account[at.ENDING] > 0:
        books.account[at.ENDING] = 0
        for lane in range(len(books.lane)):
            if books.lane[lane, at.OPENED] == ENDED and books.lane[lane, at.WHEN] == now:
                retire(lanes, books, lane)
    return status


@compiled
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
            state,
        ):
            return TOO_LARGE
        books.account[at.MARGINS] += (abs(after) - abs(held)) * row[at.MARGIN]
        books.account[at.HOLDING] += (after != 0) - (held != 0)
    _fill_ideal(lanes, books, lane, rolled, leaves, enters)
    mark(lanes, books, lane, price, row[at.BAR] - 1)
    row[at.EVENT] += 1
    row[at.FILLS] = 0
    return DONE


@compiled
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


@compiled
def _open_all(lanes: Lanes, books: Books, now: int) -> bool:
    """Open the bars that start now, and return whether orders are filled at them."""
    filled = False
    for lane in range(len(books.lane)):
        row = books.lane[lane]
        if row[at.WHEN] == now and row[at.OPENED] == WAITING:
            place = lanes.facts[lane, at.BARS] + row[at.BAR]
            row[at.OPENED], row[at.WHEN] = OPEN, lanes.stops[place]
            mark(lanes, books, lane, lanes.opens[place], row[at.BAR] - 1)
            if row[at.FILLS] == 1:
                filled, row[at.DUE] = True, now
                row[at.DECIDES] = lanes.facts[lane, at.AT_OPEN]
                books.account[at.DECIDING] += lanes.facts[lane, at.AT_OPEN]
    return filled


@compiled
def _fill_all(lanes: Lanes, events: LaneEvents, books: Books, now: int) -> int:
    """Decide what is sized at these opens, and fill all orders."""
    status = decide(lanes, events, books)
    for lane in range(len(books.lane)):
        row = books.lane[lane]
        if status == DONE and row[at.FILLS] == 1 and row[at.OPENED] == OPEN and row[at.DUE] == now:
            status = _fill(lanes, events, books, lane)
    return status


@compiled
def _step(lanes: Lanes, events: LaneEvents, books: Books, now: int) -> int:
    """Pass one instant of any kind, and return the state of the account."""
    status = _close_all(lanes, events, books, now)
    if status == DONE and books.account[at.DECIDING] > 0:
        status = decide(lanes, events, books)
    if status == DONE and _open_all(lanes, books, now):
        status = _fill_all(lanes, events, books, now)
    return status


@compiled
def run_joint(lanes: Lanes, events: LaneEvents, books: Books) -> int:
    """Run all lanes on one timeline, and return `DONE`, `RUINED`, `TOO_LARGE` or `SHORT` (an order without margin)."""
    status = DONE
    while status == DONE:
        status = glide(
            lanes.opens,
            lanes.closes,
            lanes.margins,
            lanes.starts,
            lanes.stops,
            lanes.days,
            lanes.facts,
            lanes.costs,
            books.lane,
            books.counts,
            books.account,
            books.most,
            books.falls,
        )
        now = next_instant(books.lane)
        if status != DONE or now == NEVER:
            break
        status = _step(lanes, events, books, now)
    return status
