"""Ticks of the past: trades, quotes or midpoints of a contract, at most one a second, along the path of each minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets.minute_parts import amount_between
from g4qc_core.gateway.markets.quotes import PricePath, Quotes, on_grid
from g4qc_core.gateway.markets.session_hours import are_regular
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars, SimulatedMarket
from g4qc_core.gateway.protocol import layouts, replies
from g4qc_core.gateway.protocol.bar_request_rules import Refusal, invalid, parse_edge
from g4qc_core.gateway.protocol.client_requests import Fields
from g4qc_core.gateway.protocol.contract_refusal import the_only_one
from g4qc_core.gateway.protocol.framing import number
from g4qc_core.gateway.protocol.layouts import Layout, Message
from g4qc_core.gateway.protocol.request_context import RequestContext

_MOST = 1_000
_STRETCH = timedelta(hours=1)
_FARTHEST = timedelta(days=10)
_SECONDS = 60
_QUOTED = 10


@dataclass(frozen=True)
class TradeTick:
    """The trades of one second: its start, UTC, their last price, and the number of contracts."""

    at: datetime
    price: float
    size: int


def trade_ticks(market: SimulatedMarket, listing: Listing, start: datetime, end: datetime) -> list[TradeTick]:
    """Return the seconds with a trade that begin in `[start, end)`, ascending; those of a minute add up to its bar."""
    first = start.replace(second=0, microsecond=0)
    found = [tick for row in _rows(market.minutes(listing, first, end)) for tick in _minute(listing, *row)]
    return [tick for tick in found if start <= tick.at < end]


def historical_ticks(asked: RequestContext) -> list[Message]:
    """Return ticks from an instant on, or those before one; fewer than asked for if ten days have no more.

    Raises:
        Refusal: 10314, 321, 200; 162 for kinds of contract that are not served.
    """
    read = Fields(asked.fields)
    read.integer()
    contract = read.contract()
    texts = read.text().strip(), read.text().strip()
    most, what, regular = read.integer(), read.text().strip(), read.flag()
    (start, end), warnings = _edges(asked, *texts)
    if not 1 <= most <= _MOST:
        raise invalid(f"Number of ticks must be between 1 and {_MOST}")
    if what not in _KINDS:
        raise invalid(f"whatToShow {what!r} does not exist. Legal ones are: {', '.join(_KINDS)}")
    listing = the_only_one(asked.market, contract, asked.now)
    if listing.contract.kind == "CASH" and what == "TRADES":
        raise Refusal(162, "Historical ticks of TRADES of a currency pair are not served by the simulated gateway")
    layout, fields_of = _KINDS[what]
    ticks = _found(asked, listing, (start, end), most, regular)
    tail = [text for tick in ticks for text in fields_of(asked.quotes, listing, tick)]
    return [*warnings, Message(layout, {"request_id": asked.request_id, "count": len(ticks)}, [*tail, "1"])]


def _edges(
    asked: RequestContext, start: str, end: str
) -> tuple[tuple[datetime | None, datetime | None], list[Message]]:
    if bool(start) == bool(end):
        raise invalid("Please specify either start time or end time, and not both")
    parsed = [parse_edge(text) for text in (start, end)]
    warned = [warning for _, warning in parsed if warning is not None]
    return (parsed[0][0], parsed[1][0]), [replies.error(asked.request_id, *text, asked.now) for text in warned]


def _found(
    asked: RequestContext,
    listing: Listing,
    edges: tuple[datetime | None, datetime | None],
    most: int,
    regular: bool,
) -> list[TradeTick]:
    start, end = edges
    found: list[TradeTick] = []
    # A second counts when it is over.
    present = asked.now.replace(microsecond=0)
    at = start if start is not None else min(end or present, present)
    last = at + _FARTHEST if start is not None else at - _FARTHEST
    while len(found) < most and (at < min(last, present) if start is not None else at > last):
        window = (at, min(at + _STRETCH, present)) if start is not None else (at - _STRETCH, at)
        ticks = trade_ticks(asked.market, listing, *window)
        if regular and ticks:
            starts = np.array([tick.at.replace(tzinfo=None) for tick in ticks], "datetime64[s]")
            inside = are_regular(calendar(listing.instrument.calendar), starts).tolist()
            ticks = [tick for tick, kept in zip(ticks, inside, strict=True) if kept]
        found, at = (found + ticks, window[1]) if start is not None else (ticks + found, window[0])
    return found[:most] if start is not None else found[-most:]


def _rows(bars: MarketBars) -> list[tuple[datetime, float, float, float, float, int]]:
    starts = [start.replace(tzinfo=UTC) for start in bars.start.tolist()]
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    return list(zip(starts, *(column.tolist() for column in columns), strict=True))


def _minute(
    listing: Listing, start: datetime, opened: float, high: float, low: float, close: float, volume: int
) -> list[TradeTick]:
    path = PricePath.of(start, opened, high, low, close)
    made = []
    for second in range(_SECONDS):
        size = amount_between(volume, second, second + 1)
        if size:
            ends = {0: opened, _SECONDS - 1: close}
            price = ends.get(second, min(max(on_grid(path.at(second), listing), low), high))
            made.append(TradeTick(start + timedelta(seconds=second), price, max(size, 0)))
    return made


def _trade(quotes: Quotes, listing: Listing, tick: TradeTick) -> list[str]:
    return [_epoch(tick), "0", number(tick.price), str(tick.size), listing.contract.exchange, ""]


def _quote(quotes: Quotes, listing: Listing, tick: TradeTick) -> list[str]:
    bid, ask = (tick.price + side * quotes.slippage(listing) for side in (-1, 1))
    return [_epoch(tick), "0", number(round(bid, 10)), number(round(ask, 10)), str(_QUOTED), str(_QUOTED)]


def _midpoint(quotes: Quotes, listing: Listing, tick: TradeTick) -> list[str]:
    return [_epoch(tick), "0", number(tick.price), "0"]


def _epoch(tick: TradeTick) -> str:
    return str(int(tick.at.timestamp()))


_KINDS: dict[str, tuple[Layout, Callable[[Quotes, Listing, TradeTick], list[str]]]] = {
    "TRADES": (layouts.HISTORICAL_TRADES, _trade),
    "BID_ASK": (layouts.HISTORICAL_QUOTES, _quote),
    "MIDPOINT": (layouts.HISTORICAL_TICKS, _midpoint),
}
