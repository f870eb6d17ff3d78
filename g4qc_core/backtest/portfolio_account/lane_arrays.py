"""The arrays of the joint pass made from lanes: bars on one clock, deciding bars, and sizes in units of money.

The module is imported late, because it imports numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import numpy as np

from g4qc_core.backtest.account.margin import margin_units
from g4qc_core.backtest.account.money_units import LARGEST, UnitCosts, too_large, unit_costs
from g4qc_core.backtest.engines import kernels
from g4qc_core.backtest.engines.compiled_run import deciding_bars
from g4qc_core.backtest.engines.target_positions import from_start, in_steps, wishes_of
from g4qc_core.backtest.portfolio_account import joint_books as books
from g4qc_core.backtest.portfolio_account.joint_books import Books, LaneEvents, Lanes
from g4qc_core.backtest.portfolio_account.joint_glide import NEVER
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.sizing.sizing_plan import SizingNumbers, Wishes, largest_position, make_plan, sizing_numbers
from g4qc_core.timeframes import timeframe

_DAY = timedelta(days=1)
_PLACES_OF_RATES = 6


@dataclass(frozen=True)
class PlannedLane:
    """A lane with what the pass needs to know of it.

    Attributes:
        lane: as given.
        units: its costs in units of its own money.
        wishes: what is wanted, with the rule for rolls applied.
        numbers: of its sizer; None for a fixed number of contracts.
        ends: int64, the last bar of each session.
    """

    lane: PortfolioLane
    units: UnitCosts
    wishes: Wishes
    numbers: SizingNumbers | None
    ends: np.ndarray

    @property
    def foreign(self) -> bool:
        """True if its money is converted."""
        return self.lane.rates is not None and not bool((self.lane.rates == 1).all())

    @property
    def days(self) -> np.ndarray:
        """Trade date of each session, datetime64[s]."""
        return self.wishes.bars.frame["trade_date"].to_numpy("datetime64[s]")[self.ends]


def plan_lane(lane: PortfolioLane, cash: Decimal) -> PlannedLane:
    """Return a lane's plan in an account with this cash.

    Raises:
        UsageError: an array does not fit.
        BacktestRefused: no bars of an old contract, a margin that begins too late, or numbers that are too large.
    """
    lane.check()
    amounts = () if lane.margin is None else (amount for _, amount in lane.margin.amounts)
    units = unit_costs(lane.costs, cash, *amounts)
    wanted = lane.wanted.astype(np.int64) if lane.sizing.fixed else in_steps(lane.wanted)
    wishes = wishes_of(lane.bars, from_start(wanted, lane.bars), lane.on_roll, lane.old_contracts)
    numbers = sizing_numbers(wishes.bars, lane.sizing, units, cash, lane.margin, lane.margin_rate)
    if numbers is not None and lane.risk is not None:
        numbers = _with_risk(numbers, lane.risk, units)
    make_plan(wishes, units, cash, numbers)
    days = wishes.bars.frame["trade_date"].to_numpy()
    ends = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1).astype(np.int64)
    return PlannedLane(lane, units, wishes, numbers, ends)


def _with_risk(numbers: SizingNumbers, risk: np.ndarray, units: UnitCosts) -> SizingNumbers:
    """Replace the computed volatility of one contract by a given one."""
    given = np.nan_to_num(risk, nan=0.0, posinf=0.0) * units.scale
    if given.max(initial=0.0) > LARGEST:
        raise too_large()
    money = np.rint(np.maximum(given, 0)).astype(np.int64)
    always = numbers.always.copy()
    always[1:] |= (money[1:] > 0) & (money[:-1] == 0)
    return replace(numbers, money=money, always=always)


def account_scale(plans: Sequence[PlannedLane]) -> int:
    """Return the units of the account in one unit of its currency: a cent or finer, a millionth with currencies."""
    foreign = any(plan.foreign for plan in plans)
    return max([plan.units.scale for plan in plans] + [10**_PLACES_OF_RATES if foreign else 1])


def lanes_of(plans: Sequence[PlannedLane], scale: int, days: np.ndarray) -> Lanes:
    """Return the lanes as the pass reads them; `days` are all trade dates."""
    markets = [plan.wishes.bars for plan in plans]
    starts = [market.frame["timestamp"].to_numpy("datetime64[us]").astype(np.int64) for market in markets]
    stops = [_stops(plan.lane, start) for plan, start in zip(plans, starts, strict=True)]
    margins = [margin_units(plan.wishes.bars, plan.units, plan.lane.margin, plan.lane.margin_rate) for plan in plans]
    rates = [np.ones(len(plan.wishes.bars)) if plan.lane.rates is None else plan.lane.rates for plan in plans]
    return Lanes(
        _facts(plans, scale),
        np.array([_costs(plan.units) for plan in plans], np.int64),
        np.concatenate(starts),
        np.concatenate(stops),
        np.concatenate([market.open for market in markets]),
        np.concatenate([market.close for market in markets]),
        np.concatenate(margins),
        np.concatenate(rates) if any(plan.foreign for plan in plans) else np.ones(1),
        np.array([market.link[-1] for market in markets], np.int64),
        np.concatenate([plan.ends for plan in plans]),
        np.concatenate([np.searchsorted(days, plan.days) for plan in plans]).astype(np.int64),
    )


def _stops(lane: PortfolioLane, starts: np.ndarray) -> np.ndarray:
    """Return the instants at which bars close, microseconds."""
    unit = timeframe(lane.timeframe)
    length = int((_DAY if unit.is_session else unit.length).total_seconds() * 1_000_000)
    stops = starts + length
    stops[:-1] = np.minimum(stops[:-1], starts[1:])
    return np.asarray(stops)


def _costs(units: UnitCosts) -> tuple[int, ...]:
    return (units.step, units.fee, units.slippage, units.fee_rate, units.slippage_rate, units.divisor, units.min_fee)


def _facts(plans: Sequence[PlannedLane], scale: int) -> np.ndarray:
    facts = np.zeros((len(plans) + 1, books.FACTS), np.int64)
    for at, plan in enumerate(plans):
        row, numbers, factor = facts[at], plan.numbers, scale // plan.units.scale
        facts[at + 1, books.BARS] = row[books.BARS] + len(plan.wishes.bars)
        facts[at + 1, books.SESSIONS] = row[books.SESSIONS] + len(plan.ends)
        row[books.RULE] = books.CUT_FIXED if plan.lane.on_short == "cut" else books.FIXED
        row[books.FACTOR], row[books.FOREIGN] = factor, plan.foreign
        row[books.MOST] = largest_position(plan.wishes.bars, plan.units) // factor
        if numbers is None:
            continue
        own = numbers.rule.kind == "notional"
        row[books.RULE], row[books.AT_OPEN], row[books.SHARE] = books.SIZED, numbers.at_open, numbers.share
        row[books.CAPITAL] = numbers.capital if own or numbers.capital < 0 else numbers.capital * factor
        row[books.OWN_CAPITAL] = own
        row[books.NEAREST] = plan.lane.rounding == "nearest"
        row[books.BUFFER], row[books.CAP] = numbers.rule.buffer, numbers.rule.cap or 0
    return facts


def largest_capital(plans: Sequence[PlannedLane], lanes: Lanes) -> int:
    """Return the largest equity whose exposure in every lane fits into 64 bits.

    Raises:
        BacktestRefused: a fixed capital is larger.
    """
    limit = LARGEST
    for at, plan in enumerate(plans):
        if plan.numbers is None:
            continue
        largest = max(1.0, float(np.abs(plan.lane.wanted).max(initial=0.0)))
        most = int(LARGEST / (max(plan.numbers.share, 10_000) / 10_000 * largest))
        fixed = int(lanes.facts[at, books.CAPITAL])
        rate = 1.0 if plan.lane.rates is None else float(plan.lane.rates.max())
        if fixed * (rate * scale_of(lanes, at) if plan.numbers.rule.kind == "notional" else 1) > most:
            raise too_large()
        limit = min(limit, most)
    return limit


def scale_of(lanes: Lanes, at: int) -> int:
    """Return the units of the account in one unit of a lane's money at rate 1."""
    return int(lanes.facts[at, books.FACTOR])


