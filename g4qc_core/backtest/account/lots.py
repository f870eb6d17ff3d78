"""Lots as arrays: what was bought and sold, within one contract each, and what every side of a lot paid.

An order is the change of position at one instant, in one contract and one direction; its cost is charged as a whole
(`money_units.order_fee`) and then divided over its lots. Equity and trades are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from g4qc_core.backtest.account.money_units import LARGEST, UnitCosts, too_large

if TYPE_CHECKING:
    from g4qc_core.backtest.account.priced_bars import PricedBars


class Lot(Protocol):
    """One lot from entry to exit, as `account.Trade` describes it."""

    @property
    def size(self) -> int:
        """Contracts, negative for short."""

    @property
    def entry_bar(self) -> int:
        """Position of the bar of the entry."""

    @property
    def exit_bar(self) -> int:
        """Position of the bar of the exit; the number of bars at the end."""

    @property
    def entry(self) -> int:
        """Price of the entry, linked."""

    @property
    def exit(self) -> int:
        """Price of the exit, linked."""


@dataclass(frozen=True)
class Lots:
    """m lots, all int64 of length m; prices are linked, in steps of the price grid.

    Attributes:
        size: contracts, negative for short.
        entry_bar: position of the bar of the entry.
        exit_bar: position of the bar of the exit; the number of bars if the lot was closed at the last close.
        entry, exit: prices.
    """

    size: np.ndarray
    entry_bar: np.ndarray
    exit_bar: np.ndarray
    entry: np.ndarray
    exit: np.ndarray

    @classmethod
    def of(cls, lots: Iterable[Lot]) -> Lots:
        """Return these lots as arrays."""
        rows = [(lot.size, lot.entry_bar, lot.exit_bar, lot.entry, lot.exit) for lot in lots]
        return cls(*np.array(rows, np.int64).reshape(-1, 5).T)

    def __len__(self) -> int:
        return len(self.size)

    def pick(self, which: np.ndarray) -> Lots:
        """Return the lots at these positions, in this order."""
        return Lots(*(column[which] for column in (self.size, self.entry_bar, self.exit_bar, self.entry, self.exit)))

    @property
    def steps(self) -> np.ndarray:
        """Steps of the price grid that the whole lot won."""
        return (self.exit - self.entry) * self.size


@dataclass(frozen=True)
class LotCosts:
    """What each lot paid, in units of money, int64 of its length."""

    entry_fee: np.ndarray
    exit_fee: np.ndarray
    entry_slippage: np.ndarray
    exit_slippage: np.ndarray

    @property
    def fees(self) -> np.ndarray:
        """Commission of both sides."""
        return self.entry_fee + self.exit_fee

    @property
    def slippage(self) -> np.ndarray:
        """Slippage of both sides."""
        return self.entry_slippage + self.exit_slippage


@dataclass(frozen=True)
class LotMoney:
    """What lots earned, paid and turned over: units of money, int64, one a lot, in the order of trades.

    Attributes:
        size: contracts, negative for short.
        bars: bars from entry to exit.
        gross: profit before costs.
        fees: commission of both sides.
        slippage: slippage of both sides.
        traded: value bought and sold, own prices without their sign.
        scale: units in one unit of the currency.
    """

    size: np.ndarray
    bars: np.ndarray
    gross: np.ndarray
    fees: np.ndarray
    slippage: np.ndarray
    traded: np.ndarray
    scale: int

    @property
    def profit(self) -> np.ndarray:
        """Profit after costs."""
        return self.gross - self.fees - self.slippage


def lot_money(market: PricedBars, lots: Lots, paid: LotCosts, units: UnitCosts) -> LotMoney:
    """Compute the money of lots within one contract each."""
    link = market.link[lots.entry_bar]
    prices = np.abs(lots.entry - link) + np.abs(lots.exit - link)
    return LotMoney(
        lots.size,
        lots.exit_bar - lots.entry_bar,
        lots.steps * units.step,
        paid.fees,
        paid.slippage,
        prices * np.abs(lots.size) * units.step,
        units.scale,
    )


def split_at_rolls(market: PricedBars, lots: Lots) -> Lots:
    """Split lots into lots within one contract each, sorted by entry, exit and size.

    Linked prices are equal on both sides of a roll: the old contract is left at its own price and the new one is
    entered at its own open. A lot that ends in the bar of a roll ends in the old contract if it ends at the open,
    otherwise in the new one.
    """
    n, rolls = len(market), market.rolls
    inside = lots.exit_bar < n
    later = inside & (lots.exit != market.open[np.minimum(lots.exit_bar, n - 1)])
    first = np.searchsorted(rolls, lots.entry_bar, side="right")
    last = np.searchsorted(rolls, lots.exit_bar + later, side="left")
    pieces = np.maximum(last - first, 0) + 1
    lot = np.repeat(np.arange(len(lots)), pieces)
    piece = np.arange(len(lot)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    entry_bar, exit_bar = lots.entry_bar[lot].copy(), lots.exit_bar[lot].copy()
    entry, exit_price = lots.entry[lot].copy(), lots.exit[lot].copy()
    entered, left = piece > 0, piece < pieces[lot] - 1
    rolled_in, rolled_out = rolls[(first[lot] + piece - 1)[entered]], rolls[(first[lot] + piece)[left]]
    entry_bar[entered], entry[entered] = rolled_in, market.open[rolled_in]
    exit_bar[left], exit_price[left] = rolled_out, market.open[rolled_out]
    split = Lots(lots.size[lot], entry_bar, exit_bar, entry, exit_price)
    return split.pick(np.lexsort((split.size, split.exit_bar, split.entry_bar)))


def lot_costs(market: PricedBars, lots: Lots, units: UnitCosts) -> LotCosts:
    """Compute what each side of each lot paid; the lots of an order pay its cost together, the first one the rest.

    Args:
        market: the bars that were traded.
        lots: within one contract each, sorted by entry.
        units: the costs.

    Raises:
        BacktestRefused: an order is too large for 64 bits.
    """
    m, size = len(lots), np.abs(lots.size)
    link = market.link[lots.entry_bar]
    own = np.abs(np.concatenate((lots.exit - link, lots.entry - link)))
    sizes = np.concatenate((size, size))
    _refuse_overflow(sizes, own, units)
    if units.linear:
        fee, slippage = _charged(sizes, own, units)
    else:
        fee, slippage = _shared(market, lots, sizes, own, units)
    return LotCosts(fee[m:], fee[:m], slippage[m:], slippage[:m])


def _charged(contracts: np.ndarray, own: np.ndarray, units: UnitCosts) -> tuple[np.ndarray, np.ndarray]:
    """Return commission and slippage of orders (`money_units.order_fee`)."""
    by_rate = [
        (2 * contracts * own * rate + units.divisor) // (2 * units.divisor) if rate else 0
        for rate in (units.fee_rate, units.slippage_rate)
    ]
    return np.maximum(contracts * units.fee + by_rate[0], units.min_fee), contracts * units.slippage + by_rate[1]


def _shared(
    market: PricedBars, lots: Lots, sizes: np.ndarray, own: np.ndarray, units: UnitCosts
) -> tuple[np.ndarray, np.ndarray]:
    """Return commission and slippage of each side: exits first, then entries, of all lots."""
    m = len(lots)
    if not m:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    contract = np.tile(np.searchsorted(market.rolls, lots.entry_bar, side="right"), 2)
    bar = np.concatenate((lots.exit_bar, lots.entry_bar))
    price = np.concatenate((lots.exit, lots.entry))
    direction = np.concatenate((-np.sign(lots.size), np.sign(lots.size)))
    entering = np.repeat([0, 1], m)
    keys = (price, direction, contract, bar)
    order = np.lexsort((np.tile(np.arange(m), 2), entering, *keys))
    starts = np.ones(2 * m, bool)
    starts[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    first = np.flatnonzero(starts)
    of = np.cumsum(starts) - 1
    together = np.add.reduceat(sizes[order], first)
    found = []
    for charged in _charged(together, own[order][first], units):
        _refuse_overflow(sizes[order], charged[of], None)
        share = charged[of] * sizes[order] // together[of]
        share[first] += charged - np.add.reduceat(share, first)
        back = np.empty_like(share)
        back[order] = share
        found.append(back)
    return found[0], found[1]


def _refuse_overflow(sizes: np.ndarray, own: np.ndarray, units: UnitCosts | None) -> None:
    each = 1 if units is None else 2 * max(units.step, units.fee_rate, units.slippage_rate, 1)
    flat = 0 if units is None else max(units.fee, units.slippage, units.divisor)
    largest = sizes.astype(np.float64) * (own.astype(np.float64) * each + flat)
    if largest.max(initial=0.0) > LARGEST:
        raise too_large()
