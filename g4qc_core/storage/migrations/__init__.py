"""The schema's history: brings a database to the schema of this version, and says when it is not there.

Knows Alembic and TimescaleDB's set-up. Must not know how rows get in or out.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from g4qc_core.errors import DatabaseRefused
from g4qc_core.storage.database import Database

VERSION_TABLE = "g4qc_version"

_LOCK = 4_707_100_001


def upgrade(database: Database) -> str:
    """Brings the schema to this version in one transaction; returns the revision. Safe in two processes at
    once.

    Raises:
        DatabaseUnavailable, DatabaseRefused: see `Database.transaction`; refused also when a newer G4QC made
        the schema.
    """
    _enable_timescale(database)
    with database.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _require_known(database, _revision(connection))
        command.upgrade(_config(connection), "head")
        return _head()


def current(database: Database) -> str | None:
    """Revision of the database's schema; None when it has none."""
    with database.transaction() as connection:
        return _revision(connection)


def require_current(database: Database) -> None:
    """Raises DatabaseRefused unless the schema is the one of this version; the text says what to do."""
    found = current(database)
    _require_known(database, found)
    if found != _head():
        state = (
            "has no schema yet" if found is None else f"has the schema '{found}', and this version needs '{_head()}'"
        )
        raise DatabaseRefused(f"The database {database.place} {state}: run `g4qc db upgrade`.")


def _require_known(database: Database, revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseRefused(
            f"The database {database.place} has the schema '{revision}' of a newer G4QC: install that version."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _head() -> str:
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "g4qc_core.storage:migrations")
    config.attributes["connection"] = connection
    return config


def _enable_timescale(database: Database) -> None:
    """Creates the extension where the server offers it and lets us.

    In a connection of its own, because a server that has the extension's files but did not load it at its
    start ends the connection when asked.
    """
    if database.has_timescale:
        return
    with database.translated(), database.engine.connect() as connection:
        offered = connection.execute(text("SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'"))
        if offered.first() is None:
            return
        try:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS timescaledb"))
            connection.commit()
        except DBAPIError:
            return  # plain tables do as well
    del database.has_timescale
