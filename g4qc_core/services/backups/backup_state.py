"""The last backup, as `g4qc status` tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.backup_run import default_target
from g4qc_core.services.backups.backup_shelf import BackupShelf
from g4qc_core.services.backups.manifest import Manifest
from g4qc_core.settings import Settings

_LATE = timedelta(hours=36)  # one night and a half
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class BackupState:
    """The newest backup of a place.

    Attributes:
        place: folder or URL.
        newest: the backup; None if there is none.
        age: since it was made; None if there is none.
        nightly: whether the schedule makes one each night.
    """

    place: str
    newest: Manifest | None
    age: timedelta | None
    nightly: bool

    @property
    def late(self) -> bool:
        """True if one should be made each night, and the newest is older than a night and a half, or missing."""
        return self.nightly and (self.age is None or self.age > _LATE)

    @property
    def about(self) -> str:
        """The state in words."""
        if self.newest is None or self.age is None:
            if self.nightly:
                return f"none at {self.place} yet: the schedule nightly_backup makes one, or `g4qc db backup`"
            return "none: `g4qc db backup` makes one, and with G4QC_BACKUP_TARGET one is made each night"
        size = f"{self.newest.size / 1e6:,.1f} MB at {self.place}"
        late = ", too long ago: see the runs of the schedule nightly_backup" if self.late else ""
        return f"{self.newest.made_at:%Y-%m-%d %H:%M} UTC, {_ago(self.age)}, {size}{late}"

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON shows it."""
        return {
            "target": self.place,
            "backup": self.newest.id if self.newest else None,
            "hours": round(self.age / _HOUR, 1) if self.age is not None else None,
            "bytes": self.newest.size if self.newest else None,
            "nightly": self.nightly,
        }


def backup_state(settings: Settings, now: datetime) -> BackupState:
    """Return the state of the backups at the place of the settings.

    Raises:
        SettingsError, StoreUnavailable, BackupDamaged: see `FileStore` and `load_manifest`.
    """
    store = FileStore(default_target(settings))
    newest = BackupShelf(store).newest()
    age = now - newest.made_at if newest is not None else None
    return BackupState(store.place, newest, age, settings.backup_target is not None)


def _ago(age: timedelta) -> str:
    hours = age // _HOUR
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
