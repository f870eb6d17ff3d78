"""A cluster of real processes whose workers come, die and differ, and whose scheduler dies.

Each test waits for what happens: a strategy that waits for a file holds its chunk as long as the test needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from g4qc_core.errors import ClusterMismatch, ClusterUnavailable, SettingsError, WorkersLost
from g4qc_core.research.cluster import cluster_pool
from g4qc_core.research.cluster.cluster_pool import ClusterPool
from g4qc_core.research.pools.set_pool import evaluated
from g4qc_core.research.pools.worker_pool import WorkerPool
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.strategy_folder import strategy_folder, use_strategy_folder
from tests.core.research.test_set_pools import arguments, as_bytes
from tests.fixtures.dask_cluster import DaskCluster, cluster_in
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

WAITING = "tests.core.research.misbehaving:Waiting"
SETS = [{"fast": fast, "slow": slow} for fast in range(1, 5) for slow in range(9, 13)]
Outcomes = Iterator[SetOutcome | None]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster without a worker, of this test alone."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with cluster_in(folder) as made:
        yield made


def at_home(given: dict[str, Any], sets: list[dict[str, Any]]) -> list[SetOutcome]:
    with WorkerPool(given, 1) as pool:
        return list(evaluated(pool.outcomes(enumerate(sets))))


def waiting(folder: Path, kinds: int = 8) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Sets of a strategy that says in the folder that it began, and waits there until it may go on."""
    return arguments(strategy=WAITING, parameters={"folder": str(folder)}), [{"kind": kind} for kind in range(kinds)]


def follow(stream: Outcomes, ready: Callable[[], object]) -> list[SetOutcome]:
    """Take outcomes until something has happened; return those that came."""
    found = []
    for one in stream:
        found += [] if one is None else [one]
        if ready():
            return found
    raise AssertionError("It never happened.")


def has_begun(folder: Path) -> Callable[[], bool]:
    return lambda: any(folder.glob("begun-*"))


def ended(processes: list[psutil.Process]) -> Callable[[], bool]:
    return lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def preloaded(folder: Path, text: str) -> list[str]:
    """Options of a worker that runs this text before it begins."""
    file = folder / "before.py"
    file.write_text(text)
    return ["--no-nanny", "--preload", str(file)]


OTHER_NUMBA = """\
from importlib.metadata import version
from g4qc_core.research.cluster import worker_identity
worker_identity.version = lambda name: "0.0.1" if name == "numba" else version(name)
"""
WITHOUT_G4QC = "import sys; sys.modules['g4qc_core'] = None"


def test_the_sets_of_a_worker_that_is_killed_are_evaluated_by_another(alone: DaskCluster, tmp_path: Path) -> None:
    given, sets = waiting(tmp_path)
    first = alone.worker(2)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        found = follow(stream, has_begun(tmp_path))
        sandboxes = alone.sandboxes()
        assert sandboxes
        first.kill()
        until(ended(sandboxes), "the end of the sandboxes")
        follow(stream, lambda: pool.words.startswith("waits up to 60 s for a worker of tcp://"))
        (tmp_path / "go").touch()
        alone.worker(1)
        found += evaluated(stream)
        assert pool.words == f"on 1 place of 1 worker of {alone.address}"
    assert as_bytes(found) == as_bytes(at_home(given, sets))


def test_a_nanny_starts_a_worker_again_and_the_search_goes_on(alone: DaskCluster, tmp_path: Path) -> None:
    given, sets = waiting(tmp_path)
    nanny = psutil.Process(alone.worker(1, "--nanny").pid)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        found = follow(stream, has_begun(tmp_path))
        sandboxes = [one for one in alone.sandboxes() if "set_worker" in " ".join(one.cmdline())]
        (worker,) = {one.parent() for one in sandboxes}
        assert worker is not None
        assert worker != nanny
        worker.kill()
        (tmp_path / "go").touch()
        found += evaluated(stream)
    assert as_bytes(found) == as_bytes(at_home(given, sets))


