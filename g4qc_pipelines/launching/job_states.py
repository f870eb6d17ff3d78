"""State, progress and events of a job, read from Dagster's record of its runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from g4qc_core.api.job_launcher import Job, JobEvent, JobState
from g4qc_core.errors import UsageError
from g4qc_core.storage.job_end_store import JobEnd
from g4qc_pipelines.failures import failure_sentence, grouped_failures, retried
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.launching.job_tags import ABOUT, BACKTEST, JOB, KIND, following, next_may_start, stage_of
from g4qc_pipelines.named_jobs import in_graph_order
from g4qc_pipelines.run_tags import SURFACE, range_of

_STATES = {
    "SUCCESS": JobState.SUCCEEDED,
    "FAILURE": JobState.FAILED,
    "CANCELED": JobState.CANCELLED,
    "CANCELING": JobState.CANCELLED,
    "STARTED": JobState.RUNNING,
}
_FAILURES = ("ExecutionStepFailureEvent", "RunFailureEvent")
_RETRY = "ExecutionStepUpForRetryEvent"
_ENDED_STEPS = ("SUCCESS", "FAILURE", "SKIPPED")
_SHOWN_EVENTS = frozenset(
    {
        *("RunStartEvent", "RunSuccessEvent", "RunCanceledEvent", "LogMessageEvent", "ExecutionStepStartEvent"),
        *(*_FAILURES, _RETRY),
    }
)
_PAGE = 200
_OTHER_SURFACE = "Dagster"

Run = Mapping[str, Any]


def job_of(runs: Sequence[Run], graph: Graph, end: JobEnd | None) -> Job:
    """Return the job of these runs.

    Args:
        runs: its runs, oldest first.
        graph: the web server.
        end: set where the user stopped the job, or its next stage was refused.
    """
    first, newest = runs[0], runs[-1]
    tags = {tag["key"]: tag["value"] for tag in newest["tags"]}
    state = _state(newest, tags, end)
    incomplete = _incomplete(runs)
    if state is JobState.SUCCEEDED and incomplete is not None:
        state = JobState.FAILED
    _, stages = stage_of(tags)
    planned = [len(run["assetSelection"] or run["stepStats"]) for run in runs]
    done = sum(step["status"] in _ENDED_STEPS for run in runs for step in run["stepStats"])
    return Job(
        id=str(tags.get(JOB, newest["runId"])),
        kind=tags.get(KIND, "run"),
        about=tags.get(ABOUT) or _about(newest, tags),
        state=state,
        created_at=_instant(first["creationTime"]),
        done=done,
        # A stage that has not begun counts as one step.
        steps=max(sum(planned) + stages - len(runs), done),
        message=_message(incomplete or newest, end, graph) if state is JobState.FAILED else "",
        runs=tuple(run["runId"] for run in runs),
        url=f"{graph.link}/runs/{newest['runId']}",
        ended_at=_instant(newest["endTime"]) if state.final and newest["endTime"] else None,
        backtest=tags.get(BACKTEST),
        job=_job_name(newest),
        surface=tags.get(SURFACE, _OTHER_SURFACE),
    )


def events_of(runs: Sequence[Run], graph: Graph, after: str | None) -> list[JobEvent]:
    """Return the events after a cursor, oldest first; at most one page of one run's log.

    Args:
        runs: the runs of the job, oldest first.
        graph: the web server.
        after: cursor of the last event that the reader has; None for the beginning.

    Raises:
        UsageError: the cursor is none of this job's.
    """
    ids = [run["runId"] for run in runs]
    run_id, read, cursor = _read_cursor(after, ids)
    for following_id in ids[ids.index(run_id) :]:
        while True:
            log = graph.log(following_id, cursor, _PAGE)
            events = [event for event in log["events"] if event["__typename"] in _SHOWN_EVENTS]
            # Dagster has cursors between pages only: an event is named by its place in its page.
            places = [f"{following_id}:{n}:{cursor or ''}" for n in range(1, len(events))]
            places += [f"{following_id}:0:{log['cursor']}"]
            found = [_event(event, place) for event, place in zip(events, places, strict=False)][read:]
            if found:
                return found
            cursor, read = log["cursor"], 0
            if not log["hasMore"]:
                break
        cursor = None
    return []


def _read_cursor(after: str | None, run_ids: Sequence[str]) -> tuple[str, int, str | None]:
    """Return the run, the number of events of the page that were read, and the cursor at which the page begins."""
    if after is None:
        return run_ids[0], 0, None
    run_id, read, cursor = [*after.split(":", 2), "", ""][:3]
    if run_id not in run_ids or not read.isdecimal() or (cursor and not _is_cursor(cursor)):
        raise UsageError("This cursor does not belong to this job: leave it out to read from the beginning.")
    return run_id, int(read), cursor or None


def _is_cursor(text: str) -> bool:
    """Return True for a cursor in Dagster's form: a JSON object in base64."""
    try:
        return isinstance(json.loads(base64.b64decode(text, validate=True)), dict)
    except ValueError:
        return False