def events_of(plans: Sequence[PlannedLane], lanes: Lanes) -> LaneEvents:
    """Return the deciding bars of all lanes, and write into `lanes.facts` where those of each begin."""
    return _joined([_events(plan, *_deciding(plan)) for plan in plans], lanes)


def events_at_the_end(plans: Sequence[PlannedLane], lanes: Lanes, anew: Sequence[bool]) -> LaneEvents:
    """Return what `events_of` returns of the last bar but one of each lane alone: its decision is the last one.

    Args:
        plans: of the lanes.
        lanes: where the events of each begin is written into `facts`.
        anew: for each lane whether the number is computed anew although nothing has changed.
    """
    found = []
    for plan, again in zip(plans, anew, strict=True):
        at, rolled, decides = _deciding(plan)
        last = len(plan.wishes.bars) - 2
        here = at == last
        if again:
            at, rolled, decides = np.array([last]), np.array([bool(rolled[here].any())]), np.array([True])
        else:
            at, rolled, decides = at[here], rolled[here], decides[here]
        found.append(_events(plan, at, rolled, decides))
    return _joined(found, lanes)


def _joined(found: Sequence[LaneEvents], lanes: Lanes) -> LaneEvents:
    lanes.facts[1:, books.EVENTS] = np.cumsum([len(one.at) for one in found])
    return LaneEvents(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _deciding(plan: PlannedLane) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the bars that decide, whether the contract changes at the next open, and whether the number is new."""
    market, wanted, numbers = plan.wishes.bars, plan.wishes.wanted, plan.numbers
    always = numbers.always if numbers is not None else _changes(_ideal(plan))
    at, rolled = deciding_bars(wanted, market.rolls, always, market.decides)
    before = np.where(at > market.decides, wanted[at - 1], 0)
    decides = wanted[at] != before
    return at, rolled, decides if numbers is None else decides | numbers.always[at]


def _events(plan: PlannedLane, at: np.ndarray, rolled: np.ndarray, decides: np.ndarray) -> LaneEvents:
    """Return what the pass reads of these bars."""
    market, wanted, numbers = plan.wishes.bars, plan.wishes.wanted, plan.numbers
    ideal = _ideal(plan)
    if numbers is None:
        money, margin = np.zeros(len(at), np.int64), margin_units(market, plan.units, plan.lane.margin,
                                                                  plan.lane.margin_rate)  # fmt: skip
    else:
        money, margin = numbers.money[at], numbers.margin
    price = market.open[at + 1]
    return LaneEvents(at, price - market.link[at], price - market.link[at + 1], rolled, wanted[at], decides, money,
                      margin[at], ideal[at])  # fmt: skip


def _ideal(plan: PlannedLane) -> np.ndarray:
    """Return what the ideal account wants on each bar: contracts, or a signal that is not rounded to steps."""
    given = plan.lane.ideal if plan.lane.ideal is not None else plan.lane.wanted
    wanted = plan.wishes.wanted
    if plan.lane.on_roll == "close":
        # Only where the tradable account is out of the market because the contract changed.
        return np.where((wanted == 0) & (plan.lane.wanted != 0), 0.0, given)
    return from_start(given.astype(np.float64), plan.wishes.bars)


def _changes(values: np.ndarray) -> np.ndarray:
    return np.concatenate(([values[0] != 0], values[1:] != values[:-1]))


def empty_books(lanes: Lanes, days: int, cash: int, scale: int, limit: int, start: int) -> Books:
    """Return the books before the first bar."""
    count = len(lanes.costs)
    lane = np.zeros((count, books.COLUMNS), np.int64)
    lane[:, books.SESSION], lane[:, books.EVENT] = (lanes.facts[:-1, name] for name in (books.SESSIONS, books.EVENTS))
    lane[:, books.WHEN], lane[:, books.DUE] = lanes.starts[lanes.facts[:-1, books.BARS]], -NEVER
    account = np.zeros(books.PLACES, np.int64)
    account[[books.CASH, books.EQUITY, books.PEAK]] = cash
    account[[books.SCALE, books.LIMIT, books.START]] = scale, limit, start
    sessions, events = int(lanes.facts[-1, books.SESSIONS]), int(lanes.facts[-1, books.EVENTS])
    return Books(
        lane,
        np.zeros((count, books.I_COLUMNS)),
        np.zeros((count, kernels.COUNTS), np.int64),
        account,
        np.empty((3, events + count), np.int64),
        np.empty((5, 2 * (events + count)), np.int64),
        np.zeros(2),
        np.zeros(sessions, np.int64),
        np.zeros(sessions, np.int64),
        np.zeros(sessions, np.int64),
        np.zeros((3, sessions)),
        np.zeros((2, days)),
    )
