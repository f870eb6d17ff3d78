"""The compiled pass over the events of a plan: orders, lots, equity of sessions, falls, ruin and margin.

All money and prices are whole numbers of 64 bits, so that the pass gives the numbers of the reference engine and of the
account. It visits the bars that decide an order and the ends of sessions one by one; of the bars between two orders it
takes only the lowest and the highest close, unless the equity reaches a new peak among them.

The module is imported late, because it imports numba.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.account import money_units
from g4qc_core.backtest.compiled import compiled
from g4qc_core.backtest.sizing import contract_count

DONE, RUINED, TOO_LARGE = 0, 1, 2

_LARGEST = money_units.LARGEST
_NEARLY = 1 - 1e-9

# Places in the array of counts, which is the state of a run as well.
LOTS, EXPOSED, CUT, RUIN, SHORT, SHORT_BEFORE, SHORT_AFTER, SHORT_EQUITY, MOST = range(9)
_BASE, _HELD, _PEAK, _HEAD, _TAIL = range(9, 14)
COUNTS = 14


_fee = compiled(money_units.order_fee)
_slippage = compiled(money_units.order_slippage)
_wanted = compiled(contract_count.contracts_wanted)


@compiled
def _cost(contracts: int, own: int, costs: np.ndarray) -> int:
    return _fee(contracts, own, costs[1], costs[3], costs[5], costs[6]) + _slippage(
        contracts, own, costs[2], costs[4], costs[5]
    )


@compiled
def _extremes(values: np.ndarray) -> tuple[int, int]:
    # Written so that the compiler compares many values at once.
    low = high = values[0]
    for k in range(len(values)):
        value = values[k]
        low = value if value < low else low
        high = value if value > high else high
    return low, high


@compiled
def _fall(low: int, peak: int, scale: int, falls: np.ndarray) -> None:
    """Take a fall into account; the division is done only if the fall may be the largest."""
    if peak - low > -falls[0] * peak * _NEARLY or peak - low > -falls[1] * scale * _NEARLY:
        falls[0] = min(falls[0], (low / scale) / (peak / scale) - 1)
        falls[1] = min(falls[1], low / scale - peak / scale)


@compiled
def _climb(closes: np.ndarray, unit: int, scale: int, state: np.ndarray, falls: np.ndarray) -> None:
    """Follow the equity through closes among which it has a new peak."""
    base, peak = state[_BASE], state[_PEAK]
    lowest = peak
    for close in closes:
        equity = base + unit * np.int64(close)
        lowest = min(lowest, equity)
        if equity > peak:
            _fall(lowest, peak, scale, falls)
            peak = equity
            lowest = equity
    _fall(lowest, peak, scale, falls)
    state[_PEAK] = peak


@compiled
def _pass(closes: np.ndarray, first: int, step: int, scale: int, state: np.ndarray, falls: np.ndarray) -> bool:
    """Pass the closes from bar `first` on, through which a position is held; return False for a ruined account."""
    base, unit = state[_BASE], state[_HELD] * step
    low = high = base
    if unit != 0:
        state[EXPOSED] += len(closes)
        lowest, highest = _extremes(closes)
        low, high = base + unit * np.int64(lowest), base + unit * np.int64(highest)
        if low > high:
            low, high = high, low
    if low <= 0:
        bar = 0
        while base + unit * np.int64(closes[bar]) > 0:
            bar += 1
        state[RUIN] = first + bar
        return False
    if high <= state[_PEAK]:
        _fall(low, state[_PEAK], scale, falls)
    else:
        _climb(closes, unit, scale, state, falls)
    return True


@compiled
def _sized(
    event: int,
    opened: int,
    own: int,
    closed: int,
    rolled: np.ndarray,
    wanted: np.ndarray,
    decides: np.ndarray,
    money: np.ndarray,
    margin: np.ndarray,
    costs: np.ndarray,
    sizer: np.ndarray,
    state: np.ndarray,
) -> int:
    """Return the position that a sizer wants."""
    held, equity = state[_HELD], closed
    if sizer[3] == 1:
        equity = opened
        if held != 0 and (rolled[event] or (decides[event] and wanted[event] * held <= 0)):
            equity -= _cost(abs(held), own, costs)
    after, cut = _wanted(
        decides[event],
        wanted[event],
        money[event],
        margin[event],
        equity,
        held,
        rolled[event],
        sizer[4],
        sizer[5],
        sizer[6],
        sizer[7],
    )
    state[CUT] += cut
    return after


@compiled
def _check(event: int, after: int, rolled: bool, margin: int, closed: int, state: np.ndarray) -> None:
    """Note the first order of a fixed number of contracts whose margin the equity does not cover."""
    held = state[_HELD]
    opens = abs(after) > abs(held) or after * held < 0 or (rolled and after != 0)
    if state[SHORT] < 0 and opens and float(abs(after)) * margin > closed:
        state[SHORT], state[SHORT_BEFORE], state[SHORT_AFTER], state[SHORT_EQUITY] = event, held, after, closed


@compiled
def _trade(left: int, fill: int, price: int, queue: np.ndarray, lots: np.ndarray, state: np.ndarray) -> None:
    """Fill an order: close the oldest lots on the other side first, then open one."""
    head, lot = state[_HEAD], state[LOTS]
    while left != 0 and head < state[_TAIL] and queue[0, head] * left < 0:
        size = queue[0, head]
        part = size if abs(size) <= abs(left) else -left
        lots[0, lot], lots[1, lot], lots[2, lot] = part, queue[1, head], fill
        lots[3, lot], lots[4, lot] = queue[2, head], price
        lot += 1
        left += part
        if part == size:
            head += 1
        else:
            queue[0, head] = size - part
    if left != 0:
        tail = state[_TAIL]
        queue[0, tail], queue[1, tail], queue[2, tail] = left, fill, price
        state[_TAIL] += 1
    state[_HEAD], state[LOTS] = head, lot


@compiled
def _end(closes: np.ndarray, link: int, costs: np.ndarray, scale: int, queue: np.ndarray, lots: np.ndarray,
         state: np.ndarray, falls: np.ndarray) -> int:  # fmt: skip
    """Close what is open at the last close; return the equity then."""
    n, held = len(closes), state[_HELD]
    price = int(closes[n - 1])
    final = state[_BASE] + held * costs[0] * price
    if held != 0:
        state[EXPOSED] += 1
        final -= _cost(abs(held), price - link, costs)
        _trade(-held, n, price, queue, lots, state)
    _fall(final, max(state[_PEAK], final), scale, falls)
    return final


@compiled
def _execute(after: int, rolled: bool, fill: int, price: int, old: int, own: int, opened: int, costs: np.ndarray,
             queue: np.ndarray, lots: np.ndarray, state: np.ndarray) -> bool:  # fmt: skip
    """Trade from the held position to another one at an open; return False for too large an account.

    The price is linked; `old` and `own` are the own prices of the contracts before and after that open.
    """
    held = state[_HELD]
    if rolled and held != 0:
        opened -= _cost(abs(held), old, costs) + _cost(abs(after), own, costs)
        _trade(-held, fill, price, queue, lots, state)
        _trade(after, fill, price, queue, lots, state)
    elif after != held:
        opened -= _cost(abs(after - held), own, costs)
        _trade(after - held, fill, price, queue, lots, state)
    else:
        return True
    state[_HELD] = after
    state[MOST] = max(state[MOST], abs(after))
    state[_BASE] = opened - after * costs[0] * price
    return abs(opened) <= _LARGEST


@compiled
def run_events(
    closes: np.ndarray,
    link: int,
    at: np.ndarray,
    prices: np.ndarray,
    leaves: np.ndarray,
    enters: np.ndarray,
    rolled: np.ndarray,
    wanted: np.ndarray,
    decides: np.ndarray,
    money: np.ndarray,
    margin: np.ndarray,
    ends: np.ndarray,
    costs: np.ndarray,
    sizer: np.ndarray,
    sessions: np.ndarray,
    queue: np.ndarray,
    lots: np.ndarray,
    counts: np.ndarray,
    falls: np.ndarray,
) -> int:
    """Run the events of a plan, and return `DONE`, `RUINED` or `TOO_LARGE`.

    Args:
        closes: length n, linked, steps of the price grid, in the narrowest integers that hold them.
        link: steps that were added to the own price of the last bar.
        at: int64, length k, ascending, below n - 1: bars on whose close an order is decided.
        prices: int64, length k; linked opens after these bars.
        leaves: int64, length k; own prices there of the contracts of these bars.
        enters: int64, length k; own prices there of the contracts of the next bars.
        rolled: bool, length k; the contract changes at the open after it.
        wanted: int64, length k; contracts, or steps of a signal for a sizer.
        decides: bool, length k; a sizer computes the number anew.
        money: int64, length k, for a sizer.
        margin: int64, length k, units of one contract.
        ends: int64; the last bar of each session, ascending.
        costs: step, fee, slippage, fee_rate, slippage_rate, divisor, min_fee.
        sizer: cash, scale, sized (0 or 1), at open (0 or 1), share, capital, buffer, cap, most contracts.
        sessions: out, int64; equity at each of `ends`.
        queue: work space, int64, (3, k + 1).
        lots: out, int64, (5, 2k + 2): size, entry bar, exit bar, entry, exit, in the order of entry.
        counts: out, int64, length `COUNTS`: lots, bars with a position, orders that the margin cut, bar of ruin, index
            of the first event without margin (-1: none), positions before and after it, equity at it, largest position.
        falls: out, float64: largest fall from the peak as a fraction and in money, zero or negative, over all bars.
    """
    n, k, step, scale = len(closes), len(at), costs[0], sizer[1]
    falls[:] = 0
    counts[:] = 0
    counts[SHORT] = -1
    counts[_BASE] = counts[_PEAK] = sizer[0]
    first = session = 0
    for event in range(k + 1):
        last = at[event] + 1 if event < k else n - 1
        unit = counts[_HELD] * step
        while session < len(ends) - 1 and ends[session] < last:
            sessions[session] = counts[_BASE] + unit * np.int64(closes[ends[session]])
            session += 1
        if last > first and not _pass(closes[first:last], first, step, scale, counts, falls):
            return RUINED
        first = last
        if event == k:
            break
        price = prices[event]
        closed = counts[_BASE] + unit * np.int64(closes[last - 1])
        opened = counts[_BASE] + unit * price
        after = wanted[event]
        if sizer[2] == 1:
            after = _sized(event, opened, leaves[event], closed, rolled, wanted, decides, money, margin, costs, sizer,
                           counts)  # fmt: skip
        else:
            _check(event, after, rolled[event], margin[event], closed, counts)
        if abs(after) > sizer[8] or not _execute(
            after, rolled[event], last, price, leaves[event], enters[event], opened, costs, queue, lots, counts
        ):
            return TOO_LARGE
    sessions[len(ends) - 1] = _end(closes, link, costs, scale, queue, lots, counts, falls)
    if sessions[len(ends) - 1] <= 0:
        counts[RUIN] = n - 1
        return RUINED
    return DONE


# What the pass over several instruments shares (`portfolio_account.joint_kernels`).
BASE, HELD = _BASE, _HELD
contracts_wanted, execute, note_fall, order_cost, trade = _wanted, _execute, _fall, _cost, _trade
