"""Jobs: started work, its state, its events, and cancelling it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.dependencies import ApiContext, CanRead, CanRun, Context, listening
from g4qc_core.api.job_filter import JobFilter, filtered_jobs
from g4qc_core.api.job_launcher import Job, JobEvent, JobLauncher, JobState, WaitCode
from g4qc_core.api.languages import Spoken, spoken
from g4qc_core.api.problems import NO_NUL, documented
from g4qc_core.errors import G4qcError, GraphUnavailable

router = APIRouter(tags=["jobs"], responses=documented(401, 403, 404, 422, 429, 503))

JobId = Annotated[str, Path(max_length=40, description="Id of a job, or of a run that belongs to no job")]

_FIRST_POLL_SECONDS, _POLL_SECONDS = 0.1, 1.0
_YOUNG_SECONDS, _YOUNG_POLL_SECONDS = 10.0, 0.25  # an ordinary backtest is over in less
_SHARED = 0.8  # of a poll: shorter than a poll, so that each poll gets a new answer
_PING_EVERY = 15  # polls without an event
_MOST_EVENTS = 1000


class WaitReason(BaseModel):
    """Why a job has not begun, or its next run has not."""

    code: WaitCode = Field(
        description="queue: all places are taken; concurrency: a pool that it uses is taken; gateway: the gateway "
        "serves another run; starting: nothing is before it; paused: nothing leaves the queue now"
    )
    words: str = Field(description="The same in one sentence")
    ahead: int = Field(description="Runs that go before it")


class Advance(BaseModel):
    """How far a job is within its step."""

    done: int
    total: int | None = Field(description="null: not known")
    unit: str = Field(description="trials, confirmations, steps or requests")
    eta_seconds: float | None = Field(description="Estimated time for the others; null: not known")


class JobStatus(BaseModel):
    """State of started work: one run of the graph, or several in sequence."""

    id: str
    kind: str = Field(
        description="extract, backtest, search, study, materialize, decide or import; run for one of another surface"
    )
    about: Spoken
    state: JobState
    done: int = Field(description="Number of steps that have ended")
    steps: int = Field(description="Number of all steps known so far")
    message: Spoken = Field(description="Why it failed, else empty")
    runs: list[str] = Field(description="Ids of its runs in Dagster, oldest first")
    url: str | None = Field(description="Page of the newest run in Dagster")
    created_at: datetime
    ended_at: datetime | None
    backtest: str | None = Field(description="Name of the spec, if the job is a backtest")
    job: str | None = Field(
        description="Name of the job in Dagster of its newest run, like update_bars; null for a selection of assets"
    )
    surface: str | None = Field(description="API, command line, schedule, sensor, or Dagster for its own pages")
    waiting: WaitReason | None = Field(description="Why its newest run has not begun; null if it has")
    progress: Advance | None = Field(description="How far it is within its step; null where that is not known")


class StartedWork(JobStatus):
    """The job of a search or a study, and what it runs."""

    name: str = Field(description="Name of the spec, by which the list finds what it makes")
    spec: dict[str, Any] = Field(description="The spec with all of its fields")


class MaterializeRequest(BaseModel):
    """Assets to materialize; they have the same partitions."""

    model_config = ConfigDict(extra="forbid")

    assets: list[Annotated[str, Field(max_length=60)]] = Field(
        min_length=1, max_length=20, examples=[["roll_calendar"]]
    )
    partition: str | None = Field(None, max_length=120, pattern=NO_NUL, examples=["ES"])
    last_partition: str | None = Field(
        None, max_length=120, pattern=NO_NUL, description="Last partition of a range of months"
    )


class LoggedEvent(BaseModel):
    """One event of a job's log."""

    cursor: str = Field(description="Send it as `after` to read on from here")
    at: datetime
    level: str = Field(description="DEBUG, INFO, WARNING, ERROR or CRITICAL")
    step: str = Field(description="Name of the step; empty for an event of the run")
    message: Spoken
    failed: bool
    error: str | None = Field(description="Class of the error, of a failure or a retry")
    cause: str | None = Field(description="The innermost error in its own words")


class JobLog(BaseModel):
    """A page of a job's log, oldest first."""

    events: list[LoggedEvent]
    next_cursor: str | None = Field(
        description="Send it as `after` for what follows, also of a job that goes on; null when it has ended and all "
        "is read"
    )


class JobPage(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobStatus]
    next_cursor: str | None = Field(description="Send it as `before` for the next page; null at the end")


def job_status(job: Job) -> JobStatus:
    """Return the job as a document of the API."""
    return JobStatus(**{**asdict(job), "runs": list(job.runs)})


def _log_page(launcher: JobLauncher, job_id: str, after: str | None, limit: int) -> JobLog:
    # The state first: what is missing in the log of a job that has ended then will not come.
    final, cursor = launcher.job(job_id).state.final, after
    found: list[JobEvent] = []
    while len(found) < limit:
        page = launcher.events(job_id, cursor)
        if not page:
            break
        found += page
        cursor = page[-1].cursor
    ended = final and len(found) < limit
    events = [LoggedEvent(**asdict(event)) for event in found[:limit]]
    return JobLog(events=events, next_cursor=None if ended else events[-1].cursor if events else after)


