"""One backup: both databases as they are at one moment, and one's own files, to a store.

A slice whose number of rows and checksum are those of the newest backup is not read: its piece is used again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import count

from pydantic import SecretStr

from g4qc_core.errors import BackupRunning
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.backup_shelf import BackupShelf, Retention
from g4qc_core.services.backups.manifest import (
    BARS,
    FORMAT,
    Manifest,
    Piece,
    SavedDatabase,
    SavedFiles,
    SavedSlice,
    SavedTable,
    save_manifest,
)
from g4qc_core.services.backups.outgoing_database import OutgoingDatabase, OutgoingTable, both_databases, outgoing
from g4qc_core.services.backups.own_files import own_files, pack
from g4qc_core.services.backups.piece_files import PieceWriter
from g4qc_core.services.backups.transfer_progress import TransferProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import BACKUPS, SessionLock
from g4qc_core.storage.transfer.snapshot import snapshot
from g4qc_core.storage.transfer.table_copy import copy_slice
from g4qc_core.storage.transfer.table_slices import TableSlice

_Known = Mapping[tuple[object, ...], Piece]


@dataclass(frozen=True)
class BackupDone:
    """What a backup did.

    Attributes:
        manifest: the new backup.
        reused: pieces of earlier backups that it uses.
        removed: backups that went, by the retention.
        swept: what killed backups had left, now removed.
    """

    manifest: Manifest
    reused: int
    removed: list[str]
    swept: list[str]


def default_target(settings: Settings) -> str:
    """Return the target of the settings; without one, a folder in the home."""
    return settings.backup_target or str(settings.home / "backups")


def back_up(
    settings: Settings, target: str, now: datetime, progress: TransferProgress, whole: bool = False
) -> BackupDone:
    """Write a backup, then remove those that need not stay.

    Args:
        settings: name the databases, the files and how many backups stay.
        target: folder or URL.
        now: by this machine's clock, UTC.
        progress: listens.
        whole: read every row, whatever an earlier backup holds.

    Raises:
        BackupRunning: another process backs the same database up.
        StoreUnavailable: the target is full, gone or closed; what was written of this backup is removed.
        SettingsError, DatabaseUnavailable, DatabaseRefused: the target, a database or a file cannot be used.
    """
    shelf = BackupShelf(FileStore(target))
    with both_databases(settings) as databases, _alone(databases[BARS]):
        swept = shelf.sweep(now)
        # One that cannot be read is no reason to make none.
        newest = None if whole else next(iter(shelf.backups()[::-1]), None)
        name = shelf.begin(now)
        try:
            writing = _Writing(shelf.store, name, newest, progress)
            with ExitStack() as stack:
                # Both snapshots first: what a database is, is decided at the same moment for both.
                views = {role: stack.enter_context(snapshot(one)) for role, one in databases.items()}
                found = [
                    outgoing(role, one, views[role], lambda table: progress.step(f"counting {table}"))
                    for role, one in databases.items()
                ]
                progress.expect(sum(one.rows for one in found))
                saved = tuple(writing.database(one) for one in found)
            manifest = Manifest(
                form=FORMAT,
                id=name,
                made_at=now,
                program=version("g4qc"),
                databases=saved,
                files=tuple(writing.files(settings)),
                settings=_shown(settings),
                written=writing.written,
            )
            save_manifest(shelf.store, manifest)
        except BaseException:
            shelf.store.remove_folder(name)
            raise
        shelf.end(name)
        removed = shelf.prune(Retention(settings.backup_keep_daily, settings.backup_keep_weekly), now)
    return BackupDone(manifest, writing.reused, removed, swept)


class _Writing:
    """The pieces of one backup."""

    def __init__(self, store: FileStore, name: str, newest: Manifest | None, progress: TransferProgress) -> None:
        self._store, self._name, self._progress = store, name, progress
        self._numbers = count(1)
        self._known = _present(store, newest) if newest else {}
        self.written = self.reused = 0

    def database(self, found: OutgoingDatabase) -> SavedDatabase:
        """Write a database."""
        return SavedDatabase.model_validate(
            {
                "role": found.role,
                "name": str(found.database.url.database),
                "server": found.server,
                "timescale": found.database.has_timescale,
                "revision": found.revision,
                "tables": [self._table(found, table) for table in found.tables],
                "sequences": found.sequences,
            }
        )

    def files(self, settings: Settings) -> Iterator[SavedFiles]:
        """Write one's own files."""
        for kind in own_files(settings):
            stamp = kind.stamp
            known = self._known.get(("files", kind.kind, stamp))
            if known is not None:
                self.reused += 1
                yield SavedFiles(kind=kind.kind, count=len(kind.files), stamp=stamp, piece=known)
                continue
            self._progress.step(kind.kind)
            with self._piece(f"files.{kind.kind}") as writer:
                packed = pack(kind, writer)  # type: ignore[arg-type]
            yield SavedFiles(kind=kind.kind, count=packed, stamp=stamp, piece=self._last)

    def _table(self, found: OutgoingDatabase, table: OutgoingTable) -> SavedTable:
        if table.slices:
            self._progress.step(table.table.name)
        slices = tuple(self._slice(found, table, part) for part in table.slices)
        return SavedTable(table=table.table, statements=table.statements, slices=slices)

    def _slice(self, found: OutgoingDatabase, table: OutgoingTable, part: TableSlice) -> SavedSlice:
        known = self._known.get((found.role, table.table.name, table.table.columns, part.rows, part.checksum))
        if known is None:
            with found.database.translated(), self._piece(f"{found.role}.{table.table.name}") as writer:
                copy_slice(found.connection, table.table, part, writer)
            known = self._last
        else:
            self.reused += 1
        self._progress.add(part.rows)
        return SavedSlice(part=part, piece=known)

    @contextmanager
    def _piece(self, about: str) -> Iterator[PieceWriter]:
        """Yield the next piece; `_last` is it afterwards."""
        path = f"{self._name}/{next(self._numbers):05d}.{re.sub(r'[^a-zA-Z0-9_.]', '_', about)}.zst"
        with self._store.writing(path) as file:
            writer = PieceWriter(file)
            yield writer
            writer.finish()
        self._last = Piece(path=path, size=writer.size, sha256=writer.sha256)
        self.written += writer.size


def _present(store: FileStore, backup: Manifest) -> _Known:
    """Return the pieces of a backup that are still there, by what they hold."""
    sizes: dict[str, int] = {}
    for folder in {piece.path.partition("/")[0] for piece in backup.pieces}:
        sizes |= store.sizes(folder)
    known: dict[tuple[object, ...], Piece] = {
        (database.role, table.table.name, table.table.columns, one.part.rows, one.part.checksum): one.piece
        for database in backup.databases
        for table in database.tables
        for one in table.slices
    }
    known |= {("files", one.kind, one.stamp): one.piece for one in backup.files}
    return {key: piece for key, piece in known.items() if sizes.get(piece.path) == piece.size}


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    lock = SessionLock(database, BACKUPS, 1)
    if not lock.take():
        raise BackupRunning(f"Another process backs the database {database.place} up: try again when it has ended.")
    try:
        yield
    finally:
        lock.release()


def _shown(settings: Settings) -> dict[str, str]:
    """Return the settings that differ from their defaults, without passwords and keys."""
    given = {name: getattr(settings, name) for name in sorted(settings.model_fields_set)}
    return {name: "(not kept)" if isinstance(value, SecretStr) else str(value) for name, value in given.items()}
