"""The application of the workers that execute steps; `g4qc worker` starts one.

A broker may give a message twice: after a worker that was killed, and after a time-out. A step that has ended is not
executed again; one that another process is still executing is, and takes its right to write.
"""

from __future__ import annotations

from typing import Any

import celery
import dagster as dg
from dagster import serialize_value

from g4qc_core.settings import load_settings
from g4qc_pipelines.dagster_private.celery import ExecuteStepArgs, create_task, make_app, unpack_value
from g4qc_pipelines.executors.celery_settings import app_arguments
from g4qc_pipelines.given_step import GivenStep, executing

_ENDED = (dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE)


class StepTask(celery.Task):  # type: ignore[misc]
    """The task that executes one step of one run."""

    abstract = True

    def __call__(self, *given: Any, **named: Any) -> list[str]:
        """Execute the step, unless it or its run has ended; return its events, serialized."""
        arguments = unpack_value(named["execute_step_args_packed"], as_type=ExecuteStepArgs)
        (step,) = arguments.step_keys_to_execute or ()
        assert arguments.instance_ref is not None
        with dg.DagsterInstance.from_ref(arguments.instance_ref) as instance:
            known = events_of_ended(instance, arguments.run_id, step)
        if known is not None:
            return [serialize_value(event) for event in known]
        with executing(GivenStep(arguments.run_id, step)):
            return list(self.run(*given, **named))


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


app = make_app(app_arguments(load_settings()))
execute_step = create_task(app, base=StepTask)
