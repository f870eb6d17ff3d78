"""A run in this process: when Ctrl-C falls between two steps, the command ends all the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import dagster as dg
import pytest

from g4qc_pipelines.failures import dagster_failures
from g4qc_pipelines.run_progress import listening, progress
from g4qc_pipelines.runner import RunFailed, Runner


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@dg.resource
def opening(_: dg.InitResourceContext) -> Iterator[object]:
    interrupt()
    yield object()


def runner(instance: dg.DagsterInstance, **resources: object) -> tuple[Runner, list[str]]:
    done: list[str] = []

    @dg.asset(required_resource_keys=set(resources), retry_policy=dg.RetryPolicy(max_retries=2))
    def first() -> None:
        with dagster_failures():
            done.append("first")

    @dg.asset(deps=[first], retry_policy=dg.RetryPolicy(max_retries=2))
    def second() -> None:
        with dagster_failures():
            done.append("second")

    definitions = dg.Definitions(
        [first, second],
        resources=dict(resources),
        loggers={"progress": progress},
        executor=dg.in_process_executor,
    )
    return Runner(definitions, instance), done


@pytest.mark.parametrize("step", ["first", "second"])
def test_an_interrupt_between_two_steps_ends_the_run(instance: dg.DagsterInstance, step: str) -> None:
    run, done = runner(instance)

    def listener(begun: str, _: str) -> None:
        if begun == step:
            interrupt()

    with listening(listener), pytest.raises(KeyboardInterrupt):
        run.run(["first", "second"])
    assert done == (["first"] if step == "second" else [])


def test_an_interrupt_while_resources_open_ends_the_run(instance: dg.DagsterInstance) -> None:
    run, done = runner(instance, opening=opening)
    with pytest.raises(KeyboardInterrupt):
        run.run(["first", "second"])
    assert done == []


def test_a_run_that_fails_before_its_steps_says_why(instance: dg.DagsterInstance) -> None:
    @dg.resource
    def broken(_: dg.InitResourceContext) -> object:
        raise ValueError("no such thing")

    run, done = runner(instance, broken=broken)
    with pytest.raises(RunFailed, match="no such thing"):
        run.run(["first"])
    assert done == []
