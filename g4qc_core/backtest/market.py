"""A bar frame as the engine needs it: whole ticks, roll bars, and a lift where adjusted prices are not
positive.

Knows frames and instruments. Must not know strategies, costs or the backtesting library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments import Instrument

COLUMNS = ("timestamp", "open", "high", "low", "close", "volume", "contract", "trade_date", "adjustment")

# A float64 price that stands on the grid divides to within rounding error of a whole number of ticks.
_OFF_GRID = 1e-4


@dataclass(frozen=True)
class Market:
    """n bars of a continuous series in whole ticks.

    Attributes:
        frame: the bars, n rows, index 0..n-1, columns `COLUMNS`; prices in points, adjusted.
        open, high, low, close: int64 ticks, adjusted.
        adjustment: int64 ticks that were added to the contract's own prices.
        rolls: bars at whose open another contract takes over; ascending.
        lift: ticks added to all prices for the library, which needs positive ones. Differences of points, and
            with them all money, stay as they are; percentages of a price do not, and the library's own
            figures have some.
    """

    instrument: Instrument
    frame: pd.DataFrame
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    adjustment: np.ndarray
    rolls: np.ndarray
    lift: int

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def contracts(self) -> np.ndarray:
        """Contract month of each bar."""
        return self.frame["contract"].to_numpy()

    def points(self, ticks: np.ndarray | int) -> np.ndarray:
        """Ticks as prices in points, rounded to the instrument's decimals."""
        tick = float(self.instrument.min_tick)
        return np.round(np.asarray(ticks) * tick, self.instrument.decimals)


def make_market(bars: pd.DataFrame, instrument: Instrument) -> Market:
    """Checks bars and turns their prices into ticks.

    Raises:
        BacktestRefused: no bars, a column missing, bars out of order, or a price that is no number or off the
        tick grid.
    """
    missing = [column for column in COLUMNS if column not in bars.columns]
    if missing:
        raise BacktestRefused(
            f"The bars of {instrument.symbol} lack the column {missing[0]}: give a continuous series."
        )
    if bars.empty:
        raise BacktestRefused(
            f"There are no bars of {instrument.symbol} in the window: extract them, or move the window."
        )
    frame = bars.loc[:, list(COLUMNS)].reset_index(drop=True)
    if not frame["timestamp"].is_monotonic_increasing or frame["timestamp"].duplicated().any():
        raise BacktestRefused(f"The bars of {instrument.symbol} are not in ascending order without duplicates.")
    prices = {name: _ticks(frame, name, instrument) for name in ("open", "high", "low", "close", "adjustment")}
    contracts = frame["contract"].to_numpy()
    rolls = np.flatnonzero(contracts[1:] != contracts[:-1]) + 1
    return Market(instrument, frame, rolls=rolls, lift=_lift(prices["low"], prices["adjustment"]), **prices)


def window(bars: pd.DataFrame, first: date | None, last: date | None) -> pd.DataFrame:
    """Bars of the sessions with trade dates from `first` to `last`, both included; None is open."""
    inside = np.ones(len(bars), bool)
    if first is not None:
        inside &= (bars["trade_date"] >= pd.Timestamp(first)).to_numpy()
    if last is not None:
        inside &= (bars["trade_date"] <= pd.Timestamp(last)).to_numpy()
    return bars[inside].reset_index(drop=True)


def _ticks(frame: pd.DataFrame, column: str, instrument: Instrument) -> np.ndarray:
    values = frame[column].to_numpy(np.float64)
    ticks = values / float(instrument.min_tick)
    wrong = ~(np.abs(ticks - np.rint(ticks)) < _OFF_GRID)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise BacktestRefused(
            f"The {column} of the {instrument.symbol} bar at {frame['timestamp'].iloc[at]} is {values[at]}, "
            f"which is no multiple of the tick {instrument.min_tick}: check min_tick in the instruments "
            "file, or the bars."
        )
    return np.rint(ticks).astype(np.int64)


def _lift(low: np.ndarray, adjustment: np.ndarray) -> int:
    """0, or what moves the lowest adjusted low to the lowest price at which a contract truly traded."""
    if low.min() > 0:
        return 0
    return int(max((low - adjustment).min(), 1) - low.min())
