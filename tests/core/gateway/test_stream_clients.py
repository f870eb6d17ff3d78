"""Streams as clients that others wrote hear them: `ibapi` of either build at every protocol change, and `ib_async`."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ibapi.client import EClient
from ibapi.wrapper import EWrapper

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.test_clients import TIMEOUT, VERSIONS, future

NOON = datetime(2026, 11, 18, 18, 0, 2, tzinfo=UTC)
MINUTE = NOON.replace(second=0)
Heard = tuple[str, tuple[Any, ...]]


class Streams(EWrapper, EClient):
    """Puts what it hears into a queue, in order."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.heard: queue.Queue[Heard] = queue.Queue()
        names = ["nextValidId", "historicalData", "historicalDataEnd", "historicalDataUpdate", "realtimeBar"]
        names += ["historicalTicks", "historicalTicksLast", "historicalTicksBidAsk"]
        names += ["tickPrice", "tickSize", "tickString", "tickSnapshotEnd", "tickReqParams", "marketDataType"]
        for name in (*names, "connectionClosed"):
            setattr(self, name, lambda *given, name=name: self.heard.put((name, given)))

    def error(self, reqId: int, *rest: Any) -> None:
        if reqId >= 0:
            self.heard.put(("error", (reqId, *rest)))

    def next(self, name: str) -> tuple[Any, ...]:
        """What comes next, which must be this."""
        heard, given = self.heard.get(timeout=TIMEOUT)
        assert heard == name, (heard, given)
        return given

    def skipped_to(self, name: str) -> tuple[Any, ...]:
        """The next of this name, whatever comes before it."""
        while (heard := self.heard.get(timeout=TIMEOUT))[0] != name:
            pass
        return heard[1]

    def until(self, name: str) -> list[Heard]:
        """All that comes before this."""
        found: list[Heard] = []
        while (heard := self.heard.get(timeout=TIMEOUT))[0] != name:
            found.append(heard)
        return found


@pytest.fixture
def clock() -> GatewayClock:
    return GatewayClock(NOON, frozen=True)


@pytest.fixture(params=VERSIONS)
def app(
    request: pytest.FixtureRequest, make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock
) -> Iterator[Streams]:
    gateway = make_gateway(max_version=request.param, clock=clock)
    client = Streams()
    client.connect(gateway.host, gateway.port, 7)
    loop = threading.Thread(target=client.run, daemon=True)
    loop.start()
    client.next("nextValidId")
    assert client.serverVersion() == request.param
    yield client
    client.disconnect()
    loop.join(TIMEOUT)


def values(bar: Any) -> tuple[Any, ...]:
    """A bar without its date, in numbers; the builds name the average differently."""
    wap = bar.wap if hasattr(bar, "wap") else bar.average
    return bar.open, bar.high, bar.low, bar.close, int(bar.volume), float(wap), bar.barCount


def test_ibapi_hears_bars_in_progress_and_their_ends(app: Streams, clock: GatewayClock) -> None:
    contract = future("ES", "202612")
    app.reqHistoricalData(1, contract, "", "1800 S", "1 min", "TRADES", 0, 2, True, [])
    answered = app.until("historicalDataEnd")
    latest = answered[-1][1][1]
    assert int(latest.date) == MINUTE.timestamp()
    for second in (30, 60):
        clock.set(MINUTE + timedelta(seconds=second))
        request_id, update = app.next("historicalDataUpdate")
        assert (request_id, update.date) == (1, latest.date)
        assert int(update.volume) > int(latest.volume)
        latest = update
    app.reqHistoricalData(2, contract, "20261118-18:01:00", "60 S", "1 min", "TRADES", 0, 2, False, [])
    _, settled = app.next("historicalData")
    app.next("historicalDataEnd")
    assert values(latest) == values(settled)
    app.cancelHistoricalData(1)
    assert 162 in app.next("error")
    clock.set(MINUTE + timedelta(minutes=2))
    app.reqHistoricalData(3, contract, "20261118-18:01:00", "", "1 min", "TRADES", 0, 2, True, [])
    assert 321 in app.next("error")


def test_ibapi_hears_real_time_bars(app: Streams, clock: GatewayClock) -> None:
    app.reqRealTimeBars(1, future("EUR", "202612"), 5, "TRADES", False, [])
    app.reqMktData(2, future("EUR", "202612"), "", True, False, [])
    app.until("tickSnapshotEnd")
    clock.set(MINUTE + timedelta(seconds=10))
    for start in (0, 5):
        request_id, at, opened, high, low, close, volume, wap, count = app.next("realtimeBar")
        assert (request_id, at) == (1, (MINUTE + timedelta(seconds=start)).timestamp())
        assert low <= min(opened, close) <= max(opened, close) <= high
        assert low <= float(wap) <= high
        assert int(volume) >= count > 0
    app.cancelRealTimeBars(1)
    app.cancelRealTimeBars(1)
    assert 300 in app.next("error")


