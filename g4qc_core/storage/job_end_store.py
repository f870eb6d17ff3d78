"""Jobs that ended between two runs: the user stopped them, or their next run was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import job_ends


@dataclass(frozen=True)
class JobEnd:
    """The end of a job.

    Attributes:
        at: UTC; no run of the job starts later.
        reason: why the next run was refused; empty if the user stopped the job.
    """

    at: datetime
    reason: str


class JobEndStore:
    """The ends of jobs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def end(self, job: str, at: datetime, reason: str = "") -> None:
        """Record the end of a job; it replaces an earlier one."""
        given = {"ended_at": at, "reason": reason}
        statement = insert(job_ends).values(job=job, **given)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["job"], set_=given))

    def ends(self, jobs: Sequence[str]) -> dict[str, JobEnd]:
        """Return the ends of the jobs that have one, by job."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(job_ends).where(job_ends.c.job.in_(jobs))).all()
        return {row.job: JobEnd(row.ended_at, row.reason) for row in rows}

    def ended_before(self, instant: datetime) -> list[str]:
        """Return the jobs that ended before an instant."""
        with self._database.transaction() as connection:
            return list(connection.scalars(select(job_ends.c.job).where(job_ends.c.ended_at < instant)))

    def forget(self, jobs: Sequence[str]) -> int:
        """Remove the ends of these jobs and return their number."""
        with self._database.transaction() as connection:
            return connection.execute(delete(job_ends).where(job_ends.c.job.in_(jobs))).rowcount
