"""A restated bar makes exactly the partitions and backtests stale that used it, on a real Dagster instance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest
from sqlalchemy import URL

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.backtests.result_inputs import inputs_of_newest
from g4qc_core.services.restatements import touched
from g4qc_core.storage.bar_stores.revision_store import by_field
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.commands.revision_list import show_revisions
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.instance.dagster_instance import add_partitions
from g4qc_pipelines.named_jobs import BACKTEST_ASSETS, BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS, build_jobs
from g4qc_pipelines.sensors.backtest_inputs import build_inputs
from tests.fixtures.gateway import NOW
from tests.fixtures.home import home_on
from tests.fixtures.restating import RestatingMarket
from tests.fixtures.ticking import Ticking

pytestmark = pytest.mark.integration

OCTOBER, NOVEMBER, OTHER = "ES|2026-10-01", "ES|2026-11-01", "NQ|2026-10-01"
BAR = ("202612", datetime(2026, 10, 20, 14, 59, tzinfo=UTC))
SPECS = """
[october]
strategy = "sma_cross"
instrument = "ES"
timeframe = "1h"
cash = 100000
from = 2026-10-12
to = 2026-10-30
parameters = { fast = 5, slow = 20 }

[november]
strategy = "sma_cross"
instrument = "ES"
timeframe = "1h"
cash = 100000
from = 2026-11-02
to = 2026-11-20
parameters = { fast = 5, slow = 20 }

