"""The graph on a real Dagster instance in PostgreSQL: what a run does, what a second one does not, what stops it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import URL, text

from g4qc_core.bars.bar_source import MemorySource
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import GatewayDisconnected, PermissionDenied
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.timeframes import DERIVED, TIMEFRAMES
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.named_jobs import BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS
from g4qc_pipelines.resources import Gateway, Stores
from g4qc_pipelines.runner import Incomplete, RunFailed, Runner
from tests.fixtures.gateway import NOW
from tests.fixtures.home import Home, bare_home, home_on, template_on
from tests.fixtures.tampering import tamper

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]
MONTHS = ("ES|2026-10-01", "ES|2026-11-01")
DAYS = (date(2026, 10, 1), date(2026, 11, 30))


def tables(stores: Stores, *names: str) -> dict[str, pd.DataFrame]:
    """Return the tables in a fixed order, without values that differ between histories."""
    found = {}
    for name in names or ("raw_bars", "market_data", "session_quality", "contracts"):
        with stores.database.transaction() as connection:
            frame = pd.read_sql(text(f"SELECT * FROM {name}"), connection)
        frame = frame.drop(columns=["request_id", "received_at", "first_seen", "last_seen"], errors="ignore")
        found[name] = frame.sort_values(list(frame.columns), ignore_index=True)
    return found


def assert_equal(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(found[name], frame, obj=name)


def run_all(bench: Workbench, first: str, last: str | None = None) -> dg.ExecuteInProcessResult:
    """The instrument's chain, the range of months, and the roll calendar."""
    bench.runner.run(CHAIN_ASSETS, "ES")
    result = bench.runner.run(BAR_ASSETS, first, last)
    bench.runner.run(ROLL_ASSETS, "ES")
    return result


def requests(bench: Workbench) -> int:
    with bench.stores.database.transaction() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM ib_requests")) or 0)


