"""The contract of all pools of sets, on this machine and on a Dask cluster of real processes.

The same outcomes to the byte for any number of workers, and a strategy that fails alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.errors import WorkersLost
from g4qc_core.research.cluster.cluster_pool import ClusterPool
from g4qc_core.research.pools.set_pool import SetPool, evaluated
from g4qc_core.research.pools.worker_pool import SandboxLimits, WorkerPool
from g4qc_core.research.search.outcome import SetOutcome
from tests.core.backtest.series import ES, spec, walk
from tests.fixtures.dask_cluster import DaskCluster, cluster

__all__ = ["cluster"]

pytestmark = pytest.mark.slow

MINE = "tests.core.research.misbehaving"
LIMITS = SandboxLimits(seconds=2, memory=400 << 20, patience=4)


def arguments(**fields: object) -> dict[str, Any]:
    return {"spec": spec(**fields), "bars": walk(400), "instrument": ES, "data_version": "v1", "roll_rule": "volume"}


Opened = Callable[..., SetPool]


@pytest.fixture(params=["local", "cluster"])
def opened(request: pytest.FixtureRequest) -> Opened:
    """Makes a pool of so many workers for given arguments."""
    if request.param == "local":
        return lambda given, workers, limits=LIMITS: WorkerPool(given, workers, limits=limits)
    cluster: DaskCluster = request.getfixturevalue("cluster")
    return lambda given, workers, limits=LIMITS: ClusterPool(given, cluster.address, places=workers, limits=limits)


def outcomes(opened: Opened, given: Mapping[str, Any], sets: list[dict[str, Any]], workers: int) -> list[SetOutcome]:
    with opened(given, workers) as pool:
        return list(evaluated(pool.outcomes(enumerate(sets))))


def as_bytes(found: list[SetOutcome]) -> bytes:
    """One by one, because pickle refers to equal objects of one process."""
    parts = [(o.number, dict(o.parameters), o.state, o.words, o.fingerprint, dict(o.metrics), o.shape) for o in found]
    returns = [b"" if one.returns is None else one.returns.tobytes() for one in found]
    return b"".join(repr(part).encode() + own for part, own in zip(parts, returns, strict=True))


def test_outcomes_are_the_same_bytes_for_any_number_of_workers_and_those_of_the_evaluator(opened: Opened) -> None:
    sets = [{"fast": fast, "slow": slow} for fast in range(1, 9) for slow in range(4, 12)]
    given = arguments()
    found = {workers: outcomes(opened, given, sets, workers) for workers in (1, 2, 4)}
    assert as_bytes(found[1]) == as_bytes(found[2]) == as_bytes(found[4])
    assert [one.number for one in found[2]] == list(range(len(sets)))
    evaluator = Evaluator(**given)
    for one in found[2]:
        fits = one.parameters["fast"] < one.parameters["slow"]
        assert one.state == ("done" if fits else "skipped"), one.words
        if fits:
            alone = evaluator.evaluate(one.parameters)
            assert (one.fingerprint, dict(one.metrics)) == (alone.fingerprint, dict(alone.metrics))
            assert one.returns is not None
            assert one.returns.tobytes() == session_returns(alone.equity, float(given["spec"].cash)).tobytes()


def test_a_strategy_that_misbehaves_fails_alone_and_with_a_sentence(opened: Opened) -> None:
    given = arguments(strategy=f"{MINE}:Misbehaving", parameters={})
    sets = [{"kind": kind} for kind in range(20)]
    found = outcomes(opened, given, sets, 2)
    assert as_bytes(found) == as_bytes(outcomes(local, given, sets, 1))
    words = {one.parameters["kind"]: one.words for one in found if one.state != "done"}
    assert set(words) == {3, 5, 7, 9, 11, 13, 17}
    assert "ValueError: no such luck" in words[3]
    assert "misbehaving.py, line" in words[3]
    assert words[9] == "It did not end within 2 s."
    assert words[11] == "It needs more than 400 MB of memory."
    assert words[13] == "Its process ended with code 17."
    assert "SystemExit" in words[17]
    assert all(words.values())


def local(given: Mapping[str, Any], workers: int) -> SetPool:
    return WorkerPool(given, workers, limits=LIMITS)


def test_memory_that_earlier_sets_keep_is_no_fault_of_a_later_one(opened: Opened) -> None:
    given = arguments(strategy=f"{MINE}:Hoarding", parameters={})
    found = outcomes(opened, given, [{"kind": kind} for kind in range(25)], 1)
    assert [one.state for one in found] == ["done"] * 25


def test_only_the_returns_that_are_wanted_are_kept(opened: Opened) -> None:
    sets = [{"fast": fast, "slow": 12} for fast in range(1, 11)]
    given = arguments()
    with opened(given, 2) as pool:
        found = list(evaluated(pool.outcomes(enumerate(sets), wanted=lambda number: number % 3 == 0)))
    whole = outcomes(opened, given, sets, 2)
    for one, full in zip(found, whole, strict=True):
        assert one.returns is None if one.number % 3 else as_bytes([one]) == as_bytes([full])
        assert (one.fingerprint, one.metrics, one.shape) == (full.fingerprint, full.metrics, full.shape)


def test_a_consumer_may_stop_an_endless_stream_and_use_the_pool_again(opened: Opened) -> None:
    with opened(arguments(), 2) as pool:
        endless = pool.outcomes((number, {"fast": 2 + number % 3}) for number in count())
        assert [one.number for one in islice(evaluated(endless), 5)] == [0, 1, 2, 3, 4]
        endless.close()
        assert [one.number for one in evaluated(pool.outcomes([(7, {"fast": 2})]))] == [7]
        assert list(pool.outcomes([])) == []


def test_a_pool_goes_on_with_other_bars(opened: Opened) -> None:
    sets = [{"fast": fast, "slow": 12} for fast in range(1, 12)]
    first, second = arguments(), arguments() | {"bars": walk(300).iloc[50:].reset_index(drop=True)}
    for workers in (1, 2):
        with opened(first, workers) as pool:
            before = list(evaluated(pool.outcomes(enumerate(sets))))
            pool.use(second)
            after = list(evaluated(pool.outcomes(enumerate(sets))))
        assert as_bytes(before) == as_bytes(outcomes(local, first, sets, 1))
        assert as_bytes(after) == as_bytes(outcomes(local, second, sets, 1))


def test_the_reference_engine_confirms_a_set(opened: Opened) -> None:
    with opened(arguments(), 2) as pool:
        found = list(evaluated(pool.outcomes([(0, {"fast": 2}), (1, {"fast": 4})], confirm=True)))
    assert [(one.state, one.words) for one in found] == [("done", ""), ("done", "")]


def test_who_waits_for_a_slow_set_hears_that_nothing_came(opened: Opened) -> None:
    with opened(arguments(strategy=f"{MINE}:Misbehaving", parameters={}), 1) as pool:
        found = list(pool.outcomes([(0, {"kind": 9})]))
    assert found[:-1] == [None] * (len(found) - 1) != []
    assert found[-1] is not None
    assert found[-1].state == "failed"


def test_the_files_of_the_bars_are_private_and_go_with_the_pool(tmp_path: Path) -> None:
    given = arguments(strategy="tests.core.research.nowhere:Mine", parameters={})
    with WorkerPool(given, 1, folder=tmp_path / "home") as pool:
        (found,) = evaluated(pool.outcomes([(0, {})]))
        pool.use(given)
        (folder,) = (tmp_path / "home").iterdir()
        assert [file.name for file in folder.glob("bars*")] == ["bars-1"]
        assert {file.stat().st_mode & 0o077 for file in (folder, *folder.iterdir())} == {0}
    assert found.state == "failed"
    assert "cannot be imported" in found.words
    assert list((tmp_path / "home").iterdir()) == []


def test_a_worker_that_cannot_begin_ends_the_search(opened: Opened) -> None:
    with opened({"bars": None}, 2) as pool, pytest.raises(WorkersLost, match=r"cannot begin: (Type|Key)Error"):
        list(pool.outcomes([(0, {"fast": 2})]))
