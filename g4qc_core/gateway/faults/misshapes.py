"""Misshapen answers with bars, as real gateways send them: doubled, overlapping, flat and unreadable bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from g4qc_core.gateway.markets.simulated_market import UNKNOWN, MarketBars


@dataclass(frozen=True)
class Misshape:
    """Defects of an answer, in numbers of bars.

    Attributes:
        doubled: bars at either edge that come twice.
        overlap: bar lengths outside the window, on either side, that are answered too.
        flat: last bars that have one price, the close before them, and neither volume nor trades.
        unreadable: bars, from the middle on, that are question marks, with neither volume nor trades.
    """

    doubled: int = 0
    overlap: int = 0
    flat: int = 0
    unreadable: int = 0


AS_IT_IS = Misshape()


def places(misshape: Misshape, count: int) -> np.ndarray:
    """Return the positions of the bars to send, out of `count`, in order; bars at the edges may appear twice."""
    at = np.arange(count)
    twice = (at < misshape.doubled) | (at >= count - misshape.doubled)
    return np.repeat(at, np.where(twice, 2, 1))


def flattened(misshape: Misshape, bars: MarketBars) -> MarketBars:
    """Return the bars with the last of them flat; all of them if there are no more."""
    first = max(len(bars) - misshape.flat, 0)
    if first == len(bars):
        return bars
    price = bars.close[first - 1] if first else bars.open[0]
    columns = {name: column.copy() for name, column in bars.columns().items()}
    for name in ("open", "high", "low", "close", "wap"):
        columns[name][first:] = price
    for name in ("volume", "count"):
        columns[name][first:] = 0
    return MarketBars(**columns)


def unreadable(misshape: Misshape, bars: MarketBars) -> MarketBars:
    """Return the bars with some in the middle unreadable: their prices are NaN, sent as `?`."""
    if not misshape.unreadable:
        return bars
    first = len(bars) // 2
    columns = {name: column.copy() for name, column in bars.columns().items()}
    for name in ("open", "high", "low", "close"):
        columns[name][first : first + misshape.unreadable] = np.nan
    for name in ("volume", "wap", "count"):
        columns[name][first : first + misshape.unreadable] = UNKNOWN
    return MarketBars(**columns)
