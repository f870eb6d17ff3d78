"""Live bars of the simulated gateway: kept up to date or put together, they are the minutes of history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.trading.broker import BrokerEvent, LiveBar, StreamEnded, TradedContract
from tests.core.ib.orders.brokers import PATIENCE

OPEN = datetime(2026, 11, 20, 15, 0, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VERSIONS = [one for one in (157, 163, 178, 196, 200) if one <= Build.installed().newest]
REFUSAL = '[[fault]]\ndo = "error"\non = "history"\nnth = 1\ncode = 420\ntext = "Invalid Real-time Query"'

Maker = Callable[..., SimulatedGateway]


def december(gateway: SimulatedGateway) -> TradedContract:
    listing = next(one for one in gateway._market.listings(OPEN) if str(one.contract) == "ES 202612")
    contract = listing.contract
    return TradedContract("ES", contract.month, contract.con_id, contract.exchange, contract.currency)


def heard_until(broker: IbBroker, last: Callable[[BrokerEvent], bool]) -> list[BrokerEvent]:
    """The events up to the first that is the last."""
    heard: list[BrokerEvent] = []
    while not (heard and last(heard[-1])):
        event = broker.event(PATIENCE)
        assert event is not None, heard[-3:]
        heard.append(event)
    return heard


def is_of(source: str, start: datetime) -> Callable[[BrokerEvent], bool]:
    return lambda event: isinstance(event, LiveBar) and event.source == source and event.start >= start


def settled(broker: IbBroker, contract: TradedContract, last: datetime) -> dict[datetime, LiveBar]:
    """The minutes of history up to that one."""
    broker.subscribe(contract, sessions=1)
    found = heard_until(broker, is_of("history", last))
    return {one.start: one for one in found if isinstance(one, LiveBar) and one.source == "history"}


def values(one: LiveBar) -> tuple[float, float, float, float, int]:
    return one.open, one.high, one.low, one.close, one.volume


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("script", "source"), [("", "updates"), (REFUSAL, "five_seconds")])
def test_a_minute_that_ended_is_that_of_history(make_gateway: Maker, version: int, script: str, source: str) -> None:
    clock = GatewayClock(OPEN, frozen=True)
    entries = FaultScript.parse(script) if script else None
    gateway = make_gateway(clock=clock, max_version=version, script=entries)
    contract = december(gateway)
    with IbBroker.connect("127.0.0.1", gateway.port, 21, PATIENCE, PATIENCE) as broker:
        broker.subscribe(contract, sessions=1)
        heard = heard_until(broker, is_of("history", OPEN - MINUTE))
        minute = OPEN.replace(second=0) + MINUTE
        while not is_of(source, minute + MINUTE)(heard[-1]):
            clock.advance(timedelta(seconds=5))
            while (event := broker.event(0.05)) is not None:
                heard.append(event)
        live = [one for one in heard if isinstance(one, LiveBar) and one.source != "history"]
        assert {one.source for one in live} == {source}
        assert [one.start for one in live] == sorted(one.start for one in live)
        ended = {one.start: one for one in live if one.start < minute + MINUTE}
        history = settled(broker, contract, minute)
    assert minute in ended
    for start, one in ended.items():
        assert values(one) == values(history[start])


@pytest.mark.parametrize("back", ["dead", "back"])
def test_bars_after_a_farm_was_down_come_by_a_new_subscription(make_gateway: Maker, back: str) -> None:
    clock = GatewayClock(OPEN, frozen=True)
    script = f'[[fault]]\ndo = "market_farm_down"\non = "bar_update"\nnth = 2\nseconds = 0.05\nstreams = "{back}"'
    gateway = make_gateway(clock=clock, script=FaultScript.parse(script))
    contract = december(gateway)
    with IbBroker.connect("127.0.0.1", gateway.port, 21, PATIENCE, PATIENCE) as broker:
        broker.subscribe(contract, sessions=1)
        heard = heard_until(broker, is_of("history", OPEN - MINUTE))
        while not isinstance(heard[-1], StreamEnded):
            clock.advance(timedelta(seconds=5))
            while (event := broker.event(0.05)) is not None:
                heard.append(event)
        assert "2104" in heard[-1].text
        broker.subscribe(contract, sessions=1)
        heard_until(broker, is_of("history", OPEN - MINUTE))
        clock.advance(2 * MINUTE)
        heard_until(broker, is_of("updates", OPEN + MINUTE))
