"""The progress of running extractions: how many requests are answered, and when the last one will be.

Other processes see the progress of a process while it lives; it disappears however the process ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, not_, select, update

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import announce_presence, is_present
from g4qc_core.storage.tables import ib_plans


@dataclass(frozen=True)
class WorkProgress:
    """The progress of one extraction at `updated_at`: `done` of `total` requests are answered.

    Attributes:
        subject: symbol of the instrument.
        finishes_at: estimate of the last answer, UTC.
        run_id: the Dagster run, if there is one.
    """

    subject: str
    done: int
    total: int
    finishes_at: datetime
    updated_at: datetime
    run_id: str | None


class ProgressReporter:
    """Writes the progress of one extraction of this process."""

    def __init__(self, database: Database, holder: int) -> None:
        self._database = database
        self._holder = holder

    def update(self, done: int, left: timedelta) -> None:
        """Record the number of answered requests and the estimated time for the others."""
        now = func.now()
        with self._database.transaction() as connection:
            connection.execute(
                update(ib_plans)
                .where(ib_plans.c.holder == self._holder)
                .values(done=done, finishes_at=now + left, updated_at=now)
            )


class ProgressStore:
    """The running extractions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def begin(self, subject: str, total: int, left: timedelta, run_id: str | None = None) -> Iterator[ProgressReporter]:
        """Show an extraction of `total` requests to other processes until the block ends.

        Args:
            subject: symbol of the instrument.
            total: number of requests.
            left: estimated time for all requests.
            run_id: the Dagster run, if there is one.

        Yields:
            The reporter of its progress.
        """
        presence = announce_presence(self._database)
        now = func.now()
        row = {"holder": presence.key, "subject": subject, "done": 0, "total": total, "run_id": run_id}
        with self._database.transaction() as connection:
            connection.execute(delete(ib_plans).where(not_(is_present(ib_plans.c.holder))))
            connection.execute(insert(ib_plans).values(**row, finishes_at=now + left, updated_at=now))
        try:
            yield ProgressReporter(self._database, presence.key)
        finally:
            # Readers ignore a row without its holder, and the next extraction deletes it.
            presence.release()

    def running(self) -> list[WorkProgress]:
        """Return the extractions of living processes, the first to finish first."""
        columns = (ib_plans.c[name] for name in WorkProgress.__dataclass_fields__)
        query = select(*columns).where(is_present(ib_plans.c.holder)).order_by(ib_plans.c.finishes_at)
        with self._database.transaction() as connection:
            return [WorkProgress(**row._mapping) for row in connection.execute(query)]