def _event(event: Mapping[str, Any], cursor: str) -> JobEvent:
    failed = event["__typename"] in _FAILURES
    message = _sentence(event) if failed else str(event["message"])
    if event["__typename"] == _RETRY:
        message = retried(_sentence(event))
    return JobEvent(
        cursor=cursor,
        at=datetime.fromtimestamp(int(event["timestamp"]) / 1000, UTC),
        step=event["stepKey"] or "",
        message=message,
        failed=failed,
        level=str(event["level"]),
        error=_error_class(event),
        cause=_cause(event),
    )


def _error_class(event: Mapping[str, Any]) -> str | None:
    """Return the class of the error: the one that G4QC wrote with a failure, else that of the innermost cause."""
    entries = (event.get("failureMetadata") or {}).get("metadataEntries") or []
    named = next((one.get("text") for one in entries if one.get("label") == "error"), None)
    return named or next((one["className"] for one in reversed(_errors(event)) if one.get("className")), None)


def _cause(event: Mapping[str, Any]) -> str | None:
    errors = _errors(event)
    return failure_sentence(None, [errors[-1]["message"]]) if errors else None


def _errors(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the error of an event and its causes, the innermost last."""
    error = event.get("error")
    return [] if not error else [error, *(error.get("causes") or [])]


def _state(newest: Run, tags: Mapping[str, str], end: JobEnd | None) -> JobState:
    state = _STATES.get(newest["status"], JobState.QUEUED)
    more = next_may_start(newest) and following(tags) is not None
    if end is not None and (more or state not in (JobState.SUCCEEDED, JobState.FAILED)):
        return JobState.FAILED if end.reason else JobState.CANCELLED
    if more:
        return JobState.RUNNING
    if state is JobState.QUEUED and stage_of(tags)[0] > 1:
        return JobState.RUNNING
    return state


def _incomplete(runs: Sequence[Run]) -> Run | None:
    """Return the first stage's newest run that failed without ending the job; None if there is none."""
    newest = {stage_of({tag["key"]: tag["value"] for tag in run["tags"]})[0]: run for run in runs}
    return next((run for run in newest.values() if run["status"] == "FAILURE" and next_may_start(run)), None)


def _message(run: Run, end: JobEnd | None, graph: Graph) -> str:
    return end.reason if end is not None and end.reason else _why(run, graph)


def _why(run: Run, graph: Graph) -> str:
    """Return the sentences of the failed steps; if there are none, that of the run."""
    cursor: str | None = None
    failed: dict[str, str] = {}
    last = failure_sentence(None, [])
    while True:
        log = graph.log(run["runId"], cursor, 1000)
        for event in log["events"]:
            if event["__typename"] == "ExecutionStepFailureEvent":
                failed[str(event["stepKey"])] = _sentence(event)
            if event["__typename"] == "RunFailureEvent":
                last = _sentence(event)
        if not log["hasMore"]:
            return grouped_failures(failed) or last
        cursor = log["cursor"]


def _sentence(event: Mapping[str, Any]) -> str:
    described = (event.get("failureMetadata") or {}).get("description")
    errors = [one["message"] for one in _errors(event)]
    return failure_sentence(described, [str(event["message"]), *filter(None, errors)])


def _about(run: Run, tags: Mapping[str, str]) -> str:
    """Name a run by its assets, in the graph's order, or its job, and by its range of partitions."""
    assets = in_graph_order(key["path"][-1] for key in run["assetSelection"] or [])
    job = _job_name(run)
    names = assets or ([job] if job else [])
    return " ".join(filter(None, (*names, range_of(tags)))) or "a run of the graph"


def _job_name(run: Run) -> str | None:
    """Return the name of the run's job; None for a selection of assets, whose job Dagster makes up."""
    name = str(run.get("pipelineName") or "")
    return name if name and not name.startswith("__") else None


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
