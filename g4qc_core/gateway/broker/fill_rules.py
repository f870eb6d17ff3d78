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

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from g4qc_core.gateway.broker.booked_order import BookedOrder, OrderKind, OrderTerms
from g4qc_core.gateway.markets.quotes import MINUTE, PricePath, Quotes, on_grid, rounded
from g4qc_core.gateway.markets.simulated_market import Listing

_LAST_OF_MINUTE = 59.999999
_AT_A_TIME = timedelta(hours=6)


@dataclass(frozen=True)
class Touch:
    """What the market does to an order.

    Attributes:
        at: the instant, UTC.
        price: at which it fills; None: it is triggered and fills later, or not at all.
    """

    at: datetime
    price: Decimal | None


def next_touch(order: BookedOrder, quotes: Quotes, until: datetime) -> Touch | None:
    """Return the first event of an order from `looked_until` on and before `until`; None if there is none."""
    since = max(order.looked_until, order.works_from)
    for path, second in _stretches(quotes, order.terms.listing, since, until):
        touch = _touch(order, quotes, path, second)
        if touch is not None:
            return touch if touch.at < until else None
    return None


def decimal(price: float) -> Decimal:
    """Return a price of the market as the decimal number that is written."""
    return Decimal(repr(price)).normalize()


def _stretches(quotes: Quotes, listing: Listing, since: datetime, until: datetime) -> Iterator[tuple[PricePath, float]]:
    """Return the paths of the minutes that trade in `[since, until)`, each with the second from which to look."""
    first = since.astimezone(UTC).replace(second=0, microsecond=0)
    at = first
    while at < until:
        end = min(at + _AT_A_TIME, until)
        # The last minute may have begun before `until` and not be complete: its path is known.
        for path in quotes.paths(listing, at, end):
            yield path, (since - first).total_seconds() if path.start == first else 0.0
        at = end if end < until else until + MINUTE


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
