"""Orders over the real wire with the installed build of `ibapi`: the life of each, and every refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibapi.client
import pytest

from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.trading.trading_client import TradingClient, an_order, front_month

OPEN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""Friday, within the session of ES."""
CLOSE = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
NEXT_OPEN = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
VERSIONS = [v for v in (157, 163, 169, 176, 178, 187, 192, 200) if v <= int(ibapi.client.MAX_CLIENT_VER)]


@pytest.fixture
def clock() -> GatewayClock:
    """The gateway's clock, which tests set forward."""
    return GatewayClock(OPEN, frozen=True)


@pytest.fixture
def gateway(make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock) -> SimulatedGateway:
    """A gateway within a session."""
    return make_gateway(clock=clock, max_version=200)


def last_price(gateway: SimulatedGateway) -> float:
    """The price of the front month at the gateway's present."""
    listing = next(i for i in gateway._market.listings(OPEN) if str(i.contract) == "ES 202612")
    price = gateway.quotes.price_at(listing, gateway.clock.now())
    assert price is not None
    return price


@pytest.mark.parametrize("version", VERSIONS)
def test_a_market_order_fills_at_the_open_with_slippage(
    make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock, version: int
) -> None:
    gateway = make_gateway(clock=clock, max_version=version)
    with TradingClient(gateway) as client:
        assert client.serverVersion() == version
        client.buy_or_sell(1, "BUY", 2, orderRef="spec:1")
        client.wait("status", 1, "Filled", 2.0, 0.0)
        client.settle()
        (execution,) = client.of("execution", -1, 1)
        (commission,) = client.of("commission", execution[3].execId)
    filled = execution[3]
    assert filled.price == last_price(gateway) + 0.25
    assert (float(filled.shares), float(filled.cumQty), filled.avgPrice) == (2, 2, filled.price)
    assert (filled.side, filled.acctNumber, filled.orderRef, filled.clientId) == ("BOT", "SIM000001", "spec:1", 1)
    assert filled.time.replace("  ", " ").startswith("20261120 09:00:00")
    assert ("US/Central" in filled.time) == (version >= 174)
    assert commission[2] > 0
    assert commission[3] > 1e300
    opened = client.of("order", 1)
    assert [h[2] for h in opened] == ["Submitted", "Filled"]
    assert {h[4].permId for h in opened} == {filled.permId}
    assert filled.permId > 0
    order, contract = opened[0][4], opened[0][3]
    assert (order.action, float(order.totalQuantity), order.orderType, order.tif) == ("BUY", 2, "MKT", "DAY")
    assert (order.account, order.orderRef, order.clientId, order.orderId) == ("SIM000001", "spec:1", 1, 1)
    assert (contract.localSymbol, contract.multiplier, contract.lastTradeDateOrContractMonth) == (
        "ESZ6", "50", "20261218",
    )  # fmt: skip


def test_a_closing_fill_reports_the_profit_net_of_all_commissions(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 2)
        client.wait("status", 1, "Filled")
        clock.advance(timedelta(hours=1))
        client.buy_or_sell(2, "SELL", 2)
        client.wait("status", 2, "Filled")
        client.settle()
        bought, sold = (client.of("execution", -1, order)[0][3] for order in (1, 2))
        costs = {h[1]: h for h in client.of("commission")}
    fees = costs[bought.execId][2] + costs[sold.execId][2]
    assert costs[sold.execId][3] == pytest.approx((sold.price - bought.price) * 2 * 50 - fees, abs=0.005)
    assert gateway.broker.account.open_positions() == []


def test_a_limit_order_works_until_the_price_comes_and_fills_at_its_limit(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    limit = last_price(gateway) + 1
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "SELL", 1, "LMT", lmtPrice=limit)
        client.wait("status", 1, "Submitted", 0.0, 1.0)
        clock.set(CLOSE - timedelta(minutes=1))
        client.wait("status", 1, "Filled", 1.0, 0.0)
        (execution,) = client.of("execution", -1, 1)
    assert execution[3].price == limit
    assert client.statuses(1) == ["Submitted", "Filled"]


