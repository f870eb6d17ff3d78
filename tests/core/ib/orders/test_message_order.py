"""Whatever arrives, in any order and however often: each message is heard once, in order, and the end comes last."""

from __future__ import annotations

import socket
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.trading.broker import (
    BrokerEvent,
    Commission,
    Execution,
    Link,
    LinkChanged,
    OpenOrder,
    OrderProblem,
    OrderStatus,
)
from tests.core.ib.orders import order_frames as frames
from tests.core.ib.orders.brokers import NOW, Desk, all_events, connected
from tests.core.ib.scripted import bar, error, frame, history

Heard = tuple[str, ...]

EVENTFUL: dict[bytes, Heard] = {
    frames.open_order(): ("OpenOrder", "7", "Submitted"),
    frames.open_order(8, status="Filled", permId=5): ("OpenOrder", "8", "Filled"),
    frames.status(): ("OrderStatus", "7", "Submitted"),
    frames.status(word="PendingCancel"): ("OrderStatus", "7", "PendingCancel"),
    frames.status(word="Filled", filled=2, remaining=0): ("OrderStatus", "7", "Filled"),
    frames.status(0, client=0): ("OrderStatus", "0", "Submitted"),
    frames.execution(): ("Execution", "0000e0d5.1.01.01"),
    frames.execution(exec_id="0000e0d5.1.01.02", side="SLD"): ("Execution", "0000e0d5.1.01.02"),
    frames.execution(77): ("Execution", "0000e0d5.1.01.01"),
    frames.execution(1_000_000_007): ("Execution", "0000e0d5.1.01.01"),
    frames.commission(): ("Commission", "0000e0d5.1.01.01"),
    frames.commission("other", realized=-5): ("Commission", "other"),
    error(7, 201, "Order rejected"): ("OrderProblem", "7", "201"),
    error(7, 399, "Order Message"): ("OrderProblem", "7", "399"),
    error(-1, 10147, "OrderId 5 that needs to be cancelled is not found."): ("OrderProblem", "-1", "10147"),
    frame(3, 7, "Submitted"): ("OrderProblem", "-1", "0"),
    frame(5): ("OrderProblem", "-1", "0"),
    frame(11, -1, 7, "x"): ("OrderProblem", "-1", "0"),
    frame(59, 1, "e", "x"): ("OrderProblem", "-1", "0"),
    frame(9, 1): ("OrderProblem", "-1", "0"),
    frame(53): ("OrderProblem", "-1", "0"),
    frame(61, 3): ("OrderProblem", "-1", "0"),
    frame(101, 1): ("OrderProblem", "-1", "0"),
}
SILENT = [
    frame(9, 1, 40),
    frame(15, 1, frames.ACCOUNT),
    frame(49, 1, NOW),
    frame(49, 1, NOW - 5000),
    frame(49, 1),
    frame(53, 1),
    frame(55, 1, 1_000_000_001),
    frame(62, 1),
    frame(64, 1, 3),
    frame(102),
    frames.open_order(9, whatIf=1),
    frames.position(),
    frames.completed_order(),
    frames.update(1_000_000_000, NOW),
    frames.five_seconds(1_000_000_000, NOW),
    frame(90, 5),
    frame(50, 3),
    history(1_000_000_000, bar(NOW)),
    history(3),
    error(-1, 2104, "Market data farm connection is OK:usfarm"),
    error(1_000_000_003, 162, "API historical data query cancelled"),
    frame(63, 1, 3, frames.ACCOUNT, "NetLiquidation", 1, "USD"),
    frame(6, 2, "NetLiquidation", 1, "USD", frames.ACCOUNT),
    frame(8, 1, "16:00"),
    frame(999, "a kind of the future"),
    frame(""),
    frame("x", 1),
    struct.pack(">I", 0),
]
MESSAGES = st.lists(st.sampled_from([*EVENTFUL, *SILENT]), max_size=25)


def brief(event: BrokerEvent) -> Heard:
    match event:
        case OpenOrder() | OrderStatus():
            return type(event).__name__, str(event.order_id), event.status
        case Execution() | Commission():
            return type(event).__name__, event.exec_id
        case OrderProblem():
            return "OrderProblem", str(event.order_id), str(event.code)
        case LinkChanged():
            return ("LinkChanged", event.link)
    raise AssertionError(event)


def expected(messages: list[bytes]) -> list[Heard]:
    return [*(EVENTFUL[one] for one in messages if one in EVENTFUL), ("LinkChanged", Link.ENDED)]


@settings(max_examples=80, deadline=None)
@given(MESSAGES)
def test_every_message_is_heard_once_and_in_order(messages: list[bytes]) -> None:
    with connected(lambda desk: desk.peer.send(*messages)) as broker:
        assert [brief(one) for one in all_events(broker)] == expected(messages)
        assert broker.event(0) is None


@settings(max_examples=40, deadline=None)
@given(MESSAGES, st.data())
def test_a_connection_that_breaks_anywhere_has_told_what_was_complete(
    messages: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(messages)
    cut = data.draw(st.integers(0, len(whole)))
    complete, at = 0, 0
    for message in messages:
        at += len(message)
        complete += at <= cut
    with connected(lambda desk: desk.peer.send(whole[:cut])) as broker:
        assert [brief(one) for one in all_events(broker)] == expected(messages[:complete])


def test_a_connection_that_is_reset_ends_once() -> None:
    def gateway(desk: Desk) -> None:
        desk.peer.send(frames.status())
        desk.expect(3)
        desk.peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with connected(gateway) as broker:
        first = broker.event(20)
        assert isinstance(first, OrderStatus)
        broker.place(frames.ticket())
        assert [brief(one) for one in all_events(broker)] == [("LinkChanged", Link.ENDED)]
        broker.close()
        broker.close()
        assert broker.event(0) is None


@settings(max_examples=30, deadline=None)
@given(MESSAGES, MESSAGES)
def test_a_list_is_complete_among_news_in_any_order(before: list[bytes], after: list[bytes]) -> None:
    def gateway(desk: Desk) -> None:
        request = desk.expect(7)[2]
        desk.peer.send(*before, frames.execution(request, exec_id="listed.01"), *after, frame(55, 1, request))

    # These fail a list by intent: rows that cannot be read, and another answer to its request.
    spoiling = {frame(11, -1, 7, "x"), frame(59, 1, "e", "x"), history(1_000_000_000, bar(NOW))}
    before, after = ([one for one in part if one not in spoiling] for part in (before, after))
    with connected(gateway) as broker:
        fills, _ = broker.executions()
        assert "listed.01" in [one.exec_id for one in fills]
        heard = [brief(one) for one in all_events(broker)]
        news = [one for one in expected([*before, *after]) if one[0] != "Execution"]
        assert [one for one in heard if one[0] != "Execution"] == news
