"""Data versions: fingerprints of each month of bars and of the bars that it was made from.

They show, without reading a bar, which months were made from bars that have changed since.
`g4qc_core.bars.fingerprint` computes them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, case, func, select, text
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import data_versions

_STAMP = text(
    "SELECT md5(concat("
    "(SELECT string_agg(concat_ws(' ', kind, month, version, made_of), ',' ORDER BY kind, month) "
    "FROM data_versions WHERE symbol = :symbol), '|', "
    "(SELECT string_agg(rolls::text, ',' ORDER BY rule, position) FROM rolls WHERE symbol = :symbol), '|', "
    "(SELECT string_agg(roll_calendars::text, ',' ORDER BY rule, position) FROM roll_calendars "
    "WHERE symbol = :symbol), '|', "
    "(SELECT string_agg(concat_ws(' ', contract, last_trade_date), ',' ORDER BY contract) FROM contracts "
    "WHERE symbol = :symbol)))"
)

RAW = "raw"
"""The kind of raw bars; every other kind is the name of a timeframe."""


@dataclass(frozen=True)
class MonthVersion:
    """The data version of one month.

    Attributes:
        symbol: the instrument.
        kind: `RAW`, or the name of a timeframe.
        month: first day of the month, which is one of trade dates.
        version: fingerprint of the bars.
        made_of: version of the bars that these were made from; None for raw bars.
        changed_at: when the version last changed, UTC, by the database's clock.
    """

    symbol: str
    kind: str
    month: date
    version: str
    made_of: str | None
    changed_at: datetime


@dataclass(frozen=True)
class Made:
    """The version of a written month and of its source, stored in the transaction that writes the month."""

    month: date
    version: str
    made_of: str | None = None


class VersionStore:
    """The data versions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, symbol: str, kind: str, month: date, version: str, made_of: str | None = None) -> None:
        """Record the version of a month; `changed_at` stays if the version is the known one."""
        with self._database.transaction() as connection:
            record_version(connection, symbol, kind, Made(month, version, made_of))

    def versions(self, symbol: str | None = None, kinds: Collection[str] | None = None) -> list[MonthVersion]:
        """Return the versions by symbol, month and kind; None selects all instruments or kinds."""
        query = select(data_versions).order_by(data_versions.c.symbol, data_versions.c.month, data_versions.c.kind)
        if symbol is not None:
            query = query.where(data_versions.c.symbol == symbol)
        if kinds is not None:
            query = query.where(data_versions.c.kind.in_(kinds))
        with self._database.transaction() as connection:
            return [MonthVersion(**row) for row in connection.execute(query).mappings()]

    def stamp(self, symbol: str) -> str:
        """Return a text that changes when bars, rolls or contracts of an instrument change; it reads no bar."""
        with self._database.transaction() as connection:
            return str(connection.scalar(_STAMP, {"symbol": symbol}))


def record_version(connection: Connection, symbol: str, kind: str, made: Made) -> None:
    """Record as `VersionStore.record` does, in the caller's transaction."""
    key = {"symbol": symbol, "kind": kind, "month": made.month}
    new = insert(data_versions).values(**key, version=made.version, made_of=made.made_of, changed_at=func.now())
    same = data_versions.c.version == new.excluded.version
    changed = {
        "version": new.excluded.version,
        "made_of": new.excluded.made_of,
        "changed_at": case((same, data_versions.c.changed_at), else_=new.excluded.changed_at),
    }
    connection.execute(new.on_conflict_do_update(index_elements=list(key), set_=changed))


def outdated(versions: Sequence[MonthVersion], kind: str, made_from: str) -> set[tuple[str, date]]:
    """Return the months (symbol, first day) of `kind` that were made from former bars of `made_from`."""
    now = {(v.symbol, v.month): v.version for v in versions if v.kind == made_from}
    own = {(v.symbol, v.month): v.made_of for v in versions if v.kind == kind}
    return {month for month, made_of in own.items() if month in now and made_of != now[month]}


def never_made(versions: Sequence[MonthVersion], kind: str, made_from: str) -> set[tuple[str, date]]:
    """Return the months (symbol, first day) with bars of `made_from` that `kind` was never made from."""
    own = {(v.symbol, v.month) for v in versions if v.kind == kind}
    return {(v.symbol, v.month) for v in versions if v.kind == made_from} - own
