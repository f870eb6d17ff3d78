"""Rights to write: a run's transactions commit only while its right lasts, on whatever machine they were begun.

A process that everybody takes for dead may wake up and go on: its machine slept, its network was away, its broker gave
its work to another one. Whoever ends a run ends its right first. From then on no transaction of the run commits, and
those that are committing are waited for. The right is a row of the database of the bars, checked within the transaction
that writes, so that no clock and no network decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.errors import RightLost
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import write_rights

# A share lock on the row makes the end of the right wait for the commit. A transaction that wrote nothing has no number
# yet, and needs no right; CASE keeps the row from being locked then.
_HELD = text(
    "SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN true ELSE EXISTS ("
    "SELECT 1 FROM write_rights WHERE holder = :holder AND ended_at IS NULL FOR SHARE) END"
)

_KEPT = text("interval '30 days'")


class WriteRights:
    """The rights of the runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def held(self, holder: str) -> Iterator[None]:
        """Let the transactions of this database object commit only while the holder's right lasts.

        Args:
            holder: id of the run; several processes may hold the right of one run.

        Raises:
            RightLost: the right had ended before, or ends within the block: raised by the transaction that would have
                committed.
        """

        def check(connection: Connection) -> None:
            if not connection.scalar(_HELD, {"holder": holder}):
                raise _lost(holder)

        self._claim(holder)
        with self._database.guarded(check):
            yield

    def end(self, holder: str) -> None:
        """End the right of a run for good, also if the run did not claim it yet; wait for its commits under way."""
        ended = insert(write_rights).values(holder=holder, claimed_at=func.now(), ended_at=func.now())
        renewed = ended.on_conflict_do_update(
            index_elements=["holder"],
            set_={"ended_at": ended.excluded.ended_at},
            where=write_rights.c.ended_at.is_(None),
        )
        with self._database.transaction() as connection:
            connection.execute(renewed)
            # Nobody claims the right of a run that ended so long ago, and without a row nothing commits.
            connection.execute(delete(write_rights).where(write_rights.c.ended_at < func.now() - _KEPT))

    def lasts(self, holder: str) -> bool:
        """Return whether the right was claimed and has not ended."""
        with self._database.transaction() as connection:
            found = connection.scalar(
                select(write_rights.c.claimed_at).where(
                    write_rights.c.holder == holder, write_rights.c.ended_at.is_(None)
                )
            )
        return found is not None

    def _claim(self, holder: str) -> None:
        claimed = insert(write_rights).values(holder=holder, claimed_at=func.now()).on_conflict_do_nothing()
        with self._database.transaction() as connection:
            connection.execute(claimed)
        if not self.lasts(holder):
            raise _lost(holder)


def _lost(holder: str) -> RightLost:
    return RightLost(
        f"The run {holder} was ended meanwhile, as failed or as cancelled: this process goes on with it no longer, and "
        "nothing of the step was stored. Run it again."
    )
