"""A broker and the simulated gateway, which share no code, trade over every protocol version of the installed build."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from g4qc_core.errors import ClientIdInUse, ReadOnlyGateway, RequestRejected
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.instruments.registry import load_registry
from g4qc_core.trading.broker import (
    BrokerEvent,
    Commission,
    Execution,
    LinkChanged,
    LiveBar,
    OpenOrder,
    OrderProblem,
    OrderStatus,
    OrderTicket,
    TradedContract,
)
from tests.core.ib.orders.brokers import PATIENCE, drained
from tests.fixtures.gateway import NOW

OPEN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""Friday, within the session of ES."""
CLOSE = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
FAR = Decimal(100)
VERSIONS = [one for one in (157, 163, 166, 169, 176, 178, 192, 200) if one <= Build.installed().newest]

Maker = Callable[..., SimulatedGateway]


@pytest.fixture
def clock() -> GatewayClock:
    """The gateway's clock, which tests set forward."""
    return GatewayClock(OPEN, frozen=True)


@pytest.fixture(params=VERSIONS)
def gateway(request: pytest.FixtureRequest, make_gateway: Maker, clock: GatewayClock) -> SimulatedGateway:
    """A gateway within a session, once for every protocol version."""
    return make_gateway(clock=clock, max_version=request.param)


@pytest.fixture
def newest(make_gateway: Maker, clock: GatewayClock) -> SimulatedGateway:
    """A gateway within a session that speaks the newest protocol of the installed build."""
    return make_gateway(clock=clock, max_version=VERSIONS[-1])


def broker_of(gateway: SimulatedGateway, client_id: int = 21) -> IbBroker:
    return IbBroker.connect("127.0.0.1", gateway.port, client_id, PATIENCE, PATIENCE)


@pytest.fixture(scope="module")
def december() -> TradedContract:
    """The front contract, as a chain names it."""
    es = load_registry()["ES"]
    clock = GatewayClock(NOW, frozen=True)
    with (
        SimulatedGateway(SyntheticMarket({"ES": es}), clock=clock) as gateway,
        IbSource("127.0.0.1", gateway.port, 11, PATIENCE, PATIENCE) as source,
    ):
        contract = next(one for one in source.chain(es) if one.month == "202612")
    return TradedContract("ES", contract.month, contract.con_id, contract.exchange, contract.currency)


def ticket(contract: TradedContract, order_id: int, quantity: int = 2, **changes: object) -> OrderTicket:
    known: dict[str, object] = {
        "order_id": order_id,
        "ref": f"sma-{order_id}",
        "contract": contract,
        "action": "BUY",
        "quantity": quantity,
        "order_type": "MKT",
        "tif": "DAY",
        "account": "SIM000001",
    }
    return OrderTicket(**(known | changes))  # type: ignore[arg-type]


def until(broker: IbBroker, last: Callable[[BrokerEvent], bool]) -> list[BrokerEvent]:
    """The events up to the first that is the last."""
    heard: list[BrokerEvent] = []
    while not (heard and last(heard[-1])):
        event = broker.event(PATIENCE)
        assert event is not None, heard
        heard.append(event)
    return heard


def has_status(word: str) -> Callable[[BrokerEvent], bool]:
    return lambda event: isinstance(event, OrderStatus) and event.status == word


def test_an_order_is_filled_listed_and_counted(gateway: SimulatedGateway, december: TradedContract) -> None:
    with broker_of(gateway) as broker:
        assert broker.protocol == gateway._max_version
        order_id = broker.next_order_id
        broker.place(ticket(december, order_id))
        heard = until(broker, lambda event: isinstance(event, Commission))
        (opened, *_) = [one for one in heard if isinstance(one, OpenOrder)]
        (fill,) = [one for one in heard if isinstance(one, Execution)]
        cost = heard[-1]
        assert (opened.ref, opened.quantity, opened.order_type, opened.client_id) == (f"sma-{order_id}", 2, "MKT", 21)
        assert opened.limit_price is opened.stop_price is None
        assert (fill.ref, fill.quantity, fill.con_id, fill.at) == (opened.ref, 2, december.con_id, OPEN)
        assert fill.perm_id == opened.perm_id > 0
        assert isinstance(cost, Commission)
        assert (cost.exec_id, cost.currency, cost.realized) == (fill.exec_id, "USD", None)
        assert cost.amount > 0
        assert broker.executions() == ([fill], [cost])
        (position,) = broker.positions()
        assert (position.con_id, position.quantity) == (december.con_id, 2)
        assert position.average_cost == pytest.approx(fill.price * 50 + cost.amount / 2)
        assert broker.open_orders() == []
        (completed,) = broker.completed_orders()
        assert (completed.perm_id, completed.ref, completed.status) == (fill.perm_id, fill.ref, "Filled")
        assert completed.filled == completed.quantity == 2
        values = broker.account_values()
        assert values["NetLiquidation"] > values["AvailableFunds"] > 0
        assert broker.fresh_order_id() > order_id


