"""Bars of weeks and months, and below one minute where a file has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.replay import ReplayMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from tests.core.gateway.raw_client import RawClient, rows

CONTRACTS = (
    "instrument,ib_symbol,trading_class,local_symbol,contract_month,last_trade_date,exchange,currency,multiplier,"
    "min_tick\nES,ES,ES,ESZ3,201312,2013-12-20,CME,USD,50,0.25\n"
)
OPEN = datetime(2013, 12, 19, 15, tzinfo=UTC)
AFTER = GatewayClock(datetime(2013, 12, 19, 15, 2, tzinfo=UTC), frozen=True)
Make = Callable[..., SimulatedGateway]


@pytest.fixture
def client(simulated_gateway: SimulatedGateway) -> Iterator[RawClient]:
    with RawClient(simulated_gateway, client_id=51) as connected:
        yield connected


def ask(client: RawClient, **request: object) -> list[list[str]]:
    frames = client.ask_bars(**{"month": "202612", **request})
    assert frames[-1][0] == "17", frames
    return rows(frames)


def seconds(directory: Path, step: int, count: int) -> ReplayMarket:
    """A market of one contract with `count` bars, `step` seconds apart: bar n opens at n and closes a tick higher."""
    lines = [
        f"{OPEN + timedelta(seconds=step * n):%Y-%m-%dT%H:%M:%SZ},{n},{n + 1},{n},{n + 0.25},{n + 1}\n"
        for n in range(1, count + 1)
    ]
    (directory / "contracts.csv").write_text(CONTRACTS, "utf-8")
    (directory / "ESZ3.csv").write_text("timestamp,open,high,low,close,volume\n" + "".join(lines), "utf-8")
    return ReplayMarket(directory, load_registry())


@pytest.mark.parametrize("size", ["1 week", "1W", "1 WEEK"])
def test_a_week_is_named_by_its_last_trading_day(client: RawClient, size: str) -> None:
    weeks = ask(client, size=size, duration="3 W", end="20260705-21:00:00", month="202609", expired=1)
    assert [week[0] for week in weeks] == ["20260619", "20260626", "20260703"]
    running = ask(client, size=size, duration="1 W", end="20261118-18:00:00")
    assert [week[0] for week in running] == ["20261118"]


def test_a_month_is_named_by_its_last_trading_day(client: RawClient) -> None:
    months = ask(client, size="1 month", duration="4 M", end="20261101-12:00:00")
    assert [month[0] for month in months] == ["20260731", "20260831", "20260930", "20261030"]
    assert ask(client, size="1M", duration="1 Y", end="20261101-12:00:00")[-4:] == months


@pytest.mark.parametrize(("size", "duration", "days"), [("1 week", "1 W", 5), ("1 month", "1 M", 22)])
def test_weeks_and_months_are_made_of_their_days(client: RawClient, size: str, duration: str, days: int) -> None:
    end = {"1 week": "20261121-12:00:00", "1 month": "20261031-12:00:00"}[size]
    large = ask(client, size=size, duration=duration, end=end)[-1]
    small = ask(client, size="1 day", duration=f"{days} D", end=end)
    assert large[0] == small[-1][0]
    assert (large[1], large[4]) == (small[0][1], small[-1][4])
    assert float(large[2]) == max(float(day[2]) for day in small)
    assert float(large[3]) == min(float(day[3]) for day in small)
    assert int(large[5]) == sum(int(day[5]) for day in small)
    assert int(large[7]) == sum(int(day[7]) for day in small)


def test_a_window_shorter_than_the_bar_has_the_one_that_runs(client: RawClient) -> None:
    assert [bar[0] for bar in ask(client, size="1 month", duration="1 D", end="20261120-22:00:00")] == ["20261120"]


def test_the_last_bar_of_an_expired_contract_is_named_by_its_last_trade_date(client: RawClient) -> None:
    bars = ask(client, size="1 month", duration="1 M", end="20260930-22:00:00", month="202609", expired=1)
    assert bars[-1][0] == "20260918"


def test_weeks_in_regular_hours_have_less_volume(client: RawClient) -> None:
    (regular,) = ask(client, size="1 week", duration="1 W", rth=1)
    (whole,) = ask(client, size="1 week", duration="1 W")
    assert regular[0] == whole[0]
    assert int(regular[5]) < int(whole[5])


@pytest.mark.parametrize(("step", "size"), [(1, "1 secs"), (5, "5 secs"), (10, "10 secs"), (30, "30 secs")])
def test_a_file_below_a_minute_serves_its_own_bars(make_gateway: Make, tmp_path: Path, step: int, size: str) -> None:
    count = 60 // step
    gateway = make_gateway(market=seconds(tmp_path, step, count), clock=AFTER)
    with RawClient(gateway) as client:
        bars = ask(client, month="201312", size=size, duration="120 S")
    assert [int(bar[0]) for bar in bars] == [int(OPEN.timestamp()) + step * n for n in range(1, count + 1)]
    assert [float(bar[1]) for bar in bars] == list(range(1, count + 1))
    assert [int(bar[5]) for bar in bars] == list(range(2, count + 2))


def test_larger_bars_are_made_of_seconds(make_gateway: Make, tmp_path: Path) -> None:
    gateway = make_gateway(market=seconds(tmp_path, 5, 20), clock=AFTER)
    with RawClient(gateway) as client:
        half, minutes = (ask(client, month="201312", size=size, duration="120 S") for size in ("30 secs", "1 min"))
        (day,) = ask(client, month="201312", size="1 day", duration="1 D")
        (hours,) = ask(client, month="201312", size="15 secs", duration="120 S", rth=1)[:1]
        (error,) = client.ask_bars(month="201312", size="1 secs", duration="120 S")
    assert [int(bar[5]) for bar in half] == [20, 57, 93, 60]
    assert [int(bar[5]) for bar in minutes] == [77, 153]
    assert (minutes[0][1], minutes[0][4], minutes[1][1]) == ("1.0", "11.25", "12.0")
    assert int(day[5]) == sum(range(2, 22))
    assert int(hours[5]) == 5
    text = "Bars of 1 secs are not served by the simulated gateway: the shortest bars of ESZ3 are those of 5 secs"
    assert error[3:] == ["162", f"Historical Market Data Service error message:{text}"]


def test_the_last_seconds_are_served_as_far_as_they_go(make_gateway: Make, tmp_path: Path) -> None:
    clock = GatewayClock(OPEN + timedelta(seconds=12), frozen=True)
    with RawClient(make_gateway(market=seconds(tmp_path, 5, 20), clock=clock)) as client:
        bars = ask(client, month="201312", size="5 secs", duration="60 S")
    assert [int(bar[0]) - int(OPEN.timestamp()) for bar in bars] == [5, 10]
    assert [float(price) for price in bars[-1][1:5]] == [2.0, 2.25, 2.0, 2.25]


def test_a_volume_that_is_not_known_stays_unknown_in_larger_bars(make_gateway: Make, tmp_path: Path) -> None:
    seconds(tmp_path, 30, 4)
    file = tmp_path / "ESZ3.csv"
    text = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([text[0], *(f"{line.rsplit(',', 1)[0]},-1" for line in text[1:])]), "utf-8")
    with RawClient(make_gateway(market=ReplayMarket(tmp_path, load_registry()), clock=AFTER)) as client:
        assert {bar[5] for bar in ask(client, month="201312", size="1 min", duration="300 S")} == {"-1"}


@pytest.mark.parametrize(
    ("times", "problem"),
    [
        (["15:00:00", "15:01:00", "15:02:30"], "is no whole minute, as those before it are"),
        (["15:00:00", "15:00:30.5"], "is no whole second"),
    ],
)
def test_a_time_off_the_grid_of_its_file_is_refused(tmp_path: Path, times: list[str], problem: str) -> None:
    (tmp_path / "contracts.csv").write_text(CONTRACTS, "utf-8")
    lines = "".join(f"2013-12-19T{time}Z,1,1,1,1,1\n" for time in times)
    (tmp_path / "ESZ3.csv").write_text("timestamp,open,high,low,close,volume\n" + lines, "utf-8")
    with pytest.raises(SettingsError, match=f"line {len(times) + 1}, column timestamp: '.*' {problem}"):
        ReplayMarket(tmp_path, load_registry())
