"""Orders of `ib_async`, as a user of that library places them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.trading.test_orders import OPEN, last_price

ib_async = pytest.importorskip("ib_async")
TIMEOUT = 20.0


@pytest.fixture
def clock() -> GatewayClock:
    """The gateway's clock, which tests set forward."""
    return GatewayClock(OPEN, frozen=True)


@pytest.fixture(params=[157, 178])
def gateway(
    make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock, request: pytest.FixtureRequest
) -> SimulatedGateway:
    """A gateway within a session."""
    return make_gateway(clock=clock, max_version=request.param)


def run(gateway: SimulatedGateway, work: Callable[[Any, Any], Awaitable[None]]) -> None:
    """Connect, find the front month, and do the work."""

    async def connected() -> None:
        ib = ib_async.IB()
        try:
            await ib.connectAsync(gateway.host, gateway.port, clientId=12, timeout=TIMEOUT, raiseSyncErrors=True)
            future = ib_async.Future("ES", "202612", "CME", currency="USD")
            await ib.qualifyContractsAsync(future)
            await asyncio.wait_for(work(ib, future), TIMEOUT)
        finally:
            ib.disconnect()

    asyncio.run(connected())


async def until(condition: Callable[[], bool], *events: Any) -> None:
    """Wait for events until the condition holds."""
    while not condition():
        happened = asyncio.get_running_loop().create_future()

        def set_result(*_: Any, happened: asyncio.Future[None] = happened) -> None:
            if not happened.done():
                happened.set_result(None)

        for event in events:
            event += set_result
        await happened


def test_a_market_order_fills_and_becomes_a_position(gateway: SimulatedGateway) -> None:
    async def trade(ib: Any, future: Any) -> None:
        placed = ib.placeOrder(future, ib_async.MarketOrder("BUY", 2, orderRef="mine"))
        await until(lambda: placed.isDone() and bool(ib.positions()), placed.statusEvent, ib.positionEvent)
        assert placed.orderStatus.status == "Filled"
        assert (placed.filled(), placed.remaining()) == (2, 0)
        await until(lambda: bool(placed.fills[0].commissionReport.execId), ib.commissionReportEvent)
        (fill,) = placed.fills
        assert fill.execution.price == last_price(gateway) + 0.25
        assert fill.execution.orderRef == "mine"
        assert fill.commissionReport.commission == 4.5
        assert ib.positions()[0].position == 2
        assert ib.positions()[0].avgCost == pytest.approx(fill.execution.price * 50 + 2.25)

    run(gateway, trade)


def test_a_limit_order_is_changed_and_cancelled(gateway: SimulatedGateway) -> None:
    async def trade(ib: Any, future: Any) -> None:
        low = last_price(gateway) - 400
        placed = ib.placeOrder(future, ib_async.LimitOrder("BUY", 1, low))
        await until(lambda: placed.orderStatus.status == "Submitted", placed.statusEvent)
        placed.order.lmtPrice = low + 2
        ib.placeOrder(future, placed.order)
        await until(lambda: gateway.broker.orders[0].terms.limit_price == low + 2, ib.openOrderEvent)
        ib.cancelOrder(placed.order)
        await until(placed.isDone, placed.statusEvent)
        assert placed.orderStatus.status == "Cancelled"
        assert ib.openTrades() == []

    run(gateway, trade)


def test_what_if_answers_with_margin(gateway: SimulatedGateway) -> None:
    async def trade(ib: Any, future: Any) -> None:
        state = await ib.whatIfOrderAsync(future, ib_async.MarketOrder("BUY", 1))
        assert float(state.initMarginAfter) == pytest.approx(last_price(gateway) * 50 * 0.05, abs=0.01)
        assert state.commission == 2.25

    run(gateway, trade)


def test_orders_and_fills_are_there_again_after_a_new_connection(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    limit = last_price(gateway) + 1

    async def place(ib: Any, future: Any) -> None:
        resting = ib.placeOrder(future, ib_async.LimitOrder("SELL", 1, limit, orderRef="away"))
        far = ib.placeOrder(future, ib_async.LimitOrder("BUY", 1, limit - 400, tif="GTC", orderRef="far"))
        await until(lambda: far.orderStatus.status == "Submitted", far.statusEvent, resting.statusEvent)

    async def see(ib: Any, future: Any) -> None:
        assert [t.order.orderRef for t in ib.openTrades()] == ["far"]
        assert [(f.execution.orderRef, f.execution.price) for f in ib.fills()] == [("away", limit)]
        assert ib.positions()[0].position == -1
        assert ib.client.getReqId() > 2

    run(gateway, place)
    clock.advance(timedelta(hours=2))
    run(gateway, see)
