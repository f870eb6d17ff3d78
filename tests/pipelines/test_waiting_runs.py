"""Why a job waits: what Dagster's daemon would say of its run, and nothing of one that has begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from g4qc_core.api.job_launcher import ExtractionRequest, JobState, WaitCode
from g4qc_core.settings import Settings
from g4qc_core.storage.run_progress_store import RunProgress
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher
from g4qc_pipelines.launching.waiting_runs import RunQueue, waiting_of
from tests.fixtures.graph import MemoryGraph, launchers_over

pytestmark = pytest.mark.integration

NOW = 1_000_000.0
IDLE = RunQueue((), (), 2, {}, 1, NOW, True)
Make = Callable[[], DagsterLauncher]


def run(name: str, status: str = "QUEUED", pools: list[str] | None = None, **tags: str) -> dict[str, Any]:
    return {
        "runId": name,
        "status": status,
        "pipelineName": "update_bars",
        "allPools": pools,
        "tags": [{"key": key.replace("__", "/"), "value": value} for key, value in tags.items()],
    }


def why(one: dict[str, Any], queue: RunQueue) -> tuple[str, int] | None:
    found = waiting_of(one, queue, NOW)
    return None if found is None else (str(found.code), found.ahead)


def test_a_run_that_has_begun_or_ended_waits_for_nothing() -> None:
    for status in ("STARTED", "CANCELING", "SUCCESS", "FAILURE", "CANCELED"):
        assert why(run("a", status), IDLE) is None
    assert why(run("a", "STARTING"), IDLE) == ("starting", 0)


def test_places_are_given_by_priority_then_by_age() -> None:
    queued = [run("old"), run("new"), run("urgent", dagster__priority="3"), run("later", dagster__priority="-1")]
    free = replace(IDLE, waiting=queued, active=[run("busy", "STARTED")])
    full = replace(free, active=[run("busy", "STARTED"), run("other", "STARTED")])
    assert [why(one, free) for one in queued] == [("queue", 1), ("queue", 2), ("starting", 0), ("queue", 3)]
    assert [why(one, full) for one in queued] == [("queue", 1), ("queue", 2), ("queue", 0), ("queue", 3)]
    found = waiting_of(queued[0], full, NOW)
    assert found is not None
    assert found.words == "2 runs are under way, of 2 at most, and 1 run goes before this one."


def test_a_run_that_needs_the_gateway_waits_for_it_and_lets_others_pass() -> None:
    holder = run("holder", "STARTED", ["ib"], g4qc__about="ES 2026-10")
    first, second, other = run("first", pools=["ib"]), run("second", pools=["ib"]), run("other")
    queue = replace(IDLE, waiting=[first, second, other], active=[holder])
    assert [why(one, queue) for one in (first, second, other)] == [("gateway", 1), ("gateway", 2), ("starting", 0)]
    found = waiting_of(second, queue, NOW)
    assert found is not None
    assert found.words == "The gateway serves one run at a time: ES 2026-10 has it, and 1 run goes before this one."
    # Free, it goes to the first one only.
    free = replace(queue, active=[])
    assert [why(one, free) for one in (first, second, other)] == [("starting", 0), ("gateway", 1), ("starting", 0)]


def test_other_pools_have_limits_of_their_own() -> None:
    busy = [run("a", "STARTED", ["pool"]), run("b", "STARTED", ["pool"])]
    one = run("c", pools=["pool"])
    queue = replace(IDLE, waiting=[one], active=busy, places=None)
    assert why(one, replace(queue, pool_limits={"pool": 3})) == ("starting", 0)
    assert why(one, replace(queue, pool_limits={"pool": 2})) == ("concurrency", 2)
    assert why(one, replace(queue, pool_limit=None)) == ("starting", 0)


@pytest.mark.parametrize("away", [{"heartbeat": None}, {"heartbeat": NOW - 600}, {"loaded": False}])
def test_nothing_leaves_the_queue_while_the_daemon_or_the_code_is_away(away: dict[str, Any]) -> None:
    one = run("a", pools=["ib"])
    queue = replace(IDLE, waiting=[one], active=[run("b", "STARTED", ["ib"])], **away)
    assert why(one, queue) == ("paused", 0)


def test_a_run_that_left_the_queue_since_it_was_read_is_starting() -> None:
    assert why(run("a"), IDLE) == ("starting", 0)


@pytest.fixture
def graph() -> MemoryGraph:
    return MemoryGraph()


@pytest.fixture
def make(graph: MemoryGraph, embedded_database: Database, tmp_path: Path) -> Iterator[Make]:
    settings = Settings(_env_file=None, home=tmp_path)  # type: ignore[call-arg]
    with launchers_over(graph, settings, Stores(embedded_database)) as made:
        yield made


def test_jobs_tell_their_name_their_surface_and_why_they_wait(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    first = launcher.extract(ExtractionRequest("ES", date(2026, 10, 5), date(2026, 10, 9)))
    graph.kept[0]["status"] = "STARTED"
    second = launcher.extract(ExtractionRequest("NQ", date(2026, 10, 5), date(2026, 10, 9)))
    graph.run_with({"g4qc/surface": "schedule"}, ["roll_calendar"], "update_rolls")
    graph.run_with({}, ["coverage"])
    listed = {job.id: job for job in launcher.jobs(10)}
    one, other = listed[first], listed[second]
    assert (one.job, one.surface, one.waiting) == ("update_contracts", "API", None)
    assert other.waiting is not None
    assert (other.waiting.code, other.waiting.ahead) == (WaitCode.GATEWAY, 1)
    assert launcher.job(second) == other
    scheduled, by_hand = launcher.job(graph.kept[2]["runId"]), launcher.job(graph.kept[3]["runId"])
    assert (scheduled.job, scheduled.surface) == ("update_rolls", "schedule")
    assert (by_hand.job, by_hand.surface) == (None, "Dagster")
    launcher.cancel(second)
    assert launcher.job(second).waiting is None


def test_a_job_tells_how_far_it_is_while_it_runs(graph: MemoryGraph, make: Make, embedded_database: Database) -> None:
    launcher, stores = make(), Stores(embedded_database)
    run_id = graph.run_with({"g4qc/kind": "search"}, ["search"], "run_search")
    assert launcher.job(run_id).progress is None
    graph.kept[-1]["status"] = "STARTED"
    stores.run_progress.tell(run_id, RunProgress("trials", 3, 40, 3600.0))
    found = launcher.job(run_id).progress
    assert found is not None
    assert (found.done, found.total, found.unit) == (3, 40, "trials")
    assert found.eta_seconds is not None
    assert 0 <= found.eta_seconds <= 3600
    stores.run_progress.tell(run_id, RunProgress("trials", 40, None))
    again = launcher.job(run_id).progress
    assert again is not None
    assert (again.done, again.total, again.eta_seconds) == (40, None, None)
    graph.kept[-1]["status"] = "SUCCESS"
    assert launcher.job(run_id).state is JobState.SUCCEEDED
    assert launcher.job(run_id).progress is None


def test_a_failure_in_the_log_has_the_class_of_its_error_and_its_cause(graph: MemoryGraph, make: Make) -> None:
    run_id = graph.run_with({}, ["raw_bars"])
    graph.kept[-1]["status"] = "FAILURE"
    base = {"timestamp": "1790000000000", "stepKey": "raw_bars", "level": "ERROR", "message": "failed"}
    error = {
        "message": "dagster._core.errors.DagsterExecutionStepExecutionError: Error",
        "className": "DagsterExecutionStepExecutionError",
        "causes": [{"message": "builtins.ValueError: no such bar", "className": "ValueError"}],
    }
    named = {"description": "Nothing listens.", "metadataEntries": [{"label": "error", "text": "GatewayUnreachable"}]}
    graph.logs[run_id] = [
        {**base, "__typename": "ExecutionStepFailureEvent", "error": error},
        {**base, "__typename": "ExecutionStepFailureEvent", "error": error, "failureMetadata": named},
        {**base, "__typename": "LogMessageEvent", "level": "WARNING", "message": "hm"},
    ]
    plain, own, told = make().events(run_id)
    assert (plain.level, plain.error, plain.cause) == ("ERROR", "ValueError", "ValueError: no such bar")
    assert (own.error, own.message) == ("GatewayUnreachable", "Nothing listens.")
    assert (told.level, told.error, told.cause, told.failed) == ("WARNING", None, None, False)
