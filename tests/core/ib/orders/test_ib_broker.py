"""A broker over a real socket: what is asked, what is heard, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from g4qc_core.errors import (
    ClientIdInUse,
    GatewayDisconnected,
    GatewayError,
    GatewayTimeout,
    ReadOnlyGateway,
    RequestRejected,
    UnreadableAnswer,
)
from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.trading.broker import (
    BrokerPosition,
    Commission,
    Execution,
    Link,
    LinkChanged,
    OpenOrder,
    OrderProblem,
    OrderStatus,
)
from tests.core.ib.orders import order_frames as frames
from tests.core.ib.orders.brokers import NOW, PATIENCE, Desk, all_events, connected, drained, events
from tests.core.ib.scripted import Peer, error, frame, scripted

AT = datetime(2025, 11, 28, 16, 0, tzinfo=UTC)
FILL = Execution(
    exec_id="0000e0d5.1.01.01",
    order_id=7,
    perm_id=1234567890,
    client_id=frames.CLIENT,
    ref="sma-7",
    account=frames.ACCOUNT,
    con_id=frames.CON_ID,
    symbol="ES",
    quantity=1,
    price=Decimal("5900.25"),
    at=AT,
)
OPEN = OpenOrder(
    order_id=7,
    perm_id=1234567890,
    client_id=frames.CLIENT,
    ref="sma-1",
    account=frames.ACCOUNT,
    con_id=frames.CON_ID,
    symbol="ES",
    action="BUY",
    quantity=2,
    order_type="LMT",
    status="Submitted",
    tif="GTC",
    limit_price=Decimal("5900.25"),
)
UNREADABLE = "cannot be read"


def test_the_life_of_an_order_is_heard_in_order() -> None:
    def gateway(desk: Desk) -> None:
        order = desk.expect(3)
        assert order[1:3] == ["7", str(frames.CON_ID)]
        desk.peer.send(frames.open_order(orderRef="sma-7"), frames.status())
        desk.peer.send(frames.execution(), frames.status(filled=1, remaining=1), frames.commission())
        assert desk.expect(4) == ["4", "1", "7"]
        desk.peer.send(
            frames.status(word="Cancelled", filled=1, remaining=1), error(7, 202, "Order Canceled - reason:")
        )

    with connected(gateway) as broker:
        broker.place(frames.ticket())
        heard = events(broker, 5)
        assert [type(one) for one in heard] == [OpenOrder, OrderStatus, Execution, OrderStatus, Commission]
        assert heard[2] == FILL
        assert heard[4] == Commission(FILL.exec_id, Decimal("2.25"), "USD", None)
        broker.cancel(7)
        *heard, end = all_events(broker)
        assert heard == [
            OrderStatus(7, 1234567890, frames.CLIENT, "Cancelled", 1, 1, Decimal("5900.25")),
            OrderProblem(7, 202, "Order Canceled - reason:"),
        ]
        assert isinstance(end, LinkChanged)


def test_what_is_open_done_held_and_worth_is_asked_to_its_end() -> None:
    def gateway(desk: Desk) -> None:
        desk.expect(16)
        other = frames.open_order(0, clientId=0, permId=99, orderRef="", orderType="STP", auxPrice=5800, lmtPrice=0)
        done = frames.open_order(8, permId=98, status="Filled")
        desk.peer.send(frames.open_order(), frames.status(), other, done, frames.open_order(), frame(53, 1))
        desk.expect(99)
        desk.peer.send(frames.completed_order(completedStatus="Filled Size: 2"), frame(102))
        request = desk.expect(7)[2]
        live = frames.execution(exec_id="live.01")
        desk.peer.send(frames.execution(request), live, frames.commission(), frame(55, 1, request))
        desk.expect(61)
        stock = frames.position("0.5", "STK", con_id=5)
        desk.peer.send(frames.position(), frames.position(0, con_id=4), stock, frame(62, 1))
        desk.expect(64)
        summary = desk.expect(62)
        assert "NetLiquidation" in summary[4].split(",")
        for account, tag, value in [
            (frames.ACCOUNT, "NetLiquidation", "100000.50"),
            ("DU7", "NetLiquidation", 5),
            (frames.ACCOUNT, "Cushion", ""),
        ]:
            desk.peer.send(frame(63, 1, summary[2], account, tag, value, "USD"))
        desk.peer.send(frame(64, 1, summary[2]))
        desk.expect(63)
        desk.expect(8)
        desk.peer.send(frame(9, 1, 41))
        desk.idle()

    with connected(gateway) as broker:
        own, by_hand = broker.open_orders()
        assert own == OPEN
        assert (by_hand.order_id, by_hand.ref, by_hand.limit_price, by_hand.stop_price) == (0, "", None, Decimal(5800))
        (completed,) = broker.completed_orders()
        assert completed.completed
        assert completed.quantity == completed.filled == 2
        assert (completed.order_id, completed.client_id, completed.text) == (-1, -1, "Filled Size: 2")
        assert broker.executions() == ([FILL], [Commission(FILL.exec_id, Decimal("2.25"), "USD")])
        cost = Decimal("295012.5")
        assert broker.positions() == [BrokerPosition(frames.ACCOUNT, frames.CON_ID, "ES", 2, cost)]
        assert broker.account_values() == {"NetLiquidation": Decimal("100000.50")}
        assert broker.next_order_id == 1
        assert broker.fresh_order_id() == broker.next_order_id == 41
        assert broker.connected
        fills = [one for one in drained(broker) if isinstance(one, Execution)]
        assert [one.exec_id for one in fills] == ["live.01"]


def test_what_an_order_would_change_is_asked_and_nothing_is_placed() -> None:
    effect = {"whatIf": 1, "initMarginAfter": "17500.5", "maintMarginAfter": "16000", "equityWithLoanAfter": "99000",
              "commission": frames.UNSET, "maxCommission": "4.5", "warningText": "careful"}  # fmt: skip

    def gateway(desk: Desk) -> None:
        asked = desk.expect(3)
        assert asked[1] == "7"
        desk.peer.send(error(7, 399, "Order Message:\nWarning"), frames.open_order(**effect))
        desk.expect(3)
        desk.peer.send(error(8, 201, "Order rejected - reason:INSUFFICIENT EQUITY"))
        desk.idle()

    with connected(gateway) as broker:
        found = broker.what_if(frames.ticket())
        assert (found.initial_after, found.maintenance_after) == (Decimal("17500.5"), Decimal(16000))
        assert (found.equity, found.commission, found.warning) == (Decimal(99000), Decimal("4.5"), "careful")
        with pytest.raises(RequestRejected, match="INSUFFICIENT EQUITY"):
            broker.what_if(frames.ticket(8))
        assert broker.next_order_id == 9
        assert [type(one) for one in drained(broker)] == [LinkChanged]


@pytest.mark.parametrize(
    ("message", "about"),
    [
        (frames.status(filled="1.5"), "message 3"),
        (frames.status(filled="nan"), "message 3"),
        (frame(3, 7, "Submitted"), "message 3"),
        (frames.open_order(totalQuantity="0.5"), "message 5"),
        (frames.open_order(action="HOLD"), "message 5"),
        (frame(5, 7, frames.CON_ID), "message 5"),
        (frames.execution(shares="x"), "message 11"),
        (frames.execution(side="???"), "message 11"),
        (frame(11, -1, 7), "message 11"),
        (frames.commission(amount=frames.UNSET), "message 59"),
        (frame(59, 1), "message 59"),
        (frame(4, 2, 7), "message 4"),
        (frame(9, 1, "x"), "message 9"),
        (frame(9, 1, 2, 3), "message 9"),
    ],
)
def test_a_message_about_orders_that_cannot_be_read_asks_for_a_reconciliation(message: bytes, about: str) -> None:
    def gateway(desk: Desk) -> None:
        desk.peer.send(message, frames.status())

    with connected(gateway) as broker:
        problem, after = events(broker, 2)
        assert isinstance(problem, OrderProblem)
        assert (problem.order_id, problem.code) == (-1, 0)
        assert about in problem.text
        assert UNREADABLE in problem.text
        assert isinstance(after, OrderStatus)


@pytest.mark.parametrize(
    ("head", "broken", "ask"),
    [
        (16, [frames.open_order(totalQuantity="x"), frame(53, 1)], IbBroker.open_orders),
        (16, [frame(53)], IbBroker.open_orders),
        (99, [frames.completed_order(action="?"), frame(102)], IbBroker.completed_orders),
        (61, [frames.position("1.5"), frame(62, 1)], IbBroker.positions),
        (7, [frames.execution(1_000_000_000, shares=""), frame(55, 1, 1_000_000_000)], IbBroker.executions),
    ],
)
def test_a_list_with_a_row_that_cannot_be_read_is_no_list(
    head: int, broken: list[bytes], ask: Callable[[IbBroker], object]
) -> None:
    def gateway(desk: Desk) -> None:
        desk.expect(head)
        desk.peer.send(*broken)
        desk.idle()

    with connected(gateway) as broker, pytest.raises(UnreadableAnswer, match=UNREADABLE):
        ask(broker)


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("20251128-16:00:00", AT),
        ("20251128 10:00:00 US/Central", AT),
        ("20251128  10:00:00", AT),  # the peer's greeting says CST
        ("soon", datetime.fromtimestamp(NOW, UTC)),
    ],
)
def test_the_time_of_an_execution_is_an_instant(time: str, at: datetime) -> None:
    with connected(lambda desk: desk.peer.send(frames.execution(time=time))) as broker:
        fill = events(broker, 1)[0]
        assert isinstance(fill, Execution)
        assert timedelta() <= fill.at - at < timedelta(minutes=1)


def test_what_comes_before_the_time_is_heard_too() -> None:
    def gateway(peer: Peer) -> None:
        peer.start(frames.ACCOUNT)
        peer.send(frames.execution(), frames.execution(exec_id="late.01", time="soon"))
        peer.serve_time(NOW)

    with scripted(gateway) as port, IbBroker.connect("127.0.0.1", port, frames.CLIENT, PATIENCE, PATIENCE) as broker:
        assert [getattr(one, "exec_id", None) for one in all_events(broker)] == [FILL.exec_id, "late.01", None]


def test_fractions_of_others_are_passed_over() -> None:
    def gateway(desk: Desk) -> None:
        desk.peer.send(frames.execution(shares="0.25", sec_type="STK"))
        desk.peer.send(frames.open_order(secType="CASH", totalQuantity="1000.5"))
        desk.peer.send(frames.status(filled="0.25", client=0))

    with connected(gateway) as broker:
        assert [type(one) for one in all_events(broker)] == [LinkChanged]


@pytest.mark.parametrize("named", [-1, 2**31 - 1])
def test_a_read_only_gateway_is_recognised_at_once(named: int) -> None:
    words = "Error validating request.-'bQ' : cause - The API interface is currently in Read-Only mode."

    def gateway(desk: Desk) -> None:
        desk.expect(16)
        desk.peer.send(error(named, 321, words))
        desk.expect(3)
        desk.peer.send(error(7, 321, words))
        desk.idle()

    with connected(gateway) as broker:
        with pytest.raises(ReadOnlyGateway, match="untick 'Read-Only API'"):
            broker.open_orders()
        broker.place(frames.ticket())
        assert events(broker, 2) == [OrderProblem(-1, 321, words), OrderProblem(7, 321, words)]
        assert broker.read_only is not None
        assert broker.read_only.code == 321


def test_lost_servers_are_told_once_and_their_return_always() -> None:
    def gateway(desk: Desk) -> None:
        desk.peer.send(*(error(-1, code, "words") for code in (1100, 2110, 1102, 1100, 1101, 1102, 2106)))

    with connected(gateway) as broker:
        links = [one.link for one in all_events(broker) if isinstance(one, LinkChanged)]
    lost, back = Link.SERVERS_LOST, Link.SERVERS_BACK
    assert links == [lost, back, lost, back, back, Link.ENDED]


def test_errors_of_orders_and_of_requests_are_told_apart() -> None:
    def gateway(desk: Desk) -> None:
        request = int(desk.expect(7)[2])
        desk.peer.send(error(request + 5, 162, "cancelled"), error(request, 321, "malformed"), error(1, 201, "no"))

    with connected(gateway) as broker:
        with pytest.raises(RequestRejected, match="malformed"):
            broker.executions()
        assert all_events(broker)[:-1] == [OrderProblem(1, 201, "no")]


def test_order_ids_as_high_as_the_ids_of_requests_are_told_apart_from_them() -> None:
    high = 1_700_000_000

    def gateway(peer: Peer) -> None:
        peer.shake_hands()
        peer.read_until(71)
        peer.send(frame(15, 1, frames.ACCOUNT), frame(9, 1, high))
        peer.serve_time(NOW)
        request = int(Desk(peer).expect(7)[2])
        assert request < 1_000_000_000
        peer.send(error(high, 201, "no"), frame(55, 1, request))

    with scripted(gateway) as port, IbBroker.connect("127.0.0.1", port, frames.CLIENT, PATIENCE, PATIENCE) as broker:
        assert broker.executions() == ([], [])
        assert all_events(broker)[:-1] == [OrderProblem(high, 201, "no")]


def test_an_order_on_a_connection_that_has_ended_is_an_error() -> None:
    with connected(lambda desk: None) as broker:
        assert [type(one) for one in all_events(broker)] == [LinkChanged]
        assert not broker.connected
        for act in (
            lambda: broker.place(frames.ticket()),
            lambda: broker.cancel(7),
            lambda: broker.subscribe(frames.ES),
            lambda: broker.what_if(frames.ticket()),
            broker.open_orders,
        ):
            with pytest.raises(GatewayDisconnected):
                act()
        broker.unsubscribe(frames.CON_ID)
        assert broker.event(0) is None


def test_a_client_id_in_use_is_told_and_not_changed() -> None:
    def gateway(peer: Peer) -> None:
        peer.shake_hands()
        peer.read_until(71)
        peer.send(error(-1, 326, "Unable to connect as the client id is already in use"))

    with scripted(gateway) as port, pytest.raises(ClientIdInUse):
        IbBroker.connect("127.0.0.1", port, frames.CLIENT, PATIENCE, PATIENCE)


def test_a_silent_peer_ends_the_connection_although_nobody_asks() -> None:
    with connected(lambda desk: desk.peer.hang(), timeout=1.0) as broker:
        (end,) = all_events(broker)
        assert isinstance(end, LinkChanged)
        assert "silent" in end.text
        assert not broker.connected


def test_a_list_without_an_end_is_an_error_within_the_deadline() -> None:
    def gateway(desk: Desk) -> None:
        desk.expect(16)
        desk.peer.send(frames.open_order())
        desk.idle()

    with connected(gateway, timeout=1.0) as broker, pytest.raises(GatewayTimeout):
        broker.open_orders()


def test_lists_and_orders_from_many_threads_at_once_are_not_mixed_up() -> None:
    count = 20

    def gateway(desk: Desk) -> None:
        left = {3: count, 7: count, 61: count}
        while any(left.values()):
            fields = desk.peer.read()
            head = int(fields[0])
            left[head] = left.get(head, 0) - 1
            if head == 3:
                desk.peer.send(frames.status(fields[1]))
            elif head == 7:
                desk.peer.send(frames.execution(fields[2]), frame(55, 1, fields[2]))
            elif head == 61:
                desk.peer.send(frames.position(), frame(62, 1))
            elif head == 49:
                desk.peer.send(frame(49, 1, NOW))
        desk.idle()

    failed: list[BaseException] = []

    def repeat(act: Callable[[int], object], expected: object) -> None:
        try:
            for number in range(1, count + 1):
                assert act(number) == expected
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    with connected(gateway) as broker:
        held = [BrokerPosition(frames.ACCOUNT, frames.CON_ID, "ES", 2, Decimal("295012.5"))]
        work = [
            (lambda _: broker.executions(), ([FILL], [])),
            (lambda _: broker.positions(), held),
            (lambda number: broker.place(frames.ticket(number)), None),
        ]
        threads = [threading.Thread(target=repeat, args=one) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert [one.order_id for one in events(broker, count)] == list(range(1, count + 1))  # type: ignore[union-attr]


def test_the_clock_of_the_gateway_runs_on() -> None:
    with connected(Desk.idle) as broker:
        told = [broker.now() for _ in range(1000)]
        assert told == sorted(told)
        assert told[0] >= datetime.fromtimestamp(NOW, UTC)


def test_every_failure_of_a_question_is_a_gateway_error() -> None:
    def gateway(desk: Desk) -> None:
        desk.expect(16)

    with connected(gateway) as broker, pytest.raises(GatewayError):
        broker.open_orders()