def test_the_sets_of_a_lost_worker_go_to_the_one_that_is_left_and_each_is_yielded_once(
    alone: DaskCluster, tmp_path: Path
) -> None:
    given, sets = waiting(tmp_path, 30)
    alone.worker(1)
    second = alone.worker(1)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        found = follow(stream, lambda: len(list(tmp_path.glob("begun-*"))) == 2)
        second.kill()
        (tmp_path / "go").touch()
        found += evaluated(stream)
    assert [one.number for one in found] == list(range(30))
    assert as_bytes(found) == as_bytes(at_home(given, sets))


def test_a_pool_with_few_places_uses_as_few_workers_as_have_them(alone: DaskCluster, tmp_path: Path) -> None:
    given, sets = waiting(tmp_path)
    for _ in range(3):
        alone.worker(1)
    with ClusterPool(given, alone.address, places=1) as pool:
        stream = pool.outcomes(enumerate(sets))
        found = follow(stream, has_begun(tmp_path))
        assert pool.words == f"on 1 place of 1 worker of {alone.address}"
        assert len({one.ppid() for one in alone.sandboxes()}) == 1
        (tmp_path / "go").touch()
        found += evaluated(stream)
    assert as_bytes(found) == as_bytes(at_home(given, sets))


def test_a_set_with_which_every_worker_is_lost_ends_the_search(
    alone: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_pool, "_MOST_LOST", 1)
    given, sets = waiting(tmp_path)
    first = alone.worker(1)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        follow(stream, has_begun(tmp_path))
        first.kill()
        with pytest.raises(WorkersLost, match="workers of the cluster were lost with the same sets: their logs"):
            list(stream)


def test_a_scheduler_that_dies_ends_the_search_with_a_sentence_and_the_sandboxes(
    alone: DaskCluster, tmp_path: Path
) -> None:
    given, sets = waiting(tmp_path)
    alone.worker(1)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        follow(stream, has_begun(tmp_path))
        sandboxes = alone.sandboxes()
        alone.scheduler.kill()
        with pytest.raises(ClusterUnavailable, match=r"is gone: start it and its workers again, .* goes on from there"):
            list(stream)
    until(ended(sandboxes), "the end of the sandboxes")


def test_who_stops_early_or_closes_the_pool_leaves_no_process_behind(alone: DaskCluster, tmp_path: Path) -> None:
    given, sets = waiting(tmp_path)
    worker = alone.worker(2)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        follow(stream, has_begun(tmp_path))
        busy = alone.sandboxes()
        stream.close()
        until(ended(busy), "the end of the sets that nobody waits for")
        (tmp_path / "go").touch()
        assert [one.number for one in evaluated(pool.outcomes([(3, {"kind": 3})]))] == [3]
        assert alone.sandboxes()
    until(lambda: not alone.sandboxes(), "the end of the sandboxes")
    assert worker.poll() is None
    left = [path for path in (tmp_path / "dask").rglob("*") if path.name.startswith(("bars-", "counter-"))]
    assert left == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            OTHER_NUMBA,
            r"The worker tcp://\S+ of the cluster runs numba 0\.0\.1 instead of .*: install the same",
        ),
        (
            WITHOUT_G4QC,
            r"The worker tcp://\S+ of the cluster cannot run G4QC \(.*ModuleNotFound.*: install 'g4qc",
        ),
    ],
)
def test_a_worker_that_runs_other_code_is_refused_before_work_begins(
    alone: DaskCluster, tmp_path: Path, text: str, words: str
) -> None:
    alone.worker(1)
    alone.worker(1, *preloaded(tmp_path, text))
    with pytest.raises(ClusterMismatch, match=words), ClusterPool(arguments(), alone.address):
        raise AssertionError("It was opened.")
    assert alone.sandboxes() == []


