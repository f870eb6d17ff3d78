"""The price within a minute, made from the market's one-minute bars: what streams show and orders are filled at.

A minute with a bar has one path: it begins at the open, reaches the farther-off extreme of its direction in the first
quarter (the low of a bar that rises, the high of one that falls), the other extreme after three quarters, and the close
at its end; in between the price moves in a straight line, on the tick grid. A minute without a bar, and the time
between sessions, keep the last price.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars, SimulatedMarket

MINUTE = timedelta(minutes=1)

_FIRST, _SECOND, _END = 15.0, 45.0, 60.0
_LOOK_BACK = (timedelta(hours=2), timedelta(days=4), timedelta(days=40))
_KEPT = 4096


@dataclass(frozen=True)
class PricePath:
    """The path of one bar.

    Attributes:
        start: start of its minute, UTC.
        points: seconds after the start and price, at which the path turns.
    """

    start: datetime
    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, start: datetime, open: float, high: float, low: float, close: float) -> PricePath:
        """Return the path of a bar."""
        first, second = (low, high) if close >= open else (high, low)
        return cls(start, ((0.0, open), (_FIRST, first), (_SECOND, second), (_END, close)))

    @property
    def open(self) -> float:
        """The first price."""
        return self.points[0][1]

    @property
    def close(self) -> float:
        """The last price."""
        return self.points[-1][1]

    def at(self, second: float) -> float:
        """Return the price at a second of the minute, not yet on the tick grid."""
        for (since, before), (until, after) in zip(self.points, self.points[1:], strict=False):
            if second <= until:
                return before + (after - before) * (second - since) / (until - since)
        return self.close

    def touch(self, price: float, *, from_below: bool, after: float = 0.0) -> float | None:
        """Return the first second, `after` or later, at which the path is at the price or beyond; None if never.

        Args:
            price: the level.
            from_below: look for prices at or above the level; otherwise at or below it.
            after: second from which on to look.
        """
        sign = 1.0 if from_below else -1.0
        if sign * (self.at(after) - price) >= 0:
            return after
        for (since, before), (until, beyond) in zip(self.points, self.points[1:], strict=False):
            if until > after and sign * (beyond - price) >= 0:
                return max(after, since + (until - since) * (price - before) / (beyond - before))
        return None


class Quotes:
    """Prices of a market at any instant.

    Args:
        market: source of the bars.
        slippage_ticks: half of the spread in ticks: an order at the market buys so many above the last price and sells
            so many below it.
    """

    def __init__(self, market: SimulatedMarket, slippage_ticks: float = 1) -> None:
        self.slippage_ticks = slippage_ticks
        self._market = market
        self._paths: OrderedDict[tuple[int, datetime], PricePath | None] = OrderedDict()
        self._hours: OrderedDict[tuple[int, datetime], dict[datetime, PricePath]] = OrderedDict()

    def price_at(self, listing: Listing, at: datetime) -> float | None:
        """Return the last traded price at an instant, on the tick grid; None before the contract's first bar.

        Args:
            listing: the contract.
            at: the instant, with a time zone.
        """
        path = self.last_path(listing, at)
        if path is None:
            return None
        return on_grid(path.at((at - path.start).total_seconds()), listing)

    def bid_ask(self, listing: Listing, at: datetime) -> tuple[float, float] | None:
        """Return bid and ask at an instant: the last price less and plus the slippage; None before the first bar."""
        last = self.price_at(listing, at)
        if last is None:
            return None
        half = self.slippage(listing)
        return rounded(last - half, listing), rounded(last + half, listing)

    def slippage(self, listing: Listing) -> float:
        """Return the half spread in points."""
        return self.slippage_ticks * float(listing.tick)

    def path_of(self, listing: Listing, minute: datetime) -> PricePath | None:
        """Return the path of the minute that begins at `minute`; None if nothing traded in it."""
        hour = minute.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return self._hour(listing, hour).get(minute)

    def last_path(self, listing: Listing, at: datetime) -> PricePath | None:
        """Return the path of the last minute with a trade that began at or before an instant; None before the first."""
        minute = at.astimezone(UTC).replace(second=0, microsecond=0)
        key = listing.contract.con_id, minute
        if key not in self._paths:
            self._paths[key] = self.path_of(listing, minute) or self._before(listing, minute)
            if len(self._paths) > _KEPT:
                self._paths.popitem(last=False)
        return self._paths[key]

    def paths(self, listing: Listing, start: datetime, end: datetime) -> list[PricePath]:
        """Return the paths of the minutes with a trade that begin in `[start, end)`, ascending."""
        return paths_of(self.bars(listing, start, end))

    def bars(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """Return the bars of the minutes that begin in `[start, end)`."""
        return self._market.minutes(listing, start, end)

    def _hour(self, listing: Listing, hour: datetime) -> dict[datetime, PricePath]:
        key = listing.contract.con_id, hour
        if key not in self._hours:
            self._hours[key] = {path.start: path for path in self.paths(listing, hour, hour + timedelta(hours=1))}
            if len(self._hours) > _KEPT:
                self._hours.popitem(last=False)
        return self._hours[key]

    def _before(self, listing: Listing, minute: datetime) -> PricePath | None:
        head = self._market.head(listing)
        if head is None or head > minute:
            return None
        for back in (*_LOOK_BACK, minute - head + MINUTE):
            found = self._market.minutes(listing, minute - back, minute)
            if len(found):
                return paths_of(found.take(slice(-1, None)))[0]
        return None


def on_grid(price: float, listing: Listing) -> float:
    """Return the nearest price on the contract's tick grid."""
    tick = float(listing.tick)
    return rounded(math.floor(price / tick + 0.5) * tick, listing)


def rounded(price: float, listing: Listing) -> float:
    """Return a price without the noise of binary fractions: with two decimal places more than a tick has."""
    return round(price, listing.digits + 2)


def paths_of(bars: MarketBars) -> list[PricePath]:
    """Return the path of each bar."""
    starts = (start.replace(tzinfo=UTC) for start in bars.start.tolist())
    prices = (column.tolist() for column in (bars.open, bars.high, bars.low, bars.close))
    return [PricePath.of(*row) for row in zip(starts, *prices, strict=True)]
