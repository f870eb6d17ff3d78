"""One unchanging view of a database, however long the reading takes and whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from g4qc_core.errors import DatabaseRefused
from g4qc_core.storage.server.database import Database

# hash_record_extended, which checksums need.
_LEAST_VERSION = 140_000


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Yield a connection in a read-only transaction that sees the database as it is at the beginning of the block.

    Writers are not held up, and hold up nothing here.

    Raises:
        DatabaseUnavailable, DatabaseRefused: see `Database.transaction`; or the server is older than PostgreSQL 14.
    """
    with database.translated(), database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            without_limits(connection)
            require_version(connection, database)
            yield connection


def without_limits(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they take."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))


def require_version(connection: Connection, database: Database) -> str:
    """Return the server's version, like `18.1`.

    Raises:
        DatabaseRefused: it is older than PostgreSQL 14.
    """
    number, words = connection.execute(
        text("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
    ).one()
    if number < _LEAST_VERSION:
        raise DatabaseRefused(
            f"The server of {database.place} is PostgreSQL {words}, and backups need 14 or newer: upgrade the server."
        )
    return str(words).split()[0]
