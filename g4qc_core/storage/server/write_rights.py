"""Rights to write: a run's transactions commit only while its right lasts, on whatever machine they were begun.

A process that everybody takes for dead may wake up and go on: its machine slept, its network was away, its broker gave
its work to another one. Whoever ends a run ends its right first, and whoever is given a step takes the right from the
process that had it before. From then on no transaction of the former holder commits, and those that are committing
are waited for. Rights are rows of the database of the bars, checked within the transaction that writes, so that no
clock and no network decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.errors import RightLost
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.lease import Lease
from g4qc_core.storage.tables import write_rights

# Share locks on the rows make the end of a right wait for the commit. A transaction that wrote nothing has no number
# yet, and needs no right; CASE keeps the rows from being locked then.
_HELD = text(
    "SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN true ELSE "
    "EXISTS (SELECT 1 FROM write_rights WHERE holder = :run AND ended_at IS NULL FOR SHARE) AND (CAST(:step AS text) "
    "IS NULL OR EXISTS (SELECT 1 FROM write_rights WHERE holder = :step AND token = :token FOR SHARE)) END"
)

_KEPT = text("interval '30 days'")

_rights = write_rights.c


@dataclass(frozen=True)
class StepHolder:
    """The process that was given a step last.

    Attributes:
        token: how many processes were given the step so far.
        lease: shows whether this one lives; see `lease.gone`.
    """

    token: int
    lease: int


class WriteRights:
    """The rights of the runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def held(self, run: str) -> Iterator[None]:
        """Let the transactions of this database object commit only while the run's right lasts.

        Args:
            run: id of the run; several processes may hold the right of one run.

        Raises:
            RightLost: the right had ended before, or ends within the block: raised by the transaction that would have
                committed.
        """
        self._claim(run)
        with self._guarded(run, None, 0):
            yield

    @contextmanager
    def held_for_step(self, run: str, step: str) -> Iterator[None]:
        """Let the transactions commit only while the right lasts and no other process is given the step.

        Args:
            run: id of the run.
            step: key of the step.

        Raises:
            RightLost: as in `held`; also if another process is given the step.
        """
        self._claim(run)
        with Lease(self._database) as lease:
            token = self._take(_name(run, step), lease.key)
            with self._guarded(run, _name(run, step), token):
                yield

    def end(self, run: str) -> None:
        """End the right of a run for good, also if the run did not claim it yet; wait for its commits under way."""
        now = func.now()
        ended = insert(write_rights).values(holder=run, token=0, claimed_at=now, ended_at=now)
        renewed = ended.on_conflict_do_update(
            index_elements=["holder"], set_={"ended_at": ended.excluded.ended_at}, where=_rights.ended_at.is_(None)
        )
        with self._database.transaction() as connection:
            connection.execute(renewed)
            # Nobody claims the right of a run that ended so long ago, and without a row nothing commits.
            connection.execute(delete(write_rights).where(_rights.ended_at < now - _KEPT))
            connection.execute(delete(write_rights).where(_rights.holder.startswith(_name(run, ""), autoescape=True)))

    def lasts(self, run: str) -> bool:
        """Return whether the right of a run was claimed and has not ended."""
        query = select(_rights.claimed_at).where(_rights.holder == run, _rights.ended_at.is_(None))
        with self._database.transaction() as connection:
            return connection.scalar(query) is not None

    def lasting(self) -> list[str]:
        """Return the runs whose right was claimed and has not ended."""
        query = select(_rights.holder).where(_rights.ended_at.is_(None), ~_rights.holder.contains("/"))
        with self._database.transaction() as connection:
            return sorted(connection.scalars(query))

    def holder(self, run: str, step: str) -> StepHolder | None:
        """Return the process that was given a step last; None if none has begun it."""
        query = select(_rights.token, _rights.lease).where(_rights.holder == _name(run, step))
        with self._database.transaction() as connection:
            row = connection.execute(query).first()
        return None if row is None else StepHolder(row.token, row.lease)

    @contextmanager
    def _guarded(self, run: str, step: str | None, token: int) -> Iterator[None]:
        asked = {"run": run, "step": step, "token": token}

        def check(connection: Connection) -> None:
            if not connection.scalar(_HELD, asked):
                raise _lost(run)

        with self._database.guarded(check):
            yield

    def _claim(self, run: str) -> None:
        claimed = insert(write_rights).values(holder=run, token=0, claimed_at=func.now()).on_conflict_do_nothing()
        with self._database.transaction() as connection:
            connection.execute(claimed)
        if not self.lasts(run):
            raise _lost(run)

    def _take(self, step: str, lease: int) -> int:
        """Take the right to a step from whoever had it; return the token."""
        given = insert(write_rights).values(holder=step, token=1, lease=lease, claimed_at=func.now())
        taken = given.on_conflict_do_update(
            index_elements=["holder"],
            set_={"token": _rights.token + 1, "lease": given.excluded.lease, "claimed_at": given.excluded.claimed_at},
        ).returning(_rights.token)
        with self._database.transaction() as connection:
            return int(connection.scalars(taken).one())


def _name(run: str, step: str) -> str:
    return f"{run}/{step}"


def _lost(run: str) -> RightLost:
    return RightLost(
        f"The run {run} was ended meanwhile, or its step was given to another process: this one stores nothing more of "
        "it. If the run has failed, run it again."
    )
