"""Work that is under way at a gateway: what a process means to ask for, how far it is, and when it will be done.

A plan is gone with the process that made it, however it ends. Must not know how the time is estimated.
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
class WorkPlan:
    """One plan, as of `updated_at`: `done` of `total` requests, the last of them answered about `finishes_at`, UTC."""

    subject: str
    done: int
    total: int
    finishes_at: datetime
    updated_at: datetime
    run_id: str | None


class OpenPlan:
    """A plan of this process."""

    def __init__(self, database: Database, holder: int) -> None:
        self._database = database
        self._holder = holder

    def update(self, done: int, left: timedelta) -> None:
        """So many requests are answered, and the others will be within `left`."""
        now = func.now()
        with self._database.transaction() as connection:
            connection.execute(
                update(ib_plans)
                .where(ib_plans.c.holder == self._holder)
                .values(done=done, finishes_at=now + left, updated_at=now)
            )


class PlanStore:
    """The plans of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def opened(self, subject: str, total: int, left: timedelta, run_id: str | None = None) -> Iterator[OpenPlan]:
        """A plan of so many requests, seen by others until the block ends."""
        presence = announce_presence(self._database)
        now = func.now()
        row = {"holder": presence.key, "subject": subject, "done": 0, "total": total, "run_id": run_id}
        with self._database.transaction() as connection:
            connection.execute(delete(ib_plans).where(not_(is_present(ib_plans.c.holder))))
            connection.execute(insert(ib_plans).values(**row, finishes_at=now + left, updated_at=now))
        try:
            yield OpenPlan(self._database, presence.key)
        finally:
            # Without its holder the row counts for nothing, and the next plan takes it away.
            presence.release()

    def under_way(self) -> list[WorkPlan]:
        """Plans of processes that live, by their end."""
        columns = (ib_plans.c[name] for name in WorkPlan.__dataclass_fields__)
        query = select(*columns).where(is_present(ib_plans.c.holder)).order_by(ib_plans.c.finishes_at)
        with self._database.transaction() as connection:
            return [WorkPlan(**row._mapping) for row in connection.execute(query)]
