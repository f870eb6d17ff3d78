"""Old jobs: what is kept about them beside their runs goes when the runs are gone."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import dagster as dg
from sqlalchemy import text

from g4qc_core.storage.stores import Stores
from g4qc_pipelines.instance.run_pruning import EventStorage
from g4qc_pipelines.run_tags import JOB

_WITH_RUNS = text("SELECT DISTINCT value FROM run_tags WHERE key = :key AND value = ANY(:jobs)")


def prune_jobs(instance: dg.DagsterInstance, stores: Stores, before: datetime) -> int:
    """Remove the ends of jobs from before an instant that have no run any more, and the progress of runs since then.

    Returns:
        The number of rows.
    """
    ended = stores.job_ends.ended_before(before)
    storage = cast("EventStorage", instance.event_log_storage)
    with storage.index_transaction() as connection:
        left = set(connection.scalars(_WITH_RUNS, {"key": JOB, "jobs": ended}))
    return stores.job_ends.forget([job for job in ended if job not in left]) + stores.run_progress.forget(before)
