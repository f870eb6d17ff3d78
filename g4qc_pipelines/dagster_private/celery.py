"""Private names of `dagster_celery`, which is installed with the extra `cluster` only.

Its executor is public; the loop that it runs, the function that hands a step out, and what its task does with one are
not. That task opens an instance for each step, which it never closes.
"""

from dagster import multiple_process_executor_requirements
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.events import EngineEventData
from dagster._core.execution.api import create_execution_plan, execute_plan_iterator
from dagster._core.execution.retries import RetryMode
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import unpack_value
from dagster_celery import core_execution_loop
from dagster_celery.config import TASK_EXECUTE_PLAN_NAME
from dagster_celery.core_execution_loop import DELEGATE_MARKER, core_celery_execution_loop
from dagster_celery.executor import CeleryExecutor
from dagster_celery.executor import _submit_task as submit_task
from dagster_celery.make_app import make_app

core_execution_loop.TICK_SECONDS = 0.25  # type: ignore[assignment]
"""Seconds between two looks of a run at its steps. With Dagster's whole second a step ends half of one too late."""

__all__ = [
    "DELEGATE_MARKER",
    "TASK_EXECUTE_PLAN_NAME",
    "CeleryExecutor",
    "EngineEventData",
    "ExecuteStepArgs",
    "ReconstructableJob",
    "RetryMode",
    "core_celery_execution_loop",
    "create_execution_plan",
    "execute_plan_iterator",
    "make_app",
    "multiple_process_executor_requirements",
    "submit_task",
    "unpack_value",
]
