"""The first main job on real bars: recorded minutes through the gateway, the graph and a backtest, to reports.

The gateways and the first extraction are separate processes, started by the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import URL, text

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, Outcome
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.resources import open_stores
from tests.fixtures.home import Answer, Home, bare_home, home_on
from tests.market_data import MARKET_DATA, needs_market_data, publisher_hour_bars, replay_bars

pytestmark = [pytest.mark.integration, needs_market_data]

WINDOW = ("2013-10-01", "2013-12-20")
OCTOBER = ("2013-10-01", "2013-10-31")

SPECS = """
[sma_cross-ES-2013]
strategy = "sma_cross"
instrument = "ES"
timeframe = "1h"
cash = 100000
from = 2013-10-01
to = 2013-12-20
parameters = { fast = 5, slow = 20 }

[sma_cross-EC-2024]
strategy = "sma_cross"
instrument = "EC"
timeframe = "1h"
cash = 100000
from = 2024-01-01
to = 2024-01-31
parameters = { fast = 5, slow = 20 }
"""


@contextmanager
def replaying(template: URL, now: str) -> Iterator[Home]:
    """A home behind the command `g4qc gateway --replay`, whose clock starts at `now`."""
    arguments = ("--replay", str(MARKET_DATA / "replay"), "--now", now, "--port", "0", "--json")
    with bare_home() as elsewhere, elsewhere.started("gateway", *arguments) as gateway:
        assert gateway.stdout is not None
        address = json.loads(gateway.stdout.readline())
        with home_on(template, ib_host=address["host"], ib_port=address["port"]) as home:
            specs = home.folder / "backtests.toml"
            specs.write_text(SPECS, "utf-8")
            yield home.with_(backtests=specs)


def ledger(home: Home, symbol: str) -> list[LedgerEntry]:
    """Every request that was made for the instrument."""
    ever = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    with open_stores(home.settings) as stores:
        return stores.ledger.entries(symbol, None, "1min", *ever)


def let_an_hour_pass(home: Home) -> None:
    """Date all requests in the ledger an hour earlier."""
    with open_stores(home.settings) as stores, stores.database.transaction() as connection:
        connection.execute(text("UPDATE ib_requests SET requested_at = requested_at - interval '1 hour'"))


def stored(home: Home, symbol: str, timeframe: str, contract: str) -> pd.DataFrame:
    """The stored bars of a contract, as `g4qc bars` writes them."""
    target = home.folder / "bars.parquet"
    arguments = ("--timeframe", timeframe, "--contract", contract, "--format", "parquet", "--output", str(target))
    done = home.run("bars", symbol, *arguments)
    assert done.code == 0, done.errors
    return pd.read_parquet(target)


def missing_minutes(home: Home, symbol: str) -> int:
    """Minutes that `g4qc status` calls failed or never asked."""
    (instrument,) = (i for i in status(home)["instruments"] if i["instrument"] == symbol)
    assert bool(instrument["gaps"]) == bool(instrument["failed"] + instrument["never_asked"])
    return instrument["failed"] + instrument["never_asked"]


def status(home: Home) -> dict:
    return json.loads(home.run("status", "--json").text)


def extract(home: Home, symbol: str, window: tuple[str, str], *more: str) -> Answer:
    done = home.run("extract", symbol, "--from", window[0], "--to", window[1], *more)
    assert done.code == 0, done.errors
    return done


@pytest.fixture(scope="module")
def es(home_template: URL) -> Iterator[Home]:
    """ES from October to December 2013, requested once by a separate process; ESH4 in October, too."""
    with replaying(home_template, "2013-12-20T22:15:00Z") as home:
        done = home.process("extract", "ES", "--from", WINDOW[0], "--to", WINDOW[1])
        assert done.returncode == 0, done.stderr
        extract(home, "ES", OCTOBER, "--contract", "201403")
        yield home


@pytest.fixture(scope="module")
def ec(home_template: URL) -> Iterator[Home]:
    """EC of January 2024, requested once by a separate process."""
    with replaying(home_template, "2024-02-01T00:00:00Z") as home:
        done = home.process("extract", "EC", "--from", "2024-01-01", "--to", "2024-01-31")
        assert done.returncode == 0, done.stderr
        yield home


@pytest.mark.parametrize(("month", "local_symbol"), [("201312", "ESZ3"), ("201403", "ESH4")])
def test_hour_bars_of_october_2013_equal_the_publishers_own_bar_for_bar(
    es: Home, month: str, local_symbol: str
) -> None:
    published = publisher_hour_bars(month)
    both = set(replay_bars(local_symbol)["timestamp"].dt.date) & set(published["timestamp"].dt.date)
    both = {day for day in both if day < date(2013, 11, 1)}
    published = published[published["timestamp"].dt.date.isin(both)].reset_index(drop=True)
    derived = stored(es, "ES", "1h", month)
    derived = derived[derived["timestamp"].dt.date.isin(both)]
    # The publisher leaves out the last quarter of an hour of each session, 16:00 to 16:15 in Chicago.
    derived = derived[derived["timestamp"].dt.tz_convert("America/Chicago").dt.hour != 16]
    assert len(derived) > 100
    pd.testing.assert_frame_equal(derived[list(published.columns)].reset_index(drop=True), published)


def test_days_that_were_not_recorded_are_gaps_until_the_gateway_confirms_that_they_are_empty(es: Home) -> None:
    assert missing_minutes(es, "ES") > 0
    first = ledger(es, "ES")
    assert Outcome.NO_DATA in {e.outcome for e in first}
    let_an_hour_pass(es)

    extract(es, "ES", WINDOW)
    extract(es, "ES", OCTOBER, "--contract", "201403")
    second = ledger(es, "ES")[len(first) :]
    # Partly recorded sessions are requested again, too: a silent gap in a busy session is not believed.
    # What reaches over two of the first requests is a second claim, which confirms as well.
    assert {Outcome.CONFIRMED_EMPTY, Outcome.DATA} <= {e.outcome for e in second} <= ANSWERED
    assert missing_minutes(es, "ES") == 0

    extract(es, "ES", WINDOW)
    extract(es, "ES", OCTOBER, "--contract", "201403")
    assert len(ledger(es, "ES")) == len(first) + len(second)


def test_every_recorded_minute_is_stored_as_received(es: Home, ec: Home) -> None:
    for home, symbol, local_symbol, month in ((es, "ES", "ESZ3", "201312"), (ec, "EC", "6EH4", "202403")):
        recorded = replay_bars(local_symbol)
        if symbol == "EC":  # the session of February opened before the month of January was over
            recorded = recorded[recorded["timestamp"] < "2024-01-31 23:00Z"]
        with open_stores(home.settings) as stores:
            ever = (datetime(2013, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
            raw = stores.raw.bars(symbol, *ever, month)
        columns = ["timestamp", "open", "high", "low", "close", "volume"]
        pd.testing.assert_frame_equal(raw[columns], recorded[columns].reset_index(drop=True))


def test_every_timeframe_of_the_euro_in_january_2024_is_there(ec: Home) -> None:
    rows = {row["timeframe"]: row["bars"] for row in status(ec)["bars"]}
    assert set(rows) == {tf.name for tf in TIMEFRAMES}
    assert rows["1min"] > 29_000
    assert rows["1d"] == 21  # Martin Luther King Day counts to the day after


@pytest.mark.parametrize(("which", "spec"), [("es", "sma_cross-ES-2013"), ("ec", "sma_cross-EC-2024")])
def test_a_spec_goes_all_the_way_to_a_report(which: str, spec: str, request: pytest.FixtureRequest) -> None:
    home: Home = request.getfixturevalue(which)
    done = home.run("materialize", "--select", "backtest,backtest_report", "--partition", spec)
    assert done.code == 0, done.errors
    report = home.settings.home / "reports" / f"{spec}.html"
    page = report.read_text("utf-8")
    assert "Bars replayed from files" in page
    (result,) = (r for r in status(home)["backtests"] if r["name"] == spec)
    assert result["metrics"]["trades"] > 0


def test_the_command_runs_the_same_backtest_to_the_cent(es: Home) -> None:
    arguments = ("sma_cross", "--instrument", "ES", "--timeframe", "1h")
    answers = [json.loads(es.run("backtest", *arguments, "--json").text) for _ in range(2)]
    assert answers[0] == answers[1]
    (result,) = (r for r in status(es)["backtests"] if r["name"] == answers[0]["spec"]["name"])
    assert result["result"] == answers[0]["id"]


def test_synthetic_bars_are_refused_where_replayed_ones_are(es: Home, simulated_gateway: SimulatedGateway) -> None:
    before = ledger(es, "ES")
    other = es.with_(ib_port=simulated_gateway.port)
    done = other.run("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-02")
    assert done.code == 1
    assert "holds bars that the simulated gateway replays from files" in done.errors
    assert "G4QC_HOME or G4QC_DATABASE_URL" in done.errors
    assert ledger(es, "ES") == before
