"""Real-time bars: twelve of them are the minute, by whatever steps the clock goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.five_seconds import five_second_bars
from g4qc_core.gateway.markets.replay import ReplayMarket
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, contract, rows
from tests.core.gateway.test_bar_sizes import OPEN, seconds

NOON = datetime(2026, 11, 18, 18, 0, 2, tzinfo=UTC)
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
Make = Callable[..., SimulatedGateway]


def after(number: int) -> datetime:
    return NOON.replace(second=0) + timedelta(seconds=number)


def begin(client: RawClient, request_id: int = 1, what: str = "TRADES", rth: int = 0, **query: object) -> None:
    client.send(50, 3, request_id, *contract(**{"month": "202612", **query})[:-1], 5, what, rth, "")


def started(client: RawClient, request_id: int = 1, **request: object) -> None:
    """Begin a stream, and return when it has begun."""
    begin(client, request_id, **request)  # type: ignore[arg-type]
    client.send(49, 1)
    assert client.receive()[0] == "49"


def bars(client: RawClient, count: int) -> list[list[str]]:
    frames = [client.receive() for _ in range(count)]
    assert all(frame[:2] == ["50", "3"] for frame in frames), frames
    return frames


def joined(parts: list[list[str]]) -> list[float]:
    """Open, high, low, close, volume and count of several bars, whose prices begin at the third field."""
    prices = [[float(text) for text in part[4:8]] for part in parts]
    amounts = [sum(int(part[at]) for part in parts) for at in (8, 10)]
    return [prices[0][0], max(p[1] for p in prices), min(p[2] for p in prices), prices[-1][3], *amounts]


@pytest.fixture
def clock() -> GatewayClock:
    return GatewayClock(NOON, frozen=True)


@pytest.fixture(params=[157, 200])
def client(request: pytest.FixtureRequest, make_gateway: Make, clock: GatewayClock) -> Iterator[RawClient]:
    with RawClient(make_gateway(clock=clock, max_version=request.param), newest=request.param) as connected:
        yield connected


def test_a_bar_comes_at_the_end_of_each_five_seconds_and_twelve_are_the_minute(
    client: RawClient, clock: GatewayClock
) -> None:
    started(client)
    seen = []
    for at in range(5, 125, 5):
        clock.set(after(at))
        seen += bars(client, 1)
    assert [int(bar[3]) for bar in seen] == [after(at).timestamp() for at in range(0, 120, 5)]
    (minute,) = rows(client.ask_bars(9, month="202612", duration="60 S", end=f"{after(120):%Y%m%d-%H:%M:%S}"))
    assert joined(seen[12:]) == [float(minute[at]) for at in (1, 2, 3, 4, 5, 7)]


@settings(max_examples=40, deadline=None)
@given(
    begin=st.integers(0, 50 * 86_400),
    steps=st.lists(st.integers(1, 4000), min_size=1, max_size=6),
    month=st.sampled_from(["202612", "202703"]),
)
def test_bars_of_consecutive_windows_are_those_of_the_whole_and_make_up_the_minutes(
    synthetic_market: SyntheticMarket, begin: int, steps: list[int], month: str
) -> None:
    start = FIRST + timedelta(seconds=begin)
    listing = next(
        item
        for item in synthetic_market.listings(start)
        if (item.contract.symbol, item.contract.month) == ("ES", month)
    )
    edges = [start]
    for step in steps:
        edges.append(edges[-1] + timedelta(seconds=step))
    parts = [five_second_bars(synthetic_market, listing, since, until) for since, until in pairwise(edges)]
    whole = five_second_bars(synthetic_market, listing, edges[0], edges[-1])
    assert [at for part in parts for at in part.start.tolist()] == whole.start.tolist()
    assert [v for part in parts for v in part.close.tolist()] == whole.close.tolist()
    minute = start.replace(second=0) + timedelta(minutes=1)
    full = synthetic_market.minutes(listing, minute, minute + timedelta(hours=1))
    split = five_second_bars(synthetic_market, listing, minute, minute + timedelta(hours=1))
    assert len(split) == 12 * len(full)
    for at in range(len(full)):
        rows_of = slice(12 * at, 12 * at + 12)
        assert split.open[rows_of][0] == full.open[at]
        assert split.close[rows_of][-1] == full.close[at]
        assert split.high[rows_of].max() == full.high[at]
        assert split.low[rows_of].min() == full.low[at]
        assert split.volume[rows_of].sum() == full.volume[at]
        assert split.count[rows_of].sum() == full.count[at]
    assert (split.low <= split.open).all()
    assert (split.close <= split.high).all()


@pytest.mark.parametrize("step", [1, 5, 10, 30])
def test_recorded_seconds_are_joined_or_split(tmp_path: Path, step: int) -> None:
    market = seconds(tmp_path, step, 120 // step)
    (listing,) = market.listings(OPEN + timedelta(minutes=1))
    made = five_second_bars(market, listing, OPEN, OPEN + timedelta(minutes=3))
    recorded = market.shortest(listing, OPEN, OPEN + timedelta(minutes=3))
    assert made.volume.sum() == recorded.volume.sum()
    assert (made.open[0], made.close[-1]) == (recorded.open[0], recorded.close[-1])
    if step == 5:
        assert made.frame().equals(recorded.frame())


def test_quotes_have_no_volume_and_regular_hours_begin_in_the_morning(make_gateway: Make) -> None:
    clock = GatewayClock(datetime(2026, 11, 18, 14, 29, 50, tzinfo=UTC), frozen=True)
    with RawClient(make_gateway(clock=clock)) as client:
        started(client, 1, what="MIDPOINT", rth=1)
        started(client, 2)
        clock.advance(timedelta(seconds=10))
        assert [bar[2] for bar in bars(client, 2)] == ["2", "2"]
        clock.advance(timedelta(seconds=5))
        regular, _ = sorted(bars(client, 2), key=lambda bar: bar[2])
        assert int(regular[3]) == datetime(2026, 11, 18, 14, 30, tzinfo=UTC).timestamp()
        assert regular[8:] == ["-1", "-1", "-1"]


def test_a_stream_of_bars_begins_with_the_next_session(make_gateway: Make) -> None:
    clock = GatewayClock(datetime(2026, 11, 20, 22, 30, tzinfo=UTC), frozen=True)
    with RawClient(make_gateway(clock=clock)) as client:
        started(client)
        clock.set(datetime(2026, 11, 22, 22, 0, tzinfo=UTC))
        clock.set(datetime(2026, 11, 22, 23, 0, 5, tzinfo=UTC))
        (first,) = bars(client, 1)
    assert int(first[3]) == datetime(2026, 11, 22, 23, tzinfo=UTC).timestamp()


def test_refusals_and_cancels(client: RawClient, clock: GatewayClock) -> None:
    refused = {
        (12, "GOSSIP", "ES", "FUT", "202612", "CME"): "321",
        (13, "TRADES", "ES", "FUT", "209912", "CME"): "200",
        (14, "TRADES", "EUR", "CASH", "", "IDEALPRO"): "420",
        (15, "TRADES", "ES", "CONTFUT", "", "CME"): "162",
    }
    for (request_id, what, symbol, kind, month, exchange), code in refused.items():
        begin(client, request_id, what, symbol=symbol, kind=kind, month=month, exchange=exchange)
        answer = client.receive()
        assert [str(request_id), code] == answer[answer.index(str(request_id)) :][:2], answer
    started(client)
    begin(client)
    assert "322" in client.receive()
    client.send(51, 1, 1)
    client.send(51, 1, 1)
    assert "300" in client.receive()
    clock.set(after(30))
    started(client)
    clock.set(after(35))
    assert len(bars(client, 1)) == 1


def test_bars_are_lost_and_wrong_as_updates_are(make_gateway: Make, clock: GatewayClock) -> None:
    text = '[[fault]]\ndo = "unanswered"\non = "bar_update"\nnth = 1\n[[fault]]\ndo = "wrong_bar"\nnth = 2\nticks = 2\n'
    gateway = make_gateway(clock=clock, script=FaultScript.parse(text))
    with RawClient(gateway) as client, RawClient(make_gateway(clock=clock)) as calm:
        started(client)
        started(calm)
        clock.set(after(15))
        right, (wrong, last) = bars(calm, 3), bars(client, 2)
    assert last == right[2]
    assert float(wrong[7]) == float(right[1][7]) + 0.5


def test_a_file_of_bars_streams_its_own_seconds(make_gateway: Make, tmp_path: Path) -> None:
    market: ReplayMarket = seconds(tmp_path, 5, 20)
    clock = GatewayClock(OPEN + timedelta(seconds=5), frozen=True)
    with RawClient(make_gateway(market=market, clock=clock)) as client:
        started(client, month="201312")
        clock.set(OPEN + timedelta(seconds=20))
        seen = bars(client, 3)
    assert [int(bar[8]) for bar in seen] == [2, 3, 4]
