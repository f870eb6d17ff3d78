"""A run is ended when its process is gone, and only then; from whatever machine one looks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import text

from g4qc_core.errors import RightLost
from g4qc_core.storage.run_progress_store import RunProgress
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.instance.orphans import end_orphans, leased
from g4qc_pipelines.sensors.ended_rights import build_ended_rights

_HOLDER = """
import sys
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.server.lease import Lease
with Lease(Database(parse_url(sys.argv[1], "the test"))) as lease:
    print(lease.key, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(bench: Workbench) -> Iterator[subprocess.Popen[str]]:
    """A process with a lease, whose key it prints."""
    address = bench.stores.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", _HOLDER, address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        yield child
        child.kill()


def key_of(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()


def started(instance: dg.DagsterInstance, tags: dict[str, str]) -> str:
    """A run that the instance believes to be going on."""

    @dg.job
    def nothing() -> None:
        pass

    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> str:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status.value


def test_a_run_of_a_process_that_lives_goes_on(instance: dg.DagsterInstance) -> None:
    with leased(instance) as tags:
        run_id = started(instance, tags)
        assert end_orphans(instance) == []
        assert status(instance, run_id) == "STARTED"


def test_a_run_whose_process_is_gone_has_failed(instance: dg.DagsterInstance) -> None:
    with leased(instance) as tags:
        run_id = started(instance, tags)
    assert end_orphans(instance) == [run_id]
    assert status(instance, run_id) == "FAILURE"
    assert end_orphans(instance) == []


def test_a_run_whose_process_was_killed_has_failed(instance: dg.DagsterInstance, holder: subprocess.Popen[str]) -> None:
    run_id = started(instance, {"g4qc/lease": key_of(holder)})
    assert end_orphans(instance) == []
    holder.kill()
    holder.wait()
    assert end_orphans(instance) == [run_id]


def test_a_process_that_lost_its_connection_takes_its_lease_again(
    bench: Workbench, instance: dg.DagsterInstance
) -> None:
    with leased(instance) as tags:
        run_id = started(instance, tags)
        with bench.stores.database.transaction() as connection:
            cut = text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key"
            )
            assert connection.scalars(cut, {"key": int(tags["g4qc/lease"])}).all() == [True]
        assert end_orphans(instance) == []
        assert status(instance, run_id) == "STARTED"


def test_a_process_that_stood_still_while_its_run_was_ended_stores_nothing(
    bench: Workbench, instance: dg.DagsterInstance, holder: subprocess.Popen[str]
) -> None:
    run_id = started(instance, {"g4qc/lease": key_of(holder)})
    with bench.stores.rights.held(run_id):
        os.kill(holder.pid, signal.SIGSTOP)
        assert end_orphans(instance) == []  # it may go on at any moment
        bench.stores.run_progress.tell(run_id, RunProgress("trials", 1))
        holder.kill()
        holder.wait()
        assert end_orphans(instance) == [run_id]
        with pytest.raises(RightLost):
            bench.stores.run_progress.tell(run_id, RunProgress("trials", 2))
    assert bench.stores.run_progress.of([run_id])[run_id].done == 1


def test_a_run_of_a_former_version_has_no_process(instance: dg.DagsterInstance) -> None:
    run_id = started(instance, {"g4qc/lease": "1f0c6b5e8f9a4a6f8d3d3f0f6a1b2c3d"})
    assert end_orphans(instance) == [run_id]


def test_a_run_ends_with_the_code_server_that_launched_it(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    path = str(tmp_path / "code")
    run_id = started(instance, {".dagster/grpc_info": json.dumps({"host": "localhost", "socket": path})})
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        assert end_orphans(instance) == []
    assert end_orphans(instance) == [run_id]
    assert status(instance, run_id) == "FAILURE"


@pytest.mark.parametrize(
    "tags",
    [
        {".dagster/grpc_info": json.dumps({"host": "code", "port": 4000})},
        {
            ".dagster/grpc_info": json.dumps({"host": "localhost", "socket": "/run/of-another-machine"}),
            "g4qc/machine": "another",
        },
    ],
)
def test_of_a_run_on_another_host_without_a_lease_nothing_is_certain(
    instance: dg.DagsterInstance, tags: dict[str, str]
) -> None:
    run_id = started(instance, tags)
    assert end_orphans(instance) == []
    assert status(instance, run_id) == "STARTED"


def test_the_right_of_a_run_that_another_storage_has_ended_is_ended_by_the_sensor(bench: Workbench) -> None:
    instance, rights = bench.runner.instance, bench.stores.rights
    with leased(instance) as tags:
        living, ended = started(instance, tags), started(instance, tags)
        for run_id in (living, ended, "a run of another instance"):
            with rights.held(run_id):
                pass
        # As the storage of Dagster's Helm chart stores the end of a run.
        with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
            connection.execute(text("UPDATE runs SET status = 'FAILURE' WHERE run_id = :run"), {"run": ended})
        assert rights.lasting() == sorted([living, ended, "a run of another instance"])
        context = dg.build_sensor_context(instance=instance, resources={"stores": bench.stores})
        build_ended_rights().evaluate_tick(context)
        assert rights.lasting() == sorted([living, "a run of another instance"])
        with pytest.raises(RightLost), rights.held(ended):
            pass
