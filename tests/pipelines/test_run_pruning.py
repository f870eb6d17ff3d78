"""Old runs are pruned from a real instance, and the graph still shows where each number came from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import dagster as dg
import pytest
from dagster import DagsterEventType, EventRecordsFilter
from sqlalchemy import text

from g4qc_core.storage.run_progress_store import RunProgress
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.instance.job_pruning import prune_jobs
from g4qc_pipelines.instance.run_pruning import PrunedRuns, prune_runs
from tests.fixtures.home import Home

pytestmark = pytest.mark.slow

PARTS = dg.StaticPartitionsDefinition(["a", "b", "c"])
CHECK = dg.AssetCheckKey(dg.AssetKey("pruned_product"), "positive")


@dg.asset(partitions_def=PARTS)
def pruned_source(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("much is said of the source")
    return dg.MaterializeResult(metadata={"of": context.partition_key})


@dg.asset(
    partitions_def=PARTS,
    deps=[pruned_source],
    check_specs=[dg.AssetCheckSpec("positive", asset="pruned_product")],
)
def pruned_product(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("much is said of the product")
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="positive", passed=True)])


BOTH = [pruned_source, pruned_product]


def made(instance: dg.DagsterInstance, part: str, chosen: Sequence[Any] = BOTH) -> str:
    """Materialize a partition; return the id of the run."""
    return dg.materialize(BOTH, selection=list(chosen), partition_key=part, instance=instance).run_id


def shown(instance: dg.DagsterInstance) -> Mapping[str, Any]:
    """What the graph shows of its assets: their newest materializations and the state of the check."""
    found: dict[str, Any] = {}
    for asset in BOTH:
        key, storage = asset.key, instance.event_log_storage
        newest = storage.get_latest_storage_id_by_partition(key, DagsterEventType.ASSET_MATERIALIZATION)
        records = instance.get_event_records(
            EventRecordsFilter(DagsterEventType.ASSET_MATERIALIZATION, key, storage_ids=list(newest.values()))
        )
        found[key.to_user_string()] = (
            instance.get_materialized_partitions(key),
            {record.storage_id: record.event_log_entry for record in records},
            instance.get_latest_materialization_event(key),
        )
    evaluations = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=1)
    found["check"] = [(one.id, one.status, one.run_id) for one in evaluations]
    return found


def rows(instance: dg.DagsterInstance, query: str) -> int:
    with cast("Any", instance.event_log_storage).index_transaction() as connection:
        return int(connection.scalar(text(query)))


def kinds(instance: dg.DagsterInstance, run: str) -> set[str]:
    entries = instance.all_logs(run)
    return {entry.dagster_event_type.value if entry.dagster_event_type else "said" for entry in entries}


def later() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=5)


def test_what_is_superseded_goes_and_what_the_graph_shows_stays(instance: dg.DagsterInstance) -> None:
    old = [made(instance, part) for part in ("a", "a", "b")]
    # The product of `a` was made from this source, which a later one replaced.
    pointed = made(instance, "a", [pruned_source])
    product = made(instance, "a", [pruned_product])
    replaced = [made(instance, "a", [pruned_source]) for _ in range(2)]
    before = shown(instance)
    pruned = prune_runs(instance, later())
    assert shown(instance) == before
    gone = {*old[:2], replaced[0]}
    assert pruned == PrunedRuns(runs=3, events=pruned.events, staying=4)
    for run in [*old, pointed, product, *replaced]:
        assert (instance.get_run_by_id(run) is None) == (run in gone)
        assert (kinds(instance, run) == set()) == (run in gone)
    # Runs that stay tell their beginning and end, and no longer all that was said.
    assert {"ASSET_MATERIALIZATION", "PIPELINE_START", "PIPELINE_SUCCESS", "STEP_SUCCESS"} <= kinds(instance, product)
    assert not kinds(instance, product) & {"said", "ENGINE_EVENT", "STEP_OUTPUT", "HANDLED_OUTPUT"}
    assert (
        rows(
            instance,
            "SELECT count(*) FROM asset_event_tags t LEFT JOIN event_logs e ON e.id = t.event_id WHERE e.id IS NULL",
        )
        == 0
    )
    assert rows(instance, "SELECT count(*) FROM event_logs e LEFT JOIN runs r USING (run_id) WHERE r.id IS NULL") == 0
    assert prune_runs(instance, later()) == PrunedRuns(runs=0, events=0, staying=4)
    # The graph goes on.
    made(instance, "c")
    assert instance.get_materialized_partitions(pruned_product.key) == {"a", "b", "c"}


def test_runs_that_are_going_on_and_those_of_today_are_not_touched(instance: dg.DagsterInstance) -> None:
    first, second = made(instance, "a"), made(instance, "a")
    going = dg.DagsterRun(job_name="going", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(going)
    instance.report_engine_event("still at work", going)
    held = {run: len(instance.all_logs(run)) for run in (first, second, going.run_id)}
    assert prune_runs(instance, datetime.now(UTC) - timedelta(days=1)) == PrunedRuns(0, 0, 0)
    assert {run: len(instance.all_logs(run)) for run in held} == held
    prune_runs(instance, later())
    assert instance.get_run_by_id(first) is None
    assert len(instance.all_logs(going.run_id)) == held[going.run_id]


def test_a_partition_whose_last_run_failed_still_shows_as_failed(instance: dg.DagsterInstance) -> None:
    @dg.asset(name="pruned_source", partitions_def=PARTS)
    def broken() -> None:
        raise ValueError("no bars today")

    made(instance, "a", [pruned_source])
    failed = dg.materialize([broken], partition_key="a", instance=instance, raise_on_error=False).run_id
    prune_runs(instance, later())
    assert kinds(instance, failed) >= {"STEP_FAILURE", "PIPELINE_FAILURE"}
    attempts = instance.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations(
        pruned_source.key
    )
    assert attempts["a"][0] == failed


def test_the_runs_of_a_job_and_those_that_followed_stay_together(instance: dg.DagsterInstance) -> None:
    def tagged(part: str, **tags: str) -> str:
        own = {f"g4qc/{name}": value for name, value in tags.items()}
        return dg.materialize([pruned_source], partition_key=part, tags=own, instance=instance).run_id

    stages = [tagged("a", job="kept"), tagged("a", job="gone"), tagged("a", job="gone"), tagged("a")]
    last = tagged("b", job="kept")
    followers = [tagged("c", after=last), tagged("c", after=stages[1])]
    made(instance, "c", [pruned_source])
    prune_runs(instance, later())
    left = {run for run in [*stages, last, *followers] if instance.get_run_by_id(run) is not None}
    assert left == {stages[0], last, followers[0], stages[3]}


def test_ends_of_jobs_go_with_their_runs(bench: Workbench) -> None:
    instance, stores, now = bench.runner.instance, bench.stores, datetime.now(UTC)
    for job in ("gone", "kept"):
        dg.materialize([pruned_source], partition_key="a", tags={"g4qc/job": job}, instance=instance)
        stores.job_ends.end(job, now - timedelta(days=1))
    stores.job_ends.end("young", now)
    stores.run_progress.tell("run", RunProgress("sets", 1))
    prune_runs(instance, later())
    assert prune_jobs(instance, stores, now - timedelta(hours=1)) == 1
    assert stores.job_ends.ends(["gone", "kept", "young"]).keys() == {"kept", "young"}
    assert prune_jobs(instance, stores, later()) == 2


def test_the_graph_prunes_and_tells_how_much(make_home: Callable[..., Home]) -> None:
    home = make_home(log_keep_megabytes=1)
    log = home.settings.home / "up.log"
    log.write_bytes(b"old line\n" * 200_000)
    done = home.run("materialize", "--select", "pruning")
    assert done.code == 0, done.errors
    assert log.stat().st_size <= 2**20
    with home.bench() as bench:
        event = bench.runner.instance.get_latest_materialization_event(dg.AssetKey("pruning"))
    assert event is not None
    assert event.asset_materialization is not None
    told = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    assert (told["runs"], told["events"], told["log bytes"]) == (0, 0, 1_800_000 - log.stat().st_size)
