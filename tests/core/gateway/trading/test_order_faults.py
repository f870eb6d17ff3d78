"""Every fault of orders and of the messages about them, over the real wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.trading.test_orders import OPEN, last_price
from tests.core.gateway.trading.trading_client import TradingClient

pytestmark = pytest.mark.slow

Play = Callable[..., SimulatedGateway]


@pytest.fixture
def clock() -> GatewayClock:
    """The gateway's clock, which tests set forward."""
    return GatewayClock(OPEN, frozen=True)


@pytest.fixture
def play(make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock) -> Play:
    """Start a gateway with a script of one entry."""

    def start(*lines: str) -> SimulatedGateway:
        return make_gateway(clock=clock, script=FaultScript.parse("[[fault]]\n" + "\n".join(lines)))

    return start


def bought(client: TradingClient, order_id: int = 1) -> list[tuple[Any, ...]]:
    """Buy at the market, wait for the position, and return what the client has heard of it by then."""
    client.buy_or_sell(order_id, "BUY")
    client.reqPositions()
    client.wait("positions end")
    return [h for h in client.heard if h[0] in ("order", "status", "execution", "commission")]


@pytest.mark.parametrize(
    ("place", "kind", "left"),
    [
        ("order_status", "status", []),
        ("open_order", "order", []),
        ("execution", "execution", []),
        ("commission", "commission", []),
    ],
)
def test_reports_of_a_kind_are_lost(play: Play, place: str, kind: str, left: list[Any]) -> None:
    gateway = play('do = "lost"', f'on = "{place}"')
    with TradingClient(gateway) as client:
        heard = bought(client)
        assert [h for h in heard if h[0] == kind] == left
        assert {h[0] for h in heard} == {"order", "status", "execution", "commission"} - {kind}
        assert len(client.ask_executions()) == 1


def test_an_order_is_lost_on_its_way(play: Play) -> None:
    gateway = play('do = "lost"', 'on = "order"', "nth = 1")
    with TradingClient(gateway) as client:
        assert bought(client) == []
        assert gateway.broker.orders == []
        client.buy_or_sell(2, "BUY")
        client.wait("status", 2, "Filled")


def test_a_cancellation_is_lost_on_its_way(play: Play) -> None:
    gateway = play('do = "lost"', 'on = "cancel"', "nth = 1")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=last_price(gateway) - 400)
        client.end(1)
        client.settle()
        assert client.statuses(1) == ["Submitted"]
        client.end(1)
        client.wait("status", 1, "Cancelled")


@pytest.mark.parametrize("place", ["order_status", "open_order", "execution", "commission"])
def test_reports_come_twice(play: Play, place: str) -> None:
    gateway = play('do = "doubled"', f'on = "{place}"')
    kind = {"order_status": "status", "open_order": "order"}.get(place, place)
    with TradingClient(gateway) as client:
        heard = [h for h in bought(client) if h[0] == kind]
    assert len(heard) == (4 if kind in ("status", "order") else 2)
    if kind == "execution":
        assert len({h[3].execId for h in heard}) == 1


def test_reports_come_in_another_order(play: Play) -> None:
    gateway = play('do = "reordered"', 'on = "execution"')
    with TradingClient(gateway) as client:
        kinds = [h[0] for h in bought(client)]
    assert kinds.index("commission") < kinds.index("execution")


def test_a_report_with_nothing_behind_it_still_comes(play: Play) -> None:
    gateway = play('do = "reordered"', 'on = "order_status"', "nth = 1")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=last_price(gateway) - 400)
        client.wait("status", 1, "Submitted")


def test_a_report_is_late(play: Play) -> None:
    gateway = play('do = "late"', 'on = "execution"', "seconds = 0.5")
    with TradingClient(gateway) as client:
        assert [h for h in bought(client) if h[0] == "execution"] == []
        client.wait("execution", -1, 1)
        kinds = [h[0] for h in client.heard]
    assert kinds.index("status") < kinds.index("execution")


def test_an_order_is_late(play: Play, clock: GatewayClock) -> None:
    gateway = play('do = "late"', 'on = "order"', "seconds = 0.5")
    with TradingClient(gateway) as client:
        assert bought(client) == []
        clock.advance(timedelta(minutes=1))
        client.wait("status", 1, "Filled")
    assert gateway.broker.fills[0].at == clock.now()


def test_an_order_is_rejected_before_it_is_taken(play: Play) -> None:
    gateway = play('do = "reject"', 'text = "Order rejected - reason:No."')
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("error", 1, 201, "Order rejected - reason:No.")
        client.settle()
        assert client.of("status") == []


def test_an_order_is_rejected_after_it_was_taken(play: Play) -> None:
    gateway = play('do = "reject"', 'moment = "after"')
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("error", 1, 201)
        client.wait("status", 1, "Inactive")
        assert client.statuses(1) == ["Submitted", "Inactive"]
    assert gateway.broker.fills == []


