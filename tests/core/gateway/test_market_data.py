"""Market data: the ticks of a contract as of an instant, and each second those that have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.protocol.layouts import names
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, contract, rows

NOON = datetime(2026, 11, 18, 18, 0, 2, tzinfo=UTC)
CLOSED = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
BID, ASK, LAST, HIGH, LOW, VOLUME, CLOSE, OPEN, TIME = "1", "2", "4", "6", "7", "8", "9", "14", "45"
Make = Callable[..., SimulatedGateway]
Ticks = dict[str, str]


def ask(
    client: RawClient, request_id: int = 1, ticks: str = "", snapshot: int = 0, paid: int = 0, **query: object
) -> None:
    fields = contract(**{"month": "202612", **query})[:-1]
    client.send(1, 11, request_id, *fields, 0, ticks, snapshot, paid, "")


def until_the_time(client: RawClient) -> list[list[str]]:
    """The frames that come before the answer to a question for the time."""
    client.send(49, 1)
    frames = []
    while (frame := client.receive())[0] != "49":
        frames.append(frame)
    return frames


def ticks_of(frames: list[list[str]]) -> Ticks:
    return {frame[3]: frame[4] for frame in frames if frame[0] in ("1", "2", "46")}


@pytest.fixture
def clock() -> GatewayClock:
    return GatewayClock(NOON, frozen=True)


@pytest.fixture(params=[157, 163, 178, 200])
def client(request: pytest.FixtureRequest, make_gateway: Make, clock: GatewayClock) -> Iterator[RawClient]:
    with RawClient(make_gateway(clock=clock, max_version=request.param), newest=request.param) as connected:
        yield connected


def test_the_first_answer_has_the_parameters_the_type_and_every_tick(client: RawClient) -> None:
    ask(client)
    frames = until_the_time(client)
    assert frames[0] == ["81", "1", "0.25", "", "0"]
    assert frames[1] == ["58", "1", "1", "1"]
    assert {frame[0]: len(frame) for frame in frames[2:]} == {"1": 7, "2": 5, "46": 5}
    assert all(frame[1:3] == ["6", "1"] for frame in frames[2:])
    seen = ticks_of(frames)
    assert set(seen) == {BID, ASK, LAST, HIGH, LOW, VOLUME, CLOSE, OPEN, TIME}
    assert float(seen[BID]) < float(seen[LAST]) < float(seen[ASK])
    (day,) = rows(client.ask_bars(9, month="202612", size="1 day", duration="1 D"))
    assert [seen[tick] for tick in (OPEN, HIGH, LOW, LAST, VOLUME)] == day[1:6]
    before = rows(client.ask_bars(9, month="202612", size="1 day", duration="2 D"))[0]
    assert seen[CLOSE] == before[4]
    assert int(seen[TIME]) == NOON.timestamp()


def test_ticks_follow_the_clock_and_only_changes_are_told(client: RawClient, clock: GatewayClock) -> None:
    ask(client)
    known = ticks_of(until_the_time(client))
    for second in (3, 10, 40, 61, 200):
        clock.set(NOON.replace(second=0) + timedelta(seconds=second))
        ask(client, 2, snapshot=1)
        frames = until_the_time(client)
        whole = ticks_of([frame for frame in frames if frame[2] == "2"])
        while known != whole:
            frames = [frame for frame in frames if frame[0] in ("1", "2", "46") and frame[2] == "1"]
            changed = ticks_of(frames)
            assert all(known[tick] != text for tick, text in changed.items())
            known |= changed
            frames = [client.receive()] if known != whole else []


def test_a_snapshot_ends_and_is_no_stream(client: RawClient, clock: GatewayClock) -> None:
    ask(client, snapshot=1)
    frames = until_the_time(client)
    assert frames[-1] == ["57", "1", "1"]
    clock.advance(timedelta(minutes=1))
    assert until_the_time(client) == []
    client.send(2, 2, 1)
    assert "300" in client.receive()


def test_a_closed_market_has_a_last_price_and_no_quotes(make_gateway: Make) -> None:
    clock = GatewayClock(CLOSED, frozen=True)
    with RawClient(make_gateway(clock=clock)) as client:
        ask(client)
        seen = ticks_of(until_the_time(client))
        (day,) = rows(client.ask_bars(9, month="202612", size="1 day", duration="1 D"))
        assert (seen[BID], seen[ASK]) == ("-1.0", "-1.0")
        assert [seen[tick] for tick in (OPEN, HIGH, LOW, LAST, VOLUME)] == day[1:6]
        clock.set(datetime(2026, 11, 22, 23, 0, 1, tzinfo=UTC))
        opened: Ticks = {}
        while not set(opened) >= {BID, ASK, VOLUME, CLOSE, OPEN}:
            opened |= ticks_of([client.receive()])
        assert float(opened[BID]) > 0
        assert opened[CLOSE] == seen[LAST]
        assert int(opened[VOLUME]) < int(seen[VOLUME])


@pytest.mark.parametrize(
    ("query", "absent"),
    [
        ({"symbol": "EUR", "kind": "CASH", "month": "", "exchange": "IDEALPRO"}, {LAST, VOLUME, TIME}),
        ({"symbol": "SPX", "kind": "IND", "month": "", "exchange": "CBOE"}, {BID, ASK, VOLUME}),
        ({"symbol": "SPY", "kind": "STK", "month": "", "exchange": "SMART"}, set()),
        ({"month": "202703"}, set()),
    ],
)
def test_each_kind_of_contract_has_its_ticks(client: RawClient, query: dict[str, object], absent: set[str]) -> None:
    ask(client, **query)
    assert set(ticks_of(until_the_time(client))) == {BID, ASK, LAST, HIGH, LOW, VOLUME, CLOSE, OPEN, TIME} - absent


def test_refusals_and_cancels(client: RawClient, clock: GatewayClock) -> None:
    for request_id, more, code in (
        (12, {"month": "209912"}, "200"),
        (13, {"month": ""}, "200"),
        (14, {"ticks": "gossip"}, "321"),
        (15, {"paid": 1}, "162"),
        (16, {"kind": "CONTFUT", "month": ""}, "162"),
    ):
        ask(client, request_id, **more)  # type: ignore[arg-type]
        answer = client.receive()
        assert answer[answer.index(str(request_id)) + 1] == code, answer
    ask(client, ticks="100,233,mdoff")
    assert until_the_time(client)[0][0] == "81"
    ask(client)
    assert "322" in client.receive()
    client.send(2, 2, 1)
    client.send(2, 2, 1)
    assert "300" in client.receive()
    clock.advance(timedelta(minutes=1))
    assert until_the_time(client) == []


def test_there_are_a_hundred_places(client: RawClient) -> None:
    for request_id in range(100):
        ask(client, request_id)
    until_the_time(client)
    ask(client, 100)
    assert "101" in client.receive()


def test_types_of_market_data_are_accepted(client: RawClient) -> None:
    for data_type in range(1, 5):
        client.send(59, 1, data_type)
    assert until_the_time(client) == []
    client.send(59, 1, 9)
    assert "321" in client.receive()


def test_layouts_have_no_version_in_which_they_change() -> None:
    from g4qc_core.gateway.protocol import layouts

    for layout in (layouts.TICK_PRICE, layouts.TICK_SIZE, layouts.HISTORICAL_DATA_UPDATE, layouts.REAL_TIME_BAR):
        assert names(layout, 157) == names(layout, 200)
