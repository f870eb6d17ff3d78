"""Clients that others wrote: `ibapi` of either build, and `ib_async`, connect and fetch."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import ibapi.client
import pytest
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.wrapper import EWrapper

from g4qc_core.gateway.simulated_gateway import SimulatedGateway

TIMEOUT = 20.0
NEWEST = int(ibapi.client.MAX_CLIENT_VER)
VERSIONS = [v for v in (157, 163, 166, 176, 186, 196, 200) if v <= NEWEST]


class App(EWrapper, EClient):
    """The least that a client needs; every callback is an entry in `heard`."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.ready, self.ended = threading.Event(), threading.Event()
        self.heard: list[Any] = []

    def nextValidId(self, orderId: int) -> None:
        self.ready.set()

    def error(self, reqId: int, *rest: Any) -> None:
        code, text = rest[1:3] if len(rest) > 2 and isinstance(rest[1], int) else rest[:2]
        if reqId >= 0:
            self.heard.append((code, text))
            self.ended.set()

    def contractDetails(self, reqId: int, contractDetails: Any) -> None:
        self.heard.append(contractDetails)

    def contractDetailsEnd(self, reqId: int) -> None:
        self.ended.set()

    def historicalData(self, reqId: int, bar: Any) -> None:
        self.heard.append(bar)

    def historicalDataEnd(self, reqId: int, start: str, end: str) -> None:
        self.ended.set()

    def headTimestamp(self, reqId: int, headTimestamp: str) -> None:
        self.heard.append(headTimestamp)
        self.ended.set()

    def historicalSchedule(self, reqId: int, start: str, end: str, zone: str, sessions: Any) -> None:
        self.heard += [(s.startDateTime, s.endDateTime, s.refDate) for s in sessions]
        self.ended.set()

    def currentTime(self, time: int) -> None:
        self.heard.append(time)
        self.ended.set()

    def ask(self, request: Callable[..., None], *arguments: Any) -> list[Any]:
        self.heard, answer = [], self.ended
        answer.clear()
        request(*arguments)
        assert answer.wait(TIMEOUT)
        return self.heard


@pytest.fixture(params=VERSIONS)
def app(request: pytest.FixtureRequest, make_gateway: Callable[..., SimulatedGateway]) -> Iterator[App]:
    gateway = make_gateway(max_version=request.param)
    client = App()
    client.connect(gateway.host, gateway.port, 7)
    loop = threading.Thread(target=client.run, daemon=True)
    loop.start()
    assert client.ready.wait(TIMEOUT)
    assert client.serverVersion() == request.param
    yield client
    client.disconnect()
    loop.join(TIMEOUT)


def future(symbol: str, month: str = "") -> Contract:
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = symbol, "FUT", "CME", "USD"
    contract.lastTradeDateOrContractMonth = month
    return contract


def test_ibapi_fetches_chain_bars_and_the_rest(app: App) -> None:
    chain = app.ask(app.reqContractDetails, 1, future("EUR"))
    assert [d.contract.localSymbol for d in chain[:2]] == ["6EZ6", "6EF7"]
    front = chain[0]
    assert (front.minTick, front.contract.multiplier, front.contract.tradingClass) == (0.00005, "125000", "6E")
    assert (front.contract.lastTradeDateOrContractMonth, front.lastTradeTime) == ("20261214", "09:16")
    assert (front.timeZoneId, front.realExpirationDate, front.underSymbol) == ("US/Central", "20261214", "EUR")
    assert front.tradingHours.startswith("20261119:1700-20261120:1600;20261121:CLOSED;")

    ended = "20261120-22:00:00"
    bars = app.ask(app.reqHistoricalData, 2, front.contract, ended, "1 W", "1 min", "TRADES", 0, 2, False, [])
    assert len(bars) == 6900
    assert int(bars[-1].date) == int(datetime(2026, 11, 20, 21, 59, tzinfo=UTC).timestamp())
    assert all(b.low <= b.open <= b.high and int(b.volume) >= b.barCount > 0 for b in bars)

    days = app.ask(app.reqHistoricalData, 3, front.contract, "", "5 D", "1 day", "TRADES", 0, 1, False, [])
    assert [b.date for b in days] == ["20261116", "20261117", "20261118", "20261119", "20261120"]
    (head,) = app.ask(app.reqHeadTimeStamp, 4, front.contract, "TRADES", 0, 2)
    assert int(head) < int(bars[0].date)
    assert app.ask(app.reqCurrentTime) == [int(datetime(2026, 11, 20, 22, 30, tzinfo=UTC).timestamp())]
    if app.serverVersion() >= 165 and NEWEST >= 165:
        asked = (front.contract, "", "1 D", "1 day", "SCHEDULE", 0, 2, False, [])
        assert app.ask(app.reqHistoricalData, 5, *asked) == [("20261119-17:00:00", "20261120-16:00:00", "20261120")]


def test_ibapi_hears_errors_by_code(app: App) -> None:
    assert app.ask(app.reqContractDetails, 1, future("XX"))[0][0] == 200
    ask = (app.reqHistoricalData, 2, future("ES", "202612"))
    assert app.ask(*ask, "", "1 D", "7 mins", "TRADES", 0, 2, False, [])[0][0] == 321
    assert app.ask(*ask, "20261121-20:00:00", "60 S", "1 min", "TRADES", 0, 2, False, [])[0][0] == 162


@pytest.mark.parametrize("version", [157, 176])
def test_ib_async_connects_and_fetches(make_gateway: Callable[..., SimulatedGateway], version: int) -> None:
    ib_async = pytest.importorskip("ib_async")
    gateway = make_gateway(max_version=version)

    async def fetch() -> tuple[Any, Any, Any]:
        ib = ib_async.IB()
        try:
            await ib.connectAsync(gateway.host, gateway.port, clientId=12, timeout=TIMEOUT, raiseSyncErrors=True)
            assert ib.client.serverVersion() == version
            (qualified,) = await ib.qualifyContractsAsync(ib_async.Future("ES", "202612", "CME"))
            minutes = await ib.reqHistoricalDataAsync(qualified, "", "1 D", "1 min", "TRADES", False, 2)
            days = await ib.reqHistoricalDataAsync(qualified, "", "3 D", "1 day", "TRADES", False)
            return qualified, minutes, days
        finally:
            ib.disconnect()

    contract, minutes, days = asyncio.run(fetch())
    assert (contract.localSymbol, contract.lastTradeDateOrContractMonth) == ("ESZ6", "20261218")
    assert len(minutes) == 1380
    assert minutes[-1].date == datetime(2026, 11, 20, 21, 59, tzinfo=UTC)
    assert str(days[-1].date) == "2026-11-20"
