"""Runs that failed, reported once each: in the log, and to the webhook when one is set."""

from __future__ import annotations

import dagster as dg

from g4qc_core.settings import Settings
from g4qc_pipelines.failures import failure_sentence, grouped_failures, messages_of, sentence
from g4qc_pipelines.named_jobs import in_graph_order
from g4qc_pipelines.run_tags import range_of
from g4qc_pipelines.sensors.webhook import Webhook

TOLD = "g4qc/told"
"""Tag of a failed run that was reported; set before the report, so that an interrupted report is not repeated."""


def build_failed_runs(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor `failed_runs`; it is on from the start."""

    @dg.run_failure_sensor(
        name="failed_runs",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports each failed run in the log, and to G4QC_WEBHOOK_URL when it is set.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        steps = {str(event.step_key): sentence(event) for event in context.get_step_failure_events()}
        why = grouped_failures(steps) or _without_a_step(context.failure_event)
        partition = range_of(run.tags)
        text = f"The run {run.run_id} of {_name(run)} over {partition or 'no partition'} failed: {why}"
        if TOLD in run.tags:
            context.log.info(f"The failure of run {run.run_id} was told before.")
            return
        context.instance.add_run_tags(run.run_id, {TOLD: "yes"})
        context.log.error(text)
        Webhook(settings).tell(
            "run_failed",
            text,
            run=run.run_id,
            job=run.job_name,
            partition=partition,
            steps=steps,
            url=f"{settings.dagster_link}/runs/{run.run_id}",
        )

    return failed_runs


def _without_a_step(ended: dg.DagsterEvent) -> str:
    """Return why a run without a failed step failed."""
    error = ended.job_failure_data.error if ended.event_specific_data else None
    return failure_sentence(None, [ended.message or "", *messages_of(error)])


def _name(run: dg.DagsterRun) -> str:
    """Return the run's job, or its assets where it has none of our jobs."""
    assets = in_graph_order(key.to_user_string() for key in run.asset_selection or ())
    return ", ".join(assets) if assets and run.job_name.startswith("__") else run.job_name
