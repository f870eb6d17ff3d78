"""How far searches and studies are that run in Dagster, by run: what their jobs show while they run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Double, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import run_progress


@dataclass(frozen=True)
class RunProgress:
    """How far a run is.

    Attributes:
        unit: what is counted, like `trials`.
        done: how many so far.
        total: of how many; None: not known.
        seconds_left: estimated time for the others; None: not known.
    """

    unit: str
    done: int
    total: int | None = None
    seconds_left: float | None = None


class RunProgressStore:
    """The progress of runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(self, run_id: str, progress: RunProgress) -> None:
        """Record how far a run is, in place of what was told before."""
        values = {name: getattr(progress, name) for name in RunProgress.__dataclass_fields__}
        values["told_at"] = func.now()
        statement = insert(run_progress).values(run_id=run_id, **values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["run_id"], set_=values))

    def of(self, run_ids: Collection[str]) -> dict[str, RunProgress]:
        """Return how far runs are, by id, without those that told nothing; the time left is that of now."""
        since = cast(func.extract("epoch", func.now() - run_progress.c.told_at), Double)
        left = func.greatest(run_progress.c.seconds_left - since, 0.0)
        columns = run_progress.c.unit, run_progress.c.done, run_progress.c.total
        known = run_progress.c.seconds_left.is_not(None)
        query = select(run_progress.c.run_id, *columns, known, left).where(run_progress.c.run_id.in_(run_ids))
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return {row[0]: RunProgress(row[1], row[2], row[3], row[5] if row[4] else None) for row in rows}

    def forget(self, before: datetime) -> int:
        """Remove what was told before an instant, and return the number of runs."""
        with self._database.transaction() as connection:
            return connection.execute(delete(run_progress).where(run_progress.c.told_at < before)).rowcount
