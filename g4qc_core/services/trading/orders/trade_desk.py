"""The order desk: from decisions to orders at the broker, each stored before it is sent, none sent twice.

Decisions of the same moment are stored in one transaction, each order as sent or refused, and leave after it. A
decision gets its orders once. Orders of earlier decisions of the same spec are ended first; until they are, the
decision waits. An order that was sent is never sent again: what became of it is heard, or found by reconciliation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from g4qc_core.errors import GatewayDisconnected, RequestRejected
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.spec_intent import SpecIntent, TradedMonths
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import Broker, OrderTicket, OrderType, TradedContract
from g4qc_core.trading.intents import DecisionState, Order, TradeDecision
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import Cause, OrderState, moved
from g4qc_core.trading.trading_plan import TradedSpec

Gate = Callable[[Sequence[Order]], Sequence[str | None]]
"""Returns the reason against each order that is to leave after those before it, as a sentence; None if it may leave."""

_ASK_AGAIN = timedelta(seconds=15)
_MOST_TOGETHER = 20


class TradeDesk:
    """Makes and sends the orders of one account.

    Args:
        book: the orders of the account.
        stores: of the database.
        broker: the connection.
        gate: applied to all orders before they leave.
        tell: receives level, subject and words of what a person should know.
    """

    def __init__(
        self, book: OrderBook, stores: Stores, broker: Broker, gate: Gate, tell: Callable[[str, str, str], None]
    ) -> None:
        self._book, self._stores, self._broker, self._gate, self._tell = book, stores, broker, gate, tell
        used = stores.orders.highest_id(book.account, broker.client_id)
        seen = max((order.order_id or 0 for order in book.unended()), default=0)
        self._next_id = max(broker.next_order_id, used + 1, seen + 1)
        self._wanted: list[SpecIntent] = []
        self._waiting: dict[str, SpecIntent] = {}

    def new_id(self) -> int:
        """Return an order id that was never used."""
        number, self._next_id = self._next_id, self._next_id + 1
        return number

    def raise_ids(self, seen: int) -> None:
        """Use only order ids above one that was seen."""
        self._next_id = max(self._next_id, seen + 1)

    def waiting(self) -> list[TradeDecision]:
        """Return the decisions that wait for the end of earlier orders."""
        return [intent.decision for intent in self._waiting.values()]

    def want(self, intent: SpecIntent) -> None:
        """Take a decision, which is stored and carried out by the next `carry_out`, together with others."""
        if len(self._wanted) >= _MOST_TOGETHER or any(
            one.spec == intent.spec and not one.skipped for one in self._wanted
        ):
            self.carry_out()
        self._wanted.append(intent)

    def decide(self, intent: SpecIntent) -> bool:
        """Store a decision and send its orders now; return False if this bar was decided already."""
        self.carry_out()
        self._wanted.append(intent)
        return intent.decision.key in self.carry_out()

    def carry_out(self) -> set[DecisionKey]:
        """Store the wanted decisions and their orders in one transaction, then send the orders that may leave.

        Returns:
            The keys of those that were not decided before.
        """
        wanted, self._wanted = self._wanted, []
        if not wanted:
            return set()
        made = self._gated([self._made(intent) for intent in wanted])
        keys = self._stores.orders.decide_all([(intent.decision, orders) for intent, orders in made])
        new = [(intent, orders) for intent, orders in made if intent.decision.key in keys]
        replaced = [self._waiting.pop(intent.spec, None) for intent, _ in new if not intent.skipped]
        self._leave([order for _, orders in new for order in orders])
        for intent, _ in new:
            if intent.words is not None:
                self._tell(intent.words[0], intent.spec, intent.words[1])
        for old in filter(None, replaced):
            why = "a later decision came first"
            self._stores.orders.fulfil(old.decision.key, DecisionState.REPLACED, [], old.decision.decided_at, why)
        self._wait_for([intent for intent, _ in new if intent.decision.state is DecisionState.PENDING])
        return keys

    def proceed(self, at: datetime) -> None:
        """Make the orders of decisions whose wait is over."""
        for spec, intent in list(self._waiting.items()):
            if self._book.unsettled(spec):
                self.end_orders(spec, "a later decision replaces it", at)
                continue
            del self._waiting[spec]
            [(_, orders)] = self._gated([self._made(intent)])
            state = DecisionState.ORDERED if orders else DecisionState.NOTHING
            self._stores.orders.fulfil(intent.decision.key, state, orders, at)
            self._leave(orders)

    def give_up(self, spec: str, reason: str, at: datetime) -> None:
        """Skip the decision of a spec that waits, and say why; harmless if none waits."""
        found = self._waiting.pop(spec, None)
        if found is not None:
            key = found.decision.key
            self._stores.orders.fulfil(key, DecisionState.SKIPPED, [], at, reason)
            self._tell("warning", spec, f"The decision on the bar of {key.bar:%Y-%m-%d %H:%M} UTC was skipped: "
                                        f"{reason}")  # fmt: skip

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

    def _cancel(self, order: Order, why: str, at: datetime) -> None:
        if order.order_id is None:
            return
        if order.client_id != self._broker.client_id:
            self._tell("error", order.ref, f"{_words(order)} belongs to client id {order.client_id}: cancel it there.")
            return
        asked = self._book.move(order, Cause.PENDING_CANCEL, "cancel", {"why": why}, at, cancel_at=at)
        try:
            self._broker.cancel(order.order_id)
        except GatewayDisconnected:
            # Asked again after the next connection: the broker's lists say whether it is still open.
            self._book.change(asked.but(cancel_at=None), "cancel", {"why": "not connected"}, at)

    def _wait_for(self, pending: Sequence[SpecIntent]) -> None:
        """Let decisions wait for the end of earlier orders, and ask for it."""
        for intent in pending:
            self._waiting[intent.spec] = intent
            self.end_orders(intent.spec, "a later decision replaces it", intent.decision.decided_at)
        if pending:
            self.proceed(pending[-1].decision.decided_at)

    def _made(self, intent: SpecIntent) -> tuple[SpecIntent, list[Order]]:
        """Return an intent with its state and its orders, none of which has passed the gate."""
        if intent.skipped:
            return intent, []
        if self._book.unsettled(intent.spec):
            return intent.but(DecisionState.PENDING), []
        legs = self._legs(intent.decision, intent.traded)
        orders = [
            self._order(intent.decision, number, contract, signed, intent.how, intent.traded.instrument, plain=plain)
            for number, (contract, signed, plain) in enumerate(legs, 1)
        ]
        return intent.but(DecisionState.ORDERED if orders else DecisionState.NOTHING), orders

    def _gated(self, made: Sequence[tuple[SpecIntent, list[Order]]]) -> list[tuple[SpecIntent, list[Order]]]:
        """Return the orders as sent, with an id, or as dropped, with the reason, where the gate refuses."""
        planned = [order for _, orders in made for order in orders]
        if not planned:
            return list(made)
        reasons = iter(self._gate(planned))
        return [(intent, [self._judged(order, next(reasons)) for order in orders]) for intent, orders in made]

    def _judged(self, order: Order, refused: str | None) -> Order:
        if refused is not None:
            return order.but(state=moved(order.state, Cause.DROP), why=refused)
        return order.but(state=moved(order.state, Cause.SEND), **self._ids(order.planned_at))

    def _ids(self, at: datetime) -> dict[str, object]:
        """Return what an order gets when it is sent; the id is used up."""
        return {"client_id": self._broker.client_id, "order_id": self.new_id(), "sent_at": at}

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

    def _leave(self, orders: Sequence[Order]) -> None:
        """Send those of these stored orders that are stored as sent, and say what became of all."""
        self._book.plan(orders)
        told = [self._place(order) for order in orders if order.state is OrderState.SENT]
        for level, ref, words in told:
            self._tell(level, ref, words)
        for order in orders:
            if order.state is OrderState.DROPPED:
                self._tell("warning", order.ref, f"{_words(order)} was not sent: {order.why}")

    def _place(self, order: Order) -> tuple[str, str, str]:
        """Send an order that is stored as sent; return level, subject and words of what became of it."""
        try:
            self._broker.place(order.ticket())
        except GatewayDisconnected as error:
            return "warning", order.ref, f"{_words(order)} may or may not have left: {error}"
        except RequestRejected as error:
            # Nothing has left: the message cannot be written.
            why, at = str(error), order.sent_at or order.planned_at
            self._book.move(order, Cause.REJECTED, "refused", {"why": why}, at, why=why)
            return "error", order.ref, f"{_words(order)} was not sent: {error}"
        return "info", order.ref, f"{_words(order)} was sent."


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
