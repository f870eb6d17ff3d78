"""Every message about orders, at every version: the decoder of the installed client reads it to its last field."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ibapi.client
import pytest
from ibapi.client import EClient
from ibapi.contract import ComboLeg, Contract
from ibapi.decoder import Decoder
from ibapi.order import Order
from ibapi.order_condition import TimeCondition
from ibapi.tag_value import TagValue
from ibapi.wrapper import EWrapper

from g4qc_core.gateway.broker.booked_order import BookedFill, BookedOrder, OrderKind, OrderTerms, Progress
from g4qc_core.gateway.broker.simulated_account import AccountPosition
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.desk import account_reports as accounts
from g4qc_core.gateway.desk import order_layouts as layouts
from g4qc_core.gateway.desk import order_reports as reports
from g4qc_core.gateway.desk.order_parsing import OrderMessage, order_message
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.protocol.layouts import NEWEST, OLDEST, Message, encode
from tests.core.gateway.trading.trading_client import an_order, front_month

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
VERSIONS = range(OLDEST, min(NEWEST, int(ibapi.client.MAX_CLIENT_VER)) + 1)
OPEN_ORDER_FIELDS = {157: 119, 158: 120, 160: 121, 162: 122, 170: 127, 176: 127, 177: 126, 183: 127, 184: 128}


class Wrapper(EWrapper):  # type: ignore[misc]
    """Keeps the last call of each callback."""

    def __init__(self) -> None:
        self.calls: dict[str, tuple[Any, ...]] = {}

    def __getattribute__(self, name: str) -> Any:
        if name in ("calls", "__class__", "__dict__") or name.startswith("_"):
            return super().__getattribute__(name)
        if name in dir(EWrapper):
            return lambda *values, **named: self.calls.__setitem__(name, values + tuple(named.values()))
        return super().__getattribute__(name)


def decoded(message: Message, version: int) -> dict[str, tuple[Any, ...]]:
    """Decode a message as the client does; every field must be read, and no more."""
    frame = encode(message, version)
    fields = tuple(frame[4:].split(b"\0")[:-1])
    wrapper = Wrapper()
    decoder = Decoder(wrapper, version)
    handle = decoder.msgId2handleInfo[int(fields[0])]
    if handle.processMeth is None:
        decoder.interpret(fields) if OLD_DECODER else decoder.interpret(fields[1:], int(fields[0]))
        return wrapper.calls
    rest: Iterator[bytes] = iter(fields if OLD_DECODER else fields[1:])
    handle.processMeth(decoder, rest)
    assert list(rest) == []
    return wrapper.calls


OLD_DECODER = int(ibapi.client.MAX_CLIENT_VER) < 200


@pytest.fixture(scope="module")
def fill() -> BookedFill:
    """A fill of an order."""
    from g4qc_core.gateway.markets.simulated_products import products
    from g4qc_core.instruments.registry import load_registry

    market = SyntheticMarket(products(load_registry()))
    listing = next(i for i in market.listings(NOW) if str(i.contract) == "ES 202612")
    terms = OrderTerms(listing, "BUY", 3, OrderKind.STOP_LIMIT, Decimal("6000.25"), Decimal("5999.5"), "GTC", ref="ab")
    order = BookedOrder(7, 5, 123456789, terms, NOW, Progress.WORKING, NOW, NOW, filled=1, paid=Decimal(6000))
    return BookedFill("0a.0b.01.01", order, NOW, 1, Decimal(6000), 1, Decimal(6000), Decimal("2.25"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_message_is_read_to_its_end(version: int, fill: BookedFill) -> None:
    order, account = fill.order, "SIM000001"
    opened = decoded(reports.open_order(order, account), version)["openOrder"]
    assert (opened[0], opened[2].permId, opened[2].clientId, opened[3].status) == (7, 123456789, 5, "Submitted")
    assert (opened[2].orderType, opened[2].lmtPrice, opened[2].auxPrice, opened[2].tif) == (
        "STP LMT", 6000.25, 5999.5, "GTC",
    )  # fmt: skip
    assert (opened[1].localSymbol, opened[2].orderRef, opened[2].account) == ("ESZ6", "ab", account)
    status = decoded(reports.order_status(order), version)["orderStatus"]
    assert (status[0], status[1], float(status[2]), float(status[3])) == (7, "Submitted", 1, 2)
    completed = decoded(reports.completed_order(order, account), version)["completedOrder"]
    assert (completed[1].orderRef, completed[2].completedStatus) == ("ab", "Filled Size: 1")
    execution = decoded(reports.execution(fill, account, version, 4), version)["execDetails"]
    assert (execution[0], execution[2].execId, execution[2].price) == (4, "0a.0b.01.01", 6000)
    (cost,) = next(v for k, v in decoded(reports.commission(fill), version).items() if k.startswith("commission"))
    assert cost.execId == "0a.0b.01.01"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_message_about_the_account_is_read_to_its_end(version: int, fill: BookedFill) -> None:
    held = AccountPosition(fill.order.terms.listing)
    held.book(2, Decimal(6000), Decimal("4.5"))
    broker = SimulatedBroker(Quotes(SyntheticMarket({})), NOW, TradingRules())
    messages = [
        accounts.position(held, "SIM000001"),
        accounts.position(held, "SIM000001", 4),
        accounts.profit(broker, 4),
        accounts.profit_of_position(broker, 4, 5),
        *accounts.updates(broker, "SIM000001", NOW),
        *accounts.summary(broker, "SIM000001", 4, "NetLiquidation"),
        *accounts.values_of_model(broker, "SIM000001", 4),
        Message(layouts.ACCOUNT_END, {"account": "SIM000001"}),
        Message(layouts.SUMMARY_END, {"request_id": 4}),
        Message(layouts.VALUES_OF_MODEL_END, {"request_id": 4}),
        Message(layouts.POSITIONS_OF_MODEL_END, {"request_id": 4}),
        Message(layouts.EXECUTIONS_END, {"request_id": 4}),
        Message(layouts.COMPLETED_ORDERS_END, {}),
        Message(layouts.OPEN_ORDER_END, {}),
        Message(layouts.POSITIONS_END, {}),
    ]
    assert all(decoded(message, version) for message in messages)


@pytest.mark.parametrize(("version", "fields"), OPEN_ORDER_FIELDS.items())
def test_an_open_order_has_so_many_fields(version: int, fields: int, fill: BookedFill) -> None:
    frame = encode(reports.open_order(fill.order, "SIM000001"), version)
    assert frame.count(b"\0", 4) == fields + 1


class Sent(EClient):  # type: ignore[misc]
    """A client whose messages are kept instead of sent."""

    def __init__(self, version: int) -> None:
        EClient.__init__(self, EWrapper())
        self.serverVersion_ = version
        self.setConnState(EClient.CONNECTED)
        self.conn = self
        self.messages: list[bytes] = []

    def isConnected(self) -> bool:
        return True

    def sendMsg(self, *message: Any) -> None:  # type: ignore[override]
        self.messages.append(bytes(str(message[-1]), "utf-8") if not isinstance(message[-1], bytes) else message[-1])


def sent(version: int, contract: Contract, order: Order) -> OrderMessage:
    """Return what the gateway reads of an order that the client sends."""
    client = Sent(version)
    client.placeOrder(3, contract, order)
    (message,) = client.messages
    body = message[4:] if len(message) > 4 and struct.unpack(">I", message[:4])[0] == len(message) - 4 else message
    fields = body.decode().split("\0")[:-1]
    return order_message(fields[1:] if OLD_DECODER else fields, version)


def unusual() -> Order:
    """An order with every optional block that stands before the flag `whatIf`."""
    return an_order(
        "SELL",
        2,
        "LMT",
        lmtPrice=5.5,
        deltaNeutralOrderType="MKT",
        scalePriceIncrement=0.5,
        hedgeType="D",
        hedgeParam="x",
        algoStrategy="Twap",
        algoParams=[TagValue("a", "1"), TagValue("b", "2")],
        whatIf=True,
        conditions=[TimeCondition(True, "20261120 12:00:00")]
        if TimeCondition.__init__.__code__.co_argcount > 1
        else [],
        orderRef="mine",
        transmit=False,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_is_read_as_it_was_sent(version: int) -> None:
    plain = sent(version, front_month(), an_order("BUY", 4, "STP LMT", lmtPrice=1.5, auxPrice=1.25, tif="GTC"))
    assert (plain.order_id, plain.action, float(plain.quantity), plain.order_type) == (3, "BUY", 4, "STP LMT")
    assert (float(plain.limit_price), float(plain.stop_price), plain.tif) == (1.5, 1.25, "GTC")
    assert (plain.transmit, plain.what_if, plain.extras) == (True, False, ())
    assert (plain.contract.symbol, plain.contract.expiry) == ("ES", "202612")
    assert sent(version, front_month(), an_order("BUY", 1, whatIf=True)).what_if
    rare = sent(version, front_month(), unusual())
    assert (rare.what_if, rare.transmit, rare.ref) == (True, False, "mine")
    assert "an algorithm" in rare.extras


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_with_legs_is_read_to_the_flag(version: int) -> None:
    spread = front_month()
    spread.secType = "BAG"
    legs = [ComboLeg(), ComboLeg()]
    for leg, action in zip(legs, ("BUY", "SELL"), strict=True):
        leg.conId, leg.ratio, leg.action, leg.exchange = 1, 1, action, "CME"
    spread.comboLegs = legs
    assert sent(version, spread, an_order("BUY", 1, whatIf=True)).what_if