def test_an_id_is_taken(play: Play) -> None:
    gateway = play('do = "id_taken"', "nth = 1")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("error", 1, 103, "Duplicate order id")
        client.buy_or_sell(2, "BUY")
        client.wait("status", 2, "Filled")


def test_the_next_id_was_used_before(play: Play) -> None:
    gateway = play('do = "stale_id"', "after = 1", "back = 2")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.buy_or_sell(2, "BUY")
        client.wait("status", 2, "Filled")
    with TradingClient(gateway) as client:
        assert client.first_id == 1
        client.buy_or_sell(client.first_id, "BUY")
        client.wait("error", 1, 104)


def test_an_order_fills_in_parts_over_time(play: Play, clock: GatewayClock) -> None:
    gateway = play('do = "partial_fills"', "shares = 2", "seconds = 20")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 5)
        client.wait("status", 1, "Submitted", 2.0, 3.0)
        clock.advance(timedelta(seconds=30))
        client.wait("status", 1, "Submitted", 4.0, 1.0)
        clock.advance(timedelta(minutes=1))
        client.wait("status", 1, "Filled", 5.0, 0.0)
        fills = [h[3] for h in client.of("execution", -1, 1)]
    assert [(float(f.shares), float(f.cumQty)) for f in fills] == [(2, 2), (2, 4), (1, 5)]
    assert len({f.execId for f in fills}) == 3
    assert fills[-1].avgPrice == pytest.approx(sum(float(f.shares) * f.price for f in fills) / 5)


def test_a_cancellation_comes_too_late(play: Play) -> None:
    gateway = play('do = "filled_instead"')
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=last_price(gateway) - 400)
        client.end(1)
        client.wait("status", 1, "Filled")
        client.wait("error", 1, 10148)
        assert "Cancelled" not in client.statuses(1)
    assert len(gateway.broker.fills) == 1


def test_an_execution_is_corrected(play: Play) -> None:
    gateway = play('do = "corrected"', "ticks = 4", "nth = 1")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 2)
        client.wait_until(lambda heard: len([h for h in heard if h[0] == "execution"]) == 2)
        first, second = (h[3] for h in client.of("execution", -1, 1))
        client.wait("commission", second.execId)
        assert (first.execId[:-3], second.execId[-3:]) == (second.execId[:-3], ".02")
        assert (second.price, float(second.shares), float(second.cumQty)) == (first.price + 1, 2, 2)
        client.reqPositions()
        client.wait("position", 2.0, pytest.approx(second.price * 50 + 2.25))
        assert len(client.ask_executions()) == 2


def test_the_connection_ends_before_an_order_is_taken(play: Play) -> None:
    gateway = play('do = "close"', 'on = "order"')
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("closed")
    with TradingClient(gateway) as client:
        assert client.ask_executions() == []
        assert client.first_id == 1


def test_the_connection_ends_between_an_order_and_its_first_status(play: Play) -> None:
    gateway = play('do = "close"', 'on = "order"', 'moment = "after"', "nth = 1")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("closed")
        assert client.of("status") == client.of("order") == []
    with TradingClient(gateway) as client:
        assert client.first_id == 2
        (execution,) = client.ask_executions()
        assert execution[2] == 1


def test_an_order_fills_while_its_client_is_away(play: Play, clock: GatewayClock) -> None:
    gateway = play('do = "close"', 'on = "execution"')
    limit = last_price(gateway) + 1
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "SELL", 1, "LMT", lmtPrice=limit)
        client.wait("status", 1, "Submitted")
        clock.advance(timedelta(hours=6))
        client.wait("closed")
        assert client.of("execution") == []
    with TradingClient(gateway) as client:
        assert [h[3].price for h in client.ask_executions()] == [limit]


def test_the_servers_are_lost_between_an_order_and_its_status(play: Play) -> None:
    gateway = play('do = "servers_lost"', 'on = "order"', 'moment = "after"', "nth = 1", "seconds = 0.3")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("error", -1, 1100)
        assert client.of("status") == []
        client.buy_or_sell(2, "BUY")
        client.wait("error", -1, 1102)
        client.wait("status", 1, "Filled")
        client.wait("status", 2, "Filled")


def test_reports_of_an_outage_are_lost_if_data_was(play: Play) -> None:
    gateway = play('do = "servers_lost"', 'on = "order"', 'moment = "after"', "nth = 1", "seconds = 0.3", "back = 1101")
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("error", -1, 1100)
        client.buy_or_sell(2, "BUY")
        client.wait("error", -1, 1101)
        client.settle()
        assert client.of("status") == client.of("execution") == []
        assert len(client.ask_executions()) == 1
        gateway.release()
        client.buy_or_sell(3, "BUY")
        client.wait("status", 3, "Filled")
    assert [order.order_id for order in gateway.broker.orders] == [1, 3]
