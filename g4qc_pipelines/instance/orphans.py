"""Runs whose process is gone: found and ended, so that nothing waits for them.

A run that is killed stays "started" in Dagster's database and holds its place in the pool of the gateway forever, and
Dagster's default launcher never checks it. Here each run can be checked from every machine: its process has a lease in
the database of the bars. A run that was launched and has no lease yet ends with the code server that launched it.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Protocol, cast

import dagster as dg

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.lease import Lease, gone
from g4qc_pipelines.dagster_private.core import GRPC_INFO_TAG
from g4qc_pipelines.instance.run_states import BEGUN

GONE = "The process of this run is gone: it was killed, or its machine was stopped."
"""Why a run of a command or of a dead code server ended."""

_LEASE_TAG = "g4qc/lease"
_MACHINE_TAG = "g4qc/machine"


class _RunStorage(Protocol):
    """The storage of runs that dagster.yaml names."""

    def bars(self) -> Database:
        """Return the database with the leases, which the caller closes."""


@contextmanager
def leased(instance: dg.DagsterInstance) -> Iterator[dict[str, str]]:
    """Yield tags for a run of this process, by which processes on every machine see whether it is alive."""
    with _bars(instance) as database, Lease(database) as lease:
        yield {_LEASE_TAG: str(lease.key)}


def launched_tags(server: Mapping[str, object]) -> dict[str, str]:
    """Return the tags of a run that a code server starts; `server` has its host, and its port or its socket."""
    return {GRPC_INFO_TAG: json.dumps(dict(server)), _MACHINE_TAG: socket.gethostname()}


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Mark each unfinished run without a process as failed, free its places in pools, and return their ids."""
    runs = instance.get_runs(dg.RunsFilter(statuses=BEGUN))
    dead = [
        run.run_id for run, lives in zip(runs, _living(instance, [run.tags for run in runs]), strict=True) if not lives
    ]
    for run_id in dead:
        end_run(instance, run_id, GONE)
    return dead


def end_run(instance: dg.DagsterInstance, run_id: str, cause: str) -> bool:
    """End an unfinished run whose process is gone, as failed or as cancelled, and free its places in the pools.

    Args:
        instance: the Dagster instance.
        run_id: id of the run.
        cause: one sentence, shown on every surface.

    Returns:
        False when the run had ended, or there is none.
    """
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return False
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, f"Stopped by a person. {cause}")
    else:
        instance.report_run_failed(run, cause)
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    return True


def lives(instance: dg.DagsterInstance, tags: Mapping[str, str]) -> bool:
    """Return False if the process of the run with these tags is certainly gone."""
    return _living(instance, [tags])[0]


def _living(instance: dg.DagsterInstance, runs: Sequence[Mapping[str, str]]) -> list[bool]:
    """Return for the tags of each run whether it may live."""
    # A key that is no number is of a former version, whose processes ended before this version began.
    keys = {int(tags[_LEASE_TAG]) for tags in runs if tags.get(_LEASE_TAG, "").isdecimal()}
    dead: set[int] = set()
    if keys:
        with _bars(instance) as database:
            dead = gone(database, keys)
    return [
        tags[_LEASE_TAG].isdecimal() and int(tags[_LEASE_TAG]) not in dead
        if _LEASE_TAG in tags
        else _server_may_live(tags)
        for tags in runs
    ]


def _server_may_live(tags: Mapping[str, str]) -> bool:
    """Return False if the code server that launched a run listens at a socket of this machine no more."""
    path = json.loads(tags.get(GRPC_INFO_TAG, "{}")).get("socket")
    elsewhere = tags.get(_MACHINE_TAG, socket.gethostname()) != socket.gethostname()
    return path is None or elsewhere or _listens(path)


@contextmanager
def _bars(instance: dg.DagsterInstance) -> Iterator[Database]:
    """Open the database with the leases and the rights of runs."""
    with closing(cast(_RunStorage, instance.run_storage).bars()) as database:
        yield database


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
