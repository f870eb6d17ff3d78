"""Positions held in the old contract after the roll, at that contract's own prices.

A position that the strategy does not change stays in the old contract until the last session for which bars of that
contract are kept. Then it moves to the contract of the series.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import PricedBars, link_contracts, on_grid
from g4qc_core.bars.columns import PRICES
from g4qc_core.errors import BacktestRefused


@dataclass(frozen=True)
class OldContracts:
    """Bars of the contracts that a series has left, after their rolls.

    Attributes:
        bars: the contracts' own bars from the roll on, ascending by timestamp: contract, timestamp, trade_date, open,
            high, low, close (points).
        until: trade date of the session at whose open a position leaves the contract at the latest, by the timestamp of
            the first bar of the next contract.
    """

    bars: pd.DataFrame
    until: pd.Series


def held_over(market: PricedBars, targets: np.ndarray, old_contracts: OldContracts) -> PricedBars:
    """Return the bars that are traded if a position stays in the old contract until the strategy changes it.

    The position moves to the contract of the series at the latest at the open of the session in
    `old_contracts.until`, or at the next roll. If the old contract has no bar, its last close counts.

    Args:
        market: the bars of the series, in which every position moves to the next contract at the roll.
        targets: int64, length n; entry i is held from the open of bar i + 1.
        old_contracts: bars after the rolls.

    Raises:
        BacktestRefused: no bars of an old contract are stored after its roll.
    """
    own = {name: (getattr(market, name) - market.link).copy() for name in PRICES}
    contracts = market.contracts.copy()
    left_at = own["open"][market.rolls] - (market.link[market.rolls - 1] - market.link[market.rolls])
    passed: list[tuple[int, int, bool]] = []
    passed_already = -1
    for (roll, next_roll), price in zip(pairwise([*market.rolls, len(market)]), left_at, strict=True):
        if roll == passed_already:
            continue
        until = min(_held_until(market, targets, roll, old_contracts), next_roll)
        if until == roll:
            passed.append((roll, price, roll in market.stale))
            continue
        old = _OldContract(market, roll, own["close"][roll - 1], old_contracts)
        old.refuse_without_bars(until)
        for name in PRICES:
            own[name][roll:until] = old.prices(name, roll, until)
        contracts[roll:until] = contracts[roll - 1]
        if until < len(market):
            passed.append((until, int(old.prices("open", until, until + 1)[0]), not old.trades_in(until)))
        passed_already = until
    rolls, left, stale = (np.array([each[i] for each in passed], np.int64) for i in range(3))
    held = link_contracts(market.instrument, market.frame, contracts, own, rolls, left, rolls[stale.astype(bool)])
    return replace(held, start=market.start)


def _held_until(market: PricedBars, targets: np.ndarray, roll: int, old_contracts: OldContracts) -> int:
    """Return the bar at whose open a position held at the roll ends, or moves to the next contract at the latest."""
    held = targets[roll - 2] if roll > 1 else 0
    if held == 0:
        return roll
    changes = np.flatnonzero(targets[roll - 1 :] != held)
    changed = roll + int(changes[0]) if len(changes) else len(market)
    day = old_contracts.until[market.frame["timestamp"].iloc[roll]]
    latest = int(np.searchsorted(market.frame["trade_date"].to_numpy(), np.datetime64(day)))
    return max(roll, min(changed, latest))


class _OldContract:
    """Bars in ticks of the contract that the series leaves at a roll, aligned with the bars of the series."""

    def __init__(self, market: PricedBars, roll: int, close: int, old_contracts: OldContracts) -> None:
        self._market, self._roll = market, roll
        self._month = str(market.contracts[roll - 1])
        bars = old_contracts.bars[old_contracts.bars["contract"] == self._month]
        self._ticks = {
            name: on_grid(bars[name].to_numpy(), bars["timestamp"], name, market.instrument) for name in PRICES
        }
        self._stamps, self._days = bars["timestamp"].to_numpy("datetime64[us]"), bars["trade_date"].to_numpy()
        self._close = close

    def trades_in(self, bar: int) -> bool:
        """Return whether the contract has a bar with the start of the series' bar."""
        return bool(self._bars_at(bar, bar + 1)[1][0])

    def prices(self, name: str, first: int, last: int) -> np.ndarray:
        """Return the contract's own prices, in ticks, in the series' bars `[first, last)`."""
        at, same = self._bars_at(first, last)
        before = np.append(self._ticks["close"], self._close)[at]
        return np.where(same, np.append(self._ticks[name], self._close)[at], before)

    def refuse_without_bars(self, until: int) -> None:
        """Raise BacktestRefused if the contract has no bar in the first session after the roll although it is held."""
        days = self._market.frame["trade_date"].to_numpy()
        first = days[self._roll]
        if days[until - 1] > first and not (self._days == first).any():
            raise BacktestRefused(
                f"No bars of {self._market.instrument.symbol} {self._month} are stored after its roll on "
                f"{pd.Timestamp(first):%Y-%m-%d}, so that it cannot be held: extract that contract, or set on_roll to "
                "'roll'."
            )

    def _bars_at(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the contract's last bar up to the start of each bar (-1: none), and whether the starts are equal."""
        stamps = self._market.frame["timestamp"].iloc[first:last].to_numpy("datetime64[us]")
        at = np.searchsorted(self._stamps, stamps, side="right") - 1
        same = (at >= 0) & (np.append(self._stamps, stamps[:1])[at] == stamps)
        return at, same
