"""Every request that a client can send ends: with an answer, an end or an error, and never in silence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from inspect import getmembers, isfunction
from typing import Any

import ibapi.client
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.message import OUT
from ibapi.order import Order
from ibapi.scanner import ScannerSubscription
from ibapi.wrapper import EWrapper

from g4qc_core.gateway.protocol.request_kinds import KINDS, kind_of
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, contract
from tests.core.gateway.samples import REQUEST_ID, SILENT_WITHOUT_ORDERS, UNANSWERED, arguments, requests_of

TIMEOUT = 20.0
NEWEST = int(ibapi.client.MAX_CLIENT_VER)
VERSIONS = [v for v in (157, 178, 192, 200) if v <= NEWEST]
QUESTIONS = 50
REQUESTS = {name: method for name, method in requests_of(EClient, "sendMsg(").items() if name != "reqCurrentTime"}
TOO_OLD = 503
START_API = 71

Heard = list[tuple[str, tuple[Any, ...]]]


class Listener(EWrapper, EClient):
    """Hears every callback there is, by name."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.ready, self.fence = threading.Event(), threading.Event()
        self.heard: Heard = []
        for name, _ in getmembers(EWrapper, isfunction):
            if not name.startswith("_") and name != "logAnswer":
                setattr(self, name, self._hearing(name))

    def ask(self, method: Callable[..., None], *given: Any) -> Heard:
        """Return the messages about a request until the requests for the time after it are answered."""
        self.heard = []
        method(*given)
        # An answer with bars may come behind the answer to a later question for the time.
        for _ in range(QUESTIONS):
            self.fence.clear()
            self.reqCurrentTime()
            assert self.fence.wait(TIMEOUT)
            if self.heard:
                break
        return self.heard

    def _hearing(self, name: str) -> Callable[..., None]:
        def hear(*given: Any, **named: Any) -> None:
            if name == "nextValidId":
                self.ready.set()
            if name == "currentTime":
                self.fence.set()
            else:
                self.heard.append((name, (*given, *named.values())))

        return hear


@pytest.fixture(scope="module", params=VERSIONS)
def listener(request: pytest.FixtureRequest, synthetic_market: Any) -> Iterator[Listener]:
    with SimulatedGateway(synthetic_market, max_version=request.param) as gateway:
        client = Listener()
        client.connect(gateway.host, gateway.port, 7)
        client.extraAuth = True
        loop = threading.Thread(target=client.run, daemon=True)
        loop.start()
        assert client.ready.wait(TIMEOUT)
        yield client
        client.disconnect()
        loop.join(TIMEOUT)


def objects() -> dict[str, Any]:
    asked = Contract()
    asked.symbol, asked.secType, asked.exchange, asked.currency = "ES", "FUT", "CME", "USD"
    asked.lastTradeDateOrContractMonth = "209912"
    order = Order()
    order.action, order.orderType, order.totalQuantity = "BUY", "MKT", 1
    if hasattr(order, "eTradeOnly"):
        order.eTradeOnly = order.firmQuoteOnly = False
    made = {"contract": asked, "order": order}
    made |= {"execFilter": ExecutionFilter(), "subscription": ScannerSubscription()}
    if NEWEST > 157:
        from ibapi.common import WshEventData
        from ibapi.order_cancel import OrderCancel

        made |= {"orderCancel": OrderCancel(), "wshEventData": WshEventData()}
    return made


def error_of(heard: Heard) -> tuple[int, int] | None:
    """Request id and code of the error among callbacks."""
    errors = [given for name, given in heard if name == "error"]
    if not errors:
        return None
    request_id, *rest = errors[0]
    return request_id, int(rest[1] if isinstance(rest[1], int) and len(rest) > 2 else rest[0])


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_of_ibapi_ends(listener: Listener, name: str) -> None:
    given = arguments(REQUESTS[name], objects())
    heard = listener.ask(getattr(listener, name), *given)
    if name in UNANSWERED | SILENT_WITHOUT_ORDERS:
        assert not heard
        return
    assert heard, "silence"
    error = error_of(heard)
    if error is not None and error[1] != TOO_OLD:
        assert error[0] == (REQUEST_ID if REQUEST_ID in given else -1), heard
        assert error[1] != 321 or name == "reqAutoOpenOrders", heard


