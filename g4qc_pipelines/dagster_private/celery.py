"""Private names of `dagster_celery`, which is installed with the extra `cluster` only.

Its executor is public; the loop that it runs, and the function that hands a step out, are not.
"""

from dagster import multiple_process_executor_requirements
from dagster._core.execution.retries import RetryMode
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import unpack_value
from dagster_celery.core_execution_loop import core_celery_execution_loop
from dagster_celery.executor import CeleryExecutor
from dagster_celery.executor import _submit_task as submit_task
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

__all__ = [
    "CeleryExecutor",
    "ExecuteStepArgs",
    "RetryMode",
    "core_celery_execution_loop",
    "create_task",
    "make_app",
    "multiple_process_executor_requirements",
    "submit_task",
    "unpack_value",
]
