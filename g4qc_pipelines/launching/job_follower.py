"""The thread that launches the next stage of a job after the run before it.

A job continues after a run that failed only for unanswered requests: that run has derived the bars that arrived. It
also continues after a restart of the process, and after a failed run that the user re-executed in Dagster's pages. A
job that was ended is left alone. Several processes may follow the same jobs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from g4qc_core.errors import G4qcError, NotFound, PermanentError
from g4qc_core.storage.job_end_store import JobEnd, JobEndStore
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.launching.job_tags import JOB, RemainingStages, following, next_may_start, stage_of
from g4qc_pipelines.stages.job_plan import WorkKind

_log = logging.getLogger(__name__)

_SECONDS = 1.0  # between rounds
_SEARCH_EVERY = 15  # rounds
_LOOKED_THROUGH = 50  # newest runs of each kind of job that has several stages
_KINDS = (WorkKind.EXTRACT, WorkKind.DECIDE)

Run = Mapping[str, Any]


def tags_of(run: Run) -> dict[str, str]:
    """Return the run's tags by key."""
    return {tag["key"]: tag["value"] for tag in run["tags"]}


def in_order(run: Run) -> tuple[int, float]:
    """Return the sort key of a job's runs: stage, then time of creation."""
    return stage_of(tags_of(run))[0], float(run["creationTime"])


def end_of(run: Run, end: JobEnd | None) -> JobEnd | None:
    """Return the end of the job with this newest run; None where the run was launched after the end."""
    return end if end is not None and end.at.timestamp() >= run["creationTime"] else None


def launch(graph: Graph, remaining: RemainingStages) -> None:
    """Launch the first of the remaining stages of a job."""
    graph.launch(remaining.stages[0], remaining.tags())


class JobFollower:
    """Follow the jobs of a graph until closed."""

    def __init__(self, graph: Graph, stores: Callable[[], Stores]) -> None:
        self._graph = graph
        self._stores = stores
        self._open: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following; the next process continues the jobs."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def follow(self, job_id: str) -> None:
        """Look at a job from the next round on, before the search finds it."""
        self._open.add(job_id)

    def stop(self, job_id: str) -> None:
        """End a job: launch no further stage, and terminate the run that is under way."""
        with self._stores().locks.hold(f"job {job_id}"):
            self._ends().end(job_id, datetime.now(UTC))
            self._graph.terminate(self._newest(job_id)["runId"])

    def ends(self, *job_ids: str) -> dict[str, JobEnd]:
        """Return the ends of those jobs that have one."""
        return self._ends().ends(job_ids)

    def _run(self) -> None:
        rounds = 0
        while not self._stopping.wait(_SECONDS):
            if rounds % _SEARCH_EVERY == 0:
                _logged(self._search)
            rounds += 1
            for job_id in tuple(self._open):
                _logged(partial(self._continue, job_id))

    def _search(self) -> None:
        """Follow the jobs among the newest runs that may have further stages."""
        newest: dict[str, Run] = {}
        for kind in _KINDS:
            for run in sorted(self._graph.runs(_LOOKED_THROUGH, kind=str(kind)), key=in_order):
                newest[tags_of(run).get(JOB, "")] = run
        self._open |= {job_id for job_id, run in newest.items() if job_id and _may_continue(run)}

    def _continue(self, job_id: str) -> None:
        try:
            newest = self._newest(job_id)
            if not _may_continue(newest):
                self._open.discard(job_id)
            elif next_may_start(newest):
                self._launch_next(job_id)
        except NotFound:
            self._open.discard(job_id)  # its runs were deleted

    def _launch_next(self, job_id: str) -> None:
        with self._stores().locks.hold(f"job {job_id}"):
            # Another process may have launched it meanwhile, or the user may have stopped the job.
            newest = self._newest(job_id)
            remaining = following(tags_of(newest))
            if remaining is None or not next_may_start(newest):
                return
            if end_of(newest, self.ends(job_id).get(job_id)) is not None:
                self._open.discard(job_id)
                return
            try:
                launch(self._graph, remaining)
            except PermanentError as error:
                self._ends().end(job_id, datetime.now(UTC), str(error))

    def _newest(self, job_id: str) -> Run:
        runs = self._graph.runs(5, job=job_id) or [run for run in (self._graph.run(job_id),) if run is not None]
        if not runs:
            raise NotFound(f"There is no job {job_id}: /api/v1/jobs lists them.")
        return max(runs, key=in_order)

    def _ends(self) -> JobEndStore:
        return self._stores().job_ends


def _logged(step: Callable[[], None]) -> None:
    """Call the step; log its error instead of raising it."""
    try:
        step()
    except G4qcError as error:
        _log.info("jobs cannot be continued now: %s", error)
    except Exception:  # noqa: BLE001 - a defect with one job must not hold up the others until the server restarts
        _log.exception("a defect while following jobs")


def _may_continue(newest: Run) -> bool:
    ended = newest["status"] in ("FAILURE", "CANCELED") and not next_may_start(newest)
    return not ended and following(tags_of(newest)) is not None
