"""Market data of one request: the first ticks, and then, each second, those that have changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.gateway.markets.larger_bars import cut_last
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.session_hours import last_days, parts
from g4qc_core.gateway.markets.simulated_market import Listing, SimulatedMarket, no_bars
from g4qc_core.gateway.protocol import layouts
from g4qc_core.gateway.protocol.framing import number
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.streams.stream import StreamMessage, TradingTime, next_multiple

_MINUTE = timedelta(minutes=1)
_MOMENT = timedelta(microseconds=1)
_SIZE = 10
_NO_PRICE = -1.0
_CURRENCY = "CASH"
_INDEX = "IND"


class Tick(IntEnum):
    """Kinds of tick."""

    BID = 1
    ASK = 2
    LAST = 4
    HIGH = 6
    LOW = 7
    VOLUME = 8
    CLOSE = 9
    OPEN = 14
    LAST_TIMESTAMP = 45


@dataclass
class _Day:
    """A trading day up to the beginning of a minute."""

    session: Session
    close_before: float | None
    until: datetime
    open: float | None = None
    high: float = float("-inf")
    low: float = float("inf")
    volume: int = 0


class MarketData:
    """The ticks of one request.

    Bid and ask are those at which orders are filled, of constant size, and -1 while the market is closed. A currency
    pair has no trades, an index only them.

    Args:
        market: the market.
        quotes: its prices.
        listing: the contract.
        request_id: id of the request.
    """

    def __init__(self, market: SimulatedMarket, quotes: Quotes, listing: Listing, request_id: int) -> None:
        self._market = market
        self._quotes = quotes
        self._listing = listing
        self._request_id = request_id
        self._sessions = calendar(listing.instrument.calendar)
        self._trading = TradingTime(self._sessions)
        self._sent: dict[Tick, tuple[str, ...]] = {}
        self._day: _Day | None = None
        self._looked: datetime | None = None

    def first(self, now: datetime) -> list[Message]:
        """Return the messages that begin every answer, and the ticks as of `now`."""
        named = {"request_id": self._request_id}
        step = number(float(self._listing.contract.min_tick))
        begins = [
            Message(layouts.TICK_PARAMETERS, {**named, "min_tick": step}),
            Message(layouts.MARKET_DATA_TYPE, named),
        ]
        return begins + [item.message for item in self.messages(now)]

    def next_instant(self, after: datetime) -> datetime:
        """See `Stream`."""
        return self._trading.at_or_after(next_multiple(after, 1))

    def messages(self, now: datetime) -> list[StreamMessage]:
        """See `Stream`: the ticks that have changed since the last call."""
        ticks = self._ticks(now)
        changed = {tick: texts for tick, texts in ticks.items() if self._sent.get(tick) != texts}
        self._sent |= ticks
        return [StreamMessage(self._message(tick, texts)) for tick, texts in changed.items()]

    def _ticks(self, now: datetime) -> dict[Tick, tuple[str, ...]]:
        bid_ask, last = self._quotes.bid_ask(self._listing, now), self._quotes.last_path(self._listing, now)
        price = self._quotes.price_at(self._listing, now)
        if bid_ask is None or last is None or price is None:
            return {}
        ticks: dict[Tick, tuple[str, ...]] = {}
        kind = self._listing.contract.kind
        if kind != _INDEX:
            quoted, size = (bid_ask, _SIZE) if self._is_open(now) else ((_NO_PRICE, _NO_PRICE), 0)
            ticks |= {side: _sized(at, size) for side, at in zip((Tick.BID, Tick.ASK), quoted, strict=True)}
        if kind != _CURRENCY:
            ticks[Tick.LAST] = _sized(price, 1 if kind != _INDEX else 0)
            traded = min(now, last.start + _MINUTE)
            ticks[Tick.LAST_TIMESTAMP] = (str(int(traded.timestamp())),)
        return ticks | self._of_the_day(now, trades=kind not in (_CURRENCY, _INDEX))

    def _is_open(self, now: datetime) -> bool:
        day = self._day_at(now)
        ended = self._listing.contract.last_trade_at
        return now < ended and day is not None and any(start <= now < end for start, end in parts(day.session))

    def _of_the_day(self, now: datetime, *, trades: bool) -> dict[Tick, tuple[str, ...]]:
        day = self._day_at(now)
        if day is None:
            return {}
        minute = self._market.minutes(self._listing, day.until, min(now, day.session.close))
        minute = cut_last(minute, _MINUTE, now, self._listing)
        opened = [day.open] if day.open is not None else minute.open[:1].tolist()
        found: dict[Tick, tuple[str, ...]] = {}
        if opened:
            found[Tick.OPEN] = _sized(opened[0], 0)
            found[Tick.HIGH] = _sized(max(day.high, *minute.high.tolist()) if len(minute) else day.high, 0)
            found[Tick.LOW] = _sized(min(day.low, *minute.low.tolist()) if len(minute) else day.low, 0)
        if trades:
            found[Tick.VOLUME] = (str(day.volume + sum(v for v in minute.volume.tolist() if v > 0)),)
        if day.close_before is not None:
            found[Tick.CLOSE] = _sized(day.close_before, 0)
        return found

    def _day_at(self, now: datetime) -> _Day | None:
        """Return the trading day that has begun last, with its minutes before the present one."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self._looked:
            self._looked = minute
            days = last_days(self._sessions, minute + _MOMENT, 2)
            if days and (self._day is None or self._day.session.open != days[-1].open):
                before = self._quotes.price_at(self._listing, days[0].close) if len(days) > 1 else None
                self._day = _Day(days[-1], before, days[-1].open)
            if self._day is not None:
                self._add(self._day, min(minute, self._day.session.close))
        return self._day

    def _add(self, day: _Day, until: datetime) -> None:
        bars = self._market.minutes(self._listing, day.until, until) if day.until < until else no_bars()
        if len(bars):
            day.open = float(bars.open[0]) if day.open is None else day.open
            day.high, day.low = max(day.high, float(bars.high.max())), min(day.low, float(bars.low.min()))
            day.volume += int(bars.volume[bars.volume > 0].sum())
        day.until = until

    def _message(self, tick: Tick, texts: tuple[str, ...]) -> Message:
        named = {"request_id": self._request_id, "tick": int(tick)}
        if tick is Tick.LAST_TIMESTAMP:
            return Message(layouts.TICK_STRING, {**named, "text": texts[0]})
        if tick is Tick.VOLUME:
            return Message(layouts.TICK_SIZE, {**named, "size": texts[0]})
        return Message(layouts.TICK_PRICE, {**named, "price": texts[0], "size": texts[1]})


def _sized(price: float, size: int) -> tuple[str, str]:
    return number(price), str(size)
