"""The sandbox of a search: the same outcomes for any number of workers, and a strategy that fails alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.errors import WorkersLost
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.research.search.worker_pool import SandboxLimits, WorkerPool
from tests.core.backtest.series import ES, spec, walk

MINE = "tests.core.research.misbehaving"
LIMITS = SandboxLimits(seconds=2, memory=400 << 20, patience=4)


def arguments(**fields: object) -> dict[str, Any]:
    return {"spec": spec(**fields), "bars": walk(400), "instrument": ES, "data_version": "v1", "roll_rule": "volume"}


def outcomes(given: Mapping[str, Any], sets: list[dict[str, Any]], workers: int) -> list[SetOutcome]:
    with WorkerPool(given, workers, limits=LIMITS) as pool:
        return list(pool.outcomes(enumerate(sets)))


def as_bytes(found: list[SetOutcome]) -> bytes:
    """One by one, because pickle refers to equal objects of one process."""
    parts = [(o.number, dict(o.parameters), o.state, o.words, o.fingerprint, dict(o.metrics), o.shape) for o in found]
    return b"".join(repr(part).encode() + one.returns.tobytes() for part, one in zip(parts, found, strict=True))


def test_outcomes_are_the_same_bytes_for_any_number_of_workers_and_those_of_the_evaluator() -> None:
    sets = [{"fast": fast, "slow": slow} for fast in range(1, 9) for slow in range(4, 12)]
    given = arguments()
    found = {workers: outcomes(given, sets, workers) for workers in (1, 2, 4)}
    assert as_bytes(found[1]) == as_bytes(found[2]) == as_bytes(found[4])
    assert [one.number for one in found[2]] == list(range(len(sets)))
    evaluator = Evaluator(**given)
    for one in found[2]:
        fits = one.parameters["fast"] < one.parameters["slow"]
        assert one.state == ("done" if fits else "skipped"), one.words
        if fits and one.number % 7 == 0:
            alone = evaluator.evaluate(one.parameters)
            assert (one.fingerprint, dict(one.metrics)) == (alone.fingerprint, dict(alone.metrics))


def test_a_strategy_that_misbehaves_fails_alone_and_with_a_sentence() -> None:
    given = arguments(strategy=f"{MINE}:Misbehaving", parameters={})
    sets = [{"kind": kind} for kind in range(20)]
    found = {workers: outcomes(given, sets, workers) for workers in (1, 2)}
    assert as_bytes(found[1]) == as_bytes(found[2])
    words = {one.parameters["kind"]: one.words for one in found[2] if one.state != "done"}
    assert set(words) == {3, 5, 7, 9, 11, 13, 17}
    assert "ValueError: no such luck" in words[3]
    assert "misbehaving.py, line" in words[3]
    assert words[9] == "It did not end within 2 s."
    assert words[11] == "It needs more than 400 MB of memory."
    assert words[13] == "Its process ended with code 17."
    assert "SystemExit" in words[17]
    assert all(words.values())


def test_memory_that_earlier_sets_keep_is_no_fault_of_a_later_one() -> None:
    given = arguments(strategy=f"{MINE}:Hoarding", parameters={})
    found = outcomes(given, [{"kind": kind} for kind in range(25)], 1)
    assert [one.state for one in found] == ["done"] * 25


def test_a_consumer_may_stop_an_endless_stream_and_use_the_pool_again() -> None:
    with WorkerPool(arguments(), 2) as pool:
        endless = pool.outcomes((number, {"fast": 2 + number % 3}) for number in count())
        assert [one.number for one in islice(endless, 5)] == [0, 1, 2, 3, 4]
        endless.close()
        assert [one.number for one in pool.outcomes([(7, {"fast": 2})])] == [7]
        assert list(pool.outcomes([])) == []


def test_a_pool_goes_on_with_other_bars_and_the_same_workers() -> None:
    sets = [{"fast": fast, "slow": 12} for fast in range(1, 12)]
    first, second = arguments(), arguments() | {"bars": walk(300).iloc[50:].reset_index(drop=True)}
    for workers in (1, 2):
        with WorkerPool(first, workers, limits=LIMITS) as pool:
            before = list(pool.outcomes(enumerate(sets)))
            pool.use(second)
            after = list(pool.outcomes(enumerate(sets)))
            assert [path.name for path in pool._bars.parent.glob("bars*")] == ["bars-1"]
        assert as_bytes(before) == as_bytes(outcomes(first, sets, 1))
        assert as_bytes(after) == as_bytes(outcomes(second, sets, 1))


def test_the_reference_engine_confirms_a_set() -> None:
    with WorkerPool(arguments(), 2) as pool:
        found = list(pool.outcomes([(0, {"fast": 2}), (1, {"fast": 4})], confirm=True))
    assert [(one.state, one.words) for one in found] == [("done", ""), ("done", "")]


def test_the_file_of_the_bars_is_private_and_goes_with_the_pool(tmp_path: Path) -> None:
    given = arguments(strategy="tests.core.research.nowhere:Mine", parameters={})
    with WorkerPool(given, 1, folder=tmp_path / "home") as pool:
        (found,) = pool.outcomes([(0, {})])
        (folder,) = (tmp_path / "home").iterdir()
        assert {file.stat().st_mode & 0o077 for file in (folder, *folder.iterdir())} == {0}
    assert found.state == "failed"
    assert "cannot be imported" in found.words
    assert list((tmp_path / "home").iterdir()) == []


def test_a_worker_that_cannot_begin_ends_the_search() -> None:
    with WorkerPool({"bars": None}, 2) as pool, pytest.raises(WorkersLost, match="cannot begin: TypeError"):
        list(pool.outcomes([(0, {"fast": 2})]))
