"""Positions that stay in the old contract behind its roll, where that contract's own bars are traded.

A position that the strategy does not change passes into the contract of the series as late as can be: in the last
session that is kept of the old one. Knows markets and targets. Must not know costs or the backtesting library.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import PricedBars, linked, on_grid
from g4qc_core.bars.columns import PRICES
from g4qc_core.errors import BacktestRefused


@dataclass(frozen=True)
class Behind:
    """What is kept of the contracts that a series has left.

    Attributes:
        bars: their own bars from the roll on, ascending by timestamp: contract, timestamp, trade_date, open, high, low,
            close (points).
        until: trade date of the session at whose open each is left at the latest, by the timestamp of the first bar of
            the contract that follows it.
    """

    bars: pd.DataFrame
    until: pd.Series


def held_over(market: PricedBars, targets: np.ndarray, behind: Behind) -> PricedBars:
    """The market in which a position stays in the old contract until the strategy wants another one.

    At the latest it passes into the contract of the series at the open of the session that `behind` names, or at the
    next roll. In bars that the old contract does not have it stands at its last close.

    Args:
        targets: int64, length n; entry i is held from the open of bar i + 1.

    Raises:
        BacktestRefused: nothing is kept of a contract behind its roll.
    """
    own = {name: (getattr(market, name) - market.link).copy() for name in PRICES}
    contracts = market.contracts.copy()
    left_at = own["open"][market.rolls] - (market.link[market.rolls - 1] - market.link[market.rolls])
    found: list[tuple[int, int, bool]] = []
    left_already = -1
    for (roll, following), price in zip(pairwise([*market.rolls, len(market)]), left_at, strict=True):
        if roll == left_already:
            continue
        until = min(_released(market, targets, roll, behind), following)
        if until == roll:
            found.append((roll, price, roll in market.stale))
            continue
        old = _Left(market, roll, own["close"][roll - 1], behind)
        old.refuse_blind(until)
        for name in PRICES:
            own[name][roll:until] = old.prices(name, roll, until)
        contracts[roll:until] = contracts[roll - 1]
        if until < len(market):
            found.append((until, int(old.prices("open", until, until + 1)[0]), not old.trades_in(until)))
        left_already = until
    rolls, left, stale = (np.array([each[i] for each in found], np.int64) for i in range(3))
    return linked(market.instrument, market.frame, contracts, own, rolls, left, rolls[stale.astype(bool)])


def _released(market: PricedBars, targets: np.ndarray, roll: int, behind: Behind) -> int:
    """The bar at whose open a position that came to the roll ends, or passes on at the latest."""
    held = targets[roll - 2] if roll > 1 else 0
    if held == 0:
        return roll
    changed = np.flatnonzero(targets[roll - 1 :] != held)
    wanted = roll + int(changed[0]) if len(changed) else len(market)
    day = behind.until[market.frame["timestamp"].iloc[roll]]
    latest = int(np.searchsorted(market.frame["trade_date"].to_numpy(), np.datetime64(day)))
    return max(roll, min(wanted, latest))


class _Left:
    """The bars of the contract that the series leaves at a roll, in ticks, beside those of the series."""

    def __init__(self, market: PricedBars, roll: int, close: int, behind: Behind) -> None:
        self._market, self._roll = market, roll
        self._month = str(market.contracts[roll - 1])
        bars = behind.bars[behind.bars["contract"] == self._month]
        self._ticks = {
            name: on_grid(bars[name].to_numpy(), bars["timestamp"], name, market.instrument) for name in PRICES
        }
        self._stamps, self._days = bars["timestamp"].to_numpy("datetime64[us]"), bars["trade_date"].to_numpy()
        self._close = close

    def trades_in(self, bar: int) -> bool:
        """True where the contract has a bar of the same start."""
        return bool(self._at(bar, bar + 1)[1][0])

    def prices(self, name: str, first: int, last: int) -> np.ndarray:
        """Its prices in the series' bars from `first` to `last`, not included: own ticks."""
        at, same = self._at(first, last)
        before = np.append(self._ticks["close"], self._close)[at]
        return np.where(same, np.append(self._ticks[name], self._close)[at], before)

    def refuse_blind(self, until: int) -> None:
        """Raises BacktestRefused when the contract has no bar in its first session behind the roll, and is held on."""
        days = self._market.frame["trade_date"].to_numpy()
        first = days[self._roll]
        if days[until - 1] > first and not (self._days == first).any():
            raise BacktestRefused(
                f"Nothing is stored of {self._market.instrument.symbol} {self._month} behind its roll on "
                f"{pd.Timestamp(first):%Y-%m-%d}, so that it cannot be held: extract that contract, or set on_roll to "
                "'roll'."
            )

    def _at(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Its last bar up to the start of each (-1: none), and whether that bar has the same start."""
        stamps = self._market.frame["timestamp"].iloc[first:last].to_numpy("datetime64[us]")
        at = np.searchsorted(self._stamps, stamps, side="right") - 1
        same = (at >= 0) & (np.append(self._stamps, stamps[:1])[at] == stamps)
        return at, same
