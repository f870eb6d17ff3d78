"""Runs whose process is gone: found and ended, so that nothing waits for them.

A run that is killed stays "started" in Dagster's database and holds its place in the pool of the gateway forever, and
Dagster's default launcher never checks it. Here each run can be checked: the process of a command holds a lock on a
file, which the kernel releases however the process ends; a run of a code server was launched through its socket, and
ends with that server.
"""

from __future__ import annotations

import fcntl
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import dagster as dg

from g4qc_pipelines.dagster_private.core import GRPC_INFO_TAG
from g4qc_pipelines.instance.run_states import BEGUN

GONE = "The process of this run is gone: it was killed, or its machine was stopped."
"""Why a run of a command or of a dead code server ended."""

_LEASE_TAG = "g4qc/lease"


@contextmanager
def leased(instance: dg.DagsterInstance) -> Iterator[dict[str, str]]:
    """Yield tags for a run of this process, by which other processes see whether it is alive."""
    lease = _lease(instance, uuid4().hex)
    lease.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lease.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield {_LEASE_TAG: lease.name}
        finally:
            lease.unlink(missing_ok=True)


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Mark each unfinished run without a process as failed, free its places in pools, and return their ids."""
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=BEGUN)):
        if lives(instance, run.tags):
            continue
        end_run(instance, run.run_id, GONE)
        ended.append(run.run_id)
        if _LEASE_TAG in run.tags:
            _lease(instance, run.tags[_LEASE_TAG]).unlink(missing_ok=True)
    return ended


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
    """Return False if the run's process is certainly gone; a process on another host never is."""
    if _LEASE_TAG in tags:
        return _locked(_lease(instance, tags[_LEASE_TAG]))
    server = json.loads(tags.get(GRPC_INFO_TAG, "{}")).get("socket")
    return server is None or _listens(server)


def _lease(instance: dg.DagsterInstance, name: str) -> Path:
    return Path(instance.root_directory) / "leases" / name


def _locked(lease: Path) -> bool:
    with suppress(FileNotFoundError), lease.open("r") as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
