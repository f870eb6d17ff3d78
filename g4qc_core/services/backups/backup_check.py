"""The examination of a backup: every piece beside the length and the checksum on record."""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.manifest import Manifest
from g4qc_core.services.backups.piece_files import examine_piece
from g4qc_core.services.backups.transfer_progress import TransferProgress


@dataclass(frozen=True)
class BackupCheck:
    """What is wrong with a backup: path of each piece, and what is wrong with it."""

    manifest: Manifest
    pieces: int
    wrong: dict[str, str]


def check_backup(store: FileStore, backup: Manifest, progress: TransferProgress) -> BackupCheck:
    """Read every piece of a backup, also those of earlier ones, and compare it with the manifest.

    Args:
        store: holds the backup.
        backup: its manifest.
        progress: listens; it counts bytes.

    Raises:
        StoreUnavailable: see `FileStore`.
    """
    progress.expect(backup.size)
    wrong = {}
    for piece in backup.pieces:
        if said := examine_piece(store, piece):
            wrong[piece.path] = said
        progress.add(piece.size)
    return BackupCheck(backup, len(backup.pieces), wrong)
