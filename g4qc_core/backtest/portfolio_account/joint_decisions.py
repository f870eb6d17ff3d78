"""What a lane holds next: the contracts that it wants, the margin that the others leave to it, and the ideal fraction.

The functions are compiled into the joint pass (`joint_kernels`). The module is imported late, because it imports numba.
"""

from __future__ import annotations

from g4qc_core.backtest.account.money_units import LARGEST
from g4qc_core.backtest.compiled import compiled
from g4qc_core.backtest.engines.kernels import HELD, contracts_wanted, order_cost
from g4qc_core.backtest.portfolio_account import joint_books as at
from g4qc_core.backtest.portfolio_account.joint_books import Books, LaneEvents, Lanes
from g4qc_core.backtest.portfolio_account.joint_glide import DONE, SHORT, TOO_LARGE
from g4qc_core.backtest.portfolio_account.joint_marks import ideal_in_account, ideal_money, in_account

_LARGEST = LARGEST
_WHOLE_SIGNAL, _WHOLE_SHARE = 65_536, 10_000


@compiled
def _want(lanes: Lanes, events: LaneEvents, books: Books, lane: int, equity: int, available: int) -> tuple[int, bool]:
    """Return the position that a lane wants, and whether the margin allowed less."""
    facts, event, held = lanes.facts[lane], books.lane[lane, at.EVENT], books.counts[lane, HELD]
    wanted, bar = events.wanted[event], events.at[event]
    if facts[at.RULE] == at.FIXED:
        return wanted, False
    margin = in_account(lanes, lane, bar, events.margin[event])
    if facts[at.RULE] == at.CUT_FIXED:
        signal = _WHOLE_SIGNAL * (1 if wanted > 0 else -1 if wanted < 0 else 0)
        return contracts_wanted(
            events.decides[event], signal, 1, margin, available, held, events.rolled[event], _WHOLE_SHARE,
            abs(wanted), 0, 0,
        )  # fmt: skip
    capital = facts[at.CAPITAL]
    if capital < 0:
        capital = max(equity, 0)
    elif facts[at.OWN_CAPITAL] == 1:
        capital = in_account(lanes, lane, bar, capital)
    money = in_account(lanes, lane, bar, events.money[event])
    return contracts_wanted(
        events.decides[event], wanted, money, margin, available, held, events.rolled[event], facts[at.SHARE], capital,
        facts[at.BUFFER], facts[at.CAP], facts[at.NEAREST] == 1,
    )  # fmt: skip


@compiled
def _reserved(books: Books, lane: int) -> int:
    """Return the margin of all other lanes, with their pending orders, when the order of a lane will be filled.

    A position that becomes smaller later than that still needs its margin.
    """
    total = 0
    for other in range(len(books.lane)):
        if other != lane:
            row = books.lane[other]
            size = abs(row[at.PLANNED])
            if row[at.DUE] > books.lane[lane, at.DUE]:
                size = max(size, abs(books.counts[other, HELD]))
            total += size * row[at.MARGIN]
    return total


@compiled
def _closing_cost(lanes: Lanes, events: LaneEvents, books: Books, lane: int) -> int:
    """Return what it costs to close a position that is closed whatever its new size is, for a sizing at the open."""
    event, held = books.lane[lane, at.EVENT], books.counts[lane, HELD]
    turns = events.decides[event] and events.wanted[event] * held <= 0
    if lanes.facts[lane, at.AT_OPEN] == 0 or held == 0 or not (turns or events.rolled[event]):
        return 0
    cost = order_cost(abs(held), events.leaves[event], lanes.costs[lane])
    return in_account(lanes, lane, events.at[event], cost)


@compiled
def _refused(events: LaneEvents, books: Books, lane: int, margin: int, after: int, available: int) -> bool:
    """Return whether the margin does not allow a fixed number of contracts, and write down the order."""
    held, event = books.counts[lane, HELD], books.lane[lane, at.EVENT]
    opens = abs(after) > abs(held) or after * held < 0 or (events.rolled[event] and after != 0)
    if not opens or float(abs(after)) * margin <= available:
        return False
    account = books.account
    account[at.FAILED], account[at.FAILED_BAR], account[at.WANTED] = lane, events.at[event], abs(after)
    account[at.NEEDED], account[at.AVAILABLE] = abs(after) * margin, available
    return True


@compiled
def decide(lanes: Lanes, events: LaneEvents, books: Books) -> int:
    """Decide all orders of this instant: first those that need no margin, then the others in the order of the lanes."""
    equity, waiting = books.account[at.EQUITY], 0
    books.account[at.DECIDING] = 0
    for lane in range(len(books.lane)):
        if books.lane[lane, at.DECIDES] == 1:
            _decide_ideal(lanes, events, books, lane)
            held, rolled = books.counts[lane, HELD], events.rolled[books.lane[lane, at.EVENT]]
            base = equity - _closing_cost(lanes, events, books, lane)
            after, _ = _want(lanes, events, books, lane, base, _LARGEST)
            if after == 0 or (not rolled and after * held > 0 and abs(after) <= abs(held)):
                books.lane[lane, at.PLANNED], books.lane[lane, at.DECIDES] = after, 0
            else:
                waiting += 1
    if waiting == 0:
        return DONE
    for lane in range(len(books.lane)):
        if books.lane[lane, at.DECIDES] == 1:
            base = equity - _closing_cost(lanes, events, books, lane)
            share = lanes.facts[lane, at.MARGIN_SHARE]
            spare = base // _WHOLE_SHARE * share + base % _WHOLE_SHARE * share // _WHOLE_SHARE
            available = spare - _reserved(books, lane)
            after, cut = _want(lanes, events, books, lane, base, available)
            if lanes.facts[lane, at.RULE] == at.FIXED:
                event = books.lane[lane, at.EVENT]
                margin = in_account(lanes, lane, events.at[event], events.margin[event])
                if _refused(events, books, lane, margin, after, available):
                    return SHORT
            if abs(after) > lanes.facts[lane, at.MOST]:
                return TOO_LARGE
            books.lane[lane, at.PLANNED], books.lane[lane, at.DECIDES] = after, 0
            books.lane[lane, at.CUT] += cut
    return DONE


@compiled
def _decide_ideal(lanes: Lanes, events: LaneEvents, books: Books, lane: int) -> None:
    """Decide the contracts of the ideal account, which are fractions without a buffer and need no margin."""
    facts, event, ideal = lanes.facts[lane], books.lane[lane, at.EVENT], books.ideal[lane]
    if facts[at.RULE] != at.SIZED:
        ideal[at.I_PLANNED] = events.ideal[event]
        return
    if not events.decides[event]:
        return
    money = ideal_in_account(lanes, lane, events.at[event], events.money[event])
    if money <= 0:
        ideal[at.I_PLANNED] = 0.0
        return
    capital = float(facts[at.CAPITAL])
    if facts[at.OWN_CAPITAL] == 1:
        capital = ideal_in_account(lanes, lane, events.at[event], facts[at.CAPITAL])
    elif capital < 0:
        capital = float(books.account[at.CASH])
        for other in range(len(books.ideal)):
            capital += ideal_money(lanes, books, other)
    size = max(capital, 0.0) * (facts[at.SHARE] / _WHOLE_SHARE) * events.ideal[event] / money
    if facts[at.CAP] > 0:
        size = min(max(size, -float(facts[at.CAP])), float(facts[at.CAP]))
    ideal[at.I_PLANNED] = size
