"""Ticks of the past: those of a minute add up to its bar, and windows forwards and backwards have the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.gateway.streams.tick_history import trade_ticks
from tests.core.gateway.raw_client import RawClient, contract

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
WIDTHS = {"96": 4, "97": 6, "98": 6}


@pytest.fixture
def client(simulated_gateway: SimulatedGateway) -> Iterator[RawClient]:
    with RawClient(simulated_gateway, newest=178, client_id=61) as connected:
        yield connected


def ask(
    client: RawClient,
    start: str = "",
    end: str = "",
    most: int = 100,
    what: str = "TRADES",
    rth: int = 0,
    **query: object,
) -> list[list[str]]:
    client.send(96, 9, *contract(**{"month": "202612", **query}), start, end, most, what, rth, 0, "")
    code, request_id, count, *rest = client.receive()
    assert code != "4", rest
    assert (request_id, rest[-1]) == ("9", "1")
    width = WIDTHS[code]
    assert len(rest) == int(count) * width + 1
    return [rest[at : at + width] for at in range(0, len(rest) - 1, width)]


@settings(max_examples=40, deadline=None)
@given(begin=st.integers(0, 50 * 1440), month=st.sampled_from(["202612", "202703", "202706"]))
def test_the_ticks_of_a_minute_add_up_to_its_bar(synthetic_market: SyntheticMarket, begin: int, month: str) -> None:
    start = FIRST + timedelta(minutes=begin)
    listings = {(item.contract.symbol, item.contract.month): item for item in synthetic_market.listings(start)}
    listing = listings["ES", month]
    bars = synthetic_market.minutes(listing, start, start + timedelta(minutes=30))
    for at, minute in enumerate(bars.start.tolist()):
        since = minute.replace(tzinfo=UTC)
        ticks = trade_ticks(synthetic_market, listing, since, since + timedelta(minutes=1))
        assert sum(tick.size for tick in ticks) == bars.volume[at]
        assert ticks[0].price == bars.open[at]
        assert all(bars.low[at] <= tick.price <= bars.high[at] for tick in ticks)
        assert len({tick.at for tick in ticks}) == len(ticks)
        if bars.volume[at] >= 60:
            assert (ticks[-1].price, len(ticks)) == (bars.close[at], 60)
            assert max(tick.price for tick in ticks) == bars.high[at]
            assert min(tick.price for tick in ticks) == bars.low[at]


def test_windows_forwards_and_backwards_meet(client: RawClient) -> None:
    forwards = ask(client, start="20261118-18:00:10", most=300)
    assert len(forwards) == 300
    first, last = int(forwards[0][0]), int(forwards[-1][0])
    assert first == datetime(2026, 11, 18, 18, 0, 10, tzinfo=UTC).timestamp()
    end = datetime.fromtimestamp(last + 1, UTC)
    assert ask(client, end=f"{end:%Y%m%d-%H:%M:%S}", most=300) == forwards
    assert [tick[4] for tick in forwards[:2]] == ["CME", "CME"]


def test_a_window_goes_on_behind_a_closure_and_ends_with_the_present(client: RawClient) -> None:
    across = ask(client, start="20261114-12:00:00", most=5)
    assert int(across[0][0]) == datetime(2026, 11, 15, 23, tzinfo=UTC).timestamp()
    newest = ask(client, start="20261120-21:59:00", most=1000)
    assert int(newest[-1][0]) == datetime(2026, 11, 20, 21, 59, 59, tzinfo=UTC).timestamp()
    assert ask(client, end="20261122-12:00:00", most=60) == newest
    assert ask(client, start="20261120-22:15:00") == []


def test_quotes_lie_around_the_trades(client: RawClient) -> None:
    asked = {"start": "20261118-18:00:00", "most": 20}
    trades, quotes, midpoints = (ask(client, what=what, **asked) for what in ("TRADES", "BID_ASK", "MIDPOINT"))
    for trade, quote, midpoint in zip(trades, quotes, midpoints, strict=True):
        assert trade[0] == quote[0] == midpoint[0]
        assert float(quote[2]) < float(trade[2]) < float(quote[3])
        assert midpoint[2] == trade[2]


def test_regular_hours_begin_in_the_morning(client: RawClient) -> None:
    first = ask(client, start="20261118-10:00:00", most=3, rth=1)[0]
    assert int(first[0]) == datetime(2026, 11, 18, 14, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"start": "20261118-10:00:00", "end": "20261118-11:00:00"}, "321"),
        ({}, "321"),
        ({"start": "20261118-10:00:00", "most": 1001}, "321"),
        ({"start": "20261118-10:00:00", "what": "GOSSIP"}, "321"),
        ({"start": "yesterday"}, "10314"),
        ({"start": "20261118-10:00:00", "month": "209912"}, "200"),
    ],
)
def test_refusals(client: RawClient, request_: dict[str, object], code: str) -> None:
    asked = {"month": "202612", "start": "", "end": "", "most": 10, "what": "TRADES", **request_}
    fields = [asked[name] for name in ("start", "end", "most", "what")]
    client.send(96, 9, *contract(month=str(asked["month"])), *fields, 0, 0, "")
    assert client.receive()[2:4] == ["9", code]


def test_a_time_without_its_zone_brings_a_warning(client: RawClient) -> None:
    client.send(96, 9, *contract(month="202612"), "20261118 12:00:00", "", 2, "TRADES", 0, 0, "")
    assert client.receive()[2:4] == ["9", "2174"]
    assert client.receive()[:3] == ["98", "9", "2"]
