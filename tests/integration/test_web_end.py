"""How `g4qc up` ends, and what it says where it cannot begin or go on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

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
    """Command lines of the processes that were told of the folder, or work in it."""
    found = []
    for process in psutil.process_iter():
        try:
            about = [*process.cmdline(), *process.environ().values()]
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if any(str(folder) in part for part in about):
            found.append(" ".join(process.cmdline())[:120])
    return found


def test_a_second_up_names_the_port_that_is_taken(web: Up) -> None:
    ended = web.home.process("up")
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"Error: Port {web.home.environment['G4QC_DAGSTER_PORT']} is taken by another program: stop it, or set "
        "G4QC_DAGSTER_PORT."
    )
    assert web.process.poll() is None


def test_without_its_gateway_a_step_fails_in_one_sentence_and_ctrl_c_still_stops_everything(own: Up) -> None:
    assert own.materialize(["contracts"], "ES").status == "SUCCESS"
    own.gateway().kill()
    run = own.materialize(["raw_bars"], f"ES|{MONTHS[2]}")
    assert run.status == "FAILURE"
    assert list(run.failures) == ["raw_bars"]
    assert run.failures["raw_bars"].startswith("Nothing listens at 127.0.0.1:")
    assert "\n" not in run.failures["raw_bars"]
    assert len(_processes(own.home.folder)) >= 5  # the command, the database, code server, web server and daemon
    assert own.interrupt(signal.SIGINT) == 130
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
