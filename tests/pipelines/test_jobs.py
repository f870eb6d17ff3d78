"""A job of several runs continues automatically and exactly once, whatever happens to its runs and to the processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from g4qc_core.api.job_launcher import ExtractionRequest, JobState
from g4qc_core.bars.columns import QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.bars.quarantine.reasons import Decision, Reason
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.errors import DecidedMeanwhile, UsageError
from g4qc_core.services.quarantine.review import DecisionRequest
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher
from g4qc_pipelines.launching.job_tags import JOB, KIND, NEXT, next_may_start
from g4qc_pipelines.runner import ANSWERED_STEP
from g4qc_pipelines.stages.job_plan import WorkKind
from tests.core.storage.frames import END, START, market_bars, raw_bars
from tests.fixtures.graph import MemoryGraph, launchers_over, tags_of
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration

Make = Callable[[], DagsterLauncher]

ORDER = ExtractionRequest("ES", date(2026, 10, 5), date(2026, 10, 9))


@pytest.fixture
def graph() -> MemoryGraph:
    return MemoryGraph()


@pytest.fixture
def make(
    graph: MemoryGraph, embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """Launchers over one graph and one database, like those of separate processes."""
    monkeypatch.setattr("g4qc_pipelines.launching.job_follower._SECONDS", 0.02)
    settings = Settings(_env_file=None, home=tmp_path)  # type: ignore[call-arg]
    with launchers_over(graph, settings, Stores(embedded_database)) as made:
        yield made


def runs_of(graph: MemoryGraph, job: str, count: int) -> list[dict]:
    """The job's runs when there are so many."""
    deadline = time.monotonic() + PATIENCE
    while len(found := graph.runs(100, job=job)) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found[::-1]


def settle(graph: MemoryGraph, make: Make) -> None:
    """Returns when every launcher has looked at every job: a job that is started now went all its way."""
    other = make().extract(ORDER)
    for count in (1, 2, 3):
        runs_of(graph, other, count)[-1]["status"] = "SUCCESS"


def test_a_job_goes_on_once_however_many_processes_follow_it(graph: MemoryGraph, make: Make) -> None:
    launcher, *_ = [make() for _ in range(4)]
    job = launcher.extract(ORDER)
    for count in (1, 2, 3):
        assert launcher.job(job).state in (JobState.QUEUED, JobState.RUNNING)
        runs_of(graph, job, count)[-1]["status"] = "SUCCESS"
    settle(graph, make)
    assert len(graph.runs(100, job=job)) == 3
    assert launcher.job(job).state is JobState.SUCCEEDED


def test_a_job_some_of_whose_requests_got_no_answer_goes_on_and_ends_as_failed(graph: MemoryGraph, make: Make) -> None:
    launcher, said = make(), "Not every request was answered in full: ES 202603, a window: no answer."
    job = launcher.extract(ORDER)
    runs_of(graph, job, 1)[-1]["status"] = "SUCCESS"
    bars = runs_of(graph, job, 2)[-1]
    graph.logs[bars["runId"]] = [
        {
            "__typename": "ExecutionStepFailureEvent",
            "stepKey": ANSWERED_STEP,
            "message": "failed",
            "failureMetadata": {"description": said},
        }
    ]
    bars["stepStats"] = [{"stepKey": "bars_1d", "status": "SUCCESS"}, {"stepKey": ANSWERED_STEP, "status": "FAILURE"}]
    bars["status"] = "FAILURE"
    rolls = runs_of(graph, job, 3)[-1]
    assert launcher.job(job).state is JobState.RUNNING
    rolls["status"] = "SUCCESS"
    told = launcher.job(job)
    assert (told.state, told.message) == (JobState.FAILED, f"{ANSWERED_STEP}: {said}")
    # The user ran its bars again, and every request was answered.
    graph.run_with(tags_of(bars))
    runs_of(graph, job, 4)[-1]["status"] = "SUCCESS"
    assert launcher.job(job).state is JobState.SUCCEEDED


