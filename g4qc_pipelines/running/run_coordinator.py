"""Dagster's run queue, with a way past it for the backtests that somebody waits for.

The daemon looks into the queue once a second, and its places are taken by long extractions. A backtest that a person
starts needs neither the gateway nor many places: its run is launched by the process that accepts it. What cannot be
launched at once waits in the queue, where the daemon finds it.
"""

from __future__ import annotations

import threading
from typing import Any, Self

import dagster as dg

from g4qc_pipelines.dagster_private.core import (
    ConfigurableClassData,
    DagsterCodeLocationLoadError,
    DagsterLaunchFailedError,
    DagsterUserCodeUnreachableError,
    LaunchRunContext,
    SubmitRunContext,
)
from g4qc_pipelines.instance.orphans import end_run
from g4qc_pipelines.instance.run_states import BEGUN
from g4qc_pipelines.named_jobs import QUICK_JOBS
from g4qc_pipelines.run_tags import SURFACE

_WAITED_FOR = "API"


class RunCoordinator(dg.QueuedRunCoordinator[Any]):
    """The coordinator that dagster.yaml names.

    Args:
        quick_runs: most runs past the queue at a time; further ones are queued.
        others: arguments of Dagster's own coordinator.
    """

    def __init__(self, quick_runs: int, **others: Any) -> None:
        super().__init__(**others)
        self._quick_runs = quick_runs
        self._one_at_a_time = threading.Lock()

    @classmethod
    def config_type(cls) -> Any:
        """Return the schema of the configuration in dagster.yaml."""
        others: Any = super().config_type()
        return {**others, "quick_runs": dg.IntSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> Self:
        """See Dagster's ConfigurableClass."""
        return cls(inst_data=inst_data, **config_value)

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Launch the run at once where that can be; otherwise queue it."""
        run = context.dagster_run
        if not _is_waited_for(run):
            return super().submit_run(context)
        with self._one_at_a_time:
            if self._under_way() >= self._quick_runs:
                return super().submit_run(context)
            starting = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_STARTING.value, run.job_name)
            self._instance.report_dagster_event(starting, run_id=run.run_id)
        arguments = [run.run_id, context.workspace]
        threading.Thread(target=self._launch, args=arguments, name="quick-run", daemon=True).start()
        return self._instance.get_run_by_id(run.run_id) or run

    def _under_way(self) -> int:
        counts = (dg.RunsFilter(job_name=job, statuses=list(BEGUN)) for job in QUICK_JOBS)
        return sum(self._instance.get_runs_count(one) for one in counts)

    def _launch(self, run_id: str, workspace: Any) -> None:
        """Launch the run; queue it if the code server cannot be reached, and end it if it will not begin."""
        try:
            run = self._instance.get_run_by_id(run_id)
            if run is None or run.status is not dg.DagsterRunStatus.STARTING:
                return  # a person cancelled or deleted it meanwhile
            self._instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=workspace))
        except (DagsterUserCodeUnreachableError, DagsterCodeLocationLoadError):
            self._instance.report_dagster_event(dg.DagsterEvent.job_enqueue(run), run_id=run_id)
        except DagsterLaunchFailedError:
            return  # the launcher has ended the run, with its cause
        except Exception as error:  # noqa: BLE001 - a run that will not begin must end, whatever the reason is
            end_run(self._instance, run_id, f"The run could not be started ({error}): run it again.")


def _is_waited_for(run: dg.DagsterRun) -> bool:
    """Return True for a new run of a quick job that a person started through the API."""
    started_by_person = run.tags.get(SURFACE) == _WAITED_FOR
    return run.status is dg.DagsterRunStatus.NOT_STARTED and run.job_name in QUICK_JOBS and started_by_person
