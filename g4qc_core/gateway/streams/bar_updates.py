"""Updates of historical bars that are kept up to date: the bar in progress, and the last state of each finished one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets import history
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars, SimulatedMarket
from g4qc_core.gateway.protocol import layouts
from g4qc_core.gateway.protocol.bar_request_rules import BarsQuery
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.streams.stream import StreamMessage, TradingTime, next_multiple

_EVERY = 5
_MINUTE = 60
_SECOND = timedelta(seconds=1)


class BarUpdates:
    """The updates of one request, every five seconds and one second into each minute.

    The last update of a bar comes at its end, and is the bar as a later request for it is answered. There is none
    while nothing trades.

    Args:
        market: the market.
        listing: the contract.
        query: the request, which has no end.
        request_id: its id.
        now: the instant as of which the bars so far were answered.
        version: protocol version of the connection.
    """

    def __init__(
        self,
        market: SimulatedMarket,
        listing: Listing,
        query: BarsQuery,
        request_id: int,
        now: datetime,
        version: int,
    ) -> None:
        self._market = market
        self._listing = listing
        self._query = query
        self._request_id = request_id
        self._version = version
        self._trading = TradingTime(calendar(listing.instrument.calendar))
        self._since = now
        self._sent: dict[str, list[str]] = {}
        self.messages(now)

    def next_instant(self, after: datetime) -> datetime:
        """See `Stream`."""
        begun = next_multiple(after - _SECOND, _MINUTE) + _SECOND
        return self._trading.at_or_after(min(next_multiple(after, _EVERY), begun))

    def messages(self, now: datetime) -> list[StreamMessage]:
        """See `Stream`: the bars that have changed since the last call, ascending."""
        bars, dates = history.newest(self._market, self._listing, self._query, self._since, now, self._version)
        rows = layouts.bar_rows(dates, bars)
        fresh = [at for at, row in enumerate(rows) if self._sent.get(row[0]) != row]
        self._since, self._sent = now, {row[0]: row for row in rows}
        return [self._update(bars, rows[at], at, now) for at in fresh]

    def _update(self, bars: MarketBars, row: list[str], at: int, now: datetime) -> StreamMessage:
        def off(ticks: int) -> Message:
            wrong = moved(bars.take(slice(at, at + 1)), ticks * float(self._listing.tick))
            return self._message(*layouts.bar_rows(row[:1], wrong))

        end = bars.start[at].item().replace(tzinfo=UTC) + timedelta(seconds=self._query.seconds)
        ends = at + 1 < len(bars) or (self._query.seconds > 0 and end <= now)
        return StreamMessage(self._message(row), ends, off)

    def _message(self, row: list[str]) -> Message:
        values = dict(zip(layouts.BAR_FIELDS, row, strict=True))
        return Message(layouts.HISTORICAL_DATA_UPDATE, {"request_id": self._request_id, **values})


def moved(bars: MarketBars, points: float) -> MarketBars:
    """Return bars whose last prices are wrong by a number of points; highs and lows include them."""
    close = np.round(bars.close + points, 10)
    return replace(bars, close=close, high=np.maximum(bars.high, close), low=np.minimum(bars.low, close))
