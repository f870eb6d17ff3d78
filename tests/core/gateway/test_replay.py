"""The replay market: exactly the rows of its files, and files that are refused by name, line and column."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.replay import ReplayMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry, make_instrument
from tests.core.gateway.raw_client import RawClient, rows
from tests.fixtures.gateway import REPLAY

HEADER = "timestamp,open,high,low,close,volume\n"
MINUTES = HEADER + "2013-12-20T14:28:00Z,10.25,11.0,10.0,10.5,5\n2013-12-20T14:29:00Z,10.5,10.5,10.5,10.5,1\n"
CONTRACTS = (
    "instrument,ib_symbol,trading_class,local_symbol,contract_month,last_trade_date,exchange,currency,multiplier,"
    "min_tick\nES,ES,ES,ESZ3,201312,2013-12-20,CME,USD,50,0.25\n"
)


def replay(directory: Path, contracts: str | None = CONTRACTS, minutes: str | None = MINUTES) -> ReplayMarket:
    if contracts is not None:
        (directory / "contracts.csv").write_text(contracts, "utf-8")
    if minutes is not None:
        (directory / "ESZ3.csv").write_text(minutes, "utf-8")
    return ReplayMarket(directory, load_registry())


def test_bars_come_as_they_stand_in_the_file(tmp_path: Path) -> None:
    market = replay(tmp_path)
    (item,) = market.listings(datetime(2014, 1, 1, tzinfo=UTC))
    assert market.account == "REPLAY001"
    assert item.contract.last_trade_at == datetime(2013, 12, 20, 14, 30, tzinfo=UTC)
    bars = market.minutes(item, datetime(2013, 12, 20, tzinfo=UTC), datetime(2013, 12, 21, tzinfo=UTC))
    assert bars.open.tolist() == [10.25, 10.5]
    assert bars.wap.tolist() == [-1.0, -1.0]
    assert bars.count.tolist() == [-1, -1]
    assert not market.listings(datetime(2013, 12, 20, 14, 27, tzinfo=UTC))


@pytest.mark.parametrize("kind", ["csv.gz", "parquet"])
def test_minutes_may_be_compressed_or_parquet(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"ESZ3.{kind}"
    if kind == "parquet":
        times = pd.to_datetime(["2013-12-20T14:28:00Z", "2013-12-20T14:29:00Z"])
        prices = {"open": [10.25, 10.5], "high": [11.0, 10.5], "low": [10.0, 10.5], "close": [10.5, 10.5]}
        pd.DataFrame({"timestamp": times, **prices, "volume": [5, 1]}).to_parquet(file)
    else:
        file.write_bytes(gzip.compress(MINUTES.encode()))
    market = replay(tmp_path, minutes=None)
    (item,) = market.listings(datetime(2014, 1, 1, tzinfo=UTC))
    bars = market.minutes(item, datetime(2013, 12, 20, tzinfo=UTC), datetime(2013, 12, 21, tzinfo=UTC))
    assert bars.high.tolist() == [11.0, 10.5]
    assert bars.volume.tolist() == [5, 1]


def test_wap_and_count_are_served_where_the_file_has_them(tmp_path: Path) -> None:
    minutes = "timestamp,open,high,low,close,volume,wap,count\n2013-12-20T14:28:00Z,10.25,11,10,10.5,5,10.3,2\n"
    market = replay(tmp_path, minutes=minutes)
    (item,) = market.listings(datetime(2014, 1, 1, tzinfo=UTC))
    bars = market.minutes(item, datetime(2013, 12, 20, tzinfo=UTC), datetime(2013, 12, 21, tzinfo=UTC))
    assert (bars.wap.tolist(), bars.count.tolist()) == ([10.3], [2])


def row(text: str) -> str:
    return MINUTES + text + "\n"


@pytest.mark.parametrize(
    ("contracts", "minutes", "words"),
    [
        (None, MINUTES, ("contracts.csv", "does not exist")),
        (CONTRACTS, None, ("no minutes of ES 201312", "ESZ3.parquet")),
        ("a,b\n1,2\n", MINUTES, ("contracts.csv", "lacks the column instrument")),
        ("", MINUTES, ("contracts.csv", "cannot be read")),
        (CONTRACTS.replace("\nES,", "\nEX,"), MINUTES, ("contracts.csv, line 2", "did you mean")),
        (CONTRACTS.replace("\nES,", "\nMSFT,"), MINUTES, ("line 2", "`g4qc instruments add MSFT --unchecked ...`")),
        (CONTRACTS.replace("201312,", "201313,"), MINUTES, ("line 2", "no contract month")),
        (CONTRACTS.replace("201312,", "spot,"), MINUTES, ("line 2, column contract_month", "ES has contract months")),
        (CONTRACTS.replace("2013-12-20", "20 Dec"), MINUTES, ("line 2", "last_trade_date", "20 Dec")),
        (CONTRACTS.replace(",50,", ",-1,"), MINUTES, ("line 2", "multiplier", "'-1'")),
        (CONTRACTS.replace("0.25\n", "tiny\n"), MINUTES, ("line 2", "min_tick", "'tiny'")),
        (CONTRACTS + CONTRACTS.splitlines()[1] + "\n", MINUTES, ("line 3", "twice")),
        (CONTRACTS, "timestamp,open,high,low,close\n", ("ESZ3.csv", "lacks the column volume")),
        (CONTRACTS, row("noon,1,1,1,1,1"), ("ESZ3.csv, line 4", "timestamp", "'noon'")),
        (CONTRACTS, row("2013-12-20T14:29:30Z,1,1,1,1,1"), ("line 4", "whole minute")),
        (CONTRACTS, row("2013-12-20T14:29:00Z,1,1,1,1,1"), ("line 4", "not later")),
        (CONTRACTS, row("2013-12-20T14:30:00Z,1,x,1,1,1"), ("line 4", "column high", "'x'")),
        (CONTRACTS, row("2013-12-20T14:30:00Z,1,,1,1,1"), ("line 4", "column high")),
        (CONTRACTS, row("2013-12-20T14:30:00Z,2,1,1,1,1"), ("line 4", "column high")),
        (CONTRACTS, row("2013-12-20T14:30:00Z,1,2,1.5,1,1"), ("line 4", "column low")),
        (CONTRACTS, row("2013-12-20T14:30:00Z,1,1,1,1,1.5"), ("line 4", "volume", "whole number")),
        (CONTRACTS, row("2013-12-20T14:30:00Z,1,1,1,1,-4"), ("line 4", "volume", "whole number")),
    ],
)
def test_a_malformed_file_is_named_with_line_and_column(
    tmp_path: Path, contracts: str | None, minutes: str | None, words: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as raised:
        replay(tmp_path, contracts, minutes)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("name", ["ESZ3.csv.gz", "ESZ3.parquet"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(MINUTES.encode() * 99)[:60])
    with pytest.raises(SettingsError, match="cannot be read"):
        replay(tmp_path, minutes=None)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        ReplayMarket(tmp_path / "nowhere", load_registry())


@pytest.mark.slow
def test_the_gateway_serves_exactly_the_rows_of_a_recorded_file(replay_gateway: SimulatedGateway) -> None:
    recorded = pd.read_csv(REPLAY / "ESH4.csv.gz", dtype=str)
    days = sorted({t[:10] for t in recorded["timestamp"]})
    received: dict[str, list[str]] = {}
    with RawClient(replay_gateway, client_id=3) as client:
        assert client.greeting[0] == ["15", "1", "REPLAY001"]
        for number, day in enumerate(days):
            end = f"{pd.Timestamp(day) + pd.Timedelta(days=1):%Y%m%d-%H:%M:%S}"
            frames = client.ask_bars(number, month="201403", end=end, duration="86400 S")
            received |= {fields[0]: fields[1:] for fields in rows(frames)}
    epochs = [str(int(pd.Timestamp(t).timestamp())) for t in recorded["timestamp"]]
    assert list(received) == epochs
    wanted = recorded[["open", "high", "low", "close", "volume"]].astype(float).to_numpy().tolist()
    assert [[float(x) for x in row[:5]] for row in received.values()] == wanted
    assert {tuple(row[5:]) for row in received.values()} == {("-1", "-1")}


def test_hours_made_of_recorded_minutes_keep_their_volume(replay_gateway: SimulatedGateway) -> None:
    with RawClient(replay_gateway, client_id=3) as client:
        (frame,) = client.ask_bars(month="201312", expired=1, end="20131011-20:15:00", duration="5 D", size="1 hour")
    recorded = pd.read_csv(REPLAY / "ESZ3.csv.gz")
    week = recorded[recorded["timestamp"].between("2013-10-06T22:00:00Z", "2013-10-11T20:14:59Z")]
    assert sum(int(fields[5]) for fields in rows([frame])) == week["volume"].sum()
    assert rows([frame])[0][0] == str(int(pd.Timestamp("2013-10-06T22:00:00Z").timestamp()))


def test_a_contract_of_the_future_is_not_known_yet(replay_gateway: SimulatedGateway) -> None:
    with RawClient(replay_gateway, client_id=3) as client:
        (error,) = client.ask_contracts(symbol="EUR", expired=1)
    assert "200" in error


def test_what_a_row_leaves_out_is_the_instruments_own(tmp_path: Path) -> None:
    market = replay(tmp_path, "instrument,local_symbol,contract_month,last_trade_date\nEC,ESZ3,201312,2013-12-16\n")
    (item,) = market.listings(datetime(2014, 1, 1, tzinfo=UTC))
    contract = item.contract
    assert (item.instrument.ib_symbol, contract.trading_class, contract.exchange) == ("EUR", "6E", "CME")
    assert (contract.multiplier, contract.min_tick) == (125_000, Decimal("0.00005"))


def test_a_stock_of_ones_own_is_replayed_once_it_is_in_the_registry(
    tmp_path: Path, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    own = {"kind": "STK", "name": "Microsoft", "ib_symbol": "MSFT", "exchange": "SMART", "multiplier": "1"}
    own |= {"min_tick": "0.01", "calendar": "us_equities", "fee": "0.005"}
    (tmp_path / "contracts.csv").write_text(
        "instrument,local_symbol,contract_month,last_trade_date\nMSFT,ESZ3,spot,\n", "utf-8"
    )
    (tmp_path / "ESZ3.csv").write_text(MINUTES, "utf-8")
    market = ReplayMarket(tmp_path, {"MSFT": make_instrument("MSFT", own)})
    gateway = make_gateway(market=market, clock=GatewayClock(datetime(2013, 12, 20, 22, tzinfo=UTC), frozen=True))
    with RawClient(gateway, client_id=4) as client:
        (frame,) = client.ask_bars(symbol="MSFT", kind="STK", exchange="SMART", duration="1 D")
        (error,) = client.ask_contracts(2, symbol="NVDA", kind="STK", exchange="SMART")
    assert [fields[5] for fields in rows([frame])] == ["5", "1"]
    assert "it replays files and lists no 'NVDA' at 2013-12-20. It lists MSFT; add others as rows of" in error[4]


def test_a_contract_of_years_ago_is_answered_with_the_clock(
    tmp_path: Path, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    clock = GatewayClock(datetime(2026, 11, 20, tzinfo=UTC), frozen=True)
    with RawClient(make_gateway(market=replay(tmp_path), clock=clock)) as client:
        (error,) = client.ask_contracts(expired=1)
    text = "months up to 201312, which ended more than two years before the gateway's clock, 2026-11-20: start it with"
    assert text in error[4]


@pytest.mark.parametrize(("column", "value", "magnifier"), [("", "", 1), (",price_magnifier", ",100", 100)])
def test_bars_in_cents_say_so_in_a_column_of_their_own(tmp_path: Path, column: str, value: str, magnifier: int) -> None:
    header, row = CONTRACTS.splitlines()
    market = replay(tmp_path, f"{header}{column}\n{row}{value}\n")
    (item,) = market.listings(datetime(2014, 1, 1, tzinfo=UTC))
    assert (item.contract.price_magnifier, item.tick) == (magnifier, item.contract.min_tick * magnifier)


@pytest.mark.parametrize("value", ["", "0", "1.5", "cents"])
def test_a_magnifier_that_is_no_whole_number_is_refused(tmp_path: Path, value: str) -> None:
    header, row = CONTRACTS.splitlines()
    with pytest.raises(SettingsError, match="line 2, column price_magnifier"):
        replay(tmp_path, f"{header},price_magnifier\n{row},{value}\n")