def test_every_kind_of_message_is_in_the_table() -> None:
    codes = {code for name, code in vars(OUT).items() if not name.startswith("_")}
    assert codes - KINDS.keys() == {START_API}


@pytest.mark.parametrize("code", [code for code in KINDS if code not in (13, 14, 49, 58, 59, 64)])
def test_every_kind_without_its_fields_is_an_error_or_needs_none(
    simulated_gateway: SimulatedGateway, code: int
) -> None:
    with RawClient(simulated_gateway, newest=178, client_id=41) as client:
        client.send(code)
        client.send(49, 1)
        answer, time = client.receive(), client.receive()
    assert time[0] == "49"
    needs_none = not kind_of(code).shape
    assert answer[0] != "4" or answer[3] in ({"162"} if needs_none else {"320"}), answer


def test_a_kind_that_is_not_known_is_refused(simulated_gateway: SimulatedGateway) -> None:
    with RawClient(simulated_gateway, newest=178, client_id=42) as client:
        client.send(987, 1, 2)
        text = "A request for the unknown kind 987 is not served by the simulated gateway"
        assert client.receive() == ["4", "2", "-1", "162", text, ""]


def test_a_message_that_cannot_be_read_is_an_error_and_the_session_goes_on(
    simulated_gateway: SimulatedGateway,
) -> None:
    malformed: list[tuple[tuple[object, ...], str]] = [
        ((20, 1, 2), "1"),
        ((9, 8, "one"), "-1"),
        ((25, 1), "-1"),
        ((87, "x"), "-1"),
        (("bars",), "-1"),
        (("",), "-1"),
        ((20, 8, *contract(strike="many"), "", "1 min", "1 D", 0, "TRADES", 2, 0, ""), "8"),
        ((20, 8, *contract(), "", "1 min", "1 D", 0, "TRADES", "two", 0, ""), "8"),
        ((20, 8, *contract(), "", "1 min", "1 D", "maybe", "TRADES", 2, 0, ""), "8"),
        ((20, 9**12, *contract(), "", "1 min", "1 D", 0, "TRADES", 2, 0, ""), "-1"),
        ((94, 5, "", "", "all"), "5"),
        ((74, 1, 6), "6"),
    ]
    with RawClient(simulated_gateway, newest=178, client_id=43) as client:
        for fields, request_id in malformed:
            client.send(*fields)
            answer = client.receive()
            assert answer[2] == request_id, fields
            assert answer[3] in ("162", "320"), fields
        for body in (b"", b"\0", b"49", b"\xff\xfe\0"):
            client.socket.sendall(len(body).to_bytes(4, "big") + body)
            assert client.receive()[0] == "4", body
        assert client.ask_bars(44, month="202612", duration="60 S", end="20261120-21:00:00")[0][0] == "17"
        client.socket.sendall(b"\x7f\xff\xff\xff")
        assert client.receive()[3] == "320"
        with pytest.raises(EOFError):
            client.receive()


FIELD = st.one_of(st.integers(-(2**40), 2**40), st.text(max_size=8), st.sampled_from(["", "ES", "FUT", "1 D", "1 min"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 200), st.lists(FIELD, max_size=24)), min_size=1, max_size=12))
def test_whatever_is_sent_the_session_answers_the_next_question(
    simulated_gateway: SimulatedGateway, sent: list[tuple[int, list[object]]]
) -> None:
    with RawClient(simulated_gateway, newest=178, client_id=44) as client:
        for code, fields in sent:
            if code != START_API:
                client.send(code, *(str(field).replace("\0", " ") for field in fields))
        client.send(105)
        while (frame := client.receive())[0] != "109":
            assert frame


