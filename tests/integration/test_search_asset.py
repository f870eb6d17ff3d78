"""The asset `search`: one run a spec, with checks, figures and a report; stale when its bars change, and goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dagster as dg
import pytest
from sqlalchemy import URL

from g4qc_core.errors import UsageError
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.graph_keys import KeyKind
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.search.searches_file import load_searches
from g4qc_core.services.removal import Removal
from g4qc_core.services.research.search_inputs import inputs_of_searches
from g4qc_core.services.research.search_report import report_of_search
from g4qc_pipelines.checks.search_checks import SEARCH_CHECKS
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.instance.dagster_instance import add_partitions
from g4qc_pipelines.instance.dynamic_keys import InstanceKeys
from g4qc_pipelines.runner import RunFailed
from g4qc_pipelines.stages.kinds import search
from tests.fixtures.home import OCTOBER, home_on

pytestmark = pytest.mark.integration

SPEC = SearchSpec.asked(
    {
        "name": "small",
        "backtest": {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"},
        "parameters": {"fast": [3, 5, 7, 9], "slow": [20, 30, 40]},
        "objective": "total_return",
        "constraints": [],
        "workers": 1,
    }
)


@pytest.fixture(scope="module")
def bench(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Workbench]:
    """The workbench of a home with a month of ES."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as home:
        done = home.run("extract", "ES", "--from", f"{OCTOBER[0]}", "--to", f"{OCTOBER[1]}")
        assert done.code == 0, done.errors
        with home.bench() as opened:
            yield opened


def run(bench: Workbench, spec: SearchSpec) -> dg.ExecuteInProcessResult:
    add_partitions(bench.runner.instance, [], [], [spec.name])
    (stage,) = search(spec).stages
    return bench.runner.run_stage(stage)


def test_a_search_is_one_run_with_checks_figures_and_a_report(bench: Workbench) -> None:
    result = run(bench, SPEC)
    record = bench.stores.searches.named("small")
    assert (record.state, record.counts["tried"]) == ("done", 12)
    (made,) = result.asset_materializations_for_node("search")
    metadata = made.metadata
    assert metadata["search"].value == record.id
    assert metadata["dagster/row_count"].value == 12
    assert metadata["confirmed"].value == 10
    assert "data:image/png;base64," in str(metadata["surface"].value)
    assert metadata["worth"].value
    assert report_of_search(bench.settings, "small").page().startswith(b"<!doctype html>")
    checks = {one.check_name: one.passed for one in result.get_asset_check_evaluations()}
    assert set(checks) == {check.name for check in SEARCH_CHECKS}
    assert checks["engines_agree"] is True
    tags = bench.runner.instance.get_run_by_id(result.run_id)
    assert tags is not None
    assert tags.tags["g4qc/search"] == "small"


def test_the_same_search_again_tries_nothing_and_keeps_its_version(bench: Workbench) -> None:
    before = bench.stores.searches.named("small")
    (stage,) = search(SPEC).stages
    again = bench.runner.run(stage.assets, "small")
    assert bench.stores.searches.named("small") == before
    (made,) = again.asset_materializations_for_node("search")
    assert made.tags["dagster/data_version"] == before.id if made.tags else True
    (inputs,) = inputs_of_searches(bench.stores, bench.registry)
    assert inputs.current


def test_the_key_of_a_search_can_be_removed_and_what_it_found_stays(bench: Workbench) -> None:
    instance = bench.runner.instance
    removal = Removal(bench.settings, bench.stores, InstanceKeys(instance))
    (entry, *_) = load_searches(None)
    add_partitions(instance, [], [], [entry, "cancelled"])
    listed = {one.key: one for one in removal.listed() if one.kind is KeyKind.SEARCH}
    assert {name: (one.holds, one.unused) for name, one in listed.items()} == {
        "small": ("1 run", False),
        "cancelled": ("", True),
        entry: ("", False),
    }
    with pytest.raises(UsageError, match=f"{entry} is an entry of the search file"):
        removal.remove(KeyKind.SEARCH, [entry])
    removal.remove(KeyKind.SEARCH, ["small", "cancelled"])
    assert instance.get_dynamic_partitions("search") == [entry]
    assert bench.stores.searches.named("small").state == "done"


def test_what_is_no_search_spec_fails_with_a_sentence_and_leaves_no_partition(bench: Workbench) -> None:
    instance = bench.runner.instance
    spec = SPEC.model_copy(update={"name": "other", "backtest": "none-ES-1h"})
    with pytest.raises(RunFailed, match="none-ES-1h"):
        run(bench, spec)
    assert "other" not in instance.get_dynamic_partitions("search")
    add_partitions(instance, [], [], ["wrong"])
    with pytest.raises(RunFailed, match="no search spec"):
        bench.runner.run(["search"], "wrong", config={"search": {"spec": json.dumps([1])}})
