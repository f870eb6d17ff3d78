"""Imports of files: what was read and how, which months of contracts it holds, and which of them are stored.

The plan of an import is written before its first bar. A month of a contract is marked in the transaction that stores
its bars, so that an interrupted import goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from g4qc_core.sentences import counted
from g4qc_core.storage.bar_stores.raw_store import WriteResult
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import import_files, import_months, imports

COUNTS = ("inserted", "unchanged", "revised", "withdrawn")
"""Names of the counts of a stored month, as in `WriteResult`."""

_columns, _files, _months = imports.c, import_files.c, import_months.c


@dataclass(frozen=True)
class StoredFile:
    """A file of an import: where it was read, its size in bytes, and the sha256 of its content (hex)."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class ImportMonth:
    """A month of trade dates of a contract in the files.

    Attributes:
        minutes: number of minutes with a bar.
        stored_at: when its bars were stored, UTC; None: not yet.
        inserted: bars that were new; this and the other counts are 0 until the month is stored.
        unchanged: bars that were stored with the same values.
        revised: bars that were stored with other values.
        withdrawn: stored bars that the files lack.
    """

    symbol: str
    contract: str
    month: date
    minutes: int
    stored_at: datetime | None = None
    inserted: int = 0
    unchanged: int = 0
    revised: int = 0
    withdrawn: int = 0


@dataclass(frozen=True)
class ImportDraft:
    """An import before it is stored.

    Attributes:
        source: name under which its bars are stored.
        profile: name of the profile.
        zone: of the times.
        label: end of the bar that a time marks.
        path: that the user named.
        recipe: how the files are read again.
        rows: that became bars.
        unreadable: rows that cannot be read.
        doubts: sentences.
        accepted: whether the user accepted grave doubts.
        asked_at: UTC.
        asked_by: user or key; None on the command line.
    """

    source: str
    profile: str
    zone: str
    label: str
    path: str
    recipe: Mapping[str, Any]
    rows: int
    unreadable: int
    doubts: Sequence[str]
    accepted: bool
    asked_at: datetime
    asked_by: str | None = None


@dataclass(frozen=True)
class StoredImport(ImportDraft):
    """An import as it is stored, with its number, its files, and whether each month of it is stored."""

    id: int = 0
    files: tuple[StoredFile, ...] = ()
    complete: bool = False


