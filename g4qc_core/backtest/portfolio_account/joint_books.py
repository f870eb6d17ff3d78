"""The arrays of the joint pass: what it reads of all lanes, and what it writes.

Lanes are in the order of their names; arrays of bars, sessions and events hold the lanes one after the other. Money of
the account is in whole units of `scale` a unit of its currency, money of a lane in whole units of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Columns of `Lanes.facts`.
BARS, SESSIONS, EVENTS, RULE, AT_OPEN, SHARE, CAPITAL, OWN_CAPITAL, BUFFER, CAP, MOST, FACTOR, FOREIGN = range(13)
NEAREST, MARGIN_SHARE = 13, 14
FACTS = 15

# Rules of a lane.
FIXED, SIZED, CUT_FIXED = range(3)


class Lanes(NamedTuple):
    """The lanes, L of them.

    Attributes:
        facts: int64, (L + 1, FACTS): first bar, session and event (the last row has the ends); rule; sized at the open
            of the fill; share in 1/10000; capital in units (-1: the equity of the account); capital is in the lane's
            own units; buffer in percent; cap; largest position; units of the account in one of the lane at rate 1; has
            rates of a currency; rounds to the nearest contract; share of the equity for margin in 1/10000.
        costs: int64, (L, 7): step, fee, slippage, fee_rate, slippage_rate, divisor, min_fee.
        starts: int64, instants at which bars start.
        stops: int64, instants at which bars close.
        opens: int64, linked.
        closes: int64, linked.
        margins: int64, units of one contract at the close.
        rates: float64, money of the account for one of the lane; of length 1 if no lane has rates.
        links: int64, (L,); link of the last bar.
        ends: int64, the last bar of each session, counted from the lane's first bar.
        days: int64, number of the trade date of each session.
    """

    facts: np.ndarray
    costs: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    margins: np.ndarray
    rates: np.ndarray
    links: np.ndarray
    ends: np.ndarray
    days: np.ndarray


class LaneEvents(NamedTuple):
    """The bars that decide orders, lane by lane, each ascending and before the lane's last bar.

    Attributes:
        at: int64, bar of the lane.
        leaves: int64, own price at the next open of the contract of this bar.
        enters: int64, own price at the next open of the contract of the next bar.
        rolled: bool, the contract changes at the next open.
        wanted: int64, contracts or steps of a signal.
        decides: bool, the number is computed anew.
        money: int64, units that one contract counts for.
        margin: int64, units of margin of one contract.
        ideal: float64, contracts or signal of the ideal account.
    """

    at: np.ndarray
    leaves: np.ndarray
    enters: np.ndarray
    rolled: np.ndarray
    wanted: np.ndarray
    decides: np.ndarray
    money: np.ndarray
    margin: np.ndarray
    ideal: np.ndarray


# Columns of `Books.lane`.
(
    BAR,
    OPENED,
    WHEN,
    NEXT,
    FILLS,
    PRICE,
    MONEY,
    MARGIN,
    EVENT,
    SESSION,
    DECIDES,
    PLANNED,
    DUE,
    SETTLED,
    SETTLED_OWN,
    CUT,
) = range(16)
COLUMNS = 16

# Columns of `Books.ideal`.
I_HELD, I_PLANNED, I_BASE, I_MONEY, I_SETTLED, I_SETTLED_OWN, I_COSTS = range(7)
I_COLUMNS = 7

# Places in `Books.account`.
CASH, EQUITY, PEAK, MARGINS, SCALE, LIMIT, START, INSTANTS, EXPOSED, HOLDING, DECIDING, ENDING = range(12)
FAILED, FAILED_BAR, WANTED, NEEDED, AVAILABLE = range(12, 17)
PLACES = 17


class Books(NamedTuple):
    """What the pass keeps and writes.

    Attributes:
        lane: int64, (L, COLUMNS): next bar; whether it is open; next instant; next bar whose close does more than to
            mark the lane; an order is filled at the next open; latest price; money won in units of the account; margin
            of one contract; next event and session; decides now; position after the pending order; instant of its
            fill; money settled at ends of sessions, and that in units of the lane; orders that the margin cut.
        ideal: float64, (L, I_COLUMNS): the same of the ideal account, with its costs in units of the account.
        counts: int64, (L, kernels.COUNTS); state of the orders of a lane.
        account: int64, (PLACES,): cash; equity; its peak; margin of all positions; units of money; largest equity that
            can be sized; instant from which on positions may be held; instants at which bars closed; of them with a
            position; lanes with a position; lanes that decide now; lanes that end now; lane and bar at which the run
            failed; contracts, needed and available margin of a refused order.
        queue: int64, (3, events + L); work space.
        lots: int64, (5, 2 x events + 2 L).
        falls: float64, (2,); largest fall as a fraction and in money.
        money: int64, money won at the end of each session of each lane, units of the account.
        positions: int64, contracts at the end of each session of each lane.
        used: int64, margin of that position, units of the account.
        ideals: float64, (3, sessions): money, contracts and costs of the ideal account.
        most: float64, (2, D): largest margin on a trade date in units, and as a share of the equity then.
    """

    lane: np.ndarray
    ideal: np.ndarray
    counts: np.ndarray
    account: np.ndarray
    queue: np.ndarray
    lots: np.ndarray
    falls: np.ndarray
    money: np.ndarray
    positions: np.ndarray
    used: np.ndarray
    ideals: np.ndarray
    most: np.ndarray
