"""The table of jobs that ended between two runs; everything else about a job is in its Dagster runs."""

from __future__ import annotations

from sqlalchemy import Table

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# `reason` says why no run follows; it is empty if the user stopped the job.
job_ends = Table("job_ends", metadata, key("job"), filled("ended_at", INSTANT), filled("reason"))
