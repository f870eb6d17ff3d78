"""Real-time bars: one message for each five seconds of a minute in which something traded."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets.five_seconds import SECONDS, five_second_bars
from g4qc_core.gateway.markets.history import of_kind
from g4qc_core.gateway.markets.session_hours import are_regular
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars, SimulatedMarket
from g4qc_core.gateway.protocol import layouts
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.streams.bar_updates import moved
from g4qc_core.gateway.streams.stream import StreamMessage, TradingTime, next_multiple
from g4qc_core.gateway.streams.stream_requests import RealTimeBarsRequest


class RealTimeBars:
    """The bars of one request, each at its end.

    Args:
        market: the market.
        listing: the contract.
        request: the request.
        now: the instant from which on bars end.
    """

    def __init__(self, market: SimulatedMarket, listing: Listing, request: RealTimeBarsRequest, now: datetime) -> None:
        self._market = market
        self._listing = listing
        self._request = request
        self._sessions = calendar(listing.instrument.calendar)
        self._trading = TradingTime(self._sessions)
        self._since = now

    def next_instant(self, after: datetime) -> datetime:
        """See `Stream`."""
        return self._trading.at_or_after(next_multiple(after, SECONDS))

    def messages(self, now: datetime) -> list[StreamMessage]:
        """See `Stream`: the bars that have ended since the last call, ascending."""
        bars = five_second_bars(self._market, self._listing, self._since, now)
        if self._request.regular_hours:
            bars = bars.take(are_regular(self._sessions, bars.start))
        self._since = now
        served = of_kind(bars, self._listing, self._request.what)
        return [self._message(served.take(slice(at, at + 1))) for at in range(len(served))]

    def _message(self, bar: MarketBars) -> StreamMessage:
        def message(served: MarketBars) -> Message:
            epoch = str(int(served.start[0].astype(np.int64)))
            (row,) = layouts.bar_rows([epoch], served)
            values = dict(zip(layouts.BAR_FIELDS, row, strict=True))
            return Message(layouts.REAL_TIME_BAR, {"request_id": self._request.request_id, **values})

        return StreamMessage(message(bar), True, lambda ticks: message(moved(bar, ticks * float(self._listing.tick))))
