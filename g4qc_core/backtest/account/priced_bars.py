"""Bars as an engine needs them: the prices that the strategy sees, and the prices at which it trades.

A strategy sees the adjusted series. It trades the contracts' own prices, in whole ticks, linked into one series: at
each roll all earlier prices are shifted by the difference between the price at which the old contract is left and the
price at which the new one is entered. A position has the same value on both sides of the roll, and every profit is
computed from the contracts' own prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import CONTINUOUS_COLUMNS, PRICES
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.price_text import price_text
from g4qc_core.instruments.products import plain
from g4qc_core.instruments.registry import Instrument

# A float64 price on the grid, divided by the tick, is within rounding error of a whole number.
_OFF_GRID = 1e-4


@dataclass(frozen=True)
class PricedBars:
    """n bars of a continuous series.

    Attributes:
        instrument: of the bars.
        frame: the bars that the strategy sees, with `CONTINUOUS_COLUMNS`: index 0..n-1, prices in points, adjusted.
        contracts: contract month that is traded in each bar.
        open, high, low, close: int64 ticks, the contracts' own prices linked.
        link: int64 ticks that were added to the contract's own prices.
        rolls: bars at whose open the contract changes; ascending.
        stale: rolls at which the old contract has no bar, so that it is left at its last close.
        lift: ticks to add to all linked prices for an engine that needs positive ones. Price differences, and so all
            money, stay the same; percentages of a price do not.
        start: first bar in which a position may be held; the bars before it only warm up.
    """

    instrument: Instrument
    frame: pd.DataFrame
    contracts: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    link: np.ndarray
    rolls: np.ndarray
    stale: np.ndarray
    lift: int
    start: int = 0

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def decides(self) -> int:
        """First bar whose decision may be filled: the one before `start`, or the first of all."""
        return max(self.start - 1, 0)

    def points(self, ticks: np.ndarray | int) -> np.ndarray:
        """Convert ticks to prices in points, rounded to the instrument's decimals."""
        tick = float(self.instrument.price_step)
        return np.round(np.asarray(ticks) * tick, self.instrument.decimals)

    def shown(self, ticks: np.ndarray, bars: np.ndarray) -> np.ndarray:
        """Convert own prices (ticks) to the prices that the series shows in these bars, in points."""
        factor, added = (self.frame[name].to_numpy()[bars] for name in ("factor", "adjustment"))
        moved = self.points(ticks) * factor + added
        return np.where(factor == 1, np.round(moved, self.instrument.decimals), moved)


def price_bars(
    bars: pd.DataFrame, instrument: Instrument, exits: pd.Series | None = None, trade_from: date | None = None
) -> PricedBars:
    """Check bars and convert their prices to ticks.

    Args:
        bars: `CONTINUOUS_COLUMNS` of a continuous series, ascending.
        instrument: of the bars.
        exits: own price in points of the contract that is left, by the timestamp of the first bar after the roll. An
            old contract without one is left at its last close.
        trade_from: first trade date in which positions may be held; None: that of the first bar.

    Raises:
        BacktestRefused: no bars, none from `trade_from` on, a missing column, bars out of order, or a price that is no
            number or off the tick grid.
    """
    missing = [column for column in CONTINUOUS_COLUMNS if column not in bars.columns]
    if missing:
        raise BacktestRefused(
            f"The bars of {instrument.symbol} lack the column {missing[0]}: give a continuous series."
        )
    if bars.empty:
        raise BacktestRefused(
            f"There are no bars of {instrument.symbol} in the window: extract them, or move the window."
        )
    frame = bars.loc[:, list(CONTINUOUS_COLUMNS)].reset_index(drop=True)
    stamps = pd.DatetimeIndex(frame["timestamp"])
    if not stamps.is_monotonic_increasing or (stamps.asi8[1:] == stamps.asi8[:-1]).any():
        raise BacktestRefused(f"The bars of {instrument.symbol} are not in ascending order without duplicates.")
    start = _start(frame, instrument, trade_from)
    own = {name: _ticks(frame, name, instrument) for name in PRICES}
    codes, months = pd.factorize(frame["contract"], use_na_sentinel=False)
    contracts = np.asarray(months, object)[codes]
    rolls = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    left, stale = _left_at(frame, own["close"], rolls, instrument, exits)
    return replace(link_contracts(instrument, frame, contracts, own, rolls, left, stale), start=start)