def test_ibapi_hears_market_data(app: Streams, clock: GatewayClock) -> None:
    app.reqMarketDataType(3)
    app.reqMktData(1, future("ES", "202612"), "233", False, False, [])
    request_id, tick, _, _ = app.next("tickReqParams")
    assert (request_id, tick) == (1, 0.25)
    assert app.next("marketDataType") == (1, 1)
    app.reqMktData(2, future("ES", "202612"), "", True, False, [])
    first = app.until("tickReqParams")
    second = app.until("tickSnapshotEnd")
    prices = {given[1]: given[2] for name, given in first if name == "tickPrice"}
    assert {1, 2, 4, 6, 7, 9, 14} == set(prices)
    assert prices[1] < prices[4] < prices[2]
    assert {given[1] for name, given in first if name == "tickSize"} >= {0, 3, 5, 8}
    times = [given for name, given in first if name == "tickString"]
    assert times == [(1, 45, str(int(NOON.timestamp())))]
    assert {given[1]: given[2] for name, given in second if name == "tickPrice"} == prices
    clock.set(MINUTE + timedelta(seconds=30))
    assert app.skipped_to("tickString") == (1, 45, str(int(MINUTE.timestamp()) + 30))
    app.reqMktData(1, future("ES", "202612"), "", False, False, [])
    assert 322 in app.skipped_to("error")
    app.cancelMktData(1)
    app.cancelMktData(1)
    assert 300 in app.skipped_to("error")


def test_ibapi_reads_ticks_of_the_past(app: Streams) -> None:
    for what, name in (("TRADES", "Last"), ("BID_ASK", "BidAsk"), ("MIDPOINT", "")):
        app.reqHistoricalTicks(5, future("EUR", "202612"), "20261118-17:00:00", "", 40, what, 0, False, [])
        request_id, ticks, done = app.next(f"historicalTicks{name}")
        assert (request_id, len(ticks), done) == (5, 40, True)
        assert [tick.time for tick in ticks] == sorted(tick.time for tick in ticks)
        prices = [getattr(tick, "price", None) or tick.priceBid for tick in ticks]
        assert all(1 < price < 2 for price in prices)


def test_an_outage_of_the_connection_is_told_and_streams_must_be_asked_for_again(
    app: Streams, clock: GatewayClock
) -> None:
    app.reqHistoricalData(1, future("ES", "202612"), "", "1800 S", "1 min", "TRADES", 0, 2, True, [])
    app.until("historicalDataEnd")
    host, port = app.host, app.port
    app.disconnect()
    app.until("connectionClosed")
    again = Streams()
    again.connect(host, port, 8)
    loop = threading.Thread(target=again.run, daemon=True)
    loop.start()
    again.next("nextValidId")
    clock.set(MINUTE + timedelta(minutes=1))
    again.cancelHistoricalData(1)
    assert 366 in again.next("error")
    again.disconnect()
    loop.join(TIMEOUT)


@pytest.mark.parametrize("version", [157, 178])
def test_ib_async_keeps_bars_and_a_ticker_up_to_date(
    make_gateway: Callable[..., SimulatedGateway], clock: GatewayClock, version: int
) -> None:
    ib_async = pytest.importorskip("ib_async")
    gateway = make_gateway(max_version=version, clock=clock)

    async def follow() -> tuple[Any, Any, Any, Any]:
        ib = ib_async.IB()
        try:
            await ib.connectAsync(gateway.host, gateway.port, clientId=12, timeout=TIMEOUT, raiseSyncErrors=True)
            (contract,) = await ib.qualifyContractsAsync(ib_async.Future("ES", "202612", "CME"))
            bars = await ib.reqHistoricalDataAsync(contract, "", "1800 S", "1 min", "TRADES", False, 2, True)
            fives = ib.reqRealTimeBars(contract, 5, "TRADES", False)
            ticker = ib.reqMktData(contract)
            while not ticker.hasBidAsk():
                await ib.updateEvent
            clock.set(MINUTE + timedelta(seconds=61))
            while len(fives) < 12 or bars[-1].date == MINUTE:
                await ib.updateEvent
            settled = await ib.reqHistoricalDataAsync(
                contract, "20261118-18:01:00", "60 S", "1 min", "TRADES", False, 2
            )
            return list(bars), list(fives), settled[-1], ticker
        finally:
            ib.disconnect()

    bars, fives, settled, ticker = asyncio.run(asyncio.wait_for(follow(), TIMEOUT * 3))
    kept = next(bar for bar in bars if bar.date == MINUTE)
    assert kept == settled
    assert bars[-1].date == MINUTE + timedelta(minutes=1)
    assert (fives[0].open_, fives[11].close) == (settled.open, settled.close)
    assert sum(bar.volume for bar in fives[:12]) == settled.volume
    assert ticker.bid < ticker.ask