def test_an_order_works_and_is_cancelled(gateway: SimulatedGateway, december: TradedContract) -> None:
    with broker_of(gateway) as broker:
        limit = Decimal("5000.25")
        broker.place(ticket(december, 5, action="BUY", order_type="LMT", limit_price=limit, tif="GTC"))
        until(broker, has_status("Submitted"))
        broker.place(ticket(december, 6, order_type="STP", stop_price=Decimal(90000)))
        until(broker, has_status("PreSubmitted"))
        first, second = broker.open_orders()
        assert (first.order_id, first.limit_price, first.stop_price, first.tif) == (5, limit, None, "GTC")
        assert (second.order_id, second.limit_price, second.stop_price, second.tif) == (6, None, Decimal(90000), "DAY")
        broker.cancel(5)
        heard = until(broker, has_status("Cancelled"))
        if not any(isinstance(one, OrderProblem) for one in heard):
            heard += until(broker, lambda event: isinstance(event, OrderProblem))
        assert [one.code for one in heard if isinstance(one, OrderProblem)] == [202]
        broker.cancel(5)
        assert getattr(until(broker, lambda event: isinstance(event, OrderProblem))[-1], "code", None) == 10148
        broker.cancel(77)
        assert getattr(until(broker, lambda event: isinstance(event, OrderProblem))[-1], "code", None) == 10147
        assert [one.order_id for one in broker.open_orders()] == [6]


def test_what_an_order_would_change_is_told_and_nothing_is_placed(
    gateway: SimulatedGateway, december: TradedContract
) -> None:
    with broker_of(gateway) as broker:
        effect = broker.what_if(ticket(december, broker.next_order_id))
        assert effect.initial_after is not None
        assert effect.maintenance_after is not None
        assert effect.equity is not None
        assert effect.initial_after >= effect.maintenance_after > 0
        assert effect.commission is not None
        assert effect.commission > 0
        with pytest.raises(RequestRejected, match="321"):
            broker.what_if(ticket(december, broker.next_order_id, account="DU7"))
        assert broker.open_orders() == []
        assert broker.positions() == []
        assert [type(one) for one in drained(broker)] == [LinkChanged]


def test_an_order_fills_in_parts(make_gateway: Maker, clock: GatewayClock, december: TradedContract) -> None:
    script = FaultScript.parse('[[fault]]\ndo = "partial_fills"\nseconds = 5')
    for version in VERSIONS:
        gateway = make_gateway(clock=clock, max_version=version, script=script)
        with broker_of(gateway) as broker:
            broker.place(ticket(december, broker.next_order_id, 3))
            heard = until(broker, has_filled(1))
            for filled in (2, 3):
                clock.advance(timedelta(seconds=5))
                heard += until(broker, has_filled(filled))
            while len([one for one in heard if isinstance(one, Commission)]) < 3:
                heard += until(broker, lambda event: isinstance(event, Commission))
            fills = [one for one in heard if isinstance(one, Execution)]
            assert [one.quantity for one in fills] == [1, 1, 1]
            assert len({one.exec_id for one in fills}) == 3
            counts = [one.filled for one in heard if isinstance(one, OrderStatus)]
            assert counts == sorted(counts)
            (position,) = broker.positions()
            assert position.quantity == 3


def has_filled(count: int) -> Callable[[BrokerEvent], bool]:
    return lambda event: isinstance(event, OrderStatus) and event.filled == count


def test_refusals_name_the_order(gateway: SimulatedGateway, december: TradedContract) -> None:
    with broker_of(gateway) as broker:
        broker.place(ticket(december, 3, order_type="LMT", limit_price=Decimal("5000.1")))
        problem = until(broker, lambda event: isinstance(event, OrderProblem))[-1]
        assert (getattr(problem, "order_id", None), getattr(problem, "code", None)) == (3, 110)
        broker.place(ticket(december, 4, 100_000))
        problem = until(broker, lambda event: isinstance(event, OrderProblem))[-1]
        assert (getattr(problem, "order_id", None), getattr(problem, "code", None)) == (4, 201)