[other]
strategy = "sma_cross"
instrument = "NQ"
timeframe = "1h"
cash = 100000
from = 2026-10-12
to = 2026-10-30
parameters = { fast = 5, slow = 20 }
"""

World = tuple[Workbench, RestatingMarket]


@pytest.fixture(scope="module")
def world(home_template: URL, synthetic_market: SyntheticMarket) -> Iterator[World]:
    """Two months of ES and one of NQ, to their backtests, behind a gateway that can restate bars."""
    market = RestatingMarket(synthetic_market)
    with (
        SimulatedGateway(market, clock=GatewayClock(NOW, frozen=True), max_version=178) as gateway,
        home_on(home_template, ib_host="127.0.0.1", ib_port=gateway.port, first_month="2026-10") as home,
    ):
        (home.folder / "specs.toml").write_text(SPECS)
        with home.with_(backtests=home.folder / "specs.toml").bench() as bench:
            add_partitions(bench.runner.instance, ["ES", "NQ"], ["october", "november", "other"])
            for symbol, first, last in (("ES", OCTOBER, NOVEMBER), ("NQ", OTHER, None)):
                bench.runner.run(CHAIN_ASSETS, symbol)
                bench.runner.run(BAR_ASSETS, first, last)
                bench.runner.run(ROLL_ASSETS, symbol)
            for name in ("october", "november", "other"):
                bench.runner.run(BACKTEST_ASSETS, name)
            yield bench, market


def stale(bench: Workbench) -> set[tuple[str, str]]:
    """Return the stale partitions by Dagster: (asset, partition)."""
    graph = bench.runner.definitions.resolve_asset_graph()
    instance = bench.runner.instance
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    return {
        (key.to_user_string(), partition)
        for key in graph.materializable_asset_keys
        for partition in instance.get_materialized_partitions(key)
        if resolver.get_status(key, partition).value == "STALE"
    }


def refetch(bench: Workbench) -> None:
    """Request the minute of the bar once more, and derive nothing."""
    contract, start = BAR
    bench.stores.reopened.reopen("ES", [(contract, (start, start + timedelta(minutes=1)))], NOW)
    bench.runner.run(["raw_bars"], OCTOBER)


def test_after_a_backfill_everything_is_fresh(world: World) -> None:
    assert stale(world[0]) == set()


def test_equal_bars_that_are_fetched_again_leave_everything_fresh(world: World) -> None:
    bench, _ = world
    refetch(bench)
    assert stale(bench) == set()
    bench.runner.run(BAR_ASSETS, OCTOBER, NOVEMBER)
    assert stale(bench) == set()


def test_a_restated_bar_makes_stale_exactly_what_used_it(world: World) -> None:
    bench, market = world
    market.raised[BAR] = 2.0
    refetch(bench)
    assert stale(bench) == {("bars_1min", OCTOBER)}
    bench.runner.run(["bars_1min"], OCTOBER)
    assert stale(bench) == {*((f"bars_{tf}", OCTOBER) for tf in DERIVED), ("roll_calendar", "ES")}
    bench.runner.run([f"bars_{tf}" for tf in DERIVED], OCTOBER)
    bench.runner.run(ROLL_ASSETS, "ES")
    assert stale(bench) == set()


def test_a_result_is_outdated_when_its_own_series_changed_and_no_other_is(world: World) -> None:
    bench, _ = world
    by_name = {one.spec: one for one in inputs_of_newest(bench.stores, bench.registry)}
    assert {name for name, one in by_name.items() if not one.current} == {"october"}
    assert by_name["october"].why == "its series has changed since: run `backtest` again"
    looks, launches, _ = (Ticking(sensor, bench) for sensor in build_inputs(bench.settings, build_jobs()))
    for _ in range(3):
        assert looks.tick() == []
        launches.tick()
    assert stale(bench) == {("backtest", "october")}
    assert [request.partition_key for request in launches.launched] == ["october"]
    bench.runner.run(BACKTEST_ASSETS, "october")
    assert stale(bench) == set()
    assert all(one.current for one in inputs_of_newest(bench.stores, bench.registry))


def test_a_result_is_outdated_from_the_restatement_on_and_says_what_to_make(world: World) -> None:
    bench, market = world
    market.raised[BAR] = 3.0
    refetch(bench)
    by_name = {one.spec: one for one in inputs_of_newest(bench.stores, bench.registry)}
    assert {name for name, one in by_name.items() if not one.current} == {"october"}
    assert by_name["october"].why == f"bars that it reads were restated: materialize bars_1min {OCTOBER}"
    bench.runner.run(["bars_1min"], OCTOBER)
    (october,) = (one for one in inputs_of_newest(bench.stores, bench.registry) if not one.current)
    assert october.pending == [f"bars_1h {OCTOBER}"]


def test_what_changed_is_listed_with_old_and_new_values_and_what_was_made_of_them(world: World) -> None:
    bench, _ = world
    revisions = bench.stores.revisions.revisions("ES")
    changes = by_field(revisions)
    assert list(changes["field"]) == ["high", "close"] * 2
    assert list(changes["new"] - changes["old"]) == [1.0, 1.0, 2.0, 2.0]
    assert set(changes["timestamp"]) == {pd.Timestamp(BAR[1])}
    what = touched(bench.registry["ES"], revisions, bench.stores, bench.registry)
    assert what.partitions == {
        ("bars_1min", OCTOBER): False,
        **{(f"bars_{tf}", OCTOBER): True for tf in DERIVED},
    }
    assert [one.spec for one in what.backtests] == ["october"]


def test_the_command_shows_a_person_and_a_program_the_same(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    bench, _ = world
    show_revisions(bench.settings, "ES", date(2026, 10, 20), date(2026, 10, 20), True)
    told = json.loads(capsys.readouterr().out)
    assert [(change["field"], change["new"] - change["old"]) for change in told["changes"]] == [
        ("high", 1.0),
        ("close", 1.0),
        ("high", 2.0),
        ("close", 2.0),
    ]
    assert [row["asset"] for row in told["partitions"] if row["current"]] == ["bars_1min"]
    assert [(row["name"], row["current"]) for row in told["backtests"]] == [("october", False)]
    show_revisions(bench.settings, "ES", None, None, False)
    page = capsys.readouterr().out
    assert "2 restatements of bars. Made of them:" in page
    assert f"bars_1h      {OCTOBER}        to be made anew" in page
    assert f"materialize bars_1h {OCTOBER}" in page
    show_revisions(bench.settings, "ES", date(2026, 10, 21), None, False)
    assert "No bar of ES was restated in this window." in capsys.readouterr().out
