"""Jobs that were ended between their runs: by a person, or because the next run was refused.

Must not know what a job is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import job_ends


@dataclass(frozen=True)
class JobEnd:
    """Nothing follows what the job had started at this instant (UTC); `reason` is empty where a person stopped it."""

    at: datetime
    reason: str


class JobEndStore:
    """The ends of jobs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def end(self, job: str, at: datetime, reason: str = "") -> None:
        """Keeps that the job ends here; the newest end counts."""
        given = {"ended_at": at, "reason": reason}
        statement = insert(job_ends).values(job=job, **given)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["job"], set_=given))

    def ends(self, jobs: Sequence[str]) -> dict[str, JobEnd]:
        """The ends of those of the jobs that have one."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(job_ends).where(job_ends.c.job.in_(jobs))).all()
        return {row.job: JobEnd(row.ended_at, row.reason) for row in rows}