def test_what_happened_while_nobody_was_connected_is_listed(
    gateway: SimulatedGateway, clock: GatewayClock, december: TradedContract
) -> None:
    with broker_of(gateway) as broker:
        price = until_filled(broker, ticket(december, broker.next_order_id)).price
        broker.place(ticket(december, 9, action="SELL", order_type="LMT", limit_price=price + 1, tif="GTC"))
        until(broker, has_status("Submitted"))
    clock.set(CLOSE - timedelta(minutes=1))
    with broker_of(gateway) as broker:
        assert broker.next_order_id > 9
        fills, costs = broker.executions()
        assert [one.quantity for one in fills] == [2, -2]
        assert {one.exec_id for one in costs} == {one.exec_id for one in fills}
        closing = next(one for one in costs if one.exec_id == fills[1].exec_id)
        assert closing.realized == pytest.approx(100 - sum(one.amount for one in costs))
        assert broker.positions() == []
        assert broker.open_orders() == []


def until_filled(broker: IbBroker, sent: OrderTicket) -> Execution:
    broker.place(sent)
    fill = until(broker, lambda event: isinstance(event, Execution))[-1]
    assert isinstance(fill, Execution)
    return fill


def test_another_client_s_orders_are_listed_and_a_client_id_is_used_once(
    newest: SimulatedGateway, december: TradedContract
) -> None:
    with broker_of(newest) as broker, broker_of(newest, 31) as other:
        other.place(ticket(december, 1, order_type="LMT", limit_price=Decimal(5000)))
        until(other, has_status("Submitted"))
        (found,) = broker.open_orders()
        assert (found.client_id, found.order_id) == (31, 1)
        with pytest.raises(ClientIdInUse):
            broker_of(newest, 31)


def test_a_read_only_gateway_says_so_at_every_question_about_orders(
    make_gateway: Maker, clock: GatewayClock, december: TradedContract
) -> None:
    rules = TradingRules(read_only=True)
    gateway = make_gateway(clock=clock, max_version=VERSIONS[-1], trading=rules)
    with broker_of(gateway) as broker:
        for ask in (broker.open_orders, broker.completed_orders, lambda: broker.what_if(ticket(december, 1))):
            with pytest.raises(ReadOnlyGateway):
                ask()
        assert broker.read_only is not None
        assert broker.positions() == []


def test_live_bars_follow_the_clock(gateway: SimulatedGateway, clock: GatewayClock, december: TradedContract) -> None:
    def is_live(event: BrokerEvent) -> bool:
        return isinstance(event, LiveBar) and event.source == "updates"

    with broker_of(gateway) as broker:
        broker.subscribe(december, sessions=1)
        history = [broker.event(PATIENCE)]
        while (event := broker.event(0.5)) is not None:
            history.append(event)
        assert all(isinstance(one, LiveBar) and one.source == "history" for one in history)
        starts = [one.start for one in history if isinstance(one, LiveBar)]
        assert starts == sorted(set(starts))
        assert OPEN - timedelta(minutes=2) <= starts[-1] <= OPEN
        clock.advance(timedelta(seconds=30))
        (live,) = until(broker, is_live)
        assert isinstance(live, LiveBar)
        assert live.start == OPEN
        clock.advance(timedelta(seconds=45))
        heard = until(broker, lambda event: isinstance(event, LiveBar) and event.start > OPEN)
        finished = [one for one in heard if isinstance(one, LiveBar) and one.start == OPEN][-1]
        assert finished.low <= live.low <= live.high <= finished.high
        assert (finished.open, finished.volume >= live.volume) == (live.open, True)


def test_the_clock_is_the_gateway_s(newest: SimulatedGateway, clock: GatewayClock) -> None:
    with IbBroker.connect("127.0.0.1", newest.port, 21, PATIENCE, PATIENCE, time_interval=0.0) as broker:
        assert OPEN <= broker.now() < OPEN + timedelta(seconds=PATIENCE)
        clock.advance(timedelta(hours=1))
        while broker.now() < OPEN + timedelta(hours=1):
            broker.event(0.01)
