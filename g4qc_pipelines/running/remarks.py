"""A line in the log of a run, written from outside its process."""

from __future__ import annotations

import logging
import time

import dagster as dg


def remark(instance: dg.DagsterInstance, run_id: str, text: str) -> None:
    """Write the text into the run's log as a warning, where the web UI and the API show it."""
    run = instance.get_run_by_id(run_id)
    instance.handle_new_event(
        dg.EventLogEntry(
            error_info=None,
            level=logging.WARNING,
            user_message=text,
            run_id=run_id,
            timestamp=time.time(),
            job_name=run.job_name if run is not None else None,
        )
    )
