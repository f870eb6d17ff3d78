"""Parts of a bar of the market: the prices, trades and contracts of a stretch of it, along its path.

All parts of a bar together are the bar: the same open, high, low, close, volume and count.
"""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.gateway.markets.quotes import PricePath, on_grid
from g4qc_core.gateway.markets.simulated_market import UNKNOWN, Listing

LENGTH = 60.0
"""Length of a path. A bar that is shorter than a minute has the same path, run through faster."""


@dataclass(frozen=True)
class Prices:
    """Open, high, low and close of a stretch."""

    open: float
    high: float
    low: float
    close: float


def prices_between(path: PricePath, since: float, until: float, listing: Listing) -> Prices:
    """Return the prices of a stretch of a path, `0 <= since < until <= LENGTH` seconds."""
    high, low = (chosen(price for _, price in path.points) for chosen in (max, min))

    def at(second: float) -> float:
        if second <= 0:
            return path.open
        if second >= LENGTH:
            return path.close
        return min(max(on_grid(path.at(second), listing), low), high)

    first, last = at(since), at(until)
    seen = [first, last, *(price for second, price in path.points if since <= second <= until)]
    return Prices(first, max(seen), min(seen), last)


def amount_until(whole: int, second: float) -> int:
    """Return how much of a number of contracts or trades has come by a second; `UNKNOWN` stays unknown.

    It comes evenly, and the first one at once.
    """
    if whole == UNKNOWN:
        return UNKNOWN
    if second <= 0:
        return 0
    return max(min(whole, 1), int(whole * min(second, LENGTH) / LENGTH))


def amount_between(whole: int, since: float, until: float) -> int:
    """Return how much of a number of contracts or trades comes in a stretch; `UNKNOWN` stays unknown."""
    if whole == UNKNOWN:
        return UNKNOWN
    return amount_until(whole, until) - amount_until(whole, since)
