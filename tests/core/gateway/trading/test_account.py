"""Positions, account values and profit over the real wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.trading.test_orders import OPEN
from tests.core.gateway.trading.trading_client import TradingClient

CASH = Decimal(250_000)


@pytest.fixture
def clock() -> GatewayClock:
    """The gateway's clock, which tests set forward."""
    return GatewayClock(OPEN, frozen=True)


@pytest.fixture
def gateway(make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock) -> SimulatedGateway:
    """A gateway within a session, with an account of a chosen size."""
    return make_gateway(clock=clock, max_version=200, trading=TradingRules(cash=CASH))


def test_positions_come_with_their_cost_and_then_on_every_change(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "SELL", 3)
        client.wait("status", 1, "Filled")
        client.reqPositions()
        client.wait("positions end")
        (held,) = client.of("position")
        price = client.of("execution", -1, 1)[0][3].price
        fee = sum(h[2] for h in client.of("commission")) / 3
        assert held[1:4] == (-3.0, pytest.approx(price * 50 - fee), "SIM000001")
        client.buy_or_sell(2, "BUY", 3)
        client.wait("position", 0.0, 0.0)
        client.cancelPositions()
        client.buy_or_sell(3, "BUY", 1)
        client.wait("status", 3, "Filled")
        client.settle()
        assert client.of("position", 1.0) == []
        before = len(client.heard)
        client.reqPositions()
        client.wait("position", 1.0, after=before)


def test_account_updates_bring_values_positions_and_their_end_and_then_changes(
    gateway: SimulatedGateway, clock: GatewayClock
) -> None:
    with TradingClient(gateway) as client:
        client.reqAccountUpdates(True, "SIM000001")
        client.wait("account end", "SIM000001")
        client.wait("value", "NetLiquidation", "250000.00", "USD", "SIM000001")
        client.buy_or_sell(1, "BUY", 2)
        client.wait("portfolio", 2.0)
        clock.advance(timedelta(hours=2))
        client.buy_or_sell(2, "SELL", 1)
        client.wait("portfolio", 1.0)
        client.settle()
        values = {h[1]: Decimal(h[2]) for h in client.of("value") if h[3] == "USD"}
    account = gateway.broker.account
    assert values["TotalCashValue"] == account.cash.quantize(Decimal("0.01"))
    assert values["RealizedPnL"] == account.realized.quantize(Decimal("0.01"))
    assert values["NetLiquidation"] == values["EquityWithLoanValue"]
    assert values["AvailableFunds"] == values["NetLiquidation"] - values["InitMarginReq"] == values["ExcessLiquidity"]
    assert values["BuyingPower"] == 20 * values["AvailableFunds"]
    assert abs(values["NetLiquidation"] - CASH - values["UnrealizedPnL"] - values["RealizedPnL"]) <= Decimal("0.02")


def test_a_summary_has_the_tags_that_were_asked_for(gateway: SimulatedGateway) -> None:
    with TradingClient(gateway) as client:
        client.reqAccountSummary(3, "All", "NetLiquidation,AccountType,Nonsense,InitMarginReq")
        client.wait("summary end", 3)
        assert [h[2:] for h in client.of("summary", 3)] == [
            ("NetLiquidation", "250000.00", "USD"),
            ("AccountType", "INDIVIDUAL", ""),
            ("InitMarginReq", "0.00", "USD"),
        ]
        client.buy_or_sell(1, "BUY")
        client.wait("summary", 3, "InitMarginReq")
        client.cancelAccountSummary(3)
        client.settle()


def test_profit_and_values_by_model_follow_the_position(gateway: SimulatedGateway, clock: GatewayClock) -> None:
    with TradingClient(gateway) as client:
        client.buy_or_sell(1, "BUY", 2)
        client.wait("status", 1, "Filled")
        con_id = client.of("execution", -1, 1)[0][4].conId
        clock.advance(timedelta(hours=2))
        client.reqPnL(1, "SIM000001", "")
        client.reqPnLSingle(2, "SIM000001", "", con_id)
        client.reqPositionsMulti(3, "SIM000001", "")
        client.reqAccountUpdatesMulti(4, "SIM000001", "", True)
        client.wait("positions of model end", 3)
        client.wait("values of model end", 4)
        daily, unrealized, realized = client.wait("profit", 1)[2:]
        single = client.wait("profit of position", 2)[2:]
        assert client.of("position of model", 3)[0][2] == 2.0
        assert client.of("value of model", 4, "NetLiquidation")
        client.buy_or_sell(2, "SELL", 2)
        client.wait("profit of position", 2, 0.0)
        client.wait("position of model", 3, 0.0)
    account = gateway.broker.account
    assert realized == 0
    assert daily == pytest.approx(unrealized)
    assert single[0] == 2.0
    assert single[2] == pytest.approx(unrealized)
    assert account.realized == account.cash - CASH