@pytest.mark.parametrize("text", [OTHER_NUMBA, WITHOUT_G4QC])
def test_a_worker_that_joins_later_and_runs_other_code_is_left_aside(
    alone: DaskCluster, tmp_path: Path, text: str
) -> None:
    given, sets = waiting(tmp_path, 30)
    alone.worker(1)
    with ClusterPool(given, alone.address) as pool:
        stream = pool.outcomes(enumerate(sets))
        found = follow(stream, has_begun(tmp_path))
        alone.worker(1, *preloaded(tmp_path, text))
        found += follow(stream, lambda: "left aside: " in pool.words)
        assert pool.words.startswith("on 1 place of 1 worker of ")
        (tmp_path / "go").touch()
        found += evaluated(stream)
    assert as_bytes(found) == as_bytes(at_home(given, sets))


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClusterUnavailable, match=r"No scheduler of Dask answers at tcp://127\.0\.0\.1:9 within 0\.5 s"):
        ClusterPool(arguments(), "tcp://127.0.0.1:9", patience=0.5).__enter__()
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"Dask is not installed: pip install 'g4qc\[cluster\]', or unset it"):
        ClusterPool(arguments(), "tcp://127.0.0.1:9").__enter__()


def test_a_cluster_without_workers_is_waited_for_as_long_as_was_said(alone: DaskCluster) -> None:
    with (
        ClusterPool(arguments(), alone.address, patience=1.0) as pool,
        pytest.raises(ClusterUnavailable, match=r"had no worker for 1 s: start one with `dask worker tcp://"),
    ):
        list(pool.outcomes(enumerate(SETS)))
    with ClusterPool(arguments(), alone.address, patience=1e6) as pool:
        stream = pool.outcomes(enumerate(SETS))
        assert follow(stream, lambda: pool.words == f"waits up to 1e+06 s for a worker of {alone.address}") == []
        alone.worker(1)
        assert as_bytes(list(evaluated(stream))) == as_bytes(at_home(arguments(), SETS))


OWN = """\
import numpy as np
from helper import {function}
from g4qc_core.backtest.strategies import Strategy

class Mine(Strategy):
    name = "mine"
    every: int = 3

    @property
    def bars_needed(self):
        return 2

    def targets(self, bars, *args, **inputs):
        if self.every == 4:
            raise ValueError("not this one")
        return {function}(np.arange(len(bars)), self.every)
"""
HELPER = "def pulses(at, every):\n    return ((at // every) % 2).astype('int64')\n"


def test_the_users_own_folder_of_strategies_travels_with_the_bars(alone: DaskCluster, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.py").write_text(OWN.format(function="pulses"))
    (folder / "helper.py").write_text(HELPER)
    before = strategy_folder()
    use_strategy_folder(folder)
    try:
        given = arguments(strategy="mine", parameters={})
        sets = [{"every": every} for every in range(2, 8)]
        alone.worker(1)
        with ClusterPool(given, alone.address) as pool:
            found = list(evaluated(pool.outcomes(enumerate(sets))))
        expected = at_home(given, sets)
    finally:
        use_strategy_folder(before)
    assert [one.state for one in found] == ["done", "done", "failed", "done", "done", "done"]
    assert as_bytes(found) == as_bytes(expected)


@pytest.mark.parametrize(
    ("its", "words"),
    [
        ("# another one\n", "A worker of the cluster has another version of the strategy ours:Mine: install the same"),
        (None, "A worker of the cluster cannot load the strategy ours:Mine: .* cannot be imported"),
    ],
)
def test_a_strategy_of_a_module_must_be_the_same_on_each_worker(
    alone: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, its: str | None, words: str
) -> None:
    text = OWN.format(function="pulses").replace("from helper import pulses\n", HELPER)
    here = tmp_path / "here"
    here.mkdir()
    (here / "ours.py").write_text(text)
    if its is not None:
        (tmp_path / "dask" / "ours.py").write_text(its + text)
    monkeypatch.syspath_prepend(str(here))
    monkeypatch.delitem(sys.modules, "ours", raising=False)
    alone.worker(1)
    with (
        ClusterPool(arguments(strategy="ours:Mine", parameters={}), alone.address) as pool,
        pytest.raises(ClusterMismatch, match=words),
    ):
        list(pool.outcomes([(0, {"every": 3})]))