class ImportStore:
    """The imports of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, draft: ImportDraft, files: Sequence[StoredFile], months: Sequence[ImportMonth]) -> int:
        """Write an import that is about to be stored; return its number."""
        row = {name: getattr(draft, name) for name in ImportDraft.__dataclass_fields__}
        row |= {"recipe": dict(draft.recipe), "doubts": list(draft.doubts)}
        with self._database.transaction() as connection:
            number = int(connection.scalars(insert(imports).values(row).returning(_columns.id)).one())
            connection.execute(insert(import_files), _rows(number, files))
            connection.execute(insert(import_months), [{"import_id": number, **vars(one)} for one in months])
        return number

    def same(self, draft: ImportDraft, files: Sequence[StoredFile]) -> StoredImport | None:
        """Return the newest import of the same content, read in the same way under the same source, or None.

        An import counts only if no later one of its source holds one of its months.
        """
        hashes = aggregate_order_by(_files.sha256, _files.sha256)
        content = select(func.array_agg(hashes)).where(_files.import_id == _columns.id).scalar_subquery()
        later, other = import_months.alias("later"), imports.alias("other")
        superseded = (
            select(literal(1))
            .select_from(import_months)
            .join(
                later,
                (later.c.symbol == _months.symbol)
                & (later.c.contract == _months.contract)
                & (later.c.month == _months.month),
            )
            .join(other, other.c.id == later.c.import_id)
            .where(_months.import_id == _columns.id, other.c.source == _columns.source, other.c.id > _columns.id)
            .exists()
        )
        query = (
            select(_columns.id)
            .where(
                _columns.source == draft.source,
                _columns.recipe == bindparam("recipe", dict(draft.recipe), JSONB),
                content == sorted(one.sha256 for one in files),
                ~superseded,
            )
            .order_by(_columns.id.desc())
            .limit(1)
        )
        with self._database.transaction() as connection:
            number = connection.scalar(query)
        return None if number is None else self.get(number)

    def go_on(self, number: int, path: str, files: Sequence[StoredFile]) -> None:
        """Keep where the files of an interrupted import are now."""
        with self._database.transaction() as connection:
            connection.execute(update(imports).where(_columns.id == number).values(path=path))
            connection.execute(import_files.delete().where(_files.import_id == number))
            connection.execute(insert(import_files), _rows(number, files))

    def get(self, number: int) -> StoredImport | None:
        """Return an import; None if there is none of that number."""
        found = self.page(1, number=number)
        return found[0] if found else None

    def page(
        self, limit: int, before: int | None = None, number: int | None = None, source: str | None = None
    ) -> list[StoredImport]:
        """Return the newest imports, newest first.

        Args:
            limit: largest number of imports.
            before: only imports with smaller numbers.
            number: only this import.
            source: only imports under this source.
        """
        left = select(literal(1)).where(_months.import_id == _columns.id, _months.stored_at.is_(None)).exists()
        query = select(imports, (~left).label("complete")).order_by(_columns.id.desc()).limit(limit)
        for column, value in ((_columns.id, number), (_columns.source, source)):
            if value is not None:
                query = query.where(column == value)
        if before is not None:
            query = query.where(_columns.id < before)
        with self._database.transaction() as connection:
            rows = list(connection.execute(query).mappings())
            ids = [row["id"] for row in rows]
            files: dict[int, list[StoredFile]] = {one: [] for one in ids}
            of_them = select(import_files).where(_files.import_id.in_(ids)).order_by(_files.import_id, _files.number)
            for row in connection.execute(of_them):
                files[row.import_id].append(StoredFile(row.path, row.bytes, row.sha256))
        return [_import(row, files[row["id"]]) for row in rows]

    def months(self, number: int) -> list[ImportMonth]:
        """Return the months of an import, by instrument, contract and month."""
        query = select(import_months).where(_months.import_id == number)
        query = query.order_by(_months.symbol, _months.contract, _months.month)
        with self._database.transaction() as connection:
            return [
                ImportMonth(**{name: value for name, value in row.items() if name != "import_id"})
                for row in connection.execute(query).mappings()
            ]

    def marking(
        self, number: int, symbol: str, contract: str, month: date, at: datetime
    ) -> Callable[[Connection, Sequence[WriteResult]], None]:
        """Return what marks a month of a contract as stored, in the transaction that stores its bars.

        If the files lack many stored bars, which are kept, the import has one doubt more.
        """
        own = (_months.import_id == number) & (_months.symbol == symbol)
        own &= (_months.contract == contract) & (_months.month == month)

        def mark(connection: Connection, results: Sequence[WriteResult]) -> None:
            counts = {name: sum(getattr(one, name) for one in results) for name in COUNTS}
            connection.execute(update(import_months).where(own).values(stored_at=at, **counts))
            lacked = sum(one.lacked for one in results)
            if lacked:
                doubt = (
                    f"The files lack {counted(lacked, 'bar')} of {symbol} {contract} in {month:%B %Y} that are stored. "
                    "They are kept: so many are rather missing in the files than taken back."
                )
                more = bindparam("more", [doubt], JSONB)
                connection.execute(update(imports).where(_columns.id == number).values(doubts=_columns.doubts + more))

        return mark


def _rows(number: int, files: Sequence[StoredFile]) -> list[dict[str, Any]]:
    return [{"import_id": number, "number": at, **vars(one)} for at, one in enumerate(files, 1)]


def _import(row: RowMapping, files: Sequence[StoredFile]) -> StoredImport:
    return StoredImport(**(dict(row) | {"files": tuple(files), "doubts": tuple(row["doubts"])}))
