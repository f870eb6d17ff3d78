"""A run is ended when its process is gone, and only then."""

from __future__ import annotations

import fcntl
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from g4qc_pipelines.instance.orphans import end_orphans, leased

pytestmark = pytest.mark.slow


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


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


def test_a_lease_that_a_kill_left_behind_counts_for_nothing(instance: dg.DagsterInstance) -> None:
    with leased(instance) as tags:
        (name,) = tags.values()
    left = Path(instance.root_directory) / "leases" / name
    left.touch()
    run_id = started(instance, tags)
    assert end_orphans(instance) == [run_id]
    assert not left.exists()


def test_two_processes_that_look_at_one_dead_lease_do_not_take_each_other_for_the_living(
    instance: dg.DagsterInstance,
) -> None:
    with leased(instance) as tags:
        (name,) = tags.values()
    left = Path(instance.root_directory) / "leases" / name
    run_id = started(instance, tags)
    with left.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
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


def test_of_a_run_on_another_host_nothing_is_certain(instance: dg.DagsterInstance) -> None:
    run_id = started(instance, {".dagster/grpc_info": json.dumps({"host": "code", "port": 4000})})
    assert end_orphans(instance) == []
    assert status(instance, run_id) == "STARTED"
