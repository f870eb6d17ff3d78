"""When and at which price an order fills.

There is no queue and no size: an order fills as a whole at the first instant at which the price of the market's path
(`markets.quotes`) allows it, whatever the volume of the minute.

* A market order fills at the last price of the minute in which it works, and in a minute without a trade at the open of
  the next bar; a purchase pays the slippage on top, a sale gets less by it.
* A limit order fills as soon as the last price is at the limit or better: at the limit if the price comes to it, at the
  price itself if that is already beyond, as at an open that gaps. It never pays slippage.
* A stop order is triggered as soon as the last price is at the stop or beyond, and fills at the stop, or at the price
  itself if that is beyond, in both cases with slippage.
* A stop-limit order becomes a limit order at the instant of its trigger.

An order works from the opening if it came before. Nothing else moves the price: orders have no effect on the market.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from g4qc_core.gateway.broker.booked_order import BookedOrder, OrderKind, OrderTerms, Touch
from g4qc_core.gateway.markets.quotes import PricePath, Quotes, on_grid, paths_of, rounded
from g4qc_core.gateway.markets.simulated_market import MarketBars

_LAST_OF_MINUTE = 59.999999
_AT_A_TIME = timedelta(hours=24)


def next_touch(order: BookedOrder, quotes: Quotes, until: datetime) -> Touch | None:
    """Return the first event of an order from `looked_until` on and before `until`; None if there is none.

    The order keeps what was found: prices do not change.
    """
    if order.ahead is None:
        since = max(order.looked_until, order.works_from, order.searched_until or order.looked_until)
        if since < until:
            order.ahead = _search(order, quotes, since, until)
            order.searched_until = until
    return order.ahead if order.ahead is not None and order.ahead.at < until else None


def decimal(price: float) -> Decimal:
    """Return a price of the market as the decimal number that is written."""
    return Decimal(repr(price)).normalize()


def _search(order: BookedOrder, quotes: Quotes, since: datetime, until: datetime) -> Touch | None:
    first = since.astimezone(UTC).replace(second=0, microsecond=0)
    at = first
    while at < until:
        end = min(at + _AT_A_TIME, until)
        bars = quotes.bars(order.terms.listing, at, end)
        for path in paths_of(bars.take(_reaching(order, bars))):
            second = (since - first).total_seconds() if path.start == first else 0.0
            touch = _touch(order, quotes, path, second)
            if touch is not None:
                return touch
        at = end
    return None


def _reaching(order: BookedOrder, bars: MarketBars) -> np.ndarray | slice:
    """Return which bars reach the price that the order waits for."""
    terms = order.terms
    waits_for = terms.limit_price if order.triggered else terms.stop_price
    if waits_for is None:
        return slice(0, 1)
    # A purchase waits for a lower price, unless it waits for its stop.
    downwards = terms.buys if order.triggered else not terms.buys
    return bars.low <= float(waits_for) if downwards else bars.high >= float(waits_for)


def _touch(order: BookedOrder, quotes: Quotes, path: PricePath, second: float) -> Touch | None:
    terms = order.terms
    if terms.kind is OrderKind.MARKET:
        return Touch(_instant(path, second), _at_market(quotes, terms, path.at(second)))
    if not order.triggered:
        assert terms.stop_price is not None
        stop = float(terms.stop_price)
        found = path.touch(stop, from_below=terms.buys, after=second)
        if found is None:
            return None
        if terms.kind is OrderKind.STOP_LIMIT:
            return Touch(_instant(path, found), None)
        reached = max(stop, path.at(found)) if terms.buys else min(stop, path.at(found))
        return Touch(_instant(path, found), _at_market(quotes, terms, reached))
    if terms.kind is OrderKind.STOP:
        return Touch(_instant(path, second), _at_market(quotes, terms, path.at(second)))
    assert terms.limit_price is not None
    limit = float(terms.limit_price)
    found = path.touch(limit, from_below=not terms.buys, after=second)
    if found is None:
        return None
    better = min(limit, path.at(found)) if terms.buys else max(limit, path.at(found))
    return Touch(_instant(path, found), decimal(on_grid(better, terms.listing)))


def _at_market(quotes: Quotes, terms: OrderTerms, price: float) -> Decimal:
    last = on_grid(price, terms.listing)
    return decimal(rounded(last + terms.sign * quotes.slippage(terms.listing), terms.listing))


def _instant(path: PricePath, second: float) -> datetime:
    return path.start + timedelta(seconds=min(second, _LAST_OF_MINUTE))