def test_a_stop_order_waits_for_its_trigger_and_pays_slippage(gateway: SimulatedGateway, clock: GatewayClock) -> None:
    stop = last_price(gateway) + 1
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "STP", auxPrice=stop)
        client.wait("status", 1, "PreSubmitted")
        clock.set(CLOSE - timedelta(minutes=1))
        client.wait("status", 1, "Filled")
        (execution,) = client.of("execution", -1, 1)
    assert execution[3].price >= stop + 0.25
    assert client.statuses(1) == ["PreSubmitted", "Submitted", "Filled"]


def test_a_stop_limit_order_becomes_a_limit_order(gateway: SimulatedGateway, clock: GatewayClock) -> None:
    stop = last_price(gateway) + 1
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "STP LMT", auxPrice=stop, lmtPrice=stop - 500, tif="GTC")
        clock.set(CLOSE - timedelta(minutes=1))
        client.wait("status", 1, "Submitted")
        client.settle()
    assert client.statuses(1) == ["PreSubmitted", "Submitted"]


def test_an_order_is_changed_under_its_own_id(gateway: SimulatedGateway) -> None:
    low = last_price(gateway) - 400
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=low)
        client.wait("status", 1, "Submitted")
        client.buy_or_sell(1, "BUY", 3, "LMT", lmtPrice=low + 1)
        client.wait("status", 1, "Submitted", 0.0, 3.0)
        client.buy_or_sell(1, "BUY", 3, "MKT")
        client.wait("status", 1, "Filled", 3.0, 0.0)
        opened = client.of("order", 1)
    assert len({h[4].permId for h in opened}) == 1
    assert [h[4].lmtPrice for h in opened[:2]] == [low, low + 1]


def test_an_order_that_is_not_transmitted_waits(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", transmit=False)
        client.wait("status", 1, "ApiPending")
        client.buy_or_sell(1, "BUY")
        client.wait("status", 1, "Filled")


def test_a_cancelled_order_says_so_twice(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=last_price(gateway) - 400)
        client.end(1)
        client.wait("status", 1, "Cancelled", 0.0, 1.0)
        client.settle()
    assert client.statuses(1) == ["Submitted", "PendingCancel", "Cancelled"]
    assert client.of("error", 1) == [("error", 1, 202, "Order Canceled - reason:")]


def test_all_orders_of_all_clients_are_cancelled_at_once(gateway: SimulatedGateway) -> None:
    low = last_price(gateway) - 400
    with TradingClient(gateway, 1) as first, TradingClient(gateway, 2) as second:
        first.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=low)
        second.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=low)
        first.wait("status", 1, "Submitted")
        second.wait("status", 1, "Submitted")
        second.end_all()
        first.wait("status", 1, "Cancelled")
        second.wait("status", 1, "Cancelled")


def test_a_day_order_ends_with_its_session_and_a_gtc_order_goes_on(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    low = last_price(gateway) - 400
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 1, "LMT", lmtPrice=low)
        client.buy_or_sell(2, "BUY", 1, "LMT", lmtPrice=low, tif="GTC")
        client.wait("status", 2, "Submitted")
        clock.set(CLOSE)
        client.wait("status", 1, "Cancelled")
        client.wait("error", 1, 202)
        clock.set(NEXT_OPEN)
        client.settle()
        assert [h[1] for h in client.ask_orders(client.reqOpenOrders)] == [2]


