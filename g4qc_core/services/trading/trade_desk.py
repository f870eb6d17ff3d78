"""The order desk: from a decision to orders at the broker, each stored before it is sent, none sent twice.

A decision gets its orders once. Orders of earlier decisions of the same spec are ended first; until they are, the
decision waits. An order that was sent is never sent again: what became of it is heard, or found by reconciliation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from g4qc_core.errors import GatewayDisconnected, RequestRejected
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.trading.order_book import OrderBook
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import Broker, OrderTicket, OrderType, TradedContract
from g4qc_core.trading.intents import DecisionState, Order, TradeDecision
from g4qc_core.trading.order_states import Cause, OrderState
from g4qc_core.trading.trading_plan import TradedSpec

Gate = Callable[[Order], str | None]
"""Returns the reason against an order, as a sentence; None if it may leave."""

_ASK_AGAIN = timedelta(seconds=15)


@dataclass(frozen=True)
class TradedMonths:
    """An instrument and the contracts of it that may be traded, by month."""

    instrument: Instrument
    contracts: Mapping[str, TradedContract]


class TradeDesk:
    """Makes and sends the orders of one account.

    Args:
        book: the orders of the account.
        stores: of the database.
        gate: applied to every order before it leaves.
        tell: receives level, subject and words of what a person should know.
    """

    def __init__(self, book: OrderBook, stores: Stores, gate: Gate, tell: Callable[[str, str, str], None]) -> None:
        self._book, self._stores, self._gate, self._tell = book, stores, gate, tell
        self._broker: Broker | None = None
        self._next_id = 1
        self._waiting: dict[str, tuple[TradeDecision, TradedSpec, TradedMonths]] = {}

    def connect(self, broker: Broker | None) -> None:
        """Use a connection from now on; None: there is none."""
        self._broker = broker
        if broker is not None:
            used = self._stores.orders.highest_id(self._book.account, broker.client_id)
            seen = max((order.order_id or 0 for order in self._book.unended()), default=0)
            self._next_id = max(broker.next_order_id, used + 1, seen + 1, self._next_id)

    def new_id(self) -> int:
        """Return an order id that was never used."""
        number, self._next_id = self._next_id, self._next_id + 1
        return number

    def raise_ids(self, seen: int) -> None:
        """Use only order ids above one that was seen."""
        self._next_id = max(self._next_id, seen + 1)

    def waiting(self) -> list[TradeDecision]:
        """Return the decisions that wait for the end of earlier orders."""
        return [decision for decision, _, _ in self._waiting.values()]

    def decide(self, decision: TradeDecision, how: TradedSpec, traded: TradedMonths) -> bool:
        """Store a decision and send its orders; return False if this bar was decided already.

        Args:
            decision: state and reason are set here.
            how: kind of orders.
            traded: the instrument.
        """
        spec = decision.key.spec
        if self._book.unsettled(spec):
            stored = replace(decision, state=DecisionState.PENDING)
            if not self._stores.orders.decide(stored):
                return False
            self._replace(spec, decision.decided_at)
            self._waiting[spec] = (stored, how, traded)
            self.end_orders(spec, "a later decision replaces it", decision.decided_at)
            self.proceed(decision.decided_at)
            return True
        orders = self._orders(decision, how, traded)
        state = DecisionState.ORDERED if orders else DecisionState.NOTHING
        if not self._stores.orders.decide(replace(decision, state=state), orders):
            return False
        self._replace(spec, decision.decided_at)
        self._send_all(orders, decision.decided_at)
        return True

    def proceed(self, at: datetime) -> None:
        """Make the orders of decisions whose wait is over."""
        for spec, (decision, how, traded) in list(self._waiting.items()):
            if self._book.unsettled(spec):
                self.end_orders(spec, "a later decision replaces it", at)
                continue
            del self._waiting[spec]
            orders = self._orders(decision, how, traded)
            state = DecisionState.ORDERED if orders else DecisionState.NOTHING
            self._stores.orders.fulfil(decision.key, state, orders, at)
            self._send_all(orders, at)

    def give_up(self, spec: str, reason: str, at: datetime) -> None:
        """Skip the decision of a spec that waits, and say why; harmless if none waits."""
        found = self._waiting.pop(spec, None)
        if found is not None:
            self._stores.orders.fulfil(found[0].key, DecisionState.SKIPPED, [], at, reason)
            self._tell("warning", spec, f"The decision on the bar of {found[0].key.bar:%Y-%m-%d %H:%M} UTC was "
                                        f"skipped: {reason}")  # fmt: skip

    def end_orders(self, spec: str | None, why: str, at: datetime) -> None:
        """Drop the orders that were never sent and ask for the end of the others; of all specs if `spec` is None.

        An order that the broker has not confirmed is left alone until it is confirmed or found to be lost.
        """
        for order in self._book.open_orders(spec):
            if order.state is OrderState.PLANNED:
                self._book.move(order, Cause.DROP, "drop", {"why": why}, at, why=why)
            elif order.cancel_at is None and order.state is not OrderState.SENT:
                self._cancel(order, why, at)

    def repeat_cancels(self, at: datetime) -> None:
        """Ask again for the end of orders whose cancel has led to nothing: a cancel may be lost on its way."""
        for order in self._book.open_orders():
            asked = order.cancel_at
            if order.state is OrderState.CANCELLING and (asked is None or at - asked >= _ASK_AGAIN):
                self._tell("warning", order.ref, f"The cancel of {_words(order)} has led to nothing: asking again.")
                self._cancel(order, "asked again", at)

    def send_planned(self, at: datetime, fresh: Callable[[Order], str | None]) -> None:
        """Send the orders that were stored and never sent, or drop those that are too old.

        Args:
            at: by the gateway's clock, UTC.
            fresh: returns the reason for which an order is too old to be sent; None if it is not.
        """
        for order in self._book.open_orders():
            if order.state is OrderState.PLANNED:
                old = fresh(order)
                if old is None:
                    self._send(order, at)
                else:
                    self._book.move(order, Cause.DROP, "drop", {"why": old}, at, why=old)
                    self._tell("warning", order.ref, f"{_words(order)} was never sent and is dropped: {old}")

    def _cancel(self, order: Order, why: str, at: datetime) -> None:
        broker = self._broker
        if broker is None or order.order_id is None:
            return
        if order.client_id != broker.client_id:
            self._tell("error", order.ref, f"{_words(order)} belongs to client id {order.client_id}: cancel it there.")
            return
        asked = self._book.move(order, Cause.PENDING_CANCEL, "cancel", {"why": why}, at, cancel_at=at)
        try:
            broker.cancel(order.order_id)
        except GatewayDisconnected:
            # Asked again after the next connection: the broker's lists say whether it is still open.
            self._book.change(asked.but(cancel_at=None), "cancel", {"why": "not connected"}, at)

    def _replace(self, spec: str, at: datetime) -> None:
        found = self._waiting.pop(spec, None)
        if found is not None:
            self._stores.orders.fulfil(found[0].key, DecisionState.REPLACED, [], at, "a later decision came first")

    def _orders(self, decision: TradeDecision, how: TradedSpec, traded: TradedMonths) -> list[Order]:
        legs = self._legs(decision, traded)
        return [
            self._order(decision, number, contract, signed, how, traded.instrument, plain=plain)
            for number, (contract, signed, plain) in enumerate(legs, 1)
        ]

    def _legs(self, decision: TradeDecision, traded: TradedMonths) -> Sequence[tuple[TradedContract, int, bool]]:
        """Return contract, contracts and whether only a market order will do, closing legs first."""
        held = {
            holding.month: holding.quantity
            for holding in self._book.holdings(decision.key.spec).values()
            if holding.symbol == decision.symbol and holding.quantity
        }
        legs = [
            (traded.contracts[month], -quantity, True)
            for month, quantity in sorted(held.items())
            if month != decision.contract
        ]
        left = decision.target - held.get(decision.contract, 0)
        if left:
            legs.append((traded.contracts[decision.contract], left, bool(legs) or decision.key.cause != "bar"))
        return legs

    def _order(
        self,
        decision: TradeDecision,
        number: int,
        contract: TradedContract,
        signed: int,
        how: TradedSpec,
        instrument: Instrument,
        *,
        plain: bool,
    ) -> Order:
        limit, stop = (None, None) if plain else prices_of(how, signed, decision.price, instrument.price_step)
        kind: OrderType = "LMT" if limit is not None else "STP" if stop is not None else "MKT"
        return Order(
            ref=decision.key.ref(number),
            decision=decision.key,
            sequence=number,
            contract=contract,
            action="BUY" if signed > 0 else "SELL",
            quantity=abs(signed),
            order_type=kind,
            tif=how.tif,
            planned_at=decision.decided_at,
            limit_price=limit,
            stop_price=stop,
            price=decision.price,
        )

    def _send_all(self, orders: Sequence[Order], at: datetime) -> None:
        self._book.plan(orders)
        for order in orders:
            self._send(order, at)

    def _send(self, order: Order, at: datetime) -> None:
        refused = self._gate(order)
        if refused is not None:
            self._book.move(order, Cause.DROP, "refused", {"why": refused}, at, why=refused)
            self._tell("warning", order.ref, f"{_words(order)} was not sent: {refused}")
            return
        broker = self._broker
        if broker is None:
            return
        number = self.new_id()
        ids = {"client_id": broker.client_id, "order_id": number, "sent_at": at}
        sent = self._book.move(
            order, Cause.SEND, "send", {"order_id": number, "client_id": broker.client_id}, at, **ids
        )
        try:
            broker.place(sent.ticket())
        except GatewayDisconnected as error:
            self._tell("warning", order.ref, f"{_words(order)} may or may not have left: {error}")
            return
        except RequestRejected as error:
            # Nothing has left: the message cannot be written.
            self._book.move(sent, Cause.REJECTED, "refused", {"why": str(error)}, at, why=str(error))
            self._tell("error", order.ref, f"{_words(order)} was not sent: {error}")
            return
        self._tell("info", order.ref, f"{_words(order)} was sent.")


def prices_of(
    how: TradedSpec, signed: int, close: Decimal | None, tick: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    """Return limit and stop price of an order, one of them or none, from the deciding close in points."""
    if how.order == "market" or close is None:
        return None, None
    offset = how.offset_ticks * tick * (1 if signed > 0 else -1)
    return (close - offset, None) if how.order == "limit" else (None, close + offset)


def probe_ticket(order_id: int, contract: TradedContract, account: str) -> OrderTicket:
    """Return an order for one contract, for a question about margin; it is never placed."""
    return OrderTicket(order_id, "g4-margin", contract, "BUY", 1, "MKT", "DAY", account)


def _words(order: Order) -> str:
    price = order.limit_price or order.stop_price
    at = "" if price is None else f" at {price:f}"
    return f"{order.action} {order.quantity} {order.contract.symbol} {order.contract.month} {order.order_type}{at}"
