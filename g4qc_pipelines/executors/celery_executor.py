"""The executor that hands each step of a run to workers on any machine, through Celery's broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import dagster as dg

from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import open_database
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.celery import (
    CeleryExecutor,
    RetryMode,
    core_celery_execution_loop,
    multiple_process_executor_requirements,
    submit_task,
)
from g4qc_pipelines.executors.awaited_step import AwaitedStep
from g4qc_pipelines.executors.broker_messages import BrokerMessages
from g4qc_pipelines.executors.celery_settings import app_arguments
from g4qc_pipelines.running.remarks import remark


class StepsByCelery(CeleryExecutor):
    """Dagster's executor for Celery, which outlives outages of the broker and workers that are killed.

    Args:
        settings: name the broker and the database.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(retries=RetryMode.ENABLED, **app_arguments(settings))
        self._settings = settings

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        """Yield the events of a run's steps."""
        with closing(open_database(self._settings)) as database:
            stores = Stores(database)

            messages: list[BrokerMessages] = []

            def hand_out(app: Any, context: Any, step: Any, *given: Any) -> AwaitedStep:
                run = context.dagster_run.run_id
                if not messages:
                    messages.append(BrokerMessages(app))
                return AwaitedStep(
                    run,
                    step.key,
                    lambda: submit_task(app, context, step, *given),
                    lambda words: remark(context.instance, run, f"{step.key}: {words}"),
                    stores,
                    messages[0],
                )

            yield from core_celery_execution_loop(plan_context, execution_plan, step_execution_fn=hand_out)


def celery_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Return the executor for the broker of the settings; raises SettingsError if none is set."""
    app_arguments(settings)
    return dg.ExecutorDefinition(
        name="celery",
        requirements=multiple_process_executor_requirements(),
        executor_creation_fn=lambda _: StepsByCelery(settings),
        description="Hands each step to the workers of G4QC_CELERY_BROKER.",
    )
