"""The tables of jobs: those that ended between two runs, how far runs are, and their rights to write.

All else about them is in their Dagster runs.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, Table

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# `reason` says why no run follows; it is empty if the user stopped the job.
job_ends = Table("job_ends", metadata, key("job"), filled("ended_at", INSTANT), filled("reason"))

# What research tells about once a second while it runs in Dagster.
run_progress = Table(
    "run_progress",
    metadata,
    key("run_id"),
    filled("unit"),
    filled("done", BigInteger),
    Column("total", BigInteger),
    Column("seconds_left", Double),
    filled("told_at", INSTANT),
)

# `holder`: a run, or a run and a step that several processes may be given. `ended_at`: from then on nothing of it is
# stored; null: it may write. `token`: counts the processes that were given a step; only the last one may write.
# `lease`: shows whether that process lives.
write_rights = Table(
    "write_rights",
    metadata,
    key("holder"),
    filled("token", Integer),
    Column("lease", BigInteger),
    filled("claimed_at", INSTANT),
    Column("ended_at", INSTANT),
)
