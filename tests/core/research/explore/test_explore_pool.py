"""The processes of exploration: one that hangs or ends is replaced, and whoever waited hears it in a sentence."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from g4qc_core.errors import ExplorerBusy, SetTooSlow, UsageError
from g4qc_core.research.explore.explore_pool import ExplorePool
from g4qc_core.research.explore.explore_process import ExploreTask
from g4qc_core.strategy_folder import strategy_folder, use_strategy_folder
from tests.core.backtest.series import ES, spec, walk

pytestmark = pytest.mark.slow


@pytest.fixture
def pool() -> Iterator[ExplorePool]:
    """A pool of one process."""
    made = ExplorePool(1, seconds=1.0)
    yield made
    made.close()


def task(folder: Path) -> ExploreTask:
    """A set whose bars do not exist: the process answers, and that it failed."""
    return ExploreTask("key", folder / "none", {}, 0)


def test_a_process_that_hangs_is_replaced(pool: ExplorePool, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        pool.run(task(tmp_path))
    first = pool._idle[0].pid
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(SetTooSlow, match="longer than 1 s"):
        pool.run(task(tmp_path))
    with pytest.raises(UsageError):
        pool.run(task(tmp_path))
    assert pool._idle[0].pid != first


def test_who_finds_no_free_process_hears_it(pool: ExplorePool, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        pool.run(task(tmp_path))
    os.kill(pool._idle[0].pid, signal.SIGSTOP)
    pool._seconds = 3.0
    heard: list[BaseException] = []

    def other() -> None:
        try:
            pool.run(task(tmp_path))
        except SetTooSlow as error:
            heard.append(error)

    thread = threading.Thread(target=other)
    thread.start()
    while pool._idle:
        thread.join(0.01)
    pool._seconds = 0.2
    with pytest.raises(ExplorerBusy):
        pool.run(task(tmp_path))
    thread.join()
    assert len(heard) == 1


def test_a_closed_pool_leaves_no_process(tmp_path: Path) -> None:
    pool = ExplorePool(2)
    with pytest.raises(UsageError):
        pool.run(task(tmp_path))
    process = pool._idle[0]
    pool.close()
    assert process._process.poll() is not None


def test_a_strategy_of_the_users_folder_is_explored(tmp_path: Path) -> None:
    text = (
        "import numpy as np\nfrom g4qc_core.backtest.strategies import Strategy\n\n\nclass Steady(Strategy):\n"
        "    @property\n    def bars_needed(self):\n        return 1\n\n"
        "    def signals(self, bars):\n        return np.ones(len(bars))\n"
    )
    (tmp_path / "steady_explored.py").write_text(text)
    before = strategy_folder()
    use_strategy_folder(tmp_path)
    pool = ExplorePool(1, seconds=120.0)
    try:
        given = {"spec": spec(strategy="steady_explored", parameters={}), "bars": walk(60), "instrument": ES}
        arguments = tmp_path / "arguments"
        arguments.write_bytes(pickle.dumps({**given, "data_version": "v", "roll_rule": "r"}))
        explored = pool.run(ExploreTask("key", arguments, {}, 10))
        assert explored.refused == ""
        assert explored.trade_count == 1
    finally:
        pool.close()
        use_strategy_folder(before)
