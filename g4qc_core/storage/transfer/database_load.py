"""A whole database loaded into an empty one, in one transaction: all of it is there, and compared, or nothing is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from g4qc_core.errors import DataDiffers
from g4qc_core.storage.migrations import make_schema, take_turn
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.transfer.fresh_database import make_room
from g4qc_core.storage.transfer.snapshot import require_version, without_limits
from g4qc_core.storage.transfer.stored_tables import (
    StoredSequence,
    StoredTable,
    quoted,
    set_sequence,
    stored_tables,
)
from g4qc_core.storage.transfer.table_copy import Source, load_rows
from g4qc_core.storage.transfer.table_definitions import Statements, drop_indices, run_statements
from g4qc_core.storage.transfer.table_slices import TableSum, sum_of

_LARGE = 50_000  # rows from which an index is built once the rows are there
_MEMORY = "256MB"  # for building an index
_TIMESCALE = text(
    "SELECT hypertable_name AS name, compression_enabled AS packed FROM timescaledb_information.hypertables "
    "WHERE hypertable_schema = current_schema()"
)

Feed = Callable[[Callable[[Source], None]], None]
"""Calls the given function with each stream of a table's rows."""


@dataclass(frozen=True)
class IncomingTable:
    """A table on its way.

    Attributes:
        table: its name, columns and key.
        statements: make the table, if no migration does.
        expected: rows and checksum of what arrives.
        feed: delivers the rows.
    """

    table: StoredTable
    statements: Statements
    expected: TableSum
    feed: Feed


@dataclass(frozen=True)
class IncomingDatabase:
    """A database on its way: the revision of its schema (None: no tables of ours), its tables and sequences."""

    revision: str | None
    tables: Sequence[IncomingTable]
    sequences: Sequence[StoredSequence]


def load_database(
    connection: Connection, database: Database, incoming: IncomingDatabase, step: Callable[[str], None]
) -> None:
    """Load tables, rows and sequences in the caller's transaction, and compare every table with what was sent.

    Args:
        connection: in a transaction of the database.
        database: it holds nothing.
        incoming: what to load.
        step: receives what begins, like `raw_bars` or `the indices`.

    Raises:
        DatabaseRefused: the database holds something, or its server is too old.
        DataDiffers: a table has other rows than were sent.
    """
    without_limits(connection)
    require_version(connection, database)
    take_turn(connection)
    make_room(connection, database)
    connection.execute(text(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'"))
    if incoming.revision is not None:
        make_schema(connection, incoming.revision)
    known = {table.name for table in stored_tables(connection)}
    ours = [one for one in incoming.tables if one.table.name in known]
    theirs = [one for one in incoming.tables if one.table.name not in known]
    for one in theirs:
        run_statements(connection, one.statements.create)
    hypertables = _hypertables(connection) if database.has_timescale else {}
    again = _emptied(connection, ours, hypertables)
    for one in incoming.tables:
        if one.expected.rows:
            step(one.table.name)
            frozen = one.table.name not in hypertables
            one.feed(lambda source, one=one, frozen=frozen: load_rows(connection, one.table, source, frozen))  # type: ignore[misc]
    step("the indices")
    run_statements(connection, [*again.finish, *(line for one in theirs for line in one.statements.finish)])
    run_statements(connection, [*again.link, *(line for one in theirs for line in one.statements.link)])
    for sequence in incoming.sequences:
        set_sequence(connection, sequence)
    step("the comparison")
    _compare(connection, incoming.tables)


def _emptied(connection: Connection, ours: Sequence[IncomingTable], hypertables: dict[str, bool]) -> Statements:
    """Empty the tables that migrations made, and drop the indices of large ones; return what makes these again."""
    names = [one.table.name for one in ours]
    if not names:
        return Statements((), (), ())
    connection.execute(text(f"TRUNCATE {', '.join(map(quoted, names))}"))
    # TimescaleDB changes no key of a table that it packs.
    large = [o.table.name for o in ours if o.expected.rows >= _LARGE and not hypertables.get(o.table.name, False)]
    return drop_indices(connection, names, large)


def _hypertables(connection: Connection) -> dict[str, bool]:
    """Return the hypertables, and whether each is packed."""
    return {row.name: row.packed for row in connection.execute(_TIMESCALE)}


def _compare(connection: Connection, tables: Sequence[IncomingTable]) -> None:
    for one in tables:
        found = sum_of(connection, one.table)
        if found != one.expected:
            raise DataDiffers(
                f"The table '{one.table.name}' arrived with other rows than were sent ({found.rows:,} of "
                f"{one.expected.rows:,}), so that nothing was stored: run it again, and report it if it stays."
            )
