"""The move to another server: both databases as streams from one to the other, compared table by table."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError

from g4qc_core.errors import SettingsError
from g4qc_core.services.backups.manifest import BARS, DAGSTER
from g4qc_core.services.backups.outgoing_database import OutgoingDatabase, OutgoingTable, both_databases, outgoing
from g4qc_core.services.backups.transfer_progress import TransferProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.migrations import enable_timescale, upgrade
from g4qc_core.storage.server.database import Database, database_beside, parse_url
from g4qc_core.storage.transfer.database_load import IncomingDatabase, IncomingTable, load_database
from g4qc_core.storage.transfer.snapshot import snapshot
from g4qc_core.storage.transfer.table_copy import Source, copy_slice
from g4qc_core.storage.transfer.table_slices import TableSlice

_TARGET = "TARGET_URL"


@dataclass(frozen=True)
class MoveDone:
    """What a move did: place and number of rows of each new database, tables compared, and settings to change."""

    databases: dict[str, int]
    tables: int
    settings: dict[str, str]


def move(settings: Settings, target: str, progress: TransferProgress) -> MoveDone:
    """Copy the databases of the settings to another server, and compare every table there.

    The databases of the settings stay as they are. What is written to them after the beginning is not moved.

    Args:
        settings: name the databases.
        target: address of the new database of bars; Dagster's goes next to it, and is made there if it is missing.
        progress: listens.

    Raises:
        SettingsError: the target is no address of a database, or is the present one.
        DatabaseRefused: a database of the target holds something.
        DataDiffers: a table arrived otherwise than it was sent.
        DatabaseUnavailable: a server cannot be used.
    """
    url = parse_url(target, _TARGET)
    with ExitStack() as stack:
        databases = stack.enter_context(both_databases(settings))
        new = stack.enter_context(closing(Database(url, _TARGET)))
        new.check()
        goals = {BARS: new}
        if DAGSTER in databases:
            goals[DAGSTER] = stack.enter_context(closing(Database(database_beside(new), _TARGET)))
        _require_another(databases, goals)
        enable_timescale(new)
        views = {role: stack.enter_context(snapshot(one)) for role, one in databases.items()}
        found = {
            role: outgoing(role, one, views[role], lambda table: progress.step(f"counting {table}"))
            for role, one in databases.items()
        }
        progress.expect(sum(one.rows for one in found.values()))
        with ExitStack() as committed:
            for role in sorted(goals, key=lambda role: role != BARS):  # what is opened first is committed last
                connection = committed.enter_context(goals[role].transaction())
                load_database(connection, goals[role], _incoming(found[role], progress), progress.step)
        upgrade(new, settings.lock_patience)
        rows = {goals[role].place: found[role].rows for role in goals}
        return MoveDone(rows, sum(len(one.tables) for one in found.values()), _to_change(settings, url))


def _require_another(databases: dict[str, Database], goals: dict[str, Database]) -> None:
    for role, goal in goals.items():
        if _identity(databases[role]) == _identity(goal):
            raise SettingsError(f"The target {goal.place} is the database that is used now: name another one.")


def _identity(database: Database) -> tuple[object, ...]:
    with database.transaction() as connection:
        row = connection.execute(
            text(
                "SELECT d.oid, d.datname, pg_postmaster_start_time() FROM pg_database d "
                "WHERE d.datname = current_database()"
            )
        ).one()
    return tuple(row)


def _to_change(settings: Settings, url: URL) -> dict[str, str]:
    changes = {"G4QC_DATABASE_URL": url.set(drivername="postgresql").render_as_string(hide_password=True)}
    if settings.dagster_database_url is not None:
        changes["G4QC_DAGSTER_DATABASE_URL"] = "(remove it: Dagster's database is now next to that of the bars)"
    return changes


def _incoming(found: OutgoingDatabase, progress: TransferProgress) -> IncomingDatabase:
    tables = [IncomingTable(one.table, one.statements, one.total, _feed(found, one, progress)) for one in found.tables]
    return IncomingDatabase(found.revision, tables, found.sequences)


def _feed(
    found: OutgoingDatabase, table: OutgoingTable, progress: TransferProgress
) -> Callable[[Callable[[Source], None]], None]:
    def feed(load: Callable[[Source], None]) -> None:
        for part in table.slices:
            _stream(found, table, part, load)
            progress.add(part.rows)

    return feed


def _stream(found: OutgoingDatabase, table: OutgoingTable, part: TableSlice, load: Callable[[Source], None]) -> None:
    """Read the rows of a slice in a thread, and load them here as they come."""
    receiving, sending = os.pipe()
    errors: list[BaseException] = []

    def send() -> None:
        try:
            with found.database.translated(), os.fdopen(sending, "wb", buffering=2**20) as sink:
                copy_slice(found.connection, table.table, part, sink)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that loads
            errors.append(error)

    sender = threading.Thread(target=send, name="move", daemon=True)
    sender.start()
    try:
        with os.fdopen(receiving, "rb", buffering=2**20) as source:
            load(source)
    except BaseException:
        # The load's own error, unless the rows ended because their reading failed.
        with suppress(SQLAlchemyError):
            found.connection.invalidate()
        sender.join(timeout=10)
        if errors and not isinstance(errors[0], BrokenPipeError):
            raise errors[0] from None
        raise
    sender.join()
    if errors:
        raise errors[0]