def link_contracts(
    instrument: Instrument,
    frame: pd.DataFrame,
    contracts: np.ndarray,
    own: Mapping[str, np.ndarray],
    rolls: np.ndarray,
    left: np.ndarray,
    stale: np.ndarray,
) -> PricedBars:
    """Return the bars in which these contracts are traded, with linked prices.

    Args:
        instrument: of the bars.
        frame: the bars that the strategy sees.
        contracts: contract month that is traded in each bar.
        own: `PRICES` of that contract, in ticks.
        rolls: bars at whose open the contract changes.
        left: own ticks at which the old contract is left at each of `rolls`.
        stale: rolls at which the old contract has no bar.
    """
    link = _link(own["open"][rolls] - left, rolls, len(frame))
    prices = {name: ticks + link for name, ticks in own.items()}
    lift = _lift(prices["low"], link)
    return PricedBars(instrument, frame, contracts, link=link, rolls=rolls, stale=stale, lift=lift, **prices)


def window(bars: pd.DataFrame, first: date | None, last: date | None) -> pd.DataFrame:
    """Return the bars of the sessions with trade dates from `first` to `last`, both included; None is open."""
    days = bars["trade_date"].to_numpy()
    inside = np.ones(len(bars), bool)
    if first is not None:
        inside &= days >= np.datetime64(first)
    if last is not None:
        inside &= days <= np.datetime64(last)
    begin = int(inside.argmax()) if len(bars) else 0
    end = begin + int(inside.sum())
    # One run of bars is cut out without a copy; bars that are not in order are picked one by one.
    cut = bars.iloc[begin:end] if inside[begin:end].all() else bars[inside]
    return cut.reset_index(drop=True)


def _start(frame: pd.DataFrame, instrument: Instrument, trade_from: date | None) -> int:
    """Return the first bar of the trade dates from `trade_from` on."""
    if trade_from is None:
        return 0
    traded = (frame["trade_date"] >= pd.Timestamp(trade_from)).to_numpy()
    if not traded.any():
        raise BacktestRefused(
            f"There are no bars of {instrument.symbol} from trade_from {trade_from} on: extract them, or set an "
            "earlier trade_from."
        )
    return int(traded.argmax())


def _ticks(frame: pd.DataFrame, column: str, instrument: Instrument) -> np.ndarray:
    """Return the contracts' own prices."""
    seen, factor, added = (frame[name].to_numpy(np.float64) for name in (column, "factor", "adjustment"))
    return on_grid((seen - added) / factor, frame["timestamp"], column, instrument)


def on_grid(values: np.ndarray, stamps: pd.Series, column: str, instrument: Instrument) -> np.ndarray:
    """Convert own prices in points to ticks.

    Raises:
        BacktestRefused: a price is no multiple of the tick.
    """
    ticks = values / float(instrument.price_step)
    wrong = ~(np.abs(ticks - np.rint(ticks)) < _OFF_GRID)
    if wrong.any():
        at = int(np.argmax(wrong))
        price = price_text(instrument, values[at]) if np.isfinite(values[at]) else str(values[at])
        raise BacktestRefused(
            f"The {column} of the {instrument.symbol} bar at {stamps.iloc[at]} is "
            f"{price}, which is no multiple of the tick {plain(instrument.price_step)}: "
            "check min_tick in the instruments file, or the bars."
        )
    return np.rint(ticks).astype(np.int64)


def _left_at(
    frame: pd.DataFrame, close: np.ndarray, rolls: np.ndarray, instrument: Instrument, exits: pd.Series | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the own ticks at which each old contract is left, and the rolls at which that is its last close."""
    stamps = frame["timestamp"].iloc[rolls]
    given = np.full(len(rolls), np.nan) if exits is None else exits.reindex(stamps).to_numpy(np.float64)
    known = ~np.isnan(given)
    left = close[rolls - 1].copy()
    left[known] = on_grid(given[known], stamps[known], "exit price", instrument)
    return left, rolls[~known]


def _link(steps: np.ndarray, rolls: np.ndarray, n: int) -> np.ndarray:
    """Return the ticks to add in each of n bars: the sum of the steps of all later rolls."""
    each = np.zeros(n + 1, np.int64)
    each[rolls] = steps
    return np.cumsum(each[::-1])[::-1][1:]


def _lift(low: np.ndarray, link: np.ndarray) -> int:
    """Return the ticks that move the lowest linked low to the lowest own price; 0 if all are positive."""
    if low.min() > 0:
        return 0
    return int(max((low - link).min(), 1) - low.min())
