"""Decisions of one moment: stored in one transaction before the first order leaves, judged and sent once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import event

from g4qc_core.errors import GatewayDisconnected
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.spec_intent import SpecIntent, TradedMonths
from g4qc_core.services.trading.orders.trade_desk import TradeDesk
from g4qc_core.services.trading.risk_desk import RiskDesk
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import Broker, OrderTicket, TradedContract
from g4qc_core.trading.intents import DecisionState, Order, TradeDecision
from g4qc_core.trading.limits import TradingLimits
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import OrderState
from g4qc_core.trading.trading_plan import TradedSpec

BAR = datetime(2026, 10, 6, 14, tzinfo=UTC)
ES = TradedContract("ES", "202612", 495512563, "CME", "USD")
TRADED = TradedMonths(load_registry()["ES"], {"202612": ES})
TEN = [f"spec{number}" for number in range(10)]


class Wire:
    """A connection that looks into the database when an order leaves, and may break at one of them."""

    client_id = 21
    next_order_id = 5

    def __init__(self, stores: Stores, breaks_at: int = 0) -> None:
        self.stores, self.breaks_at = stores, breaks_at
        self.left = 0
        self.placed: list[tuple[OrderTicket, Order | None]] = []

    def place(self, ticket: OrderTicket) -> None:
        """Take an order."""
        self.left += 1
        self.placed.append((ticket, self.stores.orders.order(ticket.ref)))
        if len(self.placed) == self.breaks_at:
            raise GatewayDisconnected("The connection broke.")


def intent(account: str, spec: str, target: int = 1, bar: datetime = BAR, held: int = 0) -> SpecIntent:
    """A decision to hold so many contracts of ES."""
    key = DecisionKey(account, spec, "bar", bar)
    decision = TradeDecision(key, "ES", "202612", "1min", "f", target, held, Decimal(5000), bar)
    return SpecIntent(decision, TradedSpec(name=spec), TRADED, ("info", f"{spec} moves"))


def desk_of(stores: Stores, account: str, wire: Wire, refused: Sequence[str] = ()) -> tuple[TradeDesk, list[str]]:
    """A desk whose gate refuses the orders of some specs, and what it tells."""
    said: list[str] = []

    def gate(orders: Sequence[Order]) -> list[str | None]:
        return ["It may not." if order.decision.spec in refused else None for order in orders]

    book, connection = OrderBook(account, stores), cast("Broker", wire)
    desk = TradeDesk(book, stores, connection, gate, lambda *words: said.append(" ".join(words)))
    return desk, said


@contextmanager
def commits(stores: Stores, wire: Wire) -> Iterator[list[int]]:
    """For each commit, the number of orders that had left."""
    found: list[int] = []

    def note(_: Any) -> None:
        found.append(wire.left)

    event.listen(stores.database.engine, "commit", note)
    try:
        yield found
    finally:
        event.remove(stores.database.engine, "commit", note)


def test_ten_orders_cost_one_transaction_before_the_first_leaves(embedded_database: Database) -> None:
    stores, account = Stores(embedded_database), f"DU{uuid4().hex[:12]}"
    wire = Wire(stores)
    desk, said = desk_of(stores, account, wire, refused=["spec3"])
    for spec in TEN:
        desk.want(intent(account, spec))
    assert stores.orders.decisions(account) == []
    with commits(stores, wire) as found:
        assert len(desk.carry_out()) == 10
    assert found.count(0) == 1
    sent = [spec for spec in TEN if spec != "spec3"]
    assert [stored and stored.decision.spec for _, stored in wire.placed] == sent
    for ticket, stored in wire.placed:
        assert stored is not None
        assert (stored.state, stored.order_id, stored.client_id) == (OrderState.SENT, ticket.order_id, 21)
    assert sorted(ticket.order_id for ticket, _ in wire.placed) == list(range(5, 14))
    orders = {order.decision.spec: order for order in stores.orders.orders(account)}
    assert (orders["spec3"].state, orders["spec3"].why) == (OrderState.DROPPED, "It may not.")
    kinds = {spec: [one["kind"] for one in stores.orders.events(order.ref)] for spec, order in orders.items()}
    assert kinds == {spec: ["send"] for spec in sent} | {"spec3": ["refused"]}
    assert {one.state for one in stores.orders.decisions(account)} == {DecisionState.ORDERED}
    assert {f"info {spec} {spec} moves" for spec in TEN} <= set(said)


def test_what_was_decided_is_not_decided_again(embedded_database: Database) -> None:
    stores, account = Stores(embedded_database), f"DU{uuid4().hex[:12]}"
    wire = Wire(stores)
    desk, _ = desk_of(stores, account, wire)
    desk.want(intent(account, "spec1"))
    desk.carry_out()
    again, said = desk_of(stores, account, wire)
    for spec in ("spec1", "spec2"):
        again.want(replace(intent(account, spec), words=("info", "it moves")))
    assert {key.spec for key in again.carry_out()} <= {"spec2"}
    assert [ticket.ref for ticket, _ in wire.placed].count(intent(account, "spec1").decision.key.ref(1)) == 1
    assert "info spec1 it moves" not in said


def test_a_broken_connection_doubles_nothing(embedded_database: Database) -> None:
    stores, account = Stores(embedded_database), f"DU{uuid4().hex[:12]}"
    wire = Wire(stores, breaks_at=3)
    desk, said = desk_of(stores, account, wire)
    for spec in TEN:
        desk.want(intent(account, spec))
    desk.carry_out()
    assert {order.state for order in stores.orders.orders(account)} == {OrderState.SENT}
    assert sum("may or may not have left" in words for words in said) == 1
    another = Wire(stores)
    later, _ = desk_of(stores, account, another)
    for spec in TEN:
        later.want(intent(account, spec))
    assert later.carry_out() == set()
    assert another.placed == []
    assert len({ticket.ref for ticket, _ in wire.placed}) == len(wire.placed) == 10


def test_a_second_decision_of_a_spec_waits_for_the_first(embedded_database: Database) -> None:
    stores, account = Stores(embedded_database), f"DU{uuid4().hex[:12]}"
    wire = Wire(stores)
    desk, _ = desk_of(stores, account, wire)
    desk.want(intent(account, "spec1"))
    desk.want(intent(account, "spec1", 2, BAR + timedelta(minutes=1), held=1))
    desk.carry_out()
    assert [ticket.quantity for ticket, _ in wire.placed] == [1]
    assert [one.state for one in stores.orders.decisions(account)] == [DecisionState.PENDING, DecisionState.ORDERED]
    assert [one.key.bar for one in desk.waiting()] == [BAR + timedelta(minutes=1)]


@pytest.mark.parametrize(("name", "most"), [("orders_per_minute", 7), ("orders_per_day", 4)])
def test_orders_that_leave_together_count_for_each_other(
    embedded_database: Database, tmp_path: Path, name: str, most: int
) -> None:
    stores, account = Stores(embedded_database), f"DU{uuid4().hex[:12]}"
    stores.executions.adopt(account, ("ES", "202612", ES.con_id), 30, Decimal(5000), BAR, "me")
    book = OrderBook(account, stores)
    limits = TradingLimits(**{name: most})
    risk = RiskDesk(account, limits, [], book, {}, stores, KillSwitch(tmp_path, stores))
    orders = [
        Order(key.ref(1), key, 1, ES, "SELL", 1, "MKT", "DAY", BAR)
        for spec in TEN
        for key in [DecisionKey(account, spec, "bar", BAR)]
    ]
    reasons = risk.refusals(orders, BAR)
    assert reasons[:most] == [None] * most
    assert all(reason is not None and f"{name} is {most}" in reason for reason in reasons[most:])
    assert risk.refusals(orders, BAR) == reasons


def test_the_sum_of_all_positions_counts_orders_under_way(embedded_database: Database, tmp_path: Path) -> None:
    stores, account = Stores(embedded_database), f"DU{uuid4().hex[:12]}"
    book = OrderBook(account, stores)
    wire = cast("Broker", Wire(stores))
    desk = TradeDesk(book, stores, wire, lambda orders: [None] * len(orders), lambda *_: None)
    desk.decide(intent(account, "spec1", target=2))
    risk = RiskDesk(account, TradingLimits(contracts_total=3), [], book, {}, stores, KillSwitch(tmp_path, stores))
    key = DecisionKey(account, "spec2", "bar", BAR)
    nq = Order(key.ref(1), key, 1, replace(ES, symbol="NQ"), "BUY", 2, "MKT", "DAY", BAR)
    assert risk.refusals([nq], BAR) == ["All positions would be 4, and contracts_total is 3."]
    assert risk.refusals([nq.but(quantity=1)], BAR) != risk.refusals([nq], BAR)
