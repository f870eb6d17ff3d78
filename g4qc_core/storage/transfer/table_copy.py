"""Rows of a table as a stream of bytes: PostgreSQL's binary COPY, out of one table and into another one."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Connection

from g4qc_core.storage.transfer.stored_tables import StoredTable, quoted
from g4qc_core.storage.transfer.table_slices import TableSlice, condition

_READ_BYTES = 2**20


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""
        ...


class Source(Protocol):
    """Gives bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most that many bytes; none at the end."""
        ...


def copy_slice(connection: Connection, table: StoredTable, part: TableSlice, sink: Sink) -> None:
    """Write the rows of a slice to the sink, in any order."""
    where, values = condition(table, part)
    with _cursor(connection) as cursor:
        select = cursor.mogrify(
            f"SELECT {table.listed} FROM {quoted(table.name)}{' WHERE ' + where if where else ''}", values
        )
        # A slice is a small part of its table, whatever the planner believes of a table without statistics.
        cursor.execute(f"SET LOCAL enable_seqscan = {'off' if where else 'on'}")
        cursor.copy_expert(f"COPY ({select.decode()}) TO STDOUT (FORMAT binary)", sink)


def load_rows(connection: Connection, table: StoredTable, source: Source, frozen: bool) -> None:
    """Add the rows of the source to a table with the same columns.

    Args:
        connection: in a transaction.
        table: the table.
        source: what `copy_slice` wrote.
        frozen: whether this transaction made or emptied the table, so that its rows need no second writing later.
    """
    freeze = ", FREEZE true" if frozen else ""
    with _cursor(connection) as cursor:
        cursor.copy_expert(
            f"COPY {quoted(table.name)} ({table.listed}) FROM STDIN (FORMAT binary{freeze})", source, _READ_BYTES
        )


def _cursor(connection: Connection) -> Any:
    """Return a psycopg2 cursor in SQLAlchemy's transaction: SQLAlchemy has no COPY."""
    return connection.connection.cursor()
