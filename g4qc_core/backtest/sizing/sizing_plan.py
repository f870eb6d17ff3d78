"""The plan of a run: the wish and the numbers of each bar, computed once, from which any engine decides each order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from g4qc_core.backtest.account.margin import (
    MarginTable,
    margin_tenths,
    margin_units,
    margin_units_at_open,
    open_tenths,
    rate_units,
)
from g4qc_core.backtest.account.money_units import LARGEST, UnitCosts, too_large
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.sizing.sizing_rule import SHARES, SizingRule
from g4qc_core.backtest.sizing.volatility import yearly_money
from g4qc_core.sentences import counted

_WHOLE = Decimal(1)


@dataclass(frozen=True)
class Wishes:
    """What a strategy wants, with the rule for rolls applied.

    Attributes:
        bars: n bars to trade in.
        wanted: int64, length n; contracts of a fixed size, otherwise signals in steps of `contract_count.SIGNAL_STEPS`;
            entry i is held from the open of bar i + 1.
        closed_at: bars of rolls at which a position is closed only because the contract changes.
    """

    bars: PricedBars
    wanted: np.ndarray
    closed_at: list[int]


@dataclass(frozen=True)
class SizingNumbers:
    """What a sizer needs to know of each bar of a market; one object serves all parameter sets.

    Attributes:
        rule: of the sizing.
        money: int64, length n; units for which one contract counts in the decision on the close of each bar.
        margin: int64, length n; units of margin of one contract in the same decision.
        always: bool, length n; bars on which the number is computed anew although the signal is the same.
        share: of the capital, in 1/10000.
        capital: units; -1: the equity.
    """

    rule: SizingRule
    money: np.ndarray
    margin: np.ndarray
    always: np.ndarray
    share: int
    capital: int

    @property
    def at_open(self) -> bool:
        """True if a number is computed from price and equity at the open of its fill."""
        return self.rule.at == "open"


@dataclass(frozen=True)
class SizingPlan:
    """One run's plan.

    Attributes:
        wishes: what is wanted on each bar.
        units: costs in whole units of money.
        cash: units before the first bar.
        most: largest position whose value stays within 64 bits.
        numbers: of the sizer; None if the wishes are contracts.
    """

    wishes: Wishes
    units: UnitCosts
    cash: int
    most: int
    numbers: SizingNumbers | None = None

    @property
    def bars(self) -> PricedBars:
        """The bars to trade in."""
        return self.wishes.bars


def sizing_numbers(
    market: PricedBars,
    rule: SizingRule,
    units: UnitCosts,
    cash: Decimal,
    margin: MarginTable | None,
    margin_rate: Decimal,
) -> SizingNumbers | None:
    """Compute what the rule needs to know of each bar; None for a fixed number of contracts.

    Raises:
        BacktestRefused: numbers that are too large, or a margin table that begins too late.
    """
    if rule.fixed:
        return None
    assert rule.amount is not None
    if rule.at == "open":
        prices = rate_units(open_tenths(market), units, _WHOLE) + units.of_one(market.open - market.link)
        # The decision on a close is filled at the next open.
        needed = _next(margin_units_at_open(market, units, margin, margin_rate))
        value = _next(prices)
    else:
        needed = margin_units(market, units, margin, margin_rate)
        value = rate_units(margin_tenths(market.close - market.link), units, _WHOLE)
    days = market.frame["trade_date"].to_numpy()
    if rule.kind == "volatility":
        value = yearly_money(market.close, days, rule.window, units.step)
    share, capital = _capital(rule, units, cash)
    return SizingNumbers(rule, value, needed, _always(rule, days, value), share, capital)


def largest_position(market: PricedBars, units: UnitCosts) -> int:
    """Return the largest position whose value and costs stay within 64 bits in this market."""
    highest = max(int(np.abs(prices).max()) for prices in (market.high, market.low, market.high - market.link,
                                                            market.low - market.link))  # fmt: skip
    each = 2 * max(units.step, units.fee_rate, units.slippage_rate) * max(highest, 1)
    return int(LARGEST // (8 * (each + units.fee + units.slippage)))


def make_plan(wishes: Wishes, units: UnitCosts, cash: Decimal, numbers: SizingNumbers | None) -> SizingPlan:
    """Return the plan of a run.

    Raises:
        BacktestRefused: a position is too large for 64 bits.
    """
    most = largest_position(wishes.bars, units)
    if numbers is None and int(np.abs(wishes.wanted).max(initial=0)) > most:
        raise too_large()
    return SizingPlan(wishes, units, int(cash * units.scale), most, numbers)


def _capital(rule: SizingRule, units: UnitCosts, cash: Decimal) -> tuple[int, int]:
    """Return the share of the capital, and the capital if it is fixed."""
    assert rule.amount is not None
    if rule.kind == "notional":
        share, fixed = SHARES, rule.amount
    else:
        share, fixed = int(rule.amount * SHARES / 100), cash
    units_of_it = int((fixed * units.scale).to_integral_value())
    if units_of_it * max(share, SHARES) // SHARES > LARGEST:
        raise too_large()
    return share, units_of_it if rule.capital == "fixed" else -1


def _always(rule: SizingRule, days: np.ndarray, money: np.ndarray) -> np.ndarray:
    always = np.full(len(days), rule.rebalance == "bar")
    if rule.rebalance == "session":
        always |= np.concatenate(([True], days[1:] != days[:-1]))
    if rule.kind == "volatility":
        # The window is full: a signal that was there before gets its contracts.
        always[1:] |= (money[1:] > 0) & (money[:-1] == 0)
    return always


def _next(values: np.ndarray) -> np.ndarray:
    return np.append(values[1:], values[-1:])


def capped_notes(capped: int) -> list[str]:
    """Return the note about orders for which the margin allowed fewer contracts than the sizing wanted."""
    if not capped:
        return []
    return [f"For {counted(capped, 'order')} the margin allowed fewer contracts than the sizing wanted."]
