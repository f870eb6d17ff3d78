"""Schema migrations: upgrade a database to this version's schema, or report that it has another one.

All commands and servers follow one rule (`make_ready`): a database on the embedded server is upgraded, with a message;
one on the user's own server is left to `g4qc db upgrade`; a newer schema is refused. Alembic is imported only to change
a schema. To check one, the names of the files in `versions` are enough: they begin with their revisions and sort in the
order of the revisions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psycopg2 import errorcodes
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from g4qc_core.errors import DatabaseRefused, DatabaseUnavailable
from g4qc_core.storage.migrations.upgrade_room import check_room
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.lock_wait import LockWaitReport, Tell, say

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "g4qc_version"

_LOCK = 4_707_100_001
_PATIENCE = 120.0


def make_ready(database: Database, embedded: bool, patience: float = _PATIENCE, tell: Tell = say) -> None:
    """Ensure that the schema is that of this version, by the rule that all commands and servers share.

    Args:
        database: the database.
        embedded: whether the server is G4QC's own, so that its databases are upgraded.
        patience: seconds to wait for a lock that another session holds.
        tell: receives a sentence about the upgrade, and about waiting.

    Raises:
        DatabaseRefused: an older schema, or none, on the user's own server, or a newer schema; the message says what
            to do.
        DatabaseUnavailable: a lock was not free in time; the message names its holder.
    """
    if not embedded:
        require_current(database)
        return
    found = current(database)
    _require_known(database, found)
    if found == _head():
        return
    if found is not None:
        tell(f"The schema of the database {database.place} is upgraded from '{found}' to '{_head()}'.")
    upgrade(database, patience, tell)


def upgrade(database: Database, patience: float = _PATIENCE, tell: Tell = say) -> str:
    """Upgrade the schema to this version in one transaction and return the revision.

    Two processes may do this at the same time.

    Args:
        database: the database.
        patience: seconds to wait for each lock that another session holds.
        tell: receives sentences about the holder of a lock, the room that is needed, and the progress.

    Raises:
        DatabaseUnavailable: see `Database.transaction`; a lock was not free in time; or the disk has too little room.
        DatabaseRefused: see `Database.transaction`; or a newer G4QC made the schema.
    """
    from alembic import command

    enable_timescale(database)
    with database.transaction() as connection, LockWaitReport(database, connection, patience, tell) as watch:
        try:
            connection.execute(text(f"SET LOCAL lock_timeout = {int(patience * 1000)}"))
            take_turn(connection)
            found = revision_of(connection)
            _require_known(database, found)
            check_room(connection, database.place, found, tell)
            command.upgrade(_config(connection, tell), "head")
        except DBAPIError as error:
            if getattr(error.orig, "pgcode", None) != errorcodes.LOCK_NOT_AVAILABLE:
                raise
            raise DatabaseUnavailable(
                f"The schema of {database.place} was not changed, because {watch.holder} did not give its lock back "
                f"within {patience:g} s: end that, or set G4QC_LOCK_PATIENCE to more, then try again."
            ) from None
        return _head()


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction makes or changes the schema, and keep others waiting until this one ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def make_schema(connection: Connection, revision: str) -> None:
    """Make the schema of a revision that this version knows, in the caller's transaction and an empty database."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def is_known(revision: str) -> bool:
    """Return whether this version knows a revision; one that it does not know is of a newer version."""
    return revision in _revisions()


def current(database: Database) -> str | None:
    """Return the revision of the database's schema; None if it has none."""
    with database.transaction() as connection:
        return revision_of(connection)


def require_not_newer(database: Database) -> None:
    """Raise DatabaseRefused if a newer G4QC made the schema."""
    _require_known(database, current(database))


def require_current(database: Database) -> None:
    """Raise DatabaseRefused unless the schema is that of this version; the message says what to do."""
    found = current(database)
    _require_known(database, found)
    if found != _head():
        state = (
            "has no schema yet" if found is None else f"has the schema '{found}', and this version needs '{_head()}'"
        )
        raise DatabaseRefused(f"The database {database.place} {state}: run `g4qc db upgrade`.")


def _require_known(database: Database, revision: str | None) -> None:
    if revision is not None and not is_known(revision):
        raise DatabaseRefused(
            f"The database {database.place} has the schema '{revision}' of a newer G4QC: install that version."
        )


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema that the connection sees; None if there is none."""
    if connection.scalar(text("SELECT to_regclass(:table)"), {"table": VERSION_TABLE}) is None:
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return found


def _revisions() -> list[str]:
    files = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _head() -> str:
    return _revisions()[-1]


def _config(connection: Connection | None = None, tell: Tell = say) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "g4qc_core.storage:migrations")
    config.attributes["connection"] = connection
    config.attributes["tell"] = tell
    return config


def enable_timescale(database: Database) -> None:
    """Create the TimescaleDB extension if the server offers it and the user may create it.

    A separate connection does this, because a server that has the extension's files but did not preload them closes the
    connection.
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
            return  # plain tables work too
    del database.has_timescale