@pytest.fixture(scope="module")
def world(
    home_template: URL, simulated_gateway: SimulatedGateway
) -> Iterator[tuple[Workbench, dg.ExecuteInProcessResult]]:
    """A workbench on a home with ES of October and November 2026, and the run that made their bars."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as home, home.bench() as bench:
        yield bench, run_all(bench, *MONTHS)


World = tuple[Workbench, dg.ExecuteInProcessResult]


def test_a_range_is_one_run_that_materializes_every_partition_with_its_row_count(world: World) -> None:
    bench, result = world
    made = [event.materialization for event in result.get_asset_materialization_events() if event.materialization]
    # Each partition of a range is reported twice: by Dagster for the step, and then with its own metadata.
    newest = {(m.asset_key.to_user_string(), m.partition): m for m in made}
    assert set(newest) == {(a, k) for a in BAR_ASSETS for k in MONTHS}
    rows = {key: m.metadata["dagster/row_count"].value for key, m in newest.items()}
    assert all(isinstance(count, int) and count > 0 for count in rows.values())
    stored = bench.stores.bars.stored().set_index("timeframe")["bars"]
    for tf in TIMEFRAMES:
        assert sum(rows[f"bars_{tf}", key] for key in MONTHS) == stored[tf.name]
    assert bench.runner.materialized("bars_1d") == set(MONTHS)


def test_every_check_of_a_sound_month_is_green(world: World) -> None:
    _, result = world
    evaluations = result.get_asset_check_evaluations()
    assert {e.asset_key.to_user_string() for e in evaluations} == set(BAR_ASSETS)
    assert [e.check_name for e in evaluations if not e.passed] == []


def test_a_partition_that_runs_again_changes_nothing_and_asks_only_for_the_open_session(world: World) -> None:
    bench, _ = world
    before, asked = tables(bench.stores), requests(bench)
    run_all(bench, *MONTHS)
    assert_equal(tables(bench.stores), before)
    # The clock is half an hour after a close: no session is open, and nothing is left to request.
    assert requests(bench) == asked


def test_derived_equals_rebuilt(world: World) -> None:
    bench, _ = world
    before = tables(bench.stores)
    with bench.stores.database.transaction() as connection:
        tamper(connection, "DELETE FROM market_data")
        connection.execute(text("DELETE FROM session_quality"))
    bench.runner.run([asset for asset in BAR_ASSETS if asset != "raw_bars"], *MONTHS)
    assert_equal(tables(bench.stores), before)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_nothing_depends_on_the_time_zone_of_the_host(zone: str, world: World, make_home: Callable[..., Home]) -> None:
    bench, _ = world
    with time_zone(zone), make_home(**address(bench)).bench() as elsewhere:
        run_all(elsewhere, MONTHS[0])
        found = tables(elsewhere.stores, "raw_bars", "market_data", "session_quality")
    assert len(found["market_data"]) > 40_000
    assert_equal(found, only(tables(bench.stores, *found), MONTHS[0]))


def test_a_timescale_server_ends_with_the_same_tables(timescale_url: str, world: World) -> None:
    bench, _ = world
    with template_on(timescale_url) as template, home_on(template, **address(bench)) as home, home.bench() as other:
        assert other.stores.database.has_timescale
        run_all(other, MONTHS[0])
        found = tables(other.stores, "raw_bars", "market_data", "session_quality")
    assert_equal(found, only(tables(bench.stores, *found), MONTHS[0]))


# --- what stops a run


class Served(Gateway):
    """The gateway of the graph, served by an object of the port."""

    def __init__(self, served: object) -> None:
        self._served = served

    def source(self):  # type: ignore[no-untyped-def]
        return self._served

    def close(self) -> None:
        """Nothing was opened."""


class Failing(MemorySource):
    """A source whose every request for bars raises an error."""

    error: Exception
    attempts = 0

    def bars(self, request):  # type: ignore[no-untyped-def]
        self.attempts += 1
        raise self.error


@pytest.fixture(scope="module")
def two_days(synthetic_market: SyntheticMarket) -> dict:
    """Minutes of the front contract on two days of October 2026, by contract; the rest of the chain has none."""
    first, last = calendar(ES.calendar).sessions(date(2026, 10, 1), date(2026, 10, 2))
    found = {}
    for listing in synthetic_market.listings(NOW):
        if listing.instrument == ES and "202609" <= listing.contract.month <= "202703":
            found[listing.contract] = synthetic_market.minutes(listing, first.open, last.close).frame()
    return found


@contextmanager
def serving(source: MemorySource, home: Home) -> Iterator[tuple[Runner, Stores]]:
    """A runner of the graph behind the source."""
    with home.bench() as bench:
        swapped = {"stores": bench.stores, "gateway": Served(source)}
        yield Runner(build_definitions(bench.settings, swapped), bench.runner.instance), bench.stores


CONFIG = {"raw_bars": {"first": "2026-10-01", "last": "2026-10-02"}}


def test_a_blocking_check_stops_what_would_build_on_bad_bars(home: Home, two_days: dict) -> None:
    bad = {contract: frame.copy() for contract, frame in two_days.items()}
    for frame in bad.values():
        off_tick = frame.index % 50 == 0  # two in a hundred
        frame.loc[off_tick, ["open", "high", "low", "close"]] += 0.1
    with serving(MemorySource(bad, NOW), home) as (runner, stores):
        runner.run(CHAIN_ASSETS, "ES")
        with pytest.raises(RunFailed, match="few_in_quarantine"):
            runner.run(BAR_ASSETS, MONTHS[0], None, CONFIG)
        assert runner.materialized("bars_1min") == {MONTHS[0]}
        assert [tf for tf in DERIVED if runner.materialized(f"bars_{tf}")] == []
        assert set(stores.bars.stored()["timeframe"]) == {"1min"}
        window = calendar(ES.calendar).sessions(date(2026, 10, 1), date(2026, 10, 2))
        quarantined = stores.bars.quarantined("ES", window[0].open, window[-1].close)
        assert set(quarantined["reason"]) == {"off_tick"}


def test_bad_bars_of_one_contract_leave_the_other_its_timeframes_and_fail_the_run(home: Home, two_days: dict) -> None:
    mixed = {contract: frame.copy() for contract, frame in two_days.items()}
    for contract, frame in mixed.items():
        if contract.month == "202612":
            frame.loc[frame.index % 50 == 0, ["open", "high", "low", "close"]] += 0.1
    asked = {"raw_bars": {**CONFIG["raw_bars"], "contracts": ["202612", "202703"]}}
    with serving(MemorySource(mixed, NOW), home) as (runner, stores):
        runner.run(CHAIN_ASSETS, "ES")
        with pytest.raises(Incomplete, match="of 202612 are in quarantine undecided, more than 1 %"):
            runner.run(BAR_ASSETS, MONTHS[0], None, asked)
        assert runner.materialized("bars_1d") == {MONTHS[0]}
        window = calendar(ES.calendar).sessions(date(2026, 10, 1), date(2026, 10, 2))
        for tf in DERIVED:
            assert set(stores.bars.bars("ES", tf.name, window[0].open, window[-1].close)["contract"]) == {"202703"}


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (PermissionDenied("The account may not read ES.", 354), 1),
        (GatewayDisconnected("The gateway went away."), 3),
        (ZeroDivisionError("a defect"), 1),
    ],
    ids=["permanent", "transient", "defect"],
)
def test_only_a_transient_error_is_tried_again(error: Exception, attempts: int, home: Home, two_days: dict) -> None:
    source = Failing(two_days, NOW)
    source.error = error
    with serving(source, home) as (runner, stores):
        runner.run(CHAIN_ASSETS, "ES")
        with pytest.raises(RunFailed, match=str(error)):
            runner.run(BAR_ASSETS, MONTHS[0], None, CONFIG)
        assert source.attempts == attempts
        assert stores.bars.stored().empty


def test_a_failed_request_is_in_the_ledger_and_its_minutes_are_not_called_empty(home: Home, two_days: dict) -> None:
    source = Failing(two_days, NOW)
    source.error = PermissionDenied("The account may not read ES.", 354)
    with serving(source, home) as (runner, stores):
        runner.run(CHAIN_ASSETS, "ES")
        with pytest.raises(RunFailed):
            runner.run(["raw_bars"], MONTHS[0], None, CONFIG)
        entry = stores.ledger.last()
        assert entry is not None
        assert (str(entry.outcome), entry.code) == ("no_permission", 354)
        runner.run(["bars_1min"], MONTHS[0])
        quality = stores.bars.quality("ES", *DAYS)
        asked = quality[quality["trade_date"].isin(pd.to_datetime(["2026-10-01", "2026-10-02"]))]
        assert (asked["failed"] == asked["expected"]).all()
        assert quality["no_trade"].sum() == 0


# --- the demo


def demo(home: Home) -> dict:
    done = home.process("demo", "--research", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_second_demo_has_nothing_to_run() -> None:
    with bare_home() as home:
        first = demo(home)
        with home.bench() as bench:
            launched = bench.runner.instance.get_runs_count()
            second = demo(home)
            assert bench.runner.instance.get_runs_count() == launched > 0
        embedded_server(home.folder).leave()
    assert (first.pop("ran"), second.pop("ran")) == (True, False)
    assert first == second
    assert first["synthetic"] is True
    assert [row["instrument"] for row in first["instruments"]] == ["ES", "NQ", "EC"]
    for row in first["instruments"]:
        assert row["missing_minutes"] == 0
        assert row["sessions"] > 35
        assert all(count > 0 for count in row["bars"].values())
        assert Path(row["report"]).name == f"{row['backtest']}.html"
    assert [one["kind"] for one in first["research"]] == ["walk_forward", "monte_carlo", "portfolio", "portfolio"]
    for one in first["research"]:
        assert one["figures"]
        assert one["checks"]
        assert Path(one["report"]).suffix == ".html"


def address(bench: Workbench) -> dict[str, object]:
    """Return the gateway of the bench, for another client."""
    return {"ib_host": bench.settings.ib_host, "ib_port": bench.settings.ib_port, "ib_client_id": 12}


def only(found: dict[str, pd.DataFrame], key: str) -> dict[str, pd.DataFrame]:
    """The rows of one month of trade dates."""
    first = date.fromisoformat(key.partition("|")[2])
    sessions = calendar(ES.calendar).sessions(first, (pd.Timestamp(first) + pd.offsets.MonthEnd(0)).date())
    cut = {}
    for name, frame in found.items():
        if "timestamp" in frame:
            inside = frame["timestamp"].between(sessions[0].open, sessions[-1].close, inclusive="left")
        else:
            inside = pd.to_datetime(frame["trade_date"]).between(f"{first}", f"{sessions[-1].trade_date}")
        cut[name] = frame[inside].reset_index(drop=True)
    return cut


@contextmanager
def time_zone(name: str) -> Iterator[None]:
    """The host is there."""
    with ExitStack() as stack:
        before = os.environ.get("TZ")
        stack.callback(time.tzset)
        stack.callback(lambda: os.environ.pop("TZ") if before is None else os.environ.update(TZ=before))
        os.environ["TZ"] = name
        time.tzset()
        yield
