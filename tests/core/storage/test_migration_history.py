"""Migrations from every schema that was ever released, with a row in every table, and interrupted anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, event, inspect, text

from g4qc_core.errors import DatabaseUnavailable
from g4qc_core.storage import migrations
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import metadata
from g4qc_core.storage.tables.bar_views import views
from g4qc_core.storage.transfer.stored_tables import StoredTable, stored_tables

VALUES = {
    "text": "'ES'",
    "json": "'{\"a\": 1}'",
    "jsonb": "'{\"a\": 1}'",
    "date": "'2025-09-02'",
    "timestamp with time zone": "'2025-09-02T14:00Z'",
    "boolean": "true",
    "bytea": "'x'",
}
EMBEDDED = pytest.mark.parametrize("empty_database", ["embedded"], indirect=True)


def upgrade_to(database: Database, revision: str) -> None:
    with database.transaction() as connection:
        command.upgrade(migrations._config(connection), revision)


def fill(connection: Connection) -> None:
    """Put one row into every table, with plain values of its columns' types."""
    places = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
    tables = [table for table in stored_tables(connection) if table.name != migrations.VERSION_TABLE]
    for table in sorted(tables, key=lambda table: places.get(table.name, 0)):
        names = ", ".join(f'"{name}"' for name, _ in table.columns)
        values = ", ".join("'{}'" if kind.endswith("[]") else VALUES.get(kind, "1") for _, kind in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})")


def rows(connection: Connection) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rows of every table, and of every view that has the name and columns of a former table."""
    found = {}
    kept = {table.name: [name for name, _ in table.columns] for table in stored_tables(connection)}
    inspector = inspect(connection)
    for name in set(views.tables) & set(inspector.get_view_names()):
        # A view may have got columns since.
        held = {one["name"] for one in inspector.get_columns(name)}
        kept[name] = [one.name for one in views.tables[name].columns if one.name in held]
    for table, names in kept.items():
        columns = ", ".join(f'"{name}"::text' for name in names)
        query = f"SELECT {columns} FROM {table} ORDER BY 1"
        found[table] = [dict(row) for row in connection.execute(text(query)).mappings()]
    return found


def shape(connection: Connection) -> list[StoredTable]:
    return stored_tables(connection)


CHANGED = {(migrations.VERSION_TABLE, "version_num")}
"""What every upgrade changes: (table, column)."""

EMPTIED = {"rolls": "0008"}
"""Derived tables that the revision empties, because they are made again with more columns."""


@EMBEDDED
@pytest.mark.parametrize("revision", migrations._revisions())
def test_what_was_stored_under_every_schema_is_there_under_the_newest(empty_database: Database, revision: str) -> None:
    upgrade_to(empty_database, revision)
    with empty_database.transaction() as connection:
        fill(connection)
        before = rows(connection)
    assert migrations.upgrade(empty_database) == migrations._head()
    with empty_database.transaction() as connection:
        after = rows(connection)
    lost = [
        (name, column, row[column], [one.get(column) for one in after.get(name, [])])
        for name, stored in before.items()
        for row in stored
        for column in row
        if (name, column) not in CHANGED
        and column in {key for one in after.get(name, [{}]) for key in one}
        and row[column] not in [one.get(column) for one in after.get(name, [])]
    ]
    assert lost == []
    fewer = {name for name, stored in before.items() if len(after.get(name, [])) < len(stored)}
    assert fewer == {name for name, emptied in EMPTIED.items() if revision < emptied}


@pytest.mark.parametrize("part", range(8))
def test_a_migration_that_is_interrupted_anywhere_changes_nothing(empty_database: Database, part: int) -> None:
    first = migrations._revisions()[0]
    migrations.enable_timescale(empty_database)
    upgrade_to(empty_database, first)
    with empty_database.transaction() as connection:
        fill(connection)
        before = rows(connection), shape(connection)
    # Every eighth statement of the upgrade is the one at which the server ends the connection.
    statements = [0]
    other = Database(empty_database.url)

    def end(connection: Connection, _: object, statement: str, *__: object) -> None:
        changes = statement.lstrip().upper().startswith(("CREATE", "ALTER", "UPDATE", "INSERT", "DELETE", "DROP"))
        statements[0] += changes
        if changes and statements[0] % 40 == (part + 1) * 5 % 40:
            number = connection.connection.driver_connection.info.backend_pid
            with other.transaction() as killer:
                killer.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})

    event.listen(empty_database.engine, "before_cursor_execute", end)
    with pytest.raises(DatabaseUnavailable):
        migrations.upgrade(empty_database)
    event.remove(empty_database.engine, "before_cursor_execute", end)
    other.close()
    assert statements[0] >= 5
    assert migrations.current(empty_database) == first
    with empty_database.transaction() as connection:
        assert (rows(connection), shape(connection)) == before
    assert migrations.upgrade(empty_database) == migrations._head()
