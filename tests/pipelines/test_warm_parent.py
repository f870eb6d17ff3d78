"""The warm parent: each fork is a process of its own, and whatever is wrong with the parent, nothing runs twice."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from g4qc_pipelines.running import warm_parent
from g4qc_pipelines.running.warm_parent import WarmParent
from tests.fixtures.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

_LOG = logging.getLogger(__name__)


def write(path: str, held: list[int]) -> None:
    """Write the process id, and how often this process has written before."""
    held.append(os.getpid())
    Path(path).write_text(f"{os.getppid()} {os.getpid()} {len(held)}")


def started(warm: WarmParent, folder: Path) -> tuple[int, int, int] | None:
    """Start `write`; return parent, process and count, or None if the parent makes no process."""
    said = folder / "said"
    said.unlink(missing_ok=True)
    process = warm.start(write, [str(said), []])
    if process is None:
        return None
    process.join(PATIENCE)
    assert process.exitcode == 0
    parent, own, count = map(int, said.read_text().split())
    assert own == process.pid
    return parent, own, count


@pytest.fixture
def make_warm() -> Iterator[Callable[..., WarmParent]]:
    """Make warm parents that import little; end them after the test."""
    made: list[WarmParent] = []

    def make(limit: float = PATIENCE) -> WarmParent:
        made.append(WarmParent(_LOG, imports="g4qc_pipelines.named_jobs", limit=limit))
        made[-1].load()
        until(lambda: made[-1].pid, "the parent did not start")
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_each_start_is_a_new_process_of_the_same_parent(make_warm: Callable[..., WarmParent], tmp_path: Path) -> None:
    warm = make_warm()
    first, second = started(warm, tmp_path), started(warm, tmp_path)
    assert first is not None
    assert second is not None
    assert first[0] == second[0] == warm.pid
    assert first[1] != second[1]
    assert first[2] == second[2] == 1


def test_a_parent_whose_code_has_changed_makes_no_process_and_is_replaced(
    make_warm: Callable[..., WarmParent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = make_warm()
    before = warm.pid
    changed = str(sys.modules["g4qc_pipelines.named_jobs"].__file__)
    real = warm_parent._stamp
    monkeypatch.setattr(warm_parent, "_stamp", lambda path: (path, 1, 1) if path == changed else real(path))
    assert started(warm, tmp_path) is None
    assert warm.pid == 0
    monkeypatch.undo()
    warm.renew_when_idle(False)
    assert warm.pid == 0
    warm.renew_when_idle(True)
    until(lambda: warm.pid, "there is no new parent")
    assert warm.pid != before
    again = started(warm, tmp_path)
    assert again is not None
    assert again[0] == warm.pid


def test_a_hung_parent_makes_no_process_and_later_runs_nothing(
    make_warm: Callable[..., WarmParent], tmp_path: Path
) -> None:
    warm = make_warm(limit=0.5)
    parent = warm.pid
    os.kill(parent, signal.SIGSTOP)
    try:
        assert started(warm, tmp_path) is None
    finally:
        os.kill(parent, signal.SIGCONT)
    time.sleep(1.0)  # long enough for a fork that would do something
    assert not (tmp_path / "said").exists()


def test_the_parent_of_a_code_server_starts_no_thread_and_opens_no_connection() -> None:
    script = (
        "import threading, psutil, g4qc_pipelines.running.warm_imports;"
        "print(threading.active_count(), len(psutil.Process().net_connections(kind='all')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"]
