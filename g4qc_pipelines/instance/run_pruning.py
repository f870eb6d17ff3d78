"""Old runs in Dagster's database: pruned, except for what the graph shows of its assets.

The newest event of each kind about each partition of an asset stays, the events that it was made from, and the newest
evaluations of each check; so does the run of each of them, with its beginning, its end and those of its steps. The
runs of a job stay or go together, and a run that stays keeps those that followed it, because what is missing would be
launched again. All else of a run that ended long ago goes. A run that has not ended is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

import dagster as dg
from sqlalchemy import Connection, TextClause, text

from g4qc_pipelines.run_tags import AFTER, JOB

_BATCH = 200
_ENDED = [
    status.value for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
]
_IS_OLD = "status = ANY(:ended) AND coalesce(end_time, extract(epoch FROM update_timestamp)) < :before"
_OLD = text(f"SELECT run_id FROM runs WHERE {_IS_OLD} ORDER BY id")
# From the runs that stay by themselves to those of their jobs, and to those that followed them.
_STAYING = text(
    f"WITH RECURSIVE staying AS (SELECT run_id FROM runs WHERE NOT ({_IS_OLD}) OR run_id = ANY(:kept) UNION "
    "SELECT other.run_id FROM staying s CROSS JOIN LATERAL (SELECT b.run_id FROM run_tags a JOIN run_tags b "
    "ON b.key = a.key AND b.value = a.value WHERE a.run_id = s.run_id AND a.key = :job UNION ALL SELECT c.run_id "
    "FROM run_tags c WHERE c.key = :after AND c.value = s.run_id) AS other) SELECT run_id FROM staying"
)
# A materialization names the events that it was made from in its tags, of which Dagster has no table.
_SOURCES = r"""'"dagster/input_event_pointer/[^"]*"\s*:\s*"([0-9]+)"', 'g'"""
_KEPT_EVENTS = text(
    "WITH RECURSIVE kept AS (SELECT newest.id FROM (SELECT max(id) AS id FROM event_logs WHERE asset_key IS NOT NULL "
    "GROUP BY asset_key, partition, dagster_event_type) AS newest UNION SELECT source[1]::int8 FROM kept k "
    "JOIN event_logs e ON e.id = k.id AND e.dagster_event_type = 'ASSET_MATERIALIZATION' "
    f"CROSS JOIN LATERAL regexp_matches(e.event, {_SOURCES}) AS source) "
    "SELECT e.run_id, e.id FROM kept JOIN event_logs e USING (id) WHERE e.run_id = ANY(:runs)"
)
_KEPT_CHECKS = text(
    "SELECT run_id, id FROM asset_check_executions JOIN (SELECT max(id) AS id FROM asset_check_executions "
    "GROUP BY asset_key, check_name, partition, execution_status) AS newest USING (id) WHERE run_id = ANY(:runs)"
)
# What was only said has no type.
_FRAME = (
    "coalesce(starts_with(e.dagster_event_type, 'PIPELINE_') OR e.dagster_event_type IN ('STEP_START', 'STEP_SUCCESS', "
    "'STEP_FAILURE', 'STEP_SKIPPED'), false)"
)
_GOING = (
    "FROM event_logs e WHERE e.run_id = ANY(:runs) AND e.id <> ALL(CAST(:events AS int8[])) "
    f"AND NOT (e.run_id = ANY(:staying) AND e.asset_key IS NULL AND {_FRAME})"
)
_FORGET = (
    text(f"DELETE FROM asset_event_tags WHERE event_id IN (SELECT e.id {_GOING} AND e.asset_key IS NOT NULL)"),
    text("DELETE FROM asset_check_executions WHERE run_id = ANY(:runs) AND id <> ALL(CAST(:checks AS int8[]))"),
    text("DELETE FROM runs WHERE run_id = ANY(:runs) AND run_id <> ALL(:staying)"),
)
_FORGET_EVENTS = text(f"DELETE {_GOING}")


@dataclass(frozen=True)
class PrunedRuns:
    """What was removed.

    Attributes:
        runs: number of runs.
        events: number of events, of these runs and of others.
        staying: number of old runs that stay.
    """

    runs: int
    events: int
    staying: int


class EventStorage(Protocol):
    """The event log that dagster.yaml names, in one database with the runs."""

    def index_transaction(self) -> AbstractContextManager[Connection]:
        """Return a transaction."""


def prune_runs(instance: dg.DagsterInstance, before: datetime) -> PrunedRuns:
    """Remove what nothing needs of the runs that ended before an instant; two hundred runs a transaction.

    If it is interrupted, what is left goes the next time.
    """
    storage = cast("EventStorage", instance.event_log_storage)
    with storage.index_transaction() as connection:
        when = {"ended": _ENDED, "before": before.timestamp()}
        old = list(connection.scalars(_OLD, when))
        events = _by_run(connection, _KEPT_EVENTS, old)
        checks = _by_run(connection, _KEPT_CHECKS, old)
        kept = [*(events.keys() | checks.keys())]
        found = connection.scalars(_STAYING, when | {"kept": kept, "job": JOB, "after": AFTER})
        staying = set(found) & set(old)
    removed = 0
    for runs in _batches(old):
        given = {
            "runs": runs,
            "staying": [run for run in runs if run in staying],
            "events": [event for run in runs for event in events.get(run, ())],
            "checks": [check for run in runs for check in checks.get(run, ())],
        }
        with storage.index_transaction() as connection:
            for statement in _FORGET:
                connection.execute(statement, given)
            removed += connection.execute(_FORGET_EVENTS, given).rowcount
    return PrunedRuns(len(old) - len(staying), removed, len(staying))


def _by_run(connection: Connection, query: TextClause, runs: Sequence[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for run, number in connection.execute(query, {"runs": runs}):
        found.setdefault(run, []).append(number)
    return found


def _batches(runs: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(runs), _BATCH):
        yield runs[begin : begin + _BATCH]
