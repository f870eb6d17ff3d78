"""Windows, bar sizes and the bars in them, over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.protocol.bar_request_rules import MINUTES
from g4qc_core.gateway.protocol.framing import number
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, rows

Row = tuple[datetime, float, float, float, float, int, float, int]
THURSDAY = datetime(2026, 11, 19, 23, tzinfo=UTC)


@pytest.fixture
def client(simulated_gateway: SimulatedGateway) -> Iterator[RawClient]:
    with RawClient(simulated_gateway, client_id=32) as connected:
        yield connected


def ask(client: RawClient, **request: object) -> list[Row]:
    frames = client.ask_bars(**{"month": "202612", **request})
    assert frames[-1][0] == "17", frames
    return [_row(fields) for fields in rows(frames)]


def _row(fields: list[str]) -> Row:
    start = datetime.fromtimestamp(int(fields[0]), UTC)
    opened, high, low, close = map(float, fields[1:5])
    return start, opened, high, low, close, int(fields[5]), float(fields[6]), int(fields[7])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_on_the_wire_reads_back_exactly_and_has_no_exponent(value: float) -> None:
    assert float(number(value)) == value
    assert "e" not in number(value).lower()


def test_the_wire_carries_the_markets_minutes_exactly(client: RawClient, synthetic_market: SyntheticMarket) -> None:
    for symbol, ib_symbol in (("ES", "ES"), ("EC", "EUR")):
        item = next(
            i
            for i in synthetic_market.listings(THURSDAY)
            if (i.contract.symbol, i.contract.month) == (symbol, "202612")
        )
        expected = synthetic_market.minutes(item, THURSDAY, THURSDAY + timedelta(hours=23))
        received = ask(client, symbol=ib_symbol)
        assert len(received) == len(expected) == 1380
        for at, name in enumerate(("open", "high", "low", "close", "volume", "wap", "count"), start=1):
            assert np.array_equal([row[at] for row in received], expected.columns()[name]), name


@pytest.mark.parametrize(("size", "minutes"), [(size, minutes) for size, minutes in MINUTES.items() if minutes])
@pytest.mark.slow
def test_larger_bars_are_the_minutes_of_their_bucket(client: RawClient, size: str, minutes: int) -> None:
    small = ask(client)
    large = ask(client, size=size)
    assert len(large) == -(-1380 // minutes)
    for start, opened, high, low, close, volume, wap, count in large:
        assert (start - THURSDAY) % timedelta(minutes=minutes) == timedelta()
        inside = [row for row in small if start <= row[0] < start + timedelta(minutes=minutes)]
        assert (opened, close) == (inside[0][1], inside[-1][4])
        assert (high, low) == (max(r[2] for r in inside), min(r[3] for r in inside))
        assert (volume, count) == (sum(r[5] for r in inside), sum(r[7] for r in inside))
        assert low <= wap <= high


def test_a_daily_bar_carries_the_trade_date_whatever_the_date_format(client: RawClient) -> None:
    for date_format in (1, 2, 3):
        frame = client.ask_bars(month="202612", size="1 day", duration="5 D", fmt=date_format)
        assert [r[0] for r in rows(frame)] == ["20261116", "20261117", "20261118", "20261119", "20261120"]


@pytest.mark.parametrize(
    ("duration", "end", "first", "number_of_bars"),
    [
        ("1 D", "", THURSDAY, 1380),
        ("1 D", "20261122-12:00:00", THURSDAY, 1380),
        ("2 D", "", THURSDAY - timedelta(days=1), 2760),
        ("1 D", "20261120-00:00:00", THURSDAY, 60),
        ("3600 S", "20261120-22:00:00", datetime(2026, 11, 20, 21, tzinfo=UTC), 60),
        ("1 W", "20261120-22:00:00", datetime(2026, 11, 15, 23, tzinfo=UTC), 6900),
        ("1 W", "20261120-21:00:00", datetime(2026, 11, 13, 21, tzinfo=UTC), 6900),
    ],
)
def test_a_window_begins_and_ends_where_the_duration_says(
    client: RawClient, duration: str, end: str, first: datetime, number_of_bars: int
) -> None:
    received = ask(client, duration=duration, end=end)
    assert (received[0][0], len(received)) == (first, number_of_bars)


def test_days_are_trading_days(client: RawClient) -> None:
    """Twenty days reach back over four weeks, and Labor Day is a separate session."""
    frame = client.ask_bars(month="202612", size="1 day", duration="20 D", end="20260930-22:00:00")
    dates = [r[0] for r in rows(frame)]
    assert (len(dates), dates[0], dates[-1]) == (20, "20260903", "20260930")
    assert "20260907" in dates


def test_the_unfinished_bar_is_served_as_far_as_it_goes(make_gateway: Callable[..., SimulatedGateway]) -> None:
    now = datetime(2026, 11, 19, 15, 7, 30, tzinfo=UTC)
    with RawClient(make_gateway(clock=GatewayClock(now, frozen=True)), client_id=1) as client:
        minutes, quarters = ask(client, duration="1800 S"), ask(client, duration="1800 S", size="15 mins")
    with RawClient(make_gateway(), client_id=1) as client:
        later = ask(client, duration="1800 S", end="20261119-15:08:00")
        later_quarters = ask(client, duration="1800 S", end="20261119-15:15:00", size="15 mins")
    assert minutes[-1][0] == later[-1][0] == now.replace(second=0)
    assert minutes[-1][1] == later[-1][1]
    assert minutes[-1][5] < later[-1][5]
    assert minutes[:-1] == later[-len(minutes) : -1]
    assert quarters[-1][0] == now.replace(minute=0, second=0)
    assert quarters[-1][5] < later_quarters[-1][5]


def test_regular_hours_are_from_half_past_eight_to_the_close(client: RawClient) -> None:
    received = ask(client, rth=1)
    assert len(received) == 450
    assert received[0][0] == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def test_an_early_close_ends_the_day(make_gateway: Callable[..., SimulatedGateway]) -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    with RawClient(make_gateway(clock=GatewayClock(now, frozen=True))) as client:
        friday = ask(client, duration="1 D")
    assert friday[-1][0] == datetime(2026, 11, 27, 18, 14, tzinfo=UTC)


@pytest.mark.parametrize("what", ["BID", "ASK", "MIDPOINT"])
def test_quotes_have_neither_volume_nor_count(client: RawClient, what: str) -> None:
    trades = ask(client, duration="3600 S", end="20261120-21:00:00")
    quotes = ask(client, duration="3600 S", end="20261120-21:00:00", what=what)
    shift = {"BID": 0.0, "MIDPOINT": 0.125, "ASK": 0.25}[what]
    assert [row[4] for row in quotes] == [row[4] + shift for row in trades]
    assert {row[5:] for row in quotes} == {(-1, -1.0, -1)}


def test_dates_are_written_in_exchange_time_as_the_version_wants(
    make_gateway: Callable[..., SimulatedGateway],
) -> None:
    gateway = make_gateway(max_version=176)
    for version, text in ((157, "20261120  14:59:00"), (176, "20261120 14:59:00 US/Central")):
        with RawClient(gateway, newest=version) as client:
            frame = client.ask_bars(month="202612", end="20261120-21:00:00", duration="60 S", fmt=1)
            assert rows(frame)[0][0] == text


def test_a_continuous_future_is_the_front_contract(client: RawClient) -> None:
    assert ask(client, kind="CONTFUT", month="") == ask(client)


def test_a_clock_that_runs_moves_on() -> None:
    clock = GatewayClock(datetime(2013, 12, 20, 22, 15, tzinfo=UTC))
    first, second = clock.now(), clock.now()
    assert datetime(2013, 12, 20, 22, 15, tzinfo=UTC) <= first <= second < datetime(2013, 12, 20, 22, 16, tzinfo=UTC)
