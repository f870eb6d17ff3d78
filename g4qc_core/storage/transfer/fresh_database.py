"""Makes room for a whole database: in one without rows, whose tables may be made anew."""

from __future__ import annotations

from sqlalchemy import Connection, text

from g4qc_core.errors import DatabaseRefused
from g4qc_core.storage.migrations import VERSION_TABLE
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import metadata
from g4qc_core.storage.transfer.stored_tables import StoredTable, quoted, stored_tables

# Dagster writes to its other tables as soon as it is opened.
_HISTORY = ("runs", "event_logs")
_FUNCTIONS = text(
    """
    SELECT p.oid::regprocedure::text AS name FROM pg_proc p
    WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND p.prorettype = 'trigger'::regtype
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                    AND d.deptype = 'e')
    """
)


def make_room(connection: Connection, database: Database) -> None:
    """Drop the tables of a database that holds nothing, in the caller's transaction.

    Raises:
        DatabaseRefused: a table has rows, or the database belongs to another program.
    """
    found = stored_tables(connection)
    ours = {VERSION_TABLE, *metadata.tables}
    others = [table for table in found if table.name not in ours]
    of_dagster = {table.name for table in others}.issuperset(_HISTORY)
    if others and not of_dagster:
        raise DatabaseRefused(
            f"The database {database.place} holds a table '{others[0].name}' of another program: choose a database of "
            "its own."
        )
    held = [*(t for t in found if t.name in ours - {VERSION_TABLE}), *(t for t in others if t.name in _HISTORY)]
    filled = next((table.name for table in held if _has_rows(connection, table)), None)
    if filled is not None:
        raise DatabaseRefused(
            f"The database {database.place} is not empty (its table '{filled}' has rows), and nothing is overwritten: "
            f"choose an empty one in {database.setting}."
        )
    names = [quoted(name) for name in {*(table.name for table in found), *(_present(connection, metadata.tables))}]
    if names:
        connection.execute(text(f"DROP TABLE {', '.join(sorted(names))} CASCADE"))
    for row in connection.execute(_FUNCTIONS).all():
        connection.execute(text(f"DROP FUNCTION {row.name} CASCADE"))


def _has_rows(connection: Connection, table: StoredTable) -> bool:
    return connection.execute(text(f"SELECT 1 FROM {quoted(table.name)} LIMIT 1")).first() is not None


def _present(connection: Connection, names: object) -> list[str]:
    """Return those of the names that are tables, also the ones that no backup holds."""
    found = connection.execute(
        text("SELECT n FROM unnest(CAST(:names AS text[])) AS n JOIN pg_class c ON c.oid = to_regclass(quote_ident(n)) "
             "WHERE c.relkind IN ('r', 'p')"),
        {"names": list(names)},  # type: ignore[call-overload]
    )  # fmt: skip
    return [row.n for row in found]
