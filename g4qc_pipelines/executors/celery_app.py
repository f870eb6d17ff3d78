"""The application of the workers that execute steps; `g4qc worker` starts one.

A broker may give a message twice: after a worker that was killed, and after a time-out. A step that has ended is not
executed again; one that another process is still executing is, and takes its right to write.
"""

from __future__ import annotations

import importlib
from typing import Any

from celery.signals import worker_init
from dagster import serialize_value

from g4qc_core.settings import load_settings
from g4qc_pipelines.dagster_private.celery import (
    TASK_EXECUTE_PLAN_NAME,
    ExecuteStepArgs,
    ReconstructableJob,
    make_app,
    unpack_value,
)
from g4qc_pipelines.executors.celery_settings import app_arguments
from g4qc_pipelines.executors.step_process import StepProcess
from g4qc_pipelines.running.one_run import serve_steps

_PARENTS_IMPORTS = "g4qc_pipelines.running.warm_imports"

app = make_app(app_arguments(load_settings()))
_process = StepProcess()
serve_steps()


@app.task(bind=True, name=TASK_EXECUTE_PLAN_NAME)
def execute_step(task: Any, execute_step_args_packed: dict[str, Any], executable_dict: dict[str, Any]) -> list[str]:
    """Execute the step of a message, unless it or its run has ended; return its events, serialized."""
    arguments = unpack_value(execute_step_args_packed, as_type=ExecuteStepArgs)
    job = ReconstructableJob.from_dict(executable_dict)
    return [serialize_value(event) for event in _process.events(arguments, job, task.request.hostname or "")]


@worker_init.connect
def warm(**_: object) -> None:
    """Import what steps need, before the processes for them are forked: each of them then begins at once."""
    importlib.import_module(_PARENTS_IMPORTS)
