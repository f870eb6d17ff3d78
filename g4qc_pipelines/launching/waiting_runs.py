"""Why a run has not begun: what it waits for in Dagster's queue, judged as Dagster's own daemon judges it.

The daemon goes through the queue by priority, then by age. It passes over a run whose pool is taken, and ends when all
places are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from g4qc_core.api.job_launcher import WaitCode, Waiting
from g4qc_core.sentences import counted
from g4qc_pipelines.launching.job_tags import ABOUT
from g4qc_pipelines.run_tags import range_of

QUEUED = "QUEUED"

_BEGINNING = ("NOT_STARTED", "STARTING")

_GATEWAY_POOL = "ib"
_PRIORITY = "dagster/priority"
_HEARTBEAT = 120.0  # seconds; a daemon that lives has one every 30

Run = Mapping[str, Any]


@dataclass(frozen=True)
class RunQueue:
    """Dagster's queue at one instant.

    Attributes:
        waiting: queued runs, oldest first.
        active: runs that are starting, running or being cancelled.
        places: most active runs; None: no limit.
        pool_limits: most active runs that use a pool, by pool; a pool without one has `pool_limit`.
        pool_limit: limit of other pools; None: none.
        heartbeat: of the daemon that empties the queue, in seconds since 1970; None: never.
        loaded: whether the web server reaches the code of the graph.
    """

    waiting: Sequence[Run]
    active: Sequence[Run]
    places: int | None
    pool_limits: Mapping[str, int]
    pool_limit: int | None
    heartbeat: float | None
    loaded: bool


def may_wait(run: Run) -> bool:
    """Return True for a run that has not begun."""
    return run["status"] == QUEUED or run["status"] in _BEGINNING


def waiting_of(run: Run, queue: RunQueue, now: float) -> Waiting | None:
    """Return why a run waits; None if it does not.

    Args:
        run: the run.
        queue: the queue, as it was after the run was read.
        now: seconds since 1970.
    """
    if run["status"] in _BEGINNING:
        return Waiting(WaitCode.STARTING, "Its process is being started.")
    if run["status"] != QUEUED:
        return None
    ordered = sorted(queue.waiting, key=lambda one: -_priority(one))
    before: list[Run] = []
    for one in ordered:
        if one["runId"] == run["runId"]:
            return _paused(queue, len(before), now) or _pooled(one, queue, before) or _placed(queue, before)
        before.append(one)
    # It left the queue after it was read.
    return Waiting(WaitCode.STARTING, "Its process is being started.")


def _paused(queue: RunQueue, ahead: int, now: float) -> Waiting | None:
    if queue.heartbeat is None or queue.heartbeat < now - _HEARTBEAT:
        words = "Dagster's daemon does not run, so that nothing leaves the queue: start `g4qc up` again."
        return Waiting(WaitCode.PAUSED, words, ahead)
    if not queue.loaded:
        words = "The code of the graph cannot be reached, so that nothing leaves the queue: Dagster's page says more."
        return Waiting(WaitCode.PAUSED, words, ahead)
    return None


def _pooled(run: Run, queue: RunQueue, before: Sequence[Run]) -> Waiting | None:
    """Return why it waits if one of its pools is taken, by runs under way or by those that go before it."""
    for pool in sorted(run["allPools"] or ()):
        limit = queue.pool_limits.get(pool, queue.pool_limit)
        holders = [one for one in queue.active if pool in (one["allPools"] or ())]
        first = [one for one in before if pool in (one["allPools"] or ())]
        if limit is None or len(holders) + len(first) < limit:
            continue
        ahead = len(holders) + len(first)
        who = f": {_about(holders[0])} has it" if len(holders) == 1 else ""
        more = f", and {counted(len(first), 'run goes', 'runs go')} before this one" if first else ""
        if pool == _GATEWAY_POOL:
            return Waiting(WaitCode.GATEWAY, f"The gateway serves one run at a time{who}{more}.", ahead)
        words = f"The pool {pool} takes {counted(limit, 'run')} at a time{who}{more}."
        return Waiting(WaitCode.CONCURRENCY, words, ahead)
    return None


def _placed(queue: RunQueue, before: Sequence[Run]) -> Waiting:
    ready = [one for at, one in enumerate(before) if _pooled(one, queue, before[:at]) is None]
    if queue.places is None or len(queue.active) + len(ready) < queue.places:
        return Waiting(WaitCode.STARTING, "It is next, and Dagster's daemon is about to start it.")
    more = f", and {counted(len(ready), 'run goes', 'runs go')} before this one" if ready else ""
    words = f"{counted(len(queue.active), 'run is', 'runs are')} under way, of {queue.places} at most{more}."
    return Waiting(WaitCode.QUEUE, words, len(ready))


def _priority(run: Run) -> int:
    given = {tag["key"]: tag["value"] for tag in run["tags"]}.get(_PRIORITY, "0")
    return int(given) if given.lstrip("-").isdecimal() else 0


def _about(run: Run) -> str:
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    return tags.get(ABOUT) or " ".join(filter(None, (str(run["pipelineName"]).strip("_"), range_of(tags))))
