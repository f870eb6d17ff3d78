"""A database as it leaves: its tables, sequences and revision within one snapshot, which its opener holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, Connection

from g4qc_core.services.backups.manifest import BARS, DAGSTER
from g4qc_core.settings import Settings
from g4qc_core.storage.migrations import require_not_newer, revision_of
from g4qc_core.storage.server.database import Database, dagster_url, open_database, parse_url
from g4qc_core.storage.transfer.snapshot import require_version
from g4qc_core.storage.transfer.stored_tables import StoredSequence, StoredTable, stored_sequences, stored_tables
from g4qc_core.storage.transfer.table_definitions import Statements, definitions_of
from g4qc_core.storage.transfer.table_slices import TableSlice, TableSum, slices_of


@dataclass(frozen=True)
class OutgoingTable:
    """A table, what makes it, and its slices."""

    table: StoredTable
    statements: Statements
    slices: list[TableSlice]

    @property
    def total(self) -> TableSum:
        """Number of rows and checksum."""
        return TableSum.of(self.slices)


@dataclass(frozen=True)
class OutgoingDatabase:
    """A database within a snapshot.

    Attributes:
        role: `BARS` or `DAGSTER`.
        database: the database.
        connection: sees the snapshot.
        server: version of the server.
        revision: of our schema; None if it has no tables of ours.
        tables: all tables.
        sequences: all sequences.
    """

    role: str
    database: Database
    connection: Connection
    server: str
    revision: str | None
    tables: list[OutgoingTable]
    sequences: list[StoredSequence]

    @property
    def rows(self) -> int:
        """Number of rows of all tables."""
        return sum(one.total.rows for one in self.tables)


@contextmanager
def both_databases(settings: Settings) -> Iterator[dict[str, Database]]:
    """Yield the databases of the settings by role: one, if Dagster's tables are in that of the bars.

    Raises:
        DatabaseUnavailable, DatabaseRefused: see `open_database`; or a newer G4QC made the schema.
    """
    bars = open_database(settings)
    opened = {BARS: bars}
    try:
        require_not_newer(bars)
        url = parse_url(dagster_url(settings), "G4QC_DAGSTER_DATABASE_URL")
        if _address(url) != _address(bars.url):
            opened[DAGSTER] = Database(url, bars.setting)
        yield opened
    finally:
        for one in opened.values():
            one.close()


def outgoing(role: str, database: Database, connection: Connection, step: Callable[[str], None]) -> OutgoingDatabase:
    """Return the database as a connection sees it, after counting every table.

    Args:
        role: `BARS` or `DAGSTER`.
        database: the database.
        connection: to it, from `snapshot`.
        step: receives the name of each table that is counted.
    """
    tables, sequences = stored_tables(connection), stored_sequences(connection)
    made = definitions_of(connection, [table.name for table in tables], sequences)
    counted = []
    for table in tables:
        step(table.name)
        counted.append(OutgoingTable(table, made[table.name], slices_of(connection, table)))
    server, revision = require_version(connection, database), revision_of(connection)
    return OutgoingDatabase(role, database, connection, server, revision, counted, sequences)


def _address(url: URL) -> tuple[object, ...]:
    return url.host or url.query.get("host"), url.port or 5432, url.database