def test_an_order_outside_of_the_session_is_held_and_works_at_the_next_open(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    clock.set(CLOSE + timedelta(minutes=30))
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        client.wait("status", 1, "PreSubmitted")
        assert client.wait("error", 1, 399)[3] == (
            "Order Message:\nBUY 1 ES DEC'26\nWarning: your order will not be placed at the exchange until "
            "2026-11-22 17:00:00 US/Central"
        )
        clock.set(NEXT_OPEN)
        client.wait("status", 1, "Filled")
        (execution,) = client.of("execution", -1, 1)
    assert execution[3].price == last_price(gateway) + 0.25
    assert execution[3].time.replace("  ", " ").startswith("20261122 17:00:00")


def test_what_if_reports_margin_and_commission_and_places_nothing(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 2, whatIf=True)
        state = client.wait("order", 1)[5]
        assert client.ask_orders(client.reqAllOpenOrders) == []
    value = 2 * 50 * Decimal(str(last_price(gateway)))
    assert float(state.initMarginBefore) == 0
    assert float(state.initMarginAfter) == float(value * Decimal("0.05"))
    assert float(state.equityWithLoanBefore) == 1_000_000
    commission = getattr(state, "commission", None) or state.commissionAndFees
    assert commission > 0
    assert client.of("status", 1) == []
    assert gateway.broker.orders == []


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "a price off the tick": ({"kind": "LMT", "lmtPrice": 6000.1}, 110, "minimum price variation"),
    "a stop off the tick": ({"kind": "STP", "auxPrice": 6000.1}, 110, "minimum price variation"),
    "too much": ({"quantity": 500}, 201, "MUST EXCEED THE INITIAL MARGIN"),
    "nothing": ({"quantity": 0}, 321, "cannot be zero"),
    "no action": ({"action": "HOLD"}, 321, "action"),
    "an unknown tif": ({"tif": "SOON"}, 321, "time in force"),
    "an unserved tif": ({"tif": "IOC"}, 201, "not served by the simulated gateway"),
    "an unknown type": ({"kind": "GUESS"}, 321, "order type"),
    "an unserved type": ({"kind": "TRAIL", "auxPrice": 2.0}, 387, "Unsupported order type"),
    "no limit": ({"kind": "LMT"}, 321, "limit price"),
    "no stop": ({"kind": "STP"}, 321, "stop price"),
    "another account": ({"account": "DU999"}, 321, "account"),
    "an OCA group": ({"ocaGroup": "pair"}, 201, "an OCA group"),
    "a parent": ({"parentId": 3}, 201, "a parent"),
    "an algorithm": ({"algoStrategy": "Adaptive"}, 201, "an algorithm"),
    "a good-till date": ({"goodTillDate": "20261201 12:00:00"}, 201, "a time until"),
}


