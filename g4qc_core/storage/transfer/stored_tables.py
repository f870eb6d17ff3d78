"""The tables and sequences of a database, from its catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from g4qc_core.storage.tables import metadata
from g4qc_core.storage.tables.shared_columns import OF_THE_SERVER

_TABLES = text(
    """
    SELECT c.relname AS name,
           (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attgenerated = '') AS columns,
           coalesce((SELECT json_agg(a.attname ORDER BY k.place) FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
            WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS key
    FROM pg_class c
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                    AND d.deptype = 'e')
    ORDER BY c.relname
    """
)
_SEQUENCES = text(
    """
    SELECT s.relname AS name, t.relname AS table, a.attname AS column, coalesce(d.deptype = 'i', false) AS identity
    FROM pg_class s
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_class t ON t.oid = d.refobjid
    LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND s.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    ORDER BY s.relname
    """
)


@dataclass(frozen=True)
class StoredTable:
    """One table.

    Attributes:
        name: of the table, in the schema that the connection uses.
        columns: name and type of each column that holds values of its own, in their order.
        key: columns of the primary key, in its order; empty if there is none.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def listed(self) -> str:
        """The columns as a SQL list."""
        return ", ".join(quoted(name) for name, _ in self.columns)

    def type_of(self, column: str) -> str:
        """Return the type of a column."""
        return dict(self.columns)[column]


@dataclass(frozen=True)
class StoredSequence:
    """One sequence and its position.

    Attributes:
        name: of the sequence.
        table: the table whose column it numbers; None if it belongs to none.
        column: that column.
        identity: whether the column's own definition makes the sequence.
        last: the last value.
        called: whether the next value is the one after `last`.
    """

    name: str
    table: str | None
    column: str | None
    identity: bool
    last: int
    called: bool


def stored_tables(connection: Connection) -> list[StoredTable]:
    """Return the tables by name, without those that belong to an extension or only to this server."""
    bound = {table.name for table in metadata.tables.values() if table.info.get(OF_THE_SERVER)}
    found = connection.execute(_TABLES).all()
    return [
        StoredTable(row.name, tuple((name, kind) for name, kind in row.columns), tuple(row.key))
        for row in found
        if row.name not in bound and row.columns
    ]


def stored_sequences(connection: Connection) -> list[StoredSequence]:
    """Return the sequences by name.

    A sequence ignores snapshots: its position is that of now, which lies beyond every number that a snapshot holds.
    """
    found = []
    for row in connection.execute(_SEQUENCES).mappings().all():
        last, called = connection.execute(text(f"SELECT last_value, is_called FROM {quoted(row['name'])}")).one()
        found.append(StoredSequence(**row, last=last, called=called))
    return found


def set_sequence(connection: Connection, sequence: StoredSequence) -> None:
    """Set the sequence of the same column, or of the same name, to the same position."""
    own = "pg_get_serial_sequence(:table, :column)" if sequence.table else ":name"
    table = quoted(sequence.table) if sequence.table else None
    given = {"table": table, "column": sequence.column, "name": quoted(sequence.name)}
    connection.execute(
        text(f"SELECT setval(({own})::regclass, :last, :called)"),
        {**given, "last": sequence.last, "called": sequence.called},
    )


def quoted(name: str) -> str:
    """Return the name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'
