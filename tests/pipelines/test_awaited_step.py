"""A step that a broker was given: handed out again when nobody has it, and never while somebody does."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.exceptions import OperationalError

from g4qc_core.storage.server.write_rights import StepHolder
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.celery import core_celery_execution_loop
from g4qc_pipelines.executors import awaited_step
from g4qc_pipelines.executors.awaited_step import AwaitedStep, StepLost


@dataclass
class World:
    """The broker, the workers and the rights, as a run sees them at one moment."""

    token: int = 0
    lives: bool = False
    lost: bool = False
    away: bool = False
    ended: bool = False
    workers: int = 1
    handed: int = 0
    said: list[str] = field(default_factory=list)

    def hand_out(self) -> SimpleNamespace:
        self._asked()
        self.handed += 1
        return SimpleNamespace(id=f"task {self.handed}", ready=self._ready, get=list, revoke=lambda: None)

    def _asked(self) -> None:
        if self.away:
            raise OperationalError("Connection refused")

    def _ready(self) -> bool:
        self._asked()
        return self.ended

    def holder(self, *_: str) -> StepHolder | None:
        return StepHolder(self.token, 1) if self.token else None

    def step(self) -> AwaitedStep:
        stores = cast("Stores", SimpleNamespace(rights=self, database=None))
        messages = SimpleNamespace(lost=lambda _: self.lost, workers=lambda: self.workers)
        return AwaitedStep("run", "step", self.hand_out, self.said.append, stores, cast("Any", messages))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which a run looks each time that it asks."""
    made = World()
    live_in(made, monkeypatch)
    return made


def live_in(world: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(awaited_step, "_LOOK_SECONDS", 0.0)
    patch.setattr(awaited_step, "gone", lambda _, keys: set() if world.lives else keys)


def test_a_step_whose_message_is_lost_is_handed_out_again_and_fails_in_one_sentence_the_third_time(
    world: World,
) -> None:
    step = world.step()
    assert not step.ready()
    world.lost = True
    for times in (2, 3):
        assert not step.ready()
        assert not step.ready()
        assert world.handed == times
    assert world.said == ["The broker has lost the step: the step is given to another one."] * 2
    step.ready()
    with pytest.raises(StepLost, match="lost the step, for the third time"):
        step.ready()


def test_a_step_whose_process_is_gone_waits_for_a_worker_as_long_as_its_message_does(world: World) -> None:
    step = world.step()
    world.token, world.lost = 1, True
    for _ in range(2):
        step.ready()
    assert world.handed == 2
    world.lost = False
    # All workers are busy for long: the process that had it before stays gone.
    for _ in range(20):
        assert not step.ready()
    assert world.handed == 2


def test_a_step_is_handed_out_once_the_broker_answers_again(world: World) -> None:
    world.away = True
    step = world.step()
    assert not step.ready()
    assert "The broker does not answer (Connection refused)" in world.said[0]
    world.away = False
    assert not step.ready()
    assert world.handed == 1
    world.ended = True
    assert step.ready()
    assert step.get() == []


def test_a_run_without_a_worker_says_so_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    step = world.step()
    step.ready()
    assert world.said == []
    monkeypatch.setattr(awaited_step, "_LONELY_SECONDS", 0.0)
    step.ready()
    assert world.said == []
    world.workers = 0
    other = world.step()
    for _ in range(3):
        other.ready()
    assert world.said == ["No worker answers: the step waits until one is started with `g4qc worker`."]


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans()), max_size=30))
def test_a_step_is_handed_out_again_exactly_when_nobody_had_it_at_two_looks(
    looks: list[tuple[int, bool, bool]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        world = World()
        live_in(world, patch)
        patch.setattr(awaited_step, "_MOST_TIMES", 1_000)
        step = world.step()
        nobody: list[int] = []
        for token, lives, lost in looks:
            world.token, world.lives, world.lost = token, lives, lost
            before = world.handed
            step.ready()
            nobody = [*nobody, token] if lost and not (token and lives) else []
            assert (world.handed > before) == (len(nobody) > 1 and nobody[-1] == nobody[-2])
            if world.handed > before:
                nobody = []


def test_the_loop_of_a_run_looks_at_its_steps_more_than_once_a_second() -> None:
    loop = core_celery_execution_loop
    assert "TICK_SECONDS" in loop.__code__.co_names
    assert loop.__globals__["TICK_SECONDS"] < 0.5
