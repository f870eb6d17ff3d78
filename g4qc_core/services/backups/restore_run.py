"""A restore: a backup into empty databases, compared table by table, and one's own files beside those that exist."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from g4qc_core.errors import BackupDamaged, DatabaseRefused
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.manifest import BARS, Manifest, SavedDatabase, SavedTable
from g4qc_core.services.backups.outgoing_database import both_databases
from g4qc_core.services.backups.own_files import place_of, unpack
from g4qc_core.services.backups.piece_files import reading_piece
from g4qc_core.services.backups.transfer_progress import TransferProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.migrations import enable_timescale, is_known, upgrade
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import carry_trade_dates
from g4qc_core.storage.transfer.database_load import IncomingDatabase, IncomingTable, load_database
from g4qc_core.storage.transfer.table_copy import Source


@dataclass(frozen=True)
class RestoreDone:
    """What a restore did.

    Attributes:
        manifest: the backup.
        databases: place and number of rows of each database.
        files: number of one's own files.
        aside: files that were put aside, because another content is in their place.
        upgraded: the revision to which the schema was brought; None if it was this version's.
    """

    manifest: Manifest
    databases: dict[str, int]
    files: int
    aside: list[Path] = field(default_factory=list)
    upgraded: str | None = None


def restore(settings: Settings, store: FileStore, backup: Manifest, progress: TransferProgress) -> RestoreDone:
    """Restore a backup into the databases of the settings, which must hold nothing, and compare every table.

    Both databases are committed together at the end. A restore that is killed or fails before changes nothing.

    Args:
        settings: name the databases and the places of files.
        store: holds the backup.
        backup: its manifest.
        progress: listens.

    Raises:
        DatabaseRefused: a database holds something, or the backup's schema is newer than this version's.
        BackupDamaged: a piece is missing or changed.
        DataDiffers: a table arrived otherwise than it was saved.
        StoreUnavailable, DatabaseUnavailable: the store or a server cannot be used.
    """
    _require_known(backup)
    with both_databases(settings) as databases:
        pairs = _pairs(backup, databases)
        progress.expect(backup.rows)
        with ExitStack() as stack:
            for saved, database in pairs:
                if saved.role == BARS:
                    enable_timescale(database)
                connection = stack.enter_context(database.transaction())
                load_database(connection, database, _incoming(saved, store, progress), progress.step)
        revision = next((saved.revision for saved, _ in pairs if saved.role == BARS), None)
        bars = databases[BARS]
        upgraded = upgrade(bars, settings.lock_patience)
        count, aside = _files(settings, store, backup, progress)
        carry_trade_dates(bars, settings)
        rows = {database.place: saved.rows for saved, database in pairs}
    return RestoreDone(backup, rows, count, aside, upgraded if upgraded != revision else None)


def _require_known(backup: Manifest) -> None:
    for database in backup.databases:
        if database.revision is not None and not is_known(database.revision):
            raise DatabaseRefused(
                f"The backup {backup.id} has the schema '{database.revision}' of a newer G4QC ({backup.program}): "
                "install that version."
            )


def _pairs(backup: Manifest, databases: dict[str, Database]) -> list[tuple[SavedDatabase, Database]]:
    """Return each saved database with the one that it goes to, that of the bars first: it is committed last."""
    roles = {one.role for one in backup.databases}
    if roles != set(databases):
        kept, wanted = ("one database", "two") if len(roles) == 1 else ("two databases", "one")
        raise DatabaseRefused(
            f"The backup {backup.id} holds {kept} and the settings name {wanted}: set G4QC_DAGSTER_DATABASE_URL as it "
            "was when the backup was made."
        )
    return sorted(((one, databases[one.role]) for one in backup.databases), key=lambda pair: pair[0].role != BARS)


def _incoming(saved: SavedDatabase, store: FileStore, progress: TransferProgress) -> IncomingDatabase:
    tables = [IncomingTable(one.table, one.statements, one.total, _feed(one, store, progress)) for one in saved.tables]
    return IncomingDatabase(saved.revision, tables, saved.sequences)


def _feed(
    saved: SavedTable, store: FileStore, progress: TransferProgress
) -> Callable[[Callable[[Source], None]], None]:
    def feed(load: Callable[[Source], None]) -> None:
        for one in saved.slices:
            with reading_piece(store, one.piece) as reader:
                load(reader)
            progress.add(one.part.rows)

    return feed


def _files(
    settings: Settings, store: FileStore, backup: Manifest, progress: TransferProgress
) -> tuple[int, list[Path]]:
    total, put_aside = 0, []
    for one in backup.files:
        progress.step(one.kind)
        with reading_piece(store, one.piece) as reader:
            place, aside = place_of(one.kind, settings), settings.home / "restored" / backup.id / one.kind
            count, others = unpack(cast("IO[bytes]", reader), place, aside)
            if count != one.count:
                raise BackupDamaged(f"The backup's file {one.piece.path} holds {count} files instead of {one.count}.")
        total += count
        put_aside += others
    return total, put_aside
