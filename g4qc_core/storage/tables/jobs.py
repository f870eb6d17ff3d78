"""The table of jobs that were ended between their runs, which is the only thing about a job that no run can tell."""

from __future__ import annotations

from sqlalchemy import Table

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# `reason` says why nothing follows; it is empty where a person stopped the job.
job_ends = Table("job_ends", metadata, key("job"), filled("ended_at", INSTANT), filled("reason"))
