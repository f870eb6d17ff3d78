"""Bars of five seconds: parts of the market's shortest bars, or made of them if those are shorter.

A bar of the market that has trades has all its parts, also those in which nothing traded: their volume is 0.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from g4qc_core.gateway.markets.larger_bars import merged
from g4qc_core.gateway.markets.minute_parts import LENGTH, amount_between, prices_between
from g4qc_core.gateway.markets.quotes import PricePath
from g4qc_core.gateway.markets.simulated_market import UNKNOWN, Listing, MarketBars, SimulatedMarket, no_bars

SECONDS = 5
_STEP = np.timedelta64(SECONDS, "s")
_ANY = datetime.min.replace(tzinfo=UTC)


def five_second_bars(market: SimulatedMarket, listing: Listing, start: datetime, end: datetime) -> MarketBars:
    """Return the bars of five seconds that end in `(start, end]`, UTC."""
    length = max(market.step(listing), SECONDS)
    first = datetime.fromtimestamp(int(start.timestamp()) // length * length, UTC)
    bars = market.shortest(listing, first, end)
    if not len(bars):
        return no_bars()
    made = _split(bars, length, listing) if market.step(listing) >= SECONDS else _joined(bars)
    first, last = np.searchsorted(made.start + _STEP, [_naive(start), _naive(end)], side="right")
    return made.take(slice(first, last))


def _split(bars: MarketBars, length: int, listing: Listing) -> MarketBars:
    rows: list[tuple[float, ...]] = []
    starts: list[np.datetime64] = []
    columns = [column.tolist() for name, column in bars.columns().items() if name != "start"]
    for start, opened, high, low, close, volume, wap, count in zip(bars.start, *columns, strict=True):
        path = PricePath.of(_ANY, opened, high, low, close)
        for second in range(0, length, SECONDS):
            since, until = (at * LENGTH / length for at in (second, second + SECONDS))
            part = prices_between(path, since, until, listing)
            average = wap if wap == UNKNOWN else min(max(wap, part.low), part.high)
            amounts = (amount_between(amount, since, until) for amount in (volume, count))
            starts.append(start + np.timedelta64(second, "s"))
            rows.append((part.open, part.high, part.low, part.close, next(amounts), average, next(amounts)))
    names = ("open", "high", "low", "close", "volume", "wap", "count")
    made = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    return MarketBars(start=np.array(starts, "datetime64[s]"), **made)


def _joined(bars: MarketBars) -> MarketBars:
    starts = (bars.start.astype(np.int64) // SECONDS * SECONDS).astype("datetime64[s]")
    first = np.flatnonzero(np.r_[True, starts[1:] != starts[:-1]])
    return merged(bars, starts[first], first, np.r_[first[1:], len(starts)] - 1)


def _naive(instant: datetime) -> np.datetime64:
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "us")