@pytest.mark.parametrize(("fields", "code", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_order_is_refused_with_the_code_of_the_real_gateway(
    gateway: SimulatedGateway, fields: dict[str, Any], code: int, text: str
) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(5, **{"action": "BUY", **fields})
        assert text in client.wait("error", 5, code)[3]
        client.settle()
        assert client.of("order") == []
        before = len(client.heard)
        client.reqIds(1)
        assert client.wait("next id", after=before)[1] == 6


def test_an_order_for_an_unknown_contract_is_refused(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.placeOrder(1, front_month("209912"), an_order("BUY", 1))
        client.wait("error", 1, 200)


def test_a_finished_order_is_neither_changed_nor_cancelled_and_its_id_not_used_again(
    gateway: SimulatedGateway,
) -> None:
    low = last_price(gateway) - 400
    with TradingClient(gateway) as client:
        client.buy_or_sell(3, "BUY")
        client.wait("status", 3, "Filled")
        client.buy_or_sell(3, "BUY", 2)
        client.wait("error", 3, 104, "Can't modify a filled order.")
        client.end(3)
        text = "OrderId 3 that needs to be cancelled cannot be cancelled, state: Filled."
        client.wait("error", 3, 10148, text)
        client.end(9)
        client.wait("error", 9, 10147, "OrderId 9 that needs to be cancelled is not found.")
        client.buy_or_sell(2, "BUY")
        client.wait("error", 2, 103, "Duplicate order id")
        client.buy_or_sell(4, "BUY", 1, "LMT", lmtPrice=low)
        client.buy_or_sell(4, "SELL", 1, "LMT", lmtPrice=low)
        client.wait("error", 4, 105, "Order being modified does not match original order.")
    assert len(gateway.broker.fills) == 1


def test_ids_and_orders_outlive_a_connection_and_a_start_of_the_gateway(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    low = last_price(gateway) - 400
    with TradingClient(gateway) as client:
        client.buy_or_sell(client.first_id, "BUY")
        client.buy_or_sell(7, "BUY", 1, "LMT", lmtPrice=low, orderRef="kept")
        client.wait("status", 7, "Submitted")
    gateway.close()
    gateway.start()
    clock.advance(timedelta(minutes=5))
    with TradingClient(gateway) as client, TradingClient(gateway, 2) as other:
        assert (client.first_id, other.first_id) == (8, 1)
        client.settle()
        assert client.of("status") == client.of("order") == client.of("execution") == []
        assert [h[1] for h in client.ask_orders(client.reqOpenOrders)] == [7]
        assert other.ask_orders(other.reqOpenOrders) == []
        (seen,) = other.ask_orders(other.reqAllOpenOrders)
        assert (seen[1], seen[4].clientId, seen[4].orderRef) == (7, 1, "kept")
        assert len(client.ask_executions()) == len(other.ask_executions()) == 1


def test_executions_are_listed_by_filter_and_only_those_of_the_day(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    with TradingClient(gateway, 1) as first, TradingClient(gateway, 2) as second:
        first.buy_or_sell(1, "BUY")
        first.wait("status", 1, "Filled")
        clock.advance(timedelta(hours=1))
        second.buy_or_sell(1, "SELL", 2)
        second.wait("status", 1, "Filled")
        filters: dict[str, tuple[dict[str, Any], int]] = {
            "none": ({}, 2),
            "client": ({"clientId": 2}, 1),
            "account": ({"acctCode": "DU1"}, 0),
            "symbol": ({"symbol": "NQ"}, 0),
            "side": ({"side": "BUY"}, 1),
            "kind": ({"secType": "STK"}, 0),
            "exchange": ({"exchange": "CME"}, 2),
            "time in UTC": ({"time": "20261120-15:30:00"}, 1),
            "time of the gateway": ({"time": "20261120 09:30:00"}, 1),
        }
        assert {name: len(first.ask_executions(**f)) for name, (f, _) in filters.items()} == {
            name: number for name, (_, number) in filters.items()
        }
        clock.set(datetime(2026, 11, 21, 6, 30, tzinfo=UTC))
        assert first.ask_executions() == []


def test_completed_orders_are_listed_with_their_ends(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 2, orderRef="a")
        client.buy_or_sell(2, "BUY", 1, "LMT", lmtPrice=last_price(gateway) - 400, orderRef="b")
        client.end(2)
        client.wait("status", 2, "Cancelled")
        client.reqCompletedOrders(False)
        client.wait("completed end")
        filled, cancelled = client.of("completed")
    assert (filled[2], filled[4].orderRef, float(filled[4].filledQuantity)) == ("Filled", "a", 2)
    assert (cancelled[2], cancelled[4].orderRef, float(cancelled[4].filledQuantity)) == ("Cancelled", "b", 0)
    assert filled[5].completedTime == "20261120 09:00:00 US/Central"
    assert filled[5].completedStatus == "Filled Size: 2"


def test_client_zero_hears_of_the_orders_of_all_clients_once_it_has_asked(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway, 0) as zero, TradingClient(gateway, 5) as other:
        other.buy_or_sell(1, "BUY")
        other.wait("status", 1, "Filled")
        zero.settle()
        assert zero.of("status") == []
        zero.reqAutoOpenOrders(True)
        zero.wait("orders end")
        other.buy_or_sell(2, "BUY")
        zero.wait("status", 2, "Filled")
        other.reqAutoOpenOrders(True)
        other.wait("error", -1, 321)


def test_a_read_only_gateway_refuses_everything_about_orders(
    make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock
) -> None:
    gateway = make_gateway(clock=clock, trading=TradingRules(read_only=True))
    text = "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode."
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY")
        assert client.wait("error", 1) == ("error", 1, 321, text)
        client.end(4)
        assert client.wait("error", 4) == ("error", 4, 321, text)
        for request in (client.end_all, client.reqOpenOrders, client.reqAllOpenOrders):
            before = len(client.heard)
            request()
            assert client.wait("error", -1, after=before) == ("error", -1, 321, text)
        client.reqPositions()
        client.wait("positions end")
        assert client.ask_executions() == []
