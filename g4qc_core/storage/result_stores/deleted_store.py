"""Deletion of backtest results, and the record that is kept of each.

The trial of a deleted result stays counted. Reports, runs and the graph do not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, cast, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from g4qc_core.errors import Gone, InUse, NotFound
from g4qc_core.storage.result_stores.backtest_store import Trial, insert_trial
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import backtest_equity, backtest_names, backtest_trades, backtests, deleted_backtests


@dataclass(frozen=True)
class DeletedResult:
    """The record of a deleted result.

    Attributes:
        id: of the result; a run of the same inputs makes it again.
        specs: the spec as it was written, by each of its names.
        title: the user's name for the result, if it had one.
        trades, bars: number of deleted rows.
        created_at, deleted_at: times at which it was made and deleted, UTC.
        deleted_by: name of the user or key.
    """

    id: str
    specs: Mapping[str, Mapping[str, Any]]
    title: str | None
    trades: int
    bars: int
    created_at: datetime
    deleted_at: datetime
    deleted_by: str

    @property
    def names(self) -> list[str]:
        """Names of the specs under which it was run."""
        return list(self.specs)

    @property
    def sentence(self) -> str:
        """The answer to an old link."""
        return (
            f"The result {self.id[:8]} of {' and '.join(self.names)} was deleted on {self.deleted_at:%Y-%m-%d %H:%M} "
            f"UTC by {self.deleted_by}: `g4qc backtest {self.names[0]}` makes it again."
        )


class DeletedStore:
    """Deletes results of one database, and lists the deleted ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def delete(
        self,
        made: Mapping[str, datetime | None],
        at: datetime,
        by: str,
        before: Callable[[Sequence[DeletedResult]], object] = lambda _: None,
    ) -> list[DeletedResult]:
        """Delete results with their trades, equity curves and names in one transaction; all of them or none.

        Args:
            made: ids, each with the time at which the caller read that it was made; None: any.
            at: now, UTC.
            by: name of the user or key that deletes.
            before: is called with the results just before the deletion; if it raises, all of them stay.

        Raises:
            NotFound: there is no such result.
            Gone: it was deleted before.
            InUse: it was made again since the caller read it.
        """
        with self._database.transaction() as connection:
            query = select(backtests).where(backtests.c.id.in_(made)).order_by(backtests.c.id).with_for_update()
            rows = connection.execute(query).all()
            refuse_missing(connection, made, [row.id for row in rows])
            for row in rows:
                _refuse_newer(row, made[row.id])
            found = [_counted(connection, row, at, by) for row in rows]
            before(found)
            for row, result in zip(rows, found, strict=True):
                insert_trial(connection, _trial(row))
                values = {name: getattr(result, name) for name in DeletedResult.__dataclass_fields__}
                statement = insert(deleted_backtests).values(values)
                connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
            connection.execute(delete(backtests).where(backtests.c.id.in_(made)))
        return found

    def all(self) -> list[DeletedResult]:
        """Return all results that were deleted and not made again, the newest deletion first."""
        query = select(deleted_backtests).order_by(deleted_backtests.c.deleted_at.desc(), deleted_backtests.c.id)
        with self._database.transaction() as connection:
            return [_deleted(row) for row in connection.execute(query)]

    def find(self, backtest_id: str) -> DeletedResult | None:
        """Return the record of a deleted result; None if the result exists or never existed."""
        query = select(deleted_backtests).where(deleted_backtests.c.id == backtest_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).first()
        return None if row is None else _deleted(row)

    def missing(self, backtest_id: str) -> NotFound:
        """Return the error for a missing result: Gone if it was deleted, NotFound otherwise."""
        found = self.find(backtest_id)
        return _not_found(backtest_id) if found is None else Gone(found.sentence)

    def of_spec(self, name: str) -> DeletedResult | None:
        """Return the result of the spec that was deleted last; None if there is none."""
        query = select(deleted_backtests).where(cast(deleted_backtests.c.specs, JSONB).has_key(name))
        with self._database.transaction() as connection:
            row = connection.execute(query.order_by(deleted_backtests.c.deleted_at.desc()).limit(1)).first()
        return None if row is None else _deleted(row)


def refuse_missing(connection: Connection, wanted: Collection[str], found: Collection[str]) -> None:
    """Raise Gone for the first missing id if it was deleted, NotFound if it never existed."""
    for backtest_id in wanted:
        if backtest_id in found:
            continue
        query = select(deleted_backtests).where(deleted_backtests.c.id == backtest_id)
        row = connection.execute(query).first()
        if row is not None:
            raise Gone(_deleted(row).sentence)
        raise _not_found(backtest_id)


def _not_found(backtest_id: str) -> NotFound:
    return NotFound(f"There is no backtest {backtest_id[:40]}: `g4qc backtests list` and /api/v1/backtests list them.")


def _refuse_newer(row: Row, known: datetime | None) -> None:
    if known is not None and row.created_at != known:
        raise InUse(
            f"The result {row.id[:8]} of {row.spec_name} was made again at {row.created_at:%Y-%m-%d %H:%M:%S} UTC: "
            "look at it, then delete it."
        )


def _counted(connection: Connection, row: Row, at: datetime, by: str) -> DeletedResult:
    names = select(backtest_names.c.spec_name, backtest_names.c.spec).where(backtest_names.c.backtest_id == row.id)
    rows = connection.execute(names.order_by(backtest_names.c.created_at.desc(), backtest_names.c.spec_name)).all()
    specs = {one.spec_name: one.spec for one in rows}
    trades, bars = (
        connection.scalar(select(func.count()).select_from(table).where(table.c.backtest_id == row.id)) or 0
        for table in (backtest_trades, backtest_equity)
    )
    specs = specs or {row.spec_name: row.spec}
    return DeletedResult(row.id, specs, row.title, trades, bars, row.created_at, at, by)


def _trial(row: Row) -> Trial:
    """Return the trial of a result; results that were stored before trials were counted have none yet."""
    return Trial(
        family=row.spec["strategy"],
        fingerprint=row.id,
        symbol=row.spec["instrument"],
        timeframe=row.spec["timeframe"],
        parameters=row.inputs.get("parameters", row.spec["parameters"]),
        metrics=row.metrics,
        created_at=row.created_at,
    )


def _deleted(row: Row) -> DeletedResult:
    return DeletedResult(**row._mapping)
