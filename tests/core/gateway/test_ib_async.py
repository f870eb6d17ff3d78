"""Every request of `ib_async` ends by the gateway's answer: none waits, and none is given up by the library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.samples import SILENT_WHILE_CLOSED, UNANSWERED, arguments, requests_of

ib_async = pytest.importorskip("ib_async")

TIMEOUT = 60.0
QUESTIONS = 50
NO_REQUESTS = {"connectAsync", "timeRangeAsync"}
FUTURE = {
    "conId": 285826684,
    "symbol": "ES",
    "lastTradeDateOrContractMonth": "202612",
    "exchange": "CME",
    "currency": "USD",
}


def objects() -> dict[str, Any]:
    return {
        "contract": ib_async.Future(**FUTURE),
        "contracts": ib_async.Future(**FUTURE),
        "order": ib_async.MarketOrder("BUY", 1),
        "execFilter": ib_async.ExecutionFilter(),
        "subscription": ib_async.ScannerSubscription(instrument="STK", scanCode="TOP_PERC_GAIN"),
        "data": ib_async.WshEventData(),
        "faDataType": 1,
        "marketRuleId": 252,
        "endDateTime": "20261120-21:00:00",
        "startDateTime": "",
    }


@pytest.fixture(params=[157, 178])
def gateway(request: pytest.FixtureRequest, make_gateway: Callable[..., SimulatedGateway]) -> SimulatedGateway:
    return make_gateway(max_version=request.param)


def run(gateway: SimulatedGateway, work: Callable[[Any], Awaitable[Any]]) -> Any:
    """The result of work with a connected `IB`, which does not wait between messages."""

    async def connected() -> Any:
        ib = ib_async.IB()
        try:
            await ib.connectAsync(gateway.host, gateway.port, clientId=12, timeout=TIMEOUT, raiseSyncErrors=True)
            ib.client.MaxRequests = 0
            return await asyncio.wait_for(work(ib), TIMEOUT)
        finally:
            ib.disconnect()

    return asyncio.run(connected())


def test_every_message_of_its_client_gets_an_answer(gateway: SimulatedGateway) -> None:
    methods = requests_of(ib_async.client.Client, "self.send(")
    del methods["reqCurrentTime"]

    async def ask(ib: Any) -> dict[str, int]:
        answers: dict[str, int] = {}
        for name, method in methods.items():
            before = ib.client.connectionStats().numMsgRecv
            getattr(ib.client, name)(*arguments(method, objects()))
            # An answer with bars may come behind the answer to a later question for the time.
            for times in range(1, QUESTIONS + 1):
                await ib.reqCurrentTimeAsync()
                answers[name] = ib.client.connectionStats().numMsgRecv - before - times
                if answers[name]:
                    break
        return answers

    answers = run(gateway, ask)
    assert {name for name, count in answers.items() if not count} == UNANSWERED | SILENT_WHILE_CLOSED


def test_every_request_that_is_waited_for_ends(gateway: SimulatedGateway, caplog: pytest.LogCaptureFixture) -> None:
    names = [name for name in dir(ib_async.IB) if name.endswith("Async") and name not in NO_REQUESTS]

    async def ask(ib: Any) -> None:
        for name in names:
            method = getattr(ib_async.IB, name)
            await asyncio.wait_for(getattr(ib, name)(*arguments(method, objects())), TIMEOUT)

    with caplog.at_level(logging.ERROR):
        run(gateway, ask)
    assert not [r.getMessage() for r in caplog.records if "imeout" in r.getMessage()]


@pytest.mark.parametrize(("size", "what"), [("30 secs", "TRADES"), ("1 min", "BID_ASK")])
def test_bars_that_are_not_served_raise_an_error_and_no_warning(
    gateway: SimulatedGateway, size: str, what: str
) -> None:
    async def ask(ib: Any) -> None:
        ib.RaiseRequestErrors = True
        await ib.reqHistoricalDataAsync(ib_async.Future(**FUTURE), "", "60 S", size, what, False, 2)

    with pytest.raises(ib_async.wrapper.RequestError, match="not served by the simulated gateway"):
        run(gateway, ask)
