"""The backups of a store: which there are, which may go, and what a killed one left behind."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from g4qc_core.errors import NotFound, PermanentError
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.manifest import MANIFEST, Manifest, load_manifest

_MARK = "writing.json"
_LONGEST = timedelta(days=2)  # of a backup whose process may live
_ID = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Retention:
    """How many backups stay: the newest of each of the last `daily` days and `weekly` weeks that have one, in UTC."""

    daily: int
    weekly: int

    def kept(self, backups: Sequence[Manifest]) -> set[str]:
        """Return the ids of the backups that stay; the newest one always does."""
        newest = sorted(backups, key=lambda one: one.id, reverse=True)
        days: dict[object, str] = {}
        weeks: dict[object, str] = {}
        for one in newest:
            days.setdefault(one.made_at.date(), one.id)
            weeks.setdefault(one.made_at.isocalendar()[:2], one.id)
        chosen = [*list(days.values())[: self.daily], *list(weeks.values())[: self.weekly]]
        return {*chosen, *(one.id for one in newest[:1])}


class BackupShelf:
    """The backups of one store, oldest first. A folder without a manifest is no backup."""

    def __init__(self, store: FileStore) -> None:
        self.store = store

    def backups(self) -> list[Manifest]:
        """Return all backups that can be read, oldest first.

        Raises:
            StoreUnavailable: see `FileStore`.
        """
        return self._read()[0]

    def unreadable(self) -> list[str]:
        """Return the ids of backups whose manifest is damaged, or of a newer G4QC."""
        return self._read()[1]

    def newest(self) -> Manifest | None:
        """Return the newest backup; None if there is none.

        Raises:
            BackupDamaged, PermanentError, StoreUnavailable: see `load_manifest`.
        """
        names = self._names()
        return load_manifest(self.store, names[-1]) if names else None

    def _names(self) -> list[str]:
        return sorted(name for name in self.store.folders() if self.store.size(f"{name}/{MANIFEST}") is not None)

    def _read(self) -> tuple[list[Manifest], list[str]]:
        found, unreadable = [], []
        for name in self._names():
            try:
                found.append(load_manifest(self.store, name))
            except PermanentError:
                unreadable.append(name)
        return found, unreadable

    def begin(self, now: datetime) -> str:
        """Return the id of a new backup, whose folder says from now on who writes it."""
        taken = set(self.store.folders())
        while (name := now.astimezone(UTC).strftime(_ID)) in taken:
            now += timedelta(seconds=1)
        mark = {"host": socket.gethostname(), "process": os.getpid(), "begun_at": now.isoformat()}
        with self.store.writing(f"{name}/{_MARK}") as file:
            file.write(json.dumps(mark).encode())
        return name

    def end(self, name: str) -> None:
        """Take the mark of the writer away: the backup is complete."""
        self.store.remove(f"{name}/{_MARK}")

    def sweep(self, now: datetime) -> list[str]:
        """Remove what killed backups left; return their ids."""
        left = [name for name in self._unfinished() if not self._is_written(name, now)]
        for name in left:
            self.store.remove_folder(name)
        return left

    def prune(self, retention: Retention, now: datetime) -> list[str]:
        """Remove the backups that need not stay, and every piece that no other one uses; return their ids.

        Nothing is removed while another backup is written to the store, because that may use any piece, and while a
        backup cannot be read, because nobody knows which pieces it uses.
        """
        backups, unreadable = self._read()
        if unreadable or any(self._is_written(name, now) for name in self._unfinished()):
            return []
        kept = retention.kept(backups)
        gone = [one for one in backups if one.id not in kept]
        used = {piece.path for one in backups if one.id in kept for piece in one.pieces}
        # First all manifests, so that no backup is seen whose pieces are gone.
        for one in gone:
            self.store.remove(f"{one.id}/{MANIFEST}")
        self._remove_unused(used)
        return [one.id for one in gone]

    def _remove_unused(self, used: Iterable[str]) -> None:
        wanted = {path.partition("/")[0] for path in used}
        for name in self.store.folders():
            if not _is_id(name):
                continue
            if name not in wanted and self.store.size(f"{name}/{MANIFEST}") is None:
                self.store.remove_folder(name)
                continue
            own = {f"{name}/{MANIFEST}", f"{name}/{_MARK}"}
            for path in self.store.sizes(name):
                if path not in own and path not in used:
                    self.store.remove(path)

    def _unfinished(self) -> list[str]:
        begun = [name for name in self.store.folders() if _is_id(name) and self._mark(name) is not None]
        return [name for name in begun if self.store.size(f"{name}/{MANIFEST}") is None]

    def _mark(self, name: str) -> dict[str, object] | None:
        try:
            with self.store.reading(f"{name}/{_MARK}") as file:
                return dict(json.loads(file.read()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return {}

    def _is_written(self, name: str, now: datetime) -> bool:
        """Return whether a process still writes the backup: it lives, or is on another host and may live."""
        mark = self._mark(name) or {}
        try:
            begun, here = datetime.fromisoformat(str(mark["begun_at"])), mark["host"] == socket.gethostname()
        except (KeyError, ValueError):
            return False
        ended = here and Path("/proc/self").exists() and not Path(f"/proc/{mark['process']}").exists()
        return not ended and now - begun < _LONGEST


def found_backup(source: str) -> tuple[FileStore, Manifest]:
    """Return the backup that a person named: the folder of one, or a store, whose newest backup is meant.

    Raises:
        NotFound: there is no backup.
        SettingsError, StoreUnavailable, BackupDamaged: see `FileStore` and `load_manifest`.
    """
    store = FileStore(source)
    if store.size(MANIFEST) is not None:
        above, name = store.above
        return above, load_manifest(above, name)
    newest = BackupShelf(store).newest()
    if newest is None:
        raise NotFound(f"There is no backup at {store.place}: `g4qc db backup` makes one, `g4qc db list` shows them.")
    return store, newest


def _is_id(name: str) -> bool:
    try:
        datetime.strptime(name, _ID).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
