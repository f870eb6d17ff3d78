"""The state of a check covers the whole asset: a failed partition stays visible after runs over other partitions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from g4qc_core.backtest.roll_sensitivity import Spread
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.rolls.roll_review import RollReview
from g4qc_core.storage.check_state_store import CheckStateStore
from g4qc_core.storage.server.database import Database
from g4qc_pipelines.checks.last_findings import LastFindings
from g4qc_pipelines.checks.roll_checks import RollChecks, spread_result
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.runner import RunFailed
from tests.fixtures.home import Home, home_on
from tests.fixtures.tampering import tamper

pytestmark = pytest.mark.integration

MONTHS = ("2026-09-01", "2026-10-01")
DAYS = ("2026-10-05", "2026-10-06")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """Two days of EC and of NQ, and five bars of EC that are bad."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as made:
        for symbol in ("EC", "NQ"):
            done = made.run("extract", symbol, "--from", DAYS[0], "--to", DAYS[1])
            assert done.code == 0, done.errors
        yield made


@pytest.fixture
def bench(home: Home) -> Iterator[Workbench]:
    with home.bench() as bench:
        spoil(bench, 1.5)
        yield bench
        spoil(bench, 1 / 1.5)
        bench.runner.run(["bars_1min"], "EC|2026-10-01")


def spoil(bench: Workbench, by: float) -> None:
    """Multiplies the highs of the same five bars of EC."""
    five = "SELECT timestamp FROM raw_bars WHERE symbol = 'EC' ORDER BY contract, timestamp OFFSET 300 LIMIT 5"
    update = f"UPDATE raw_bars SET high = round((high * :by)::numeric, 6) WHERE symbol = 'EC' AND timestamp IN ({five})"
    with bench.stores.database.transaction() as connection:
        tamper(connection, update, {"by": by})


def lights(bench: Workbench, asset: str = "bars_1min") -> dict[str, str]:
    """Return the status of each check of the asset, as the web UI resolves it."""
    instance = bench.runner.instance
    keys = [
        key for key in bench.runner.definitions.resolve_asset_graph().asset_check_keys if key.asset_key.path == [asset]
    ]
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return {key.name: record.status.value for key, record in found.items()}


def said(bench: Workbench, name: str) -> str:
    """The words of the last evaluation of a check of the minutes."""
    key = dg.AssetCheckKey(dg.AssetKey("bars_1min"), name)
    record = bench.runner.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert record.evaluation is not None
    return str(record.evaluation.description)


def test_a_check_that_fails_for_one_instrument_does_not_turn_green_with_another(bench: Workbench) -> None:
    bench.runner.run(["bars_1min"], "EC|2026-10-01")
    assert lights(bench)["quarantine_reviewed"] == "FAILED"
    bench.runner.run(["bars_1min"], "NQ|2026-10-01")
    assert lights(bench)["quarantine_reviewed"] == "FAILED"
    assert said(bench, "quarantine_reviewed") == "Not so in EC|2026-10-01"
    bench.runner.run(["bars_1min"], "NQ|2026-09-01", "NQ|2026-10-01")  # a range in one run
    assert "EC|2026-10-01" in said(bench, "quarantine_reviewed")
    spoil(bench, 1 / 1.5)
    bench.runner.run(["bars_1min"], "EC|2026-10-01")
    assert lights(bench)["quarantine_reviewed"] == "SUCCEEDED"
    spoil(bench, 1.5)


def test_a_run_that_fails_before_the_checks_leaves_their_last_state(bench: Workbench) -> None:
    bench.runner.run(["bars_1min", "bars_1h"], "EC|2026-10-01")
    before, derived = lights(bench), lights(bench, "bars_1h")
    assert set(before.values()) <= {"SUCCEEDED", "FAILED"}
    with bench.stores.database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE session_quality RENAME TO hidden")
    try:
        with pytest.raises(RunFailed):
            bench.runner.run(["bars_1min", "bars_1h"], "NQ|2026-10-01")
    finally:
        with bench.stores.database.transaction() as connection:
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO session_quality")
    assert lights(bench) == before
    assert lights(bench, "bars_1h") == derived


# --- the law, without a graph

PARTITIONS = st.sampled_from([f"{symbol}|{month}" for symbol in ("ES", "EC", "NQ") for month in MONTHS])


@given(st.lists(st.dictionaries(PARTITIONS, st.booleans(), min_size=1), min_size=1, max_size=8))
@settings(max_examples=30)
def test_a_light_is_green_when_the_newest_look_at_every_partition_was(
    embedded_url: str, embedded_migrated: URL, runs: list[dict[str, bool]]
) -> None:
    database = Database(embedded_migrated)
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM check_states")
    known = {partition for run in runs for partition in run}
    seen = LastFindings(CheckStateStore(database), "bars_1min", known)
    newest: dict[str, bool] = {}
    for run in runs:
        newest |= run
        failing = seen.after("coverage", {partition: "" if well else "3 minutes" for partition, well in run.items()})
        assert set(failing) == {partition for partition, well in newest.items() if not well}
    assert seen.after("another", {"ES|2026-10-01": ""}) == {}
    database.close()


def test_rolls_and_spreads_speak_of_all_instruments_and_specs(embedded_database: Database) -> None:
    store = CheckStateStore(embedded_database)
    rolls = LastFindings(store, "roll_calendar", {"ES", "EC"})
    first, second = RollChecks(), RollChecks()
    first.add("EC", RollReview(["EC by volume: the rolls do not ascend."], ["2026-09-14"], []))
    second.add("ES", RollReview([], [], []))
    failed = {result.check_name: result for result in first.results(rolls)}
    assert failed["every_session_once"].severity is dg.AssetCheckSeverity.ERROR
    assert failed["every_session_once"].description == "Not so in EC: EC by volume: the rolls do not ascend."
    after = {result.check_name: result for result in second.results(rolls)}
    assert [name for name, result in after.items() if not result.passed] == ["every_session_once", "gaps_known"]
    # Another instrument's fault is seen, and stops nothing in this run.
    assert after["every_session_once"].severity is dg.AssetCheckSeverity.WARN
    spreads = LastFindings(store, "roll_sensitivity", {"one", "two"})
    wide, narrow = Spread(2, -100.0, 900.0, 100.0, True), Spread(2, 90.0, 110.0, 100.0, False)
    assert not spread_result("one", wide, "far apart", spreads).passed
    assert not spread_result("two", narrow, "close", spreads).passed
    assert spread_result("one", narrow, "close", spreads).passed


def test_what_failed_in_a_partition_that_is_gone_does_not_count(embedded_database: Database) -> None:
    store = CheckStateStore(embedded_database)
    store.keep("bars_1min", "coverage", {"GC|2020-01-01": "3 minutes"}, NOW)
    assert LastFindings(store, "bars_1min", {"ES|2026-10-01"}).after("coverage", {"ES|2026-10-01": ""}) == {}