def test_contracts_are_not_looked_up_by_isin_or_issuer(simulated_gateway: SimulatedGateway) -> None:
    with RawClient(simulated_gateway, newest=178, client_id=48) as client:
        for keys in (("ISIN", "US78462F1030", ""), ("", "", "e1234")):
            client.send(9, 8, 5, *contract(symbol=""), *keys)
            assert client.receive()[2:4] == ["5", "162"]


def test_a_schedule_in_an_old_protocol_is_not_served(simulated_gateway: SimulatedGateway) -> None:
    with RawClient(simulated_gateway, newest=157, client_id=49) as client:
        (error,) = client.ask_bars(5, month="202612", what="SCHEDULE", size="1 day")
    assert error[2:4] == ["5", "162"]
    assert (
        "not served by the simulated gateway: they need protocol version 165, and this connection speaks 157"
        in error[4]
    )


def test_a_subscription_ends_once(simulated_gateway: SimulatedGateway) -> None:
    pairs = {
        (62, 1, 5, "All", "NetLiquidation"): (63, 1, 5),
        (74, 1, 5, "", ""): (75, 1, 5),
        (76, 1, 5, "", "", 0): (77, 1, 5),
        (92, 5, "", ""): (93, 5),
        (94, 5, "", "", 1): (95, 5),
    }
    with RawClient(simulated_gateway, newest=178, client_id=45) as client:
        for request, cancel in pairs.items():
            client.send(*request)
            client.send(*cancel)
            client.send(*cancel)
            while (answer := client.receive())[0] != "4":
                pass
            assert answer[2:4] == ["5", "300"]


def rule_of_text(tick: str) -> str:
    """The id of a price step: its digits without leading zeros, and the number of its decimals."""
    decimals = tick.partition(".")[2]
    return f"{int(decimals)}{len(decimals)}"


def test_symbols_and_price_steps_can_be_looked_up(simulated_gateway: SimulatedGateway) -> None:
    with RawClient(simulated_gateway, newest=178, client_id=46) as client:
        details, _ = client.ask_contracts(month="202612")
        rule = next(field for field in details if field == "252")
        client.send(91, rule)
        assert client.receive() == ["93", "252", "1", "0", "0.25"]
        client.send(91, 7)
        assert client.receive()[2:4] == ["-1", "162"]
        for symbol, exchange, tick in (("EUR", "CME", "0.00005"), ("ZN", "CBOT", "0.015625"), ("CL", "NYMEX", "0.01")):
            detail = client.ask_contracts(symbol=symbol, exchange=exchange)[0]
            (found,) = {field for field in detail if field.isdecimal() and field == rule_of_text(tick)}
            client.send(91, found)
            assert client.receive() == ["93", found, "1", "0", tick]
        client.send(81, 6, "spdr")
        samples = client.receive()
        assert samples[:3] == ["79", "6", "1"]
        assert samples[4:] == ["SPY", "STK", "SMART", "USD", "0", "SPDR S&P 500 ETF Trust", ""]
        client.send(81, 7, "")
        assert client.receive() == ["79", "7", "0"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"symbol": "XX"}, ("lists no 'XX'", "It lists AAPL, CL, ES, EUR", "g4qc instruments add --unchecked")),
        ({"exchange": "GLOBEX"}, ("lists ES as FUT on CME in USD, class ES, months 202612 to 202809",)),
        ({"month": "202409", "expired": 1}, ("with includeExpired from 202412",)),
        ({"con_id": 1}, ("lists no conId 1",)),
        ({"symbol": ""}, ("neither a conId nor a symbol",)),
    ],
)
def test_a_contract_that_is_not_found_is_answered_with_those_that_are_there(
    simulated_gateway: SimulatedGateway, query: dict[str, object], words: tuple[str, ...]
) -> None:
    with RawClient(simulated_gateway, newest=157, client_id=47) as client:
        (error,) = client.ask_contracts(**query)
    assert error[3] == "200"
    assert error[4].startswith("No security definition has been found for the request: ")
    assert all(word in error[4] for word in words), error