@router.get("/jobs", dependencies=[CanRead])
async def jobs(
    context: Context,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[str | None, Query(max_length=40, description="next_cursor of the previous page")] = None,
    kind: Annotated[
        str, Query(max_length=100, pattern=NO_NUL, description="Only of this kind, or of this job in Dagster")
    ] = "",
    state: Annotated[JobState | None, Query(description="Only those in this state")] = None,
    find: Annotated[
        str, Query(max_length=200, pattern=NO_NUL, description="Only those whose texts contain all of these words")
    ] = "",
) -> JobPage:
    """List jobs, newest first, including runs of schedules and of Dagster's own pages.

    With a filter, a page may have fewer jobs than `limit` although more follow.
    """
    wanted = JobFilter(kind, state, find)
    found, cursor = await context.call_launcher(filtered_jobs, context.launcher, wanted, limit, before)
    return JobPage(jobs=[job_status(job) for job in found], next_cursor=cursor)


@router.post("/jobs", status_code=202, dependencies=[CanRun], responses=documented(409, 413))
async def materialize(asked: MaterializeRequest, context: Context, response: Response) -> JobStatus:
    """Start assets of the graph for one partition, or for a range of months of one instrument."""
    launcher = context.launcher
    job_id = await context.call_launcher(launcher.materialize, asked.assets, asked.partition, asked.last_partition)
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    return job_status(await context.call_launcher(launcher.job, job_id))


@router.get("/jobs/{job_id}", dependencies=[CanRead])
async def job(job_id: JobId, context: Context) -> JobStatus:
    """Return the state of a job."""
    return job_status(await context.call_launcher(context.launcher.job, job_id))


@router.delete("/jobs/{job_id}", dependencies=[CanRun])
async def cancel(job_id: JobId, context: Context) -> JobStatus:
    """Cancel a job; a job that has ended stays as it is."""
    return job_status(await context.call_launcher(context.launcher.cancel, job_id))


@router.get("/jobs/{job_id}/log", dependencies=[CanRead])
async def log(
    job_id: JobId,
    context: Context,
    after: Annotated[str | None, Query(max_length=200, description="next_cursor of the previous page")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_EVENTS)] = 200,
) -> JobLog:
    """Return a page of a job's log: of all its runs, also when it has ended, and of runs that no surface of G4QC began.

    `/jobs/{job_id}/events` streams the same events as they come.
    """
    return await context.call_launcher(_log_page, context.launcher, job_id, after, limit)


_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


@router.get(
    "/jobs/{job_id}/events",
    dependencies=[CanRead, Depends(listening)],
    response_class=Response,
    responses=_EVENTS,
)
async def events(
    job_id: JobId,
    context: Context,
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> EventSourceResponse:
    """Stream the events of a job until it ends: `state` is the job, `told` is one event.

    A client that reconnects with the header Last-Event-ID receives the events that it has not received yet. Clients of
    one job share requests to Dagster; their number is limited for each client (429) and in total (503).
    """
    first, told = await context.watch.call(_hear, context.launcher, job_id, last_event_id, max_age=_SHARED)
    return EventSourceResponse(_stream(context, first, told, last_event_id), headers={"Cache-Control": "no-store"})


async def wait_for_job(context: ApiContext, job_id: str, seconds: float, gone: Callable[[], Awaitable[bool]]) -> Job:
    """Wait until a job ends, the time is over or the client disconnects, and return the job.

    Args:
        context: the server's context.
        job_id: id of the job.
        seconds: longest time to wait.
        gone: returns True if the client has disconnected.

    Raises:
        GraphUnavailable: the graph cannot be reached when the time is over; an earlier failure is ignored.
    """
    clock = asyncio.get_running_loop().time
    deadline, pause = clock() + seconds, _FIRST_POLL_SECONDS
    while True:
        over = clock() >= deadline or await gone()
        try:
            found = await context.watch.call(context.launcher.job, job_id, max_age=0 if over else pause / 2)
            if found.state.final or over:
                return found
        except GraphUnavailable:
            if over:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _POLL_SECONDS)


def _hear(launcher: JobLauncher, job_id: str, after: str | None) -> tuple[Job, list[JobEvent]]:
    """Return the job and its events, read in this order so that no event is missing when the job has ended."""
    return launcher.job(job_id), launcher.events(job_id, after)


async def _stream(context: ApiContext, job: Job, told: Sequence[JobEvent], after: str | None) -> AsyncIterator[bytes]:
    before, silent = None, 0
    while True:
        for event in told:
            after = event.cursor
            yield _event("told", {**asdict(event), "message": spoken(event.message), "at": event.at.isoformat()}, after)
        if job != before:
            yield _event("state", job_status(job).model_dump(mode="json"))
        elif not told and (silent := silent + 1) % _PING_EVERY == 0:
            yield format_sse_event(comment="still here")
        if job.state.final and not told:
            return
        before = job
        pause = _poll_seconds(job)
        await asyncio.sleep(0 if told else pause)
        try:
            job, told = await context.watch.call(_hear, context.launcher, job.id, after, max_age=_SHARED * pause)
        except G4qcError as error:
            # Report the error and end the stream: the client reconnects by itself.
            yield _event("trouble", {"detail": spoken(str(error)), "error": type(error).__name__})
            return


def _poll_seconds(job: Job) -> float:
    """Return the seconds until the next poll: few while the job is young."""
    age = (datetime.now(UTC) - job.created_at).total_seconds()
    return _YOUNG_POLL_SECONDS if age < _YOUNG_SECONDS else _POLL_SECONDS


def _event(kind: str, data: dict[str, Any], cursor: str | None = None) -> bytes:
    return format_sse_event(event=kind, data_str=json.dumps(data), id=cursor)
