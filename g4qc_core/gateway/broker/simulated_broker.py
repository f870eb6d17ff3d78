"""The broker of the simulated gateway: takes orders, fills them by the market, and keeps the account.

It does nothing by itself: `advance` makes everything happen up to an instant, in the order of time. It outlives the
sessions of clients and knows nothing of them but their ids. The wire does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from g4qc_core.gateway.broker.booked_order import (
    AS_USUAL,
    BookedFill,
    BookedOrder,
    FillManner,
    OrderTerms,
    Progress,
    Touch,
)
from g4qc_core.gateway.broker.broker_news import AccountNews, BrokerNews, FillNews, IdNews, OrderNews, OrderNotice
from g4qc_core.gateway.broker.exchange_hours import midnight_after, schedule
from g4qc_core.gateway.broker.fill_rules import decimal, next_touch
from g4qc_core.gateway.broker.margin_effect import OrderEffect, effect_of
from g4qc_core.gateway.broker.order_checks import (
    RejectedOrder,
    check_change,
    check_margin,
    check_terms,
    held_text,
)
from g4qc_core.gateway.broker.order_ids import OrderIds, next_revision
from g4qc_core.gateway.broker.simulated_account import SimulatedAccount
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.simulated_market import Listing

_INSTANT = timedelta(microseconds=1)


class SimulatedBroker:
    """One account with its orders.

    Args:
        quotes: prices of the market.
        started: the gateway's clock at the start, UTC; ids of orders and executions begin with it.
        rules: money and margin of the account.

    Attributes:
        account: positions and money.
        orders: every order, in the order of arrival.
        fills: every execution and correction, in the order of time.
    """

    def __init__(self, quotes: Quotes, started: datetime, rules: TradingRules) -> None:
        self.account = SimulatedAccount(rules.cash, rules.margin_rate)
        self.orders: list[BookedOrder] = []
        self.fills: list[BookedFill] = []
        self._live: list[BookedOrder] = []
        self._quotes = quotes
        self._now = started
        self._midnight = midnight_after(started)
        self._equity_at_midnight = rules.cash
        self._ids = OrderIds(started)
        self._by_id: dict[tuple[int, int], BookedOrder] = {}
        self._news: list[BrokerNews] = []

    def next_id(self, client_id: int) -> int:
        """Return the lowest order id that a client has not used, and above all that it has used."""
        return self._ids.next_of(client_id)

    def find(self, client_id: int, order_id: int) -> BookedOrder | None:
        """Return an order by the ids that its client gave it."""
        return self._by_id.get((client_id, order_id))

    def open_orders(self) -> list[BookedOrder]:
        """Return the orders that have not ended, in the order of arrival."""
        self._live = [order for order in self._live if not order.progress.final]
        return list(self._live)

    def price(self, listing: Listing) -> Decimal | None:
        """Return the last price of a contract in points; None before its first bar."""
        last = self._quotes.price_at(listing, self._now)
        return None if last is None else decimal(last)

    @property
    def daily_profit(self) -> Decimal:
        """Change of the equity since midnight in the gateway's time zone."""
        return self.account.equity(self.price) - self._equity_at_midnight

    def effect(self, order: BookedOrder) -> OrderEffect:
        """Return what an order would change; it need not be placed."""
        return effect_of(order, self.account, self.price)

    def take_news(self) -> list[BrokerNews]:
        """Return what happened since the last call, in order."""
        news, self._news = self._news, []
        return news

    def place(
        self, client_id: int, order_id: int, terms: OrderTerms, now: datetime, manner: FillManner = AS_USUAL
    ) -> None:
        """Take an order, or change one that the client has placed with the same id.

        Raises:
            RejectedOrder: the order is not taken; the news are the same as before.
        """
        self.advance(now)
        known = self.find(client_id, order_id)
        if known is not None:
            self._change(known, terms, now)
        else:
            self._take(client_id, order_id, terms, now, manner)
        self.advance(now)

    def use(self, client_id: int, order_id: int) -> None:
        """Note that a client has used an id, even for an order that was not taken."""
        if order_id >= self.next_id(client_id):
            self._ids.use(client_id, order_id)
            self._news.append(IdNews(client_id, order_id))

    def restore(self, order: BookedOrder) -> None:
        """Take an order as it was before the process ended."""
        self._ids.use(order.client_id, order.order_id)
        if order.perm_id:
            self._ids.order()
        self.orders.append(order)
        self._live.append(order)
        self._by_id[order.client_id, order.order_id] = order

    def restore_fill(self, order: BookedOrder, fill: BookedFill) -> None:
        """Book a fill as it was before the process ended."""
        self._ids.execution()
        self._keep(order, fill)

    def cancel(self, order: BookedOrder, now: datetime, reason: str = "") -> None:
        """Cancel an order that has not ended, after what the market does to it before; harmless if it has ended."""
        self.advance(now)
        if order.progress.final:
            return
        order.progress = Progress.CANCELLING
        self._tell(order)
        self._end(order, Progress.CANCELLED, now, reason)

    def advance(self, now: datetime) -> None:
        """Let everything happen up to an instant, that included; harmless for an instant that is past."""
        if now < self._now:
            return
        while (step := self._next(now + _INSTANT)) is not None:
            at, act = step
            self._now = max(self._now, at)
            act()
        self._now = now
        for order in self.open_orders():
            order.looked_until = max(order.looked_until, now)

    def next_instant(self, until: datetime) -> datetime | None:
        """Return the instant of the next thing that happens by itself before `until`; None if there is nothing."""
        step = self._next(until)
        return None if step is None else step[0]

    def fill_now(self, order: BookedOrder, now: datetime) -> None:
        """Fill the rest of an order at the present price, whatever its terms; nothing if there is no price."""
        self.advance(now)
        last = self.price(order.terms.listing)
        if last is not None and order.active:
            order.manner = AS_USUAL
            order.look_again()
            self._fill(order, Touch(now, last))

    def correct(self, fill: BookedFill, ticks: int) -> None:
        """Correct the price of an execution by some ticks, to the disadvantage of the account if above 0."""
        tick = fill.order.terms.listing.tick
        price = fill.price + fill.order.terms.sign * ticks * tick
        order = self._by_id[fill.order.client_id, fill.order.order_id]
        order.paid += (price - fill.price) * fill.shares
        corrected = replace(fill, exec_id=next_revision(fill.exec_id), price=price, average=order.average)
        self._book(order, corrected)

    def _take(self, client_id: int, order_id: int, terms: OrderTerms, now: datetime, manner: FillManner) -> None:
        if order_id < self.next_id(client_id):
            raise RejectedOrder(103, "Duplicate order id")
        self.use(client_id, order_id)
        check_terms(terms, now)
        progress = Progress.NOT_SENT
        order = BookedOrder(order_id, client_id, 0, terms, now, progress, now, now, triggered=False, manner=manner)
        if terms.transmit:
            self._send(order, now)
        self.orders.append(order)
        self._live.append(order)
        self._by_id[client_id, order_id] = order
        self._announce(order)
        if manner.rejection is not None:
            self._reject(order, now, *manner.rejection)

    def _send(self, order: BookedOrder, now: datetime) -> None:
        check_margin(self.account, self.price, order)
        order.perm_id = self._ids.order()
        schedule(order, now)

    def _announce(self, order: BookedOrder) -> None:
        self._tell(order)
        if order.active and order.works_from > self._now:
            self._news.append(OrderNotice(order.client_id, order.order_id, 399, held_text(order)))

    def _change(self, order: BookedOrder, terms: OrderTerms, now: datetime) -> None:
        check_change(order, terms)
        check_terms(terms, now)
        if order.progress is Progress.NOT_SENT and not terms.transmit:
            order.terms = terms
        else:
            changed = replace(order.snapshot(), terms=terms)
            order.triggered &= terms.kind is order.terms.kind
            check_margin(self.account, self.price, changed)
            order.terms = terms
            if not order.perm_id:
                order.perm_id = self._ids.order()
            schedule(order, now)
        self._announce(order)

    def _next(self, until: datetime) -> tuple[datetime, Callable[[], None]] | None:
        """Return the first event of any order before `until`."""
        found = [step for order in self._live if order.active for step in self._steps(order, until)]
        found += self._settlements(until)
        if self._midnight < until:
            found.append((self._midnight, self._turn_day))
        return min(found, key=lambda step: step[0], default=None)

    def _steps(self, order: BookedOrder, until: datetime) -> Iterable[tuple[datetime, Callable[[], None]]]:
        ends = order.expires_at
        if order.progress is Progress.HELD and order.triggered and order.works_from < until:
            yield order.works_from, lambda: self._start(order)
        touch = next_touch(order, self._quotes, min(until, ends) if ends is not None else until)
        if touch is not None:
            # Of two things at one instant, the first one given happens first.
            yield touch.at, lambda: self._reach(order, touch)
        elif ends is not None and ends < until:
            yield ends, lambda: self._end(order, Progress.CANCELLED, ends)

    def _settlements(self, until: datetime) -> Iterable[tuple[datetime, Callable[[], None]]]:
        for position in self.account.open_positions():
            listing = position.listing
            if listing.contract.last_trade_at < until:
                yield listing.contract.last_trade_at, lambda listing=listing: self._settle(listing)  # type: ignore[misc]

    def _turn_day(self) -> None:
        self._equity_at_midnight = self.account.equity(self.price)
        self._midnight = midnight_after(self._now)

    def _settle(self, listing: Listing) -> None:
        last = self.price(listing)
        self.account.settle(listing, last if last is not None else Decimal(0))
        self._news.append(AccountNews(listing.contract.con_id))

    def _start(self, order: BookedOrder) -> None:
        order.progress = Progress.WORKING
        order.looked_until = max(order.looked_until, order.works_from)
        self._tell(order)

    def _reach(self, order: BookedOrder, touch: Touch) -> None:
        order.look_again()
        if touch.price is None:
            order.triggered = True
            order.looked_until = touch.at
            order.progress = Progress.WORKING
            self._tell(order)
            return
        if not order.triggered or order.progress is Progress.HELD:
            order.triggered = True
            order.progress = Progress.WORKING
            self._tell(order)
        self._fill(order, touch)

    def _fill(self, order: BookedOrder, touch: Touch) -> None:
        assert touch.price is not None
        order.looked_until = max(order.looked_until, touch.at)
        manner = order.manner
        while order.remaining and order.looked_until <= touch.at:
            shares = min(order.remaining, manner.largest or order.remaining)
            order.looked_until += manner.pause
            order.filled += shares
            order.paid += shares * touch.price
            order.last_price = touch.price
            if not order.remaining:
                order.progress, order.ended_at = Progress.FILLED, touch.at
            instrument = order.terms.listing.instrument
            self._book(
                order,
                BookedFill(
                    self._ids.execution(),
                    order.snapshot(),
                    touch.at,
                    shares,
                    touch.price,
                    order.filled,
                    order.average,
                    instrument.fee * shares,
                ),
            )

    def _keep(self, order: BookedOrder, fill: BookedFill) -> BookedFill:
        booked = self.account.book(fill)
        order.fills = [known for known in order.fills if known.root != fill.root] + [booked]
        self.fills.append(booked)
        return booked

    def _book(self, order: BookedOrder, fill: BookedFill) -> None:
        booked = self._keep(order, fill)
        self._news.append(FillNews(booked))
        self._tell(order)
        self._news.append(AccountNews(order.terms.listing.contract.con_id))

    def _reject(self, order: BookedOrder, at: datetime, code: int, text: str) -> None:
        order.progress, order.ended_at, order.reason = Progress.REJECTED, at, text
        self._news.append(OrderNotice(order.client_id, order.order_id, code, text))
        self._tell(order)

    def _end(self, order: BookedOrder, progress: Progress, at: datetime, reason: str = "") -> None:
        order.progress, order.ended_at, order.reason = progress, at, reason
        self._news.append(OrderNotice(order.client_id, order.order_id, 202, f"Order Canceled - reason:{reason}"))
        self._tell(order)

    def _tell(self, order: BookedOrder) -> None:
        self._news.append(OrderNews(order.snapshot()))
