"""Assets of studies on a real instance: one run a spec, stale and due exactly when what they read has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest
from sqlalchemy import URL, text

from g4qc_core.errors import UsageError
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.study import report_of_study
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.instance.dagster_instance import add_keys
from g4qc_pipelines.named_jobs import BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS, build_jobs
from g4qc_pipelines.runner import RunFailed
from g4qc_pipelines.sensors.backtest_inputs import build_inputs
from g4qc_pipelines.stages.kinds import search, study
from tests.fixtures.gateway import NOW
from tests.fixtures.home import home_on
from tests.fixtures.restating import RestatingMarket
from tests.fixtures.sample_study import SAMPLE, SampleSpec
from tests.fixtures.ticking import Ticking
from tests.integration.test_staleness import stale

pytestmark = pytest.mark.integration

OCTOBER = "2026-10-01"
BAR = ("202612", datetime(2026, 10, 20, 14, 59, tzinfo=UTC))
SEARCH = SearchSpec.asked(
    {
        "name": "searched",
        "backtest": {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"},
        "parameters": {"fast": [3, 5], "slow": [20]},
        "objective": "total_return",
        "constraints": [],
        "workers": 1,
    }
)

World = tuple[Workbench, RestatingMarket]


def spec(name: str, **fields: object) -> SampleSpec:
    return SampleSpec.asked({"name": name, **fields})


@pytest.fixture(scope="module")
def world(home_template: URL, synthetic_market: SyntheticMarket) -> Iterator[World]:
    """A month of ES and of NQ in a graph that has the sample kind, behind a gateway that can restate bars."""
    market = RestatingMarket(synthetic_market)
    with (
        pytest.MonkeyPatch.context() as patch,
        SimulatedGateway(market, clock=GatewayClock(NOW, frozen=True), max_version=178) as gateway,
        home_on(home_template, ib_host="127.0.0.1", ib_port=gateway.port, first_month="2026-10") as home,
    ):
        patch.setitem(STUDY_KINDS, SAMPLE.name, SAMPLE)
        with home.bench() as bench:
            for symbol in ("ES", "NQ"):
                add_keys(bench.runner.instance, "instrument", [symbol])
                bench.runner.run(CHAIN_ASSETS, symbol)
                bench.runner.run(BAR_ASSETS, f"{symbol}|{OCTOBER}")
                bench.runner.run(ROLL_ASSETS, symbol)
            yield bench, market


def run(bench: Workbench, wanted: SampleSpec) -> dg.ExecuteInProcessResult:
    add_keys(bench.runner.instance, SAMPLE.name, [wanted.name])
    (stage,) = study(SAMPLE.name, wanted).stages
    return bench.runner.run_stage(stage)


def version_of(result: dg.ExecuteInProcessResult) -> str:
    (event,) = result.get_asset_materialization_events()
    tags = event.step_materialization_data.materialization.tags or {}
    return tags["dagster/data_version"]


def check_of(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {one.check_name: one.passed for one in result.get_asset_check_evaluations()}


def test_a_study_is_one_run_with_figures_tables_checks_and_a_report(world: World) -> None:
    bench, _ = world
    result = run(bench, spec("of-es"))
    record = bench.stores.studies.named(SAMPLE.name, "of-es")
    assert record.run_id == result.run_id
    (made,) = result.asset_materializations_for_node(SAMPLE.name)
    shown = made.metadata
    assert shown["study"].value == record.id == version_of(result)
    assert shown["bars"].value == (record.summary or {})["bars"]
    days = bench.stores.studies.frame(record.id, "days")
    assert shown["dagster/row_count"].value == len(days) + (record.summary or {})["bars"]
    assert [row.data["bars"] for row in shown["table days"].records] == list(days["bars"][:10])
    report = report_of_study(record, bench.settings)
    assert shown["report"].value == f"{bench.settings.reports_url}/{report.name}"
    assert report.written() is not None
    assert check_of(result) == {"enough": True, "inputs_current": True}


def test_the_same_study_again_is_read_from_the_store_and_keeps_its_version(world: World) -> None:
    bench, _ = world
    before = bench.stores.studies.named(SAMPLE.name, "of-es")
    again = bench.runner.run([SAMPLE.name], "of-es")
    assert bench.stores.studies.named(SAMPLE.name, "of-es") == before
    assert version_of(again) == before.id
    assert stale(bench) == set()


def test_a_spec_that_never_began_is_forgotten_and_one_that_ran_is_kept(world: World) -> None:
    bench, _ = world
    instance = bench.runner.instance
    with pytest.raises(RunFailed, match="Unknown instrument 'XX'"):
        run(bench, spec("of-xx", instrument="XX"))
    assert "of-xx" not in instance.get_dynamic_partitions(SAMPLE.name)
    with pytest.raises(RunFailed, match="The factor is too large"):
        run(bench, spec("too-large", factor=500))
    assert "too-large" in instance.get_dynamic_partitions(SAMPLE.name)
    assert bench.stores.studies.named(SAMPLE.name, "too-large").state == "failed"


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (json.dumps([1]), "The config of `sample` is no sample spec"),
        (json.dumps({"name": "another"}), "is the sample another, the partition wrong"),
        (json.dumps({"factr": 1}), "factr"),
        ("", "wrong"),
    ],
)
def test_a_malformed_config_is_one_sentence_and_leaves_no_key(world: World, config: str, sentence: str) -> None:
    bench, _ = world
    add_keys(bench.runner.instance, SAMPLE.name, ["wrong"])
    with pytest.raises(RunFailed, match=sentence):
        bench.runner.run([SAMPLE.name], "wrong", config={SAMPLE.name: {"spec": config}})
    assert "wrong" not in bench.runner.instance.get_dynamic_partitions(SAMPLE.name)


def restate(bench: Workbench, market: RestatingMarket, ticks: float) -> None:
    """Change one bar of ES in October at the gateway, and fetch its session again."""
    market.raised[BAR] = ticks
    with bench.stores.database.transaction() as connection:
        connection.execute(
            text("DELETE FROM ib_requests WHERE window_start <= :at AND window_end > :at"), {"at": BAR[1]}
        )
    bench.runner.run(["raw_bars"], f"ES|{OCTOBER}")


def test_a_change_of_one_instrument_makes_exactly_the_studies_due_that_read_it(world: World) -> None:
    bench, market = world
    run(bench, spec("of-nq", instrument="NQ"))
    add_keys(bench.runner.instance, "search", [SEARCH.name])
    (stage,) = search(SEARCH).stages
    bench.runner.run_stage(stage)
    looks, _, launches = (Ticking(sensor, bench) for sensor in build_inputs(bench.settings, build_jobs()))
    for _ in range(2):
        looks.tick()
        assert launches.tick() == []
    assert stale(bench) == set()
    evaluated = len(looks.events)

    restate(bench, market, 2.0)
    # The hours are not made of the new minutes yet: what reads them waits.
    bench.runner.run(["bars_1min"], f"ES|{OCTOBER}")
    assert launches.tick() == []
    looks.tick()
    states = [one for one in looks.events[evaluated:] if isinstance(one, dg.AssetCheckEvaluation)]
    assert [(one.check_name, one.passed) for one in states] == [("inputs_current", False)]
    assert "of-es" in str(states[0].description)
    assert "of-nq" not in str(states[0].description)

    bench.runner.run(BAR_ASSETS[2:], f"ES|{OCTOBER}")
    bench.runner.run(ROLL_ASSETS, "ES")
    for _ in range(3):
        looks.tick()
        launches.tick()
    assert stale(bench) == {(SAMPLE.name, "of-es"), ("search", "searched")}
    wanted = {("run_sample", "of-es"), ("run_search", "searched")}
    assert {(one.job_name, one.partition_key) for one in launches.launched} == wanted
    assert len(launches.launched) == 2
    assert {one.tags["g4qc/trigger"] for one in launches.launched} == {"research_again"}

    result = bench.runner.run([SAMPLE.name], "of-es")
    bench.runner.run(["search"], "searched")
    assert check_of(result)["inputs_current"]
    assert stale(bench) == set()
    looks.tick()
    assert launches.tick() == []


def test_a_simulation_of_a_backtest_runs_in_the_graph_with_pictures_and_all_its_checks(world: World) -> None:
    bench, _ = world
    kind = STUDY_KINDS["monte_carlo"]
    fields = {"name": "simulated", "paths": 50, "runs": 2, "workers": 1}
    wanted = kind.from_words("sma_cross-ES-1h", fields, bench.settings, bench.registry, bench.stores)
    add_keys(bench.runner.instance, kind.name, ["simulated"])
    (stage,) = study(kind.name, wanted).stages
    result = bench.runner.run_stage(stage)
    assert set(check_of(result)) == {*kind.checks, "inputs_current"}
    assert check_of(result)["inputs_current"]
    record = bench.stores.studies.named(kind.name, "simulated")
    (made,) = result.asset_materializations_for_node(kind.name)
    for title in kind.pictures(record, bench.stores):
        assert "data:image/png;base64," in str(made.metadata[title].value)
    assert set(kind.tables) == set(bench.stores.studies.frames(record.id))
    assert (kind.name, "simulated") not in stale(bench)


def test_the_reference_to_a_kind_that_is_not_there_is_one_sentence() -> None:
    from g4qc_core.services.research.study_kinds import study_kind

    with pytest.raises(UsageError, match="Unknown kind of study 'none'"):
        study_kind("none")
