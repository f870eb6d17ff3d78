"""The order book ends in the same state whatever the order and the repetition of the broker's messages."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import Commission, Execution, OpenOrder, OrderStatus, TradedContract
from g4qc_core.trading.intents import DecisionState, Order, TradeDecision
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import FINAL, Cause, OrderState

BAR = datetime(2026, 10, 6, 14, tzinfo=UTC)
ES = TradedContract("ES", "202612", 495512563, "CME", "USD")
CLIENT = 21
Event = OpenOrder | OrderStatus | Execution | Commission


def sent(book: OrderBook, stores: Stores, number: int, signed: int) -> Order:
    """An order of its own decision that has been sent."""
    key = DecisionKey(book.account, "paper", "bar", BAR + timedelta(hours=number))
    decision = TradeDecision(key, "ES", ES.month, "1h", "f", signed, 0, None, key.bar, DecisionState.ORDERED)
    action = "BUY" if signed > 0 else "SELL"
    order = Order(key.ref(1), key, 1, ES, action, abs(signed), "MKT", "DAY", key.bar)  # type: ignore[arg-type]
    assert stores.orders.decide(decision, [order])
    book.plan([order])
    ids = {"client_id": CLIENT, "order_id": number + 1, "sent_at": key.bar}
    return book.move(order, Cause.SEND, "send", {}, key.bar, **ids)


def life(order: Order, parts: list[int], corrected: list[bool], *, cancelled: bool) -> list[Event]:
    """What the broker says of an order that fills in parts, some of them corrected, and is then full or cancelled."""
    number, perm_id, side = order.order_id or 0, 9000 + (order.order_id or 0), 1 if order.action == "BUY" else -1
    opened = OpenOrder(
        number, perm_id, CLIENT, order.ref, order.decision.account, ES.con_id, "ES", order.action, order.quantity,
        "MKT", "Submitted",
    )  # fmt: skip
    events: list[Event] = [opened, OrderStatus(number, perm_id, CLIENT, "Submitted", 0, order.quantity, Decimal(0))]
    done = 0
    for at, (size, again) in enumerate(zip(parts, corrected, strict=True)):
        done += size
        fill = Execution(
            f"{order.decision.account}.{number}.{at}.01", number, perm_id, CLIENT, order.ref, order.decision.account,
            ES.con_id, "ES", side * size, Decimal(5000 + at), BAR + timedelta(minutes=number * 10 + at),
        )  # fmt: skip
        events += [fill, Commission(fill.exec_id, Decimal("2.25") * size, "USD")]
        if again:
            fixed = replace(fill, exec_id=f"{fill.exec_id[:-2]}02", price=fill.price + 1)
            events += [fixed, Commission(fixed.exec_id, Decimal("2.25") * size, "USD")]
        left = order.quantity - done
        word = "Submitted" if left else "Filled"
        events.append(OrderStatus(number, perm_id, CLIENT, word, done, left, Decimal(5000)))
    if cancelled and done < order.quantity:
        events.append(OrderStatus(number, perm_id, CLIENT, "Cancelled", done, order.quantity - done, Decimal(5000)))
    return events


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, list[int], list[bool], bool]]:
    """Some orders: contracts, signed; sizes of their fills; which are corrected; whether the rest is cancelled."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        parts = draw(st.lists(st.integers(1, 3), max_size=3))
        rest = draw(st.integers(0 if parts else 1, 2))
        signed = (sum(parts) + rest) * draw(st.sampled_from([1, -1]))
        found.append((signed, parts, [draw(st.booleans()) for _ in parts], bool(rest)))
    return found


@given(lives(), st.integers(0, 2**32))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_and_repetition_change_nothing(
    embedded_database: Database, orders: list[tuple[int, list[int], list[bool], bool]], seed: int
) -> None:
    stores, shuffle = Stores(embedded_database), random.Random(seed)
    book = OrderBook(f"DU{uuid4().hex[:12]}", stores)
    book.name_contracts([ES])
    events: list[Event] = []
    planned = []
    for number, (signed, parts, corrected, cancelled) in enumerate(orders):
        order = sent(book, stores, number, signed)
        planned.append((order, sum(parts), parts, corrected))
        events += life(order, parts, corrected, cancelled=cancelled)
    told = events + shuffle.sample(events, shuffle.randint(0, len(events)))
    shuffle.shuffle(told)
    for event in told:
        assert book.hear(event, CLIENT, BAR).problems == []
    expected = sum(done if order.action == "BUY" else -done for order, done, _, _ in planned)
    for order, done, _, _ in planned:
        known = book.find(order.ref)
        assert known is not None
        assert (known.filled, known.filled + abs(known.remaining)) == (done, known.quantity)
        assert known.state is (OrderState.FILLED if done == order.quantity else OrderState.CANCELLED)
        assert book.filled(order.ref) == done
    assert sum(one.quantity for one in book.holdings().values()) == expected
    paid = sum((one.commissions for one in book.holdings().values()), Decimal(0))
    assert paid == Decimal("2.25") * sum(done for _, done, _, _ in planned)
    assert sum(one.uncosted for one in book.holdings().values()) == 0
    before = book.holdings(), [book.find(order.ref) for order, *_ in planned]
    shuffle.shuffle(told)
    for event in told:
        heard = book.hear(event, CLIENT, BAR)
        assert (heard.orders, heard.fills, heard.problems) == ([], [], [])
    again = OrderBook(book.account, stores)
    for one in (book, again):
        assert (one.holdings(), [one.find(order.ref) for order, *_ in planned]) == before
    assert again.unended() == []


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_has_ended_has_ended(state: OrderState) -> None:
    from g4qc_core.trading.order_states import TABLE

    assert OrderState.SENT not in TABLE[state].values()
    assert OrderState.PLANNED not in TABLE[state].values()
