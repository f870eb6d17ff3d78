"""A process of a worker, which executes one step after the other: what it keeps from one to the next, and what not."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from g4qc_pipelines.dagster_private.celery import (
    DELEGATE_MARKER,
    CeleryExecutor,
    EngineEventData,
    ExecuteStepArgs,
    ReconstructableJob,
    create_execution_plan,
    execute_plan_iterator,
)
from g4qc_pipelines.dagster_private.core import InstanceRef
from g4qc_pipelines.given_step import GivenStep, executing

_ENDED = (dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE)


class StepProcess:
    """Keeps the instance, with its connections; loads the graph once for each run, as the process of a run does."""

    def __init__(self) -> None:
        self._kept: tuple[InstanceRef, dg.DagsterInstance] | None = None
        self._run = ""

    def events(self, arguments: ExecuteStepArgs, job: ReconstructableJob, worker: str) -> list[dg.DagsterEvent]:
        """Execute a step and return its events; those of one that has ended, and nothing for one of an ended run.

        Args:
            arguments: name the step, its run and the instance.
            job: of the run.
            worker: name of the worker, for the log of the run.
        """
        (step,) = arguments.step_keys_to_execute or ()
        assert arguments.instance_ref is not None
        instance = self._instance(arguments.instance_ref)
        known = events_of_ended(instance, arguments.run_id, step)
        if known is not None:
            return known
        self._forget_graph_of_others(arguments.run_id)
        with executing(GivenStep(arguments.run_id, step)):
            return list(_executed(instance, arguments, job, step, worker))

    def _instance(self, ref: InstanceRef) -> dg.DagsterInstance:
        if self._kept is None or self._kept[0] != ref:
            if self._kept is not None:
                self._kept[1].dispose()
            self._kept = ref, dg.DagsterInstance.from_ref(ref)
        return self._kept[1]

    def _forget_graph_of_others(self, run: str) -> None:
        """Load the graph again for another run: instruments, specs and months may have come meanwhile."""
        if run != self._run:
            ReconstructableJob.get_definition.cache_clear()
            ReconstructableJob.get_repository_definition.cache_clear()
            self._run = run


def events_of_ended(instance: dg.DagsterInstance, run_id: str, step: str) -> list[dg.DagsterEvent] | None:
    """Return what a step that has ended reported, nothing for a step of an ended run, and None for one to execute."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return []
    ended = instance.all_logs(run_id, of_type=set(_ENDED))
    if not any(entry.step_key == step for entry in ended):
        return None
    entries = [entry for entry in instance.all_logs(run_id) if entry.step_key == step and entry.is_dagster_event]
    return [entry.get_dagster_event() for entry in entries]


def _executed(
    instance: dg.DagsterInstance, arguments: ExecuteStepArgs, job: ReconstructableJob, step: str, worker: str
) -> Iterator[dg.DagsterEvent]:
    run = instance.get_run_by_id(arguments.run_id)
    assert run is not None
    plan = create_execution_plan(job, run.run_config, step_keys_to_execute=[step], known_state=arguments.known_state)
    began = EngineEventData({"step_keys": step, "Celery worker": worker}, marker_end=DELEGATE_MARKER)
    words = f"Executing steps {step} in celery worker"
    yield instance.report_engine_event(words, run, began, CeleryExecutor, step_key=step)
    yield from execute_plan_iterator(
        execution_plan=plan,
        job=job,
        dagster_run=run,
        instance=instance,
        retry_mode=arguments.retry_mode,
        run_config=run.run_config,
    )
