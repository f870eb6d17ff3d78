"""Results and keys from the command line: named, tagged, deleted, made again, and what a cancelled backtest leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from g4qc_core.graph_keys import KeyKind
from g4qc_core.research.search.searches_file import load_searches
from g4qc_core.storage.result_stores.backtest_store import StoredSpec
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.instance.dagster_instance import add_keys, add_partitions, dagster_instance
from g4qc_pipelines.instance.dynamic_keys import instance_keys
from g4qc_pipelines.sensors.cancelled_backtests import build_cancelled
from tests.core.api.test_results import IDS, made
from tests.core.storage.test_stores import NOW, _equity, _trades
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

SILVER = (
    *("--exchange", "COMEX", "--class", "SI", "--name", "Silver", "--multiplier", "5000", "--tick", "0.005"),
    *("--months", "HKNUZ", "--calendar", "metals", "--roll-days", "32", "--fee", "2.47", "--currency", "USD"),
)


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    """A home with two results of `mine`, one of `other`, and the key of a spec that was cancelled."""
    home = make_home()
    with open_stores(home.settings) as stores, dagster_instance(home.settings) as instance:
        for record in (made("old", "mine", 0), made("new", "mine", 1), made("other", "other", 2)):
            stores.backtests.save(record, _trades(), _equity())
            stores.backtests.save_spec(StoredSpec(record.spec_name, record.spec, "API", NOW))
        stores.backtests.save_spec(StoredSpec("cancelled", {}, "API", NOW))
        add_partitions(instance, ["ES", "CL"], ["mine", "other", "cancelled", "sma_cross-ES-1h"])
    return home


def keys(home: Home, kind: KeyKind = KeyKind.BACKTEST) -> set[str]:
    """The keys of the graph."""
    with instance_keys(home.settings) as held:
        return set(held.known(kind))


def test_results_are_listed_named_tagged_and_deleted(home: Home) -> None:
    named = home.run("backtests", "rename", "other", "The good one", "--json")
    assert json.loads(named.text)["title"] == "The good one"
    assert home.run("backtests", "tag", "The good one", "Keep", "es").text == "00000000: The good one, tags es keep.\n"
    assert home.run("backtests", "untag", IDS["other"], "es").code == 0
    listed = json.loads(home.run("backtests", "list", "--tag", "keep", "--json").text)
    assert [(one["id"], one["tags"]) for one in listed] == [(IDS["other"], ["keep"])]
    assert "The good one" in home.run("backtests", "list").text
    assert "Sharpe" in home.run("backtests", "show", "The good one").text
    assert (
        json.loads(home.run("backtests", "note", IDS["other"], "Of the tape.", "--json").text)["note"] == "Of the tape."
    )
    assert "note   Of the tape." in home.run("backtests", "show", IDS["other"]).text
    several = home.run("backtests", "show", "mine")
    assert (several.code, "2 results are called mine: give the id of one" in several.errors) == (2, True)
    asked = home.run("backtests", "delete", "The good one")
    assert (asked.code, "Add --yes" in asked.errors) == (2, True)
    gone = json.loads(home.run("backtests", "delete", "The good one", "--yes", "--json").text)
    assert [(one["id"], one["names"], one["trades"]) for one in gone] == [(IDS["other"], ["other"], 2)]
    assert "was deleted on" in home.run("backtests", "show", IDS["other"]).errors
    assert home.run("backtests", "delete", "The good one", "--yes").code == 2
    assert "was deleted on" in home.run("backtests", "list", "--deleted").text
    assert keys(home) == {"mine", "cancelled", "sma_cross-ES-1h"}


def test_many_results_are_deleted_by_a_filter(home: Home) -> None:
    assert "No result fits" in home.run("backtests", "delete", "--spec", "none", "--yes").text
    assert "Say which results" in home.run("backtests", "delete", "--older-than", "1d", "--yes").errors
    assert "is no age" in home.run("backtests", "delete", "--spec", "mine", "--older-than", "soon").errors
    assert "Unknown result" in home.run("backtests", "delete", "mein", IDS["new"], "--yes").errors
    day = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert "1 result deleted" in home.run("backtests", "delete", "--spec", "mine", "--older-than", day, "--yes").text
    assert "2 results deleted" in home.run("backtests", "delete", "--strategy", "sma_cross", "--yes").text
    assert home.run("backtests", "list").text == "No result yet: `g4qc backtest` makes one.\n"
    assert keys(home) == {"cancelled", "sma_cross-ES-1h"}


def test_keys_that_nothing_needs_are_listed_and_removed(home: Home) -> None:
    unused = json.loads(home.run("partitions", "list", "--unused", "--json").text)
    assert [(one["kind"], one["key"]) for one in unused] == [("backtest", "cancelled"), ("instrument", "CL")]
    assert "2 results" in home.run("partitions", "list").text
    refused = home.run("partitions", "remove", "cancelled", "mine", "--yes")
    assert (refused.code, "`g4qc backtests delete --spec mine`" in refused.errors) == (2, True)
    assert "cancelled" in keys(home)
    assert home.run("partitions", "remove", "CL", "--kind", "instrument", "--yes").text == "CL is removed.\n"
    assert home.run("partitions", "remove", "--unused", "--yes").text == "cancelled is removed.\n"
    assert keys(home) == {"mine", "other", "sma_cross-ES-1h"}
    assert keys(home, KeyKind.INSTRUMENT) == {"ES"}
    with open_stores(home.settings) as stores:
        assert [spec.name for spec in stores.backtests.specs()] == ["mine", "other"]


def test_a_result_that_was_deleted_is_made_again_under_its_name(full_home: Home) -> None:
    home = full_home
    run = ("backtest", "donchian", "--instrument", "ES", "--timeframe", "1h", "--json")
    first = json.loads(home.run(*run).text)
    name, report = first["spec"]["name"], Path(first["report"])
    assert report.exists()
    assert home.run("backtests", "delete", first["id"][:8], "--yes").code == 0
    assert not report.exists()
    assert name not in keys(home)
    again = json.loads(home.run("backtest", name, "--json").text)
    assert (again["id"], again["metrics"]) == (first["id"], first["metrics"])
    assert report.exists()
    assert name in keys(home)
    with open_stores(home.settings) as stores:
        assert first["id"] not in {one.id for one in stores.deleted.all()}
        assert [one.fingerprint for one in stores.backtests.trials("donchian")].count(first["id"]) == 1
    assert home.run("backtests", "delete", first["id"], "--yes").code == 0


def test_the_key_of_a_cancelled_backtest_goes_unless_it_has_a_result_or_another_run(home: Home) -> None:
    sensor = build_cancelled(home.settings)

    def cancelled(instance: dg.DagsterInstance, stores: Stores, key: str) -> set[str]:
        run = create_run_for_test(instance, "run_backtest", tags={"dagster/partition": key})
        instance.report_run_canceled(run)
        event = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_CANCELED)[0].get_dagster_event()
        sensor(
            dg.build_run_status_sensor_context(
                "cancelled_backtests", event, instance, run, resources={"stores": stores}
            )
        )
        return set(instance.get_dynamic_partitions("backtest"))

    with open_stores(home.settings) as stores, dagster_instance(home.settings) as instance:
        everything = {"mine", "other", "cancelled", "sma_cross-ES-1h"}
        assert cancelled(instance, stores, "mine") == everything
        assert cancelled(instance, stores, "sma_cross-ES-1h") == everything
        assert cancelled(instance, stores, "ES|2026-10-01") == everything
        other = create_run_for_test(instance, "run_backtest", tags={"dagster/partition": "cancelled"})
        assert cancelled(instance, stores, "cancelled") == everything
        instance.report_run_canceled(other)
        assert cancelled(instance, stores, "cancelled") == everything - {"cancelled"}
        assert "cancelled" not in {spec.name for spec in stores.backtests.specs()}
        entry = next(iter(load_searches(None)))
        add_keys(instance, "search", ["gone", entry])
        add_keys(instance, "monte_carlo", ["gone"])
        for key in ("gone", entry):
            cancelled(instance, stores, key)
        assert instance.get_dynamic_partitions("search") == [entry]
        assert instance.get_dynamic_partitions("monte_carlo") == []


def test_a_result_is_not_deleted_while_its_run_is_under_way(home: Home) -> None:
    with dagster_instance(home.settings) as instance:
        run = create_run_for_test(instance, "run_backtest", tags={"dagster/partition": "mine"})
        refused = home.run("backtests", "delete", "--spec", "mine", "--yes")
        assert (refused.code, "A run of mine is under way" in refused.errors) == (1, True)
        assert "A run of mine" not in home.run("backtests", "delete", IDS["other"], "--yes").errors
        instance.report_run_canceled(run)
    assert home.run("backtests", "delete", "--spec", "mine", "--yes").code == 0


def test_an_instrument_of_ones_own_leaves_the_file_and_the_graph_and_its_bars_stay(home: Home) -> None:
    added = home.run("instruments", "add", "SI", "--unchecked", *SILVER)
    assert added.code == 0, added.errors
    with dagster_instance(home.settings) as instance:
        add_partitions(instance, ["SI"], [])
    kept = home.run("partitions", "remove", "SI", "--kind", "instrument", "--yes")
    assert (kept.code, "`g4qc instruments remove SI`" in kept.errors) == (2, True)
    specs = home.folder / "specs.toml"
    specs.write_text('[silver]\nstrategy = "buy_and_hold"\ninstrument = "SI"\ntimeframe = "1h"\ncash = 1000\n')
    named = home.with_(backtests=specs).run("instruments", "remove", "SI", "--yes")
    assert (named.code, "entries on SI: take out silver first" in named.errors) == (2, True)
    searches = home.folder / "searches.toml"
    searches.write_text(
        '[metal]\nbacktest = { strategy = "sma_cross", instrument = "SI", timeframe = "1h" }\n'
        "parameters = { fast = [3, 5], slow = [20] }\n"
    )
    read = home.with_(searches=searches).run("instruments", "remove", "SI", "--yes")
    assert (read.code, "The search file has entries on SI: take out metal first" in read.errors) == (2, True)
    assert "G4QC_SYMBOLS names SI" in home.with_(symbols="ES,SI").run("instruments", "remove", "SI", "--yes").errors
    with dagster_instance(home.settings) as instance:
        run = create_run_for_test(instance, "update_bars", tags={"dagster/partition": "SI|2026-10-01"})
        assert "A run of SI is under way" in home.run("instruments", "remove", "SI", "--yes").errors
        instance.report_run_canceled(run)
    gone = home.run("instruments", "remove", "SI", "--yes")
    assert (gone.code, "its bars and results stay stored" in gone.text) == (0, True)
    assert "SI" not in keys(home, KeyKind.INSTRUMENT)
    assert "Unknown instrument of your own" in home.run("instruments", "remove", "SI", "--yes").errors
    assert "comes with G4QC" in home.run("instruments", "remove", "ES", "--yes").errors
