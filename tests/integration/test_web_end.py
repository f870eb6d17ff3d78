"""The end of `g4qc up`, and its messages when it cannot start or continue."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from g4qc_pipelines.launching.up_lock import dagster_absent
from tests.fixtures.home import bare_home
from tests.fixtures.processes import alive_after
from tests.fixtures.waiting import PATIENCE
from tests.fixtures.web import MONTHS, Up, free_ports, up

pytestmark = pytest.mark.integration


@pytest.fixture
def own() -> Iterator[Up]:
    """A `g4qc up` that the test may end."""
    with bare_home(first_month=MONTHS[0][:7], **free_ports()) as home, up(home) as running:
        yield running


def _processes(folder: Path) -> list[str]:
    """Return the command lines of processes that have the folder in their environment or work in it."""
    found = []
    for process in psutil.process_iter():
        try:
            about = [*process.cmdline(), *process.environ().values()]
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if any(str(folder) in part for part in about):
            found.append(" ".join(process.cmdline())[:120])
    return found


def test_a_second_up_over_the_home_names_the_first_and_leaves_it_alone(web: Up) -> None:
    other = web.home.with_(**free_ports())
    ended = other.process("up")
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"Error: Another `g4qc up` runs over {web.home.folder}, process {web.process.pid}, with Dagster's web UI "
        f"at {web.url}: use that one, stop it, or set G4QC_HOME to another folder."
    )
    assert web.process.poll() is None
    assert web.home.process("status").returncode == 0


def test_an_up_over_another_home_names_the_port_that_is_taken(web: Up) -> None:
    taken = web.home.environment["G4QC_DAGSTER_PORT"]
    with bare_home(dagster_port=taken, api_port=free_ports()["api_port"]) as home:
        ended = home.process("up")
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"Error: Port {taken} is taken by another program: stop it, or set G4QC_DAGSTER_PORT."
    )


def test_a_database_and_a_gateway_that_are_killed_come_back_and_runs_go_on(own: Up) -> None:
    assert own.materialize(["contracts"], "ES").status == "SUCCESS"
    for name, process in (("embedded PostgreSQL", own.database()), ("simulated gateway", own.gateway())):
        process.kill()
        assert own.says(f"The {name} is back")
    run = own.materialize(["raw_bars"], f"ES|{MONTHS[2]}")
    assert run.status == "SUCCESS", run.failures
    assert len(_processes(own.home.folder)) >= 5  # the command, the database, code server, web server and daemon
    assert own.interrupt(signal.SIGINT) == 130
    assert _processes(own.home.folder) == []


def test_a_part_of_dagster_that_ends_is_named_and_ends_the_command(own: Up) -> None:
    own.part("g4qc_pipelines.running.daemon").kill()
    assert own.process.wait(60) == 1
    said = (own.home.folder / "up.log").read_text().strip().splitlines()[-1]
    assert said == (
        f"Error: Dagster's daemon was killed (SIGKILL): its last words are in {own.home.folder / 'dagster.log'}. Start "
        "`g4qc up` again."
    )
    told = str(dagster_absent(own.home.folder, ""))
    assert told.startswith("Dagster has not run since ")
    assert told.endswith(said.removeprefix("Error: "))
    assert _processes(own.home.folder) == []


def test_an_up_that_is_killed_leaves_nothing_in_the_way_of_the_next_one(own: Up) -> None:
    started = psutil.Process(own.process.pid).children(recursive=True)
    assert own.interrupt(signal.SIGKILL) == -signal.SIGKILL
    kept = {"postgres", "postmaster"}  # the embedded server, which the next one uses
    assert alive_after([process for process in started if _name(process) not in kept], PATIENCE) == []
    with up(own.home) as again:
        assert again.interrupt(signal.SIGINT) == 130
    assert _processes(own.home.folder) == []


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