def test_a_run_of_another_surface_is_named_after_its_whole_range_and_its_assets_in_the_graphs_order(
    graph: MemoryGraph, make: Make
) -> None:
    ends = {
        "dagster/asset_partition_range_start": "ES|2026-09-01",
        "dagster/asset_partition_range_end": "ES|2026-10-01",
    }
    graph.run_with(ends, ["bars_1h", "raw_bars", "bars_1d", "bars_1min"])
    graph.run_with({"dagster/partition": "ES|2026-09-01"}, ["raw_bars"])
    graph.run_with({}, [])
    assert [job.about for job in make().jobs(3)] == [
        "a run of the graph",
        "raw_bars ES|2026-09-01",
        "raw_bars bars_1min bars_1h bars_1d ES|2026-09-01...ES|2026-10-01",
    ]


def test_a_materialization_is_named_after_its_whole_range_and_its_assets_in_the_graphs_order(make: Make) -> None:
    launcher = make()
    job = launcher.materialize(["bars_1d", "raw_bars"], "ES|2026-09-01", "ES|2026-10-01")
    assert launcher.job(job).about == "raw_bars bars_1d ES|2026-09-01...ES|2026-10-01"


@pytest.mark.parametrize(("kind", "on"), [(WorkKind.DECIDE, True), (WorkKind.EXTRACT, False)])
def test_a_session_that_fails_ends_an_extraction_and_no_refetch_of_others(kind: str, on: bool) -> None:
    failed = [{"stepKey": "raw_bars", "status": "FAILURE"}]
    assert next_may_start({"status": "FAILURE", "stepStats": failed, "tags": [{"key": KIND, "value": kind}]}) is on
    assert not next_may_start({"status": "CANCELED", "stepStats": failed, "tags": [{"key": KIND, "value": kind}]})


