"""A guarded command outlives neither its end nor its parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from g4qc_pipelines.supervision import processes
from tests.fixtures.processes import alive_after
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.slow

_GRANDCHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
_PARENT = f"""
import sys
from g4qc_pipelines.supervision.processes import process
with process([sys.executable, "-c", {_GRANDCHILD!r}], {{}}) as child:
    print(child.pid, flush=True)
    sys.stdin.read()
"""


@contextmanager
def parent() -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """A parent with a guarded command that has a child of its own, and the guard."""
    command = [sys.executable, "-c", _PARENT]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        yield started, psutil.Process(int(started.stdout.readline()))
    finally:
        started.kill()
        started.communicate()


def family(process: psutil.Process) -> list[psutil.Process]:
    """The guard, its command and that one's child, when all have begun."""
    deadline = time.monotonic() + PATIENCE
    while len(found := [process, *process.children(recursive=True)]) < 3:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_when_the_parent_ends_so_does_everything_under_its_guard(number: signal.Signals) -> None:
    with parent() as (started, guarded):
        all_of_it = family(guarded)
        started.send_signal(number)
        assert alive_after(all_of_it, PATIENCE) == []


def test_the_exit_code_is_that_of_the_command() -> None:
    with processes.process([sys.executable, "-c", "raise SystemExit(7)"], {}) as child:
        assert child.wait(PATIENCE) == 7
    with processes.process([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], {}) as child:
        assert child.wait(PATIENCE) == 128 + 9
