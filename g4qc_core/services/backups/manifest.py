"""The manifest of a backup: what it holds, and which pieces with which checksums. It is written last.

A backup without a manifest is none. Pieces are named by the backup that wrote them, so that a later backup refers to
the pieces of an earlier one whose content did not change.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from g4qc_core.errors import BackupDamaged, PermanentError
from g4qc_core.file_store import FileStore
from g4qc_core.storage.transfer.stored_tables import StoredSequence, StoredTable
from g4qc_core.storage.transfer.table_definitions import Statements
from g4qc_core.storage.transfer.table_slices import TableSlice, TableSum

MANIFEST = "manifest.json"
FORMAT = 1
"""Version of the form of backups; a program reads those up to its own."""

BARS, DAGSTER = "bars", "dagster"
"""The roles of the two databases."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Piece(_Part):
    """A file of a backup: its path in the store, its length in bytes, and the SHA-256 of these."""

    path: str
    size: int
    sha256: str


class SavedSlice(_Part):
    """A slice of a table and the piece that holds its rows."""

    part: TableSlice
    piece: Piece


class SavedTable(_Part):
    """A table: its columns, what makes it, and its slices."""

    table: StoredTable
    statements: Statements
    slices: tuple[SavedSlice, ...]

    @property
    def total(self) -> TableSum:
        """Number of rows and checksum of the whole table."""
        return TableSum.of([one.part for one in self.slices])


class SavedDatabase(_Part):
    """A database: its role and name, its server, the revision of our schema in it, its tables and sequences."""

    role: Literal["bars", "dagster"]
    name: str
    server: str
    timescale: bool
    revision: str | None
    tables: tuple[SavedTable, ...]
    sequences: tuple[StoredSequence, ...]

    @property
    def rows(self) -> int:
        """Number of rows of all tables."""
        return sum(table.total.rows for table in self.tables)


class SavedFiles(_Part):
    """One's own files of one kind, like `reports`: how many there are, a stamp of their state, and the piece."""

    kind: str
    count: int
    stamp: str
    piece: Piece


class Manifest(_Part):
    """A backup.

    Attributes:
        form: version of the form of backups.
        id: name of the backup and of its folder, by its beginning in UTC.
        made_at: when its snapshot was taken, UTC.
        program: version of G4QC.
        databases: what they held.
        files: one's own files.
        settings: the settings, without passwords and keys.
        written: bytes of the pieces that this backup wrote itself.
    """

    form: int
    id: str
    made_at: datetime
    program: str
    databases: tuple[SavedDatabase, ...]
    files: tuple[SavedFiles, ...]
    settings: dict[str, str]
    written: int

    @property
    def pieces(self) -> list[Piece]:
        """All pieces, also those that an earlier backup wrote, each once."""
        found = [one.piece for database in self.databases for table in database.tables for one in table.slices]
        return list({piece.path: piece for piece in [*found, *(one.piece for one in self.files)]}.values())

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(piece.size for piece in self.pieces)

    @property
    def rows(self) -> int:
        """Number of rows of all databases."""
        return sum(database.rows for database in self.databases)

    def database(self, role: str) -> SavedDatabase | None:
        """Return the database of a role; None if the backup has none."""
        return next((one for one in self.databases if one.role == role), None)


def save_manifest(store: FileStore, manifest: Manifest) -> None:
    """Write the manifest, which makes the backup one."""
    body = manifest.model_dump_json()
    whole = json.dumps({"sha256": _digest(body), "backup": body})
    with store.writing(f"{manifest.id}/{MANIFEST}") as file:
        file.write(whole.encode())


def load_manifest(store: FileStore, name: str) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        FileNotFoundError: there is none, so that there is no such backup.
        BackupDamaged: it is not what was written.
        PermanentError: a newer G4QC wrote it.
        StoreUnavailable: see `FileStore`.
    """
    with store.reading(f"{name}/{MANIFEST}") as file:
        text = file.read()
    damaged = BackupDamaged(
        f"The manifest of the backup {name} at {store.place} is damaged: restore it from a copy, or use another backup."
    )
    try:
        whole = json.loads(text)
        body = whole["backup"]
        if _digest(body) != whole["sha256"]:
            raise damaged
        form = json.loads(body)["form"]
        if form > FORMAT:
            raise PermanentError(
                f"A newer G4QC wrote the backup {name} at {store.place} (form {form}, this version reads {FORMAT}): "
                "install that version."
            )
        return Manifest.model_validate_json(body)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        raise damaged from None


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