def test_the_pages_of_the_list_have_each_job_once_with_all_its_runs(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    jobs = [launcher.extract(replace(ORDER, last=date(2026, 10, day))) for day in range(9, 14)]
    for count in (1, 2, 3):  # the runs of one job lie between those of the others
        for job in jobs:
            runs_of(graph, job, count)[-1]["status"] = "SUCCESS"
    for size in (1, 2, 3, 10):
        listed, page = [], launcher.jobs(size)
        while page:
            listed += page
            page = launcher.jobs(size, listed[-1].id)
        assert [job.id for job in listed] == jobs[::-1]
        assert [(job.state, len(job.runs)) for job in listed] == [(JobState.SUCCEEDED, 3)] * 5


def test_a_job_that_was_stopped_between_two_runs_stays_so_for_every_process(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    job = launcher.extract(ORDER)
    assert launcher.cancel(job).state is JobState.CANCELLED
    # It ended well before it could be stopped.
    graph.runs(1, job=job)[0]["status"] = "SUCCESS"
    assert launcher.cancel(job).state is JobState.CANCELLED
    settle(graph, make)
    assert [len(one.runs) for one in (launcher.job(job), make().job(job))] == [1, 1]
    assert {one.id: one.state for one in make().jobs(10)}[job] is JobState.CANCELLED


def test_jobs_whose_runs_were_deleted_hold_up_no_other(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    gone = [launcher.extract(ORDER) for _ in range(5)]
    graph.kept.clear()
    settle(graph, make)
    assert not [job for job in gone if graph.runs(1, job=job)]


def test_a_run_that_nobody_understands_holds_up_no_other(graph: MemoryGraph, make: Make) -> None:
    graph.run_with({KIND: "extract", JOB: "x", NEXT: "no JSON"})
    graph.run_with({KIND: "extract", NEXT: "[]"})
    launcher = make()
    assert len(launcher.jobs(10)) == 2
    job = launcher.extract(ORDER)
    runs_of(graph, job, 1)[0]["status"] = "SUCCESS"
    runs_of(graph, job, 2)


def test_a_job_whose_next_run_is_refused_failed_and_says_why(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    job = launcher.extract(ORDER)
    graph.refusal = "Dagster refuses: there is no such partition."
    graph.kept[-1]["status"] = "SUCCESS"
    deadline = time.monotonic() + PATIENCE
    while not launcher.job(job).state.final:
        assert time.monotonic() < deadline
    for told in (launcher.job(job), make().job(job)):
        assert (told.state, told.message) == (JobState.FAILED, graph.refusal)


def test_a_job_goes_on_when_a_person_ran_its_failed_run_again(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    job = launcher.extract(ORDER)
    graph.kept[-1]["status"] = "FAILURE"
    assert launcher.job(job).state is JobState.FAILED
    launcher.cancel(job)
    graph.run_with(tags_of(graph.kept[-1]))
    assert launcher.job(job).state is JobState.QUEUED
    graph.kept[-1]["status"] = "SUCCESS"
    later = make()
    runs_of(graph, job, 3)[-1]["status"] = "SUCCESS"
    runs_of(graph, job, 4)[-1]["status"] = "SUCCESS"
    assert later.job(job).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("assets", "first", "last", "says"),
    [
        (["raw_bars"], "nonsense", None, "no partition"),
        (["raw_bars"], "XX|2026-10-01", None, "Unknown instrument"),
        (["raw_bars"], "ES|2026-10-17", None, r"write ES\|2026-10-01"),
        (["raw_bars"], "ES|2026-11-01", "ES|2026-10-01", "earlier one first"),
        (["raw_bars"], "ES|2026-10-01", "NQ|2026-11-01", "one instrument"),
        (["raw_bars"], None, "ES|2026-10-01", "name one"),
        (["roll_calendar"], "ES", "NQ", "one partition at a time"),
        (["roll_calendar"], "XX", None, "Unknown instrument"),
        (["roll_calendar", "bars_1d"], "ES", None, "different partitions"),
        (["nothing"], None, None, "Unknown asset"),
    ],
)
def test_partitions_that_an_asset_cannot_have_start_nothing(
    graph: MemoryGraph, make: Make, assets: list[str], first: str | None, last: str | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        make().materialize(assets, first, last)
    assert graph.kept == []


def test_a_reader_of_events_that_leaves_anywhere_hears_each_one_once(graph: MemoryGraph, make: Make) -> None:
    launcher = make()
    job = launcher.extract(ORDER)
    for count, told in ((1, 450), (2, 0), (3, 200)):
        run = runs_of(graph, job, count)[-1]
        graph.logs[run["runId"]] = [_told(n) for n in range(told)]
        run["status"] = "SUCCESS"
    whole = []
    while page := launcher.events(job, whole[-1].cursor if whole else None):
        whole += page
    texts = [event.message for event in whole]
    assert texts == [f"event {n}" for n in (*range(0, 450, 2), *range(0, 200, 2))]
    assert len({event.cursor for event in whole}) == len(whole)
    for at in (0, 1, 98, 99, 100, 224, 225, 324):
        assert [event.message for event in launcher.events(job, whole[at].cursor)] == texts[at + 1 :][: _left(at)]
    for cursor in ("0:garbage", "", ":", f"{run['runId']}:x:", f"{run['runId']}:0:garbage"):
        with pytest.raises(UsageError, match="cursor"):
            launcher.events(job, cursor)


def _left(at: int) -> int:
    """How many events of the same page follow, or of the next page."""
    ends = (100, 200, 225, 325)
    return next(end - at - 1 for end in ends if end > at + 1) if at < ends[-1] - 1 else 0


def _told(n: int) -> dict:
    """Return a log in which every other event is not reported."""
    kind = "ExecutionStepStartEvent" if n % 2 == 0 else "EngineEvent"
    at = str(int(datetime(2026, 10, 5, tzinfo=UTC).timestamp() * 1000))
    return {"__typename": kind, "message": f"event {n}", "timestamp": at, "stepKey": "raw_bars", "level": "INFO"}


def doubted(database: Database, *reasons: str) -> Stores:
    """A database with a bar in quarantine for each reason, a minute after another."""
    stores = Stores(database)
    bad = raw_bars(len(reasons)).assign(contract="202403", reason=list(reasons), detail="")[list(QUARANTINE_COLUMNS)]
    quality = pd.DataFrame(columns=list(QUALITY_COLUMNS))
    stores.bars.replace_partition("ES", START, END, market_bars(0), bad, quality, date(2024, 1, 1), date(2024, 1, 31))
    return stores


def test_a_selection_is_previewed_and_decided_at_once_in_one_run_of_its_month(
    graph: MemoryGraph, make: Make, embedded_database: Database
) -> None:
    stores = doubted(embedded_database, "spike", "price_limit", "spike", "off_tick")
    launcher, suspects = make(), Selection(("ES",), reasons=(Reason.PRICE_LIMIT, Reason.SPIKE))
    shown = launcher.preview(DecisionRequest(Decision.ACCEPT, selection=suspects))
    assert [(group.reason, group.bars) for group in shown.groups] == [(Reason.PRICE_LIMIT, 1), (Reason.SPIKE, 2)]
    assert (shown.bars, shown.already, shown.months, shown.runs) == (3, 0, ["ES|2023-12-01"], 1)
    assert stores.quarantine.history("ES", START, END).empty
    job = launcher.decide(DecisionRequest(Decision.ACCEPT, selection=suspects, seen=shown.seen), "jo", "")
    assert stores.quarantine.listed("ES", START, END)["decision"].isna().tolist() == [False, False, False, True]
    assert launcher.job(job).about == "accept 3 bars of ES|2023-12-01"
    # The same again is the same job, and records nothing.
    assert launcher.decide(DecisionRequest(Decision.ACCEPT, selection=suspects, seen=shown.seen), "jo", "") == job
    assert len(stores.quarantine.history("ES", START, END)) == 3
    assert len(graph.kept) == 1
    # Other bars of the same month are another job: the run before may have read the decisions already.
    assert (
        launcher.decide(DecisionRequest(Decision.DROP, selection=Selection(reasons=(Reason.OFF_TICK,))), "jo", "")
        != job
    )


def test_impossible_bars_in_a_selection_refuse_its_acceptance_whole_and_name_the_others(
    graph: MemoryGraph, make: Make, embedded_database: Database
) -> None:
    stores = doubted(embedded_database, "spike", "off_tick", "ohlc_order", "flat_run")
    with pytest.raises(UsageError, match=r"2 of these 4 bars cannot be accepted.*1 ohlc_order.*1 off_tick") as refused:
        make().decide(DecisionRequest(Decision.ACCEPT, selection=Selection(("ES",))), "jo", "")
    assert "To accept the others, select the reasons spike, flat_run." in str(refused.value)
    assert stores.quarantine.history("ES", START, END).empty
    assert graph.kept == []


def test_a_preview_that_is_outdated_decides_nothing(
    graph: MemoryGraph, make: Make, embedded_database: Database
) -> None:
    stores = doubted(embedded_database, "spike", "spike")
    launcher, spikes = make(), Selection(("ES",), reasons=(Reason.SPIKE,))
    shown = launcher.preview(DecisionRequest(Decision.DROP, selection=spikes))
    launcher.decide(DecisionRequest(Decision.ACCEPT, ["ES/202403/2024-01-01T00:00Z"]), "ann", "")
    with pytest.raises(DecidedMeanwhile, match="changed since they were shown"):
        launcher.decide(DecisionRequest(Decision.DROP, selection=spikes, seen=shown.seen), "jo", "")
    assert stores.quarantine.listed("ES", START, END)["decision"].fillna("").tolist() == ["accept", ""]
    assert len(graph.kept) == 1


def test_a_selection_without_a_bar_or_without_criteria_is_refused(make: Make, embedded_database: Database) -> None:
    doubted(embedded_database, "spike")
    launcher = make()
    with pytest.raises(UsageError, match=r"No bar in quarantine .* awaits a decision: `g4qc quarantine list --re"):
        launcher.preview(DecisionRequest(Decision.DROP, selection=Selection(reasons=(Reason.SCHEMA,))))
    with pytest.raises(UsageError, match="has a decision that could be taken back"):
        launcher.preview(DecisionRequest(Decision.REOPEN, selection=Selection(("ES",))))
    with pytest.raises(UsageError, match="Name bars, or select them"):
        launcher.preview(DecisionRequest(Decision.DROP))
    with pytest.raises(UsageError, match="2024-01-01T00:00Z has no decision that could be taken back"):
        launcher.preview(DecisionRequest(Decision.REOPEN, ["ES/202403/2024-01-01T00:00Z"]))


def test_a_decision_that_needs_too_many_runs_is_not_half_taken(
    graph: MemoryGraph, make: Make, monkeypatch: pytest.MonkeyPatch, embedded_database: Database
) -> None:
    stores = doubted(embedded_database, "spike")
    launcher, bar = make(), "ES/202403/2024-01-01T00:00Z"
    with monkeypatch.context() as less:
        less.setattr("g4qc_pipelines.launching.dagster_launcher.MOST_STAGES", 0)
        with pytest.raises(UsageError, match="decide about fewer at once"):
            launcher.decide(DecisionRequest(Decision.DROP, [bar]), "jo", "")
    assert stores.quarantine.listed("ES", START, END)["decision"].isna().all()
    assert graph.kept == []
    launcher.decide(DecisionRequest(Decision.DROP, [bar]), "jo", "")
    assert len(graph.kept) == 1
