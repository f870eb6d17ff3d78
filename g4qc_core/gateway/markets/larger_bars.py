"""Larger bars made of smaller ones, and a last bar that is cut short. Pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from g4qc_core.gateway.markets.minute_parts import LENGTH, amount_until, prices_between
from g4qc_core.gateway.markets.quotes import PricePath
from g4qc_core.gateway.markets.simulated_market import UNKNOWN, Listing, MarketBars, no_bars


@dataclass(frozen=True)
class Buckets:
    """Trading days, by which bars are grouped; arrays of equal length, one value per day, ascending.

    Attributes:
        opens: first instant of each day, UTC, `datetime64[s]`.
        closes: end of each day, excluded, UTC, `datetime64[s]`.
        starts: start of the bar that the day belongs to: its own open, or that of its week or month.
        dates: date that names a bar of whole days, `datetime64[D]`.
    """

    opens: np.ndarray
    closes: np.ndarray
    starts: np.ndarray
    dates: np.ndarray


def cut_last(bars: MarketBars, length: timedelta, limit: datetime, listing: Listing) -> MarketBars:
    """Return the bars of a listing, the last one as of `limit` if it is unfinished: its path so far."""
    if not len(bars):
        return bars
    start = bars.start[-1].item().replace(tzinfo=UTC)
    if start + length <= limit:
        return bars
    second = (limit - start) / length * LENGTH
    whole = (float(column[-1]) for column in (bars.open, bars.high, bars.low, bars.close))
    part = prices_between(PricePath.of(start, *whole), 0.0, second, listing)
    cut = {name: column.copy() for name, column in bars.columns().items()}
    for name in ("high", "low", "close"):
        cut[name][-1] = getattr(part, name)
    for name in ("volume", "count"):
        cut[name][-1] = amount_until(int(cut[name][-1]), second)
    if cut["wap"][-1] != UNKNOWN:
        cut["wap"][-1] = np.clip(cut["wap"][-1], part.low, part.high)
    return MarketBars(**cut)


def aggregate(bars: MarketBars, buckets: Buckets, seconds: int) -> tuple[MarketBars, np.ndarray]:
    """Return bars of a length, counted from the open of each day, and the dates that name their days.

    Bars outside all days are left out.

    Args:
        bars: the smaller bars.
        buckets: the trading days.
        seconds: the length; 0 makes one bar of all days with the same start.
    """
    at = np.searchsorted(buckets.opens, bars.start, side="right") - 1
    inside = at >= 0
    inside[inside] = bars.start[inside] < buckets.closes[at[inside]]
    bars, at = bars.take(inside), at[inside]
    if not len(bars):
        return no_bars(), np.array([], "datetime64[D]")
    starts = buckets.starts[at]
    if seconds:
        step = np.timedelta64(seconds, "s")
        starts = buckets.opens[at] + (bars.start - buckets.opens[at]) // step * step
    first = np.flatnonzero(np.r_[True, starts[1:] != starts[:-1]])
    last = np.r_[first[1:], len(starts)] - 1
    return merged(bars, starts[first], first, last), buckets.dates[at[first]]


def merged(bars: MarketBars, starts: np.ndarray, first: np.ndarray, last: np.ndarray) -> MarketBars:
    """Return one bar for each range of rows from `first` to `last`, both included."""
    return MarketBars(
        start=starts,
        open=bars.open[first],
        high=np.maximum.reduceat(bars.high, first),
        low=np.minimum.reduceat(bars.low, first),
        close=bars.close[last],
        volume=_total(bars.volume, first),
        wap=_average(bars, first),
        count=_total(bars.count, first),
    )


def _average(bars: MarketBars, first: np.ndarray) -> np.ndarray:
    volume = np.add.reduceat(bars.volume, first)
    money = np.add.reduceat(bars.wap * bars.volume, first)
    unknown = np.logical_or.reduceat(bars.wap == UNKNOWN, first) | (volume == 0)
    average = np.round(money / np.where(volume == 0, 1, volume), 7)
    low, high = np.minimum.reduceat(bars.low, first), np.maximum.reduceat(bars.high, first)
    return np.where(unknown, float(UNKNOWN), np.clip(average, low, high))


def _total(counts: np.ndarray, first: np.ndarray) -> np.ndarray:
    unknown = np.logical_or.reduceat(counts == UNKNOWN, first)
    return np.where(unknown, UNKNOWN, np.add.reduceat(counts, first))
