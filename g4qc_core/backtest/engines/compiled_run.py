"""One plan run by the compiled pass: which bars decide orders, the arrays of a market, and the outcome.

The module is imported late, because it imports numba.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from g4qc_core.backtest.account.account import refuse_short, ruined
from g4qc_core.backtest.account.lots import Lots
from g4qc_core.backtest.account.money_units import too_large
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines import kernels
from g4qc_core.backtest.sizing.sizing_plan import SizingPlan

_NONE = np.zeros(0, np.int64)
_NEVER = np.zeros(0, bool)


@dataclass(frozen=True)
class MarketArrays:
    """What the compiled pass needs to know of the bars, computed once for all runs on them.

    Attributes:
        bars: n bars.
        closes: linked closes in the narrowest integers that hold them.
        ends: int64; the last bar of each session in which positions may be held.
        links: int64; `PricedBars.link` before the first roll and from each roll on.
    """

    bars: PricedBars
    closes: np.ndarray
    ends: np.ndarray
    links: np.ndarray

    @classmethod
    def of(cls, bars: PricedBars) -> MarketArrays:
        """Return the arrays of these bars."""
        days = bars.frame["trade_date"].to_numpy()
        ends = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1).astype(np.int64)
        ends = ends[np.searchsorted(ends, bars.start) :]
        fits = int(np.abs(bars.close).max()) < 2**31
        links = bars.link[np.append(0, bars.rolls)]
        return cls(bars, bars.close.astype(np.int32) if fits else bars.close, ends, links)

    def own(self, prices: np.ndarray, bars: np.ndarray) -> np.ndarray:
        """Convert linked prices to prices of the contract that is traded in these bars."""
        if len(self.links) == 1:
            return prices - self.links[0]
        return prices - self.links[np.searchsorted(self.bars.rolls, bars, "right")]


@dataclass
class WorkSpace:
    """Arrays that the compiled pass writes to, kept between runs so that many runs allocate nothing."""

    lots: np.ndarray = field(default_factory=lambda: np.empty((5, 0), np.int64))
    queue: np.ndarray = field(default_factory=lambda: np.empty((3, 0), np.int64))

    def fit(self, events: int) -> None:
        """Make room for a run of so many events."""
        if self.queue.shape[1] < events + 1:
            self.queue = np.empty((3, events + 1), np.int64)
            self.lots = np.empty((5, 2 * events + 2), np.int64)


@dataclass(frozen=True)
class CompiledRun:
    """The outcome of a plan that was neither refused nor ruined.

    Attributes:
        lots: in the order of entry; its arrays are views of the work space.
        sessions: units of money at the close of each session in which positions may be held, int64; the last one
            after all is closed.
        exposed: bars through whose close a position was held.
        capped: orders that the margin cut.
        largest_fall: largest fall of the equity from its peak over the closes of all bars, a fraction, not positive.
        largest_fall_money: the same in money.
        most_contracts: largest position, without its sign.
    """

    lots: Lots
    sessions: np.ndarray
    exposed: int
    capped: int
    largest_fall: float
    largest_fall_money: float
    most_contracts: int


@dataclass(frozen=True)
class Events:
    """The bars of a plan that decide orders, k of them.

    Attributes:
        at: int64; ascending, before the last bar.
        rolled: bool; the contract changes at the open after it.
        wanted: int64; contracts, or steps of a signal for a sizer.
        decides: bool; a sizer computes the number anew; empty without a sizer.
    """

    at: np.ndarray
    rolled: np.ndarray
    wanted: np.ndarray
    decides: np.ndarray = field(default_factory=lambda: _NEVER)


def run_compiled(plan: SizingPlan, market: MarketArrays, margin: np.ndarray, space: WorkSpace) -> CompiledRun:
    """Run a plan.

    Args:
        plan: what is wanted, and the costs.
        market: arrays of the plan's bars.
        margin: int64, length n; units of one contract at the close of each bar, for a fixed number of contracts.
        space: work space; a later run overwrites the lots of this one.

    Raises:
        BacktestRefused: the account was ruined, cannot pay a margin, or is too large for 64 bits.
    """
    numbers, wanted = plan.numbers, plan.wishes.wanted
    first = plan.bars.decides
    at, rolled = deciding_bars(wanted, plan.bars.rolls, None if numbers is None else numbers.always, first)
    if numbers is None:
        return run_events(plan, market, margin, space, Events(at, rolled, wanted[at].astype(np.int64, copy=False)))
    before = np.where(at > first, wanted[at - 1], 0)
    decides = numbers.always[at] | (wanted[at] != before)
    return run_events(plan, market, margin, space, Events(at, rolled, wanted[at], decides))


def run_events(
    plan: SizingPlan, market: MarketArrays, margin: np.ndarray, space: WorkSpace, events: Events
) -> CompiledRun:
    """Run the events of a plan, whose wishes are not read; arguments and errors are those of `run_compiled`."""
    bars, numbers, at = plan.bars, plan.numbers, events.at
    space.fit(len(at))
    sessions, counts = np.empty(len(market.ends), np.int64), np.empty(kernels.COUNTS, np.int64)
    falls = np.empty(2)
    units, money = plan.units, _NONE
    costs = np.array([units.step, units.fee, units.slippage, units.fee_rate, units.slippage_rate, units.divisor,
                      units.min_fee], np.int64)  # fmt: skip
    sizer = np.zeros(9, np.int64)
    sizer[:2], sizer[8] = (plan.cash, units.scale), plan.most
    if numbers is not None:
        rule = numbers.rule
        money, margin = numbers.money[at], numbers.margin
        sizer[2:8] = (1, numbers.at_open, numbers.share, numbers.capital, rule.buffer, rule.cap or 0)
    prices = bars.open[at + 1]
    status = kernels.run_events(
        market.closes,
        int(bars.link[-1]),
        at,
        prices,
        market.own(prices, at),
        market.own(prices, at + 1),
        events.rolled,
        events.wanted,
        events.decides,
        money,
        margin[at],
        market.ends,
        costs,
        sizer,
        sessions,
        space.queue,
        space.lots,
        counts,
        falls,
    )
    if status == kernels.RUINED:
        raise ruined(bars.frame["timestamp"], int(counts[kernels.RUIN]))
    if status == kernels.TOO_LARGE:
        raise too_large()
    if counts[kernels.SHORT] >= 0:
        event = int(counts[kernels.SHORT])
        refuse_short(
            bars,
            at[event : event + 1],
            counts[[kernels.SHORT_BEFORE]],
            counts[[kernels.SHORT_AFTER]],
            events.rolled[event : event + 1],
            counts[[kernels.SHORT_EQUITY]].astype(np.float64),
            margin,
            units,
        )
    lots = Lots(*space.lots[:, : counts[kernels.LOTS]])
    return CompiledRun(
        lots,
        sessions,
        int(counts[kernels.EXPOSED]),
        int(counts[kernels.CUT]),
        float(falls[0]),
        float(falls[1]),
        int(counts[kernels.MOST]),
    )


def load_kernels() -> None:
    """Load the compiled pass, or compile it if it is not on disk, so that the first run does not wait for it."""
    space, whole, never = WorkSpace(), _NONE.copy(), _NEVER.copy()
    space.fit(0)
    kernels.run_events(
        np.ones(2, np.int32),
        0,
        whole,
        whole,
        whole,
        whole,
        never,
        whole,
        never,
        whole,
        whole,
        np.ones(1, np.int64),
        np.ones(7, np.int64),
        np.ones(9, np.int64),
        np.empty(1, np.int64),
        space.queue,
        space.lots,
        np.empty(kernels.COUNTS, np.int64),
        np.empty(2),
    )


def deciding_bars(
    wanted: np.ndarray, rolls: np.ndarray, always: np.ndarray | None, first: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bars on whose close an order may be decided, and whether the contract changes at the next open.

    Args:
        wanted: what is wanted on each bar.
        rolls: bars at whose open the contract changes.
        always: bars on which a sizer computes the number anew; None: there is no sizer.
        first: first bar that may decide; what is wanted before it is not read.
    """
    wanted, rolls = wanted[first:], rolls[rolls > first] - first
    differs = np.empty(len(wanted), bool)
    differs[0] = wanted[0] != 0
    np.not_equal(wanted[1:], wanted[:-1], out=differs[1:])
    if always is not None:
        differs |= always[first:]
    differs[rolls - 1] = True
    # What is decided on the last close is never filled.
    at = np.flatnonzero(differs[:-1])
    rolled = np.zeros(len(at), bool)
    rolled[np.searchsorted(at, rolls - 1)] = True
    return at + first, rolled
