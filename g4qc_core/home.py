"""The home: the folder for all files that G4QC writes by itself, without access for other users."""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from g4qc_core.errors import SettingsError
from g4qc_core.shortened_logs import LOGS

SERVER_ACCOUNT = "pgserver"
"""Account of the embedded server when G4QC runs as root: its group may only traverse root's home."""

_LEAST_FREE = 256 * 2**20  # bytes
_OTHERS = 0o077
_PASS = 0o010

_OWN = frozenset(
    {
        *LOGS,
        *(
            "postgres",
            "dagster",
            "dagster_simulated",
            "reports",
            "searches",
            "backups",
            "restored",
            "up.lock",
        ),
        *(
            "instruments.toml",
            "backtests.toml",
            "searches.toml",
            "portfolios.toml",
            "walk_forwards.toml",
            "rolls.toml",
            "sources.toml",
            "trading.toml",
            "trading.halt",
            "calendars.toml",
            "open_interest",
            "strategies",
            ".env",
        ),
    }
)
_ADVICE = "set G4QC_HOME to a folder that you can write"
_log = logging.getLogger(__name__)
_told: set[Path] = set()


def private_home(home: Path) -> None:
    """Create the home, or remove the rights of other users from an existing one.

    A home that also holds files of other programs keeps its rights, which is logged: then only the folders and files of
    G4QC are made private.

    Raises:
        SettingsError: it cannot be created or written, or belongs to another user.
    """
    make_private(home)
    mode = home.stat().st_mode
    entries = {entry.name: entry for entry in home.iterdir()}
    for name in _OWN & entries.keys():
        _close(entries[name])
    others = _OTHERS & ~_PASS if _is_of_the_server(home.stat().st_gid) else _OTHERS
    if not mode & others:
        return
    shared = mode & stat.S_ISVTX or not entries.keys() <= _OWN or home.stat().st_uid != os.geteuid()
    if not shared:
        home.chmod(stat.S_IMODE(mode) & ~others)
    elif home not in _told:
        _told.add(home)
        _log.warning(
            "The folder %s is open to other users of this machine and holds more than G4QC's files: those are closed, "
            "the folder is left as it is. Close it with chmod 700, or set G4QC_HOME to a folder for G4QC alone.",
            home,
        )


def make_private(folder: Path) -> None:
    """Create the folder, and its parents, with access for the owner only; check an existing one.

    Raises:
        SettingsError: it cannot be created or written, or belongs to another user.
    """
    try:
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        for part in reversed(missing):
            part.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError
        owner = folder.stat().st_uid
        if owner not in (os.geteuid(), 0):
            raise SettingsError(
                f"The folder {folder} belongs to {_name(owner)}, who could change what G4QC keeps in it: run as that "
                "user, or set G4QC_HOME to a folder of your own."
            )
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError):
        raise SettingsError(f"{folder} cannot be a folder, because a file is in the way: {_ADVICE}.") from None
    except OSError as error:
        raise SettingsError(f"The folder {folder} cannot be written ({error.strerror}): {_ADVICE}.") from None


def low_disk(home: Path) -> str | None:
    """Return a sentence if the disk of the home is nearly full; None otherwise, or if the disk cannot be read."""
    try:
        free = shutil.disk_usage(home).free
    except OSError:
        return None
    return None if free >= _LEAST_FREE else f"The disk of {home} has {free / 2**20:.0f} MB left: free some space on it."


def _close(entry: Path) -> None:
    found = entry.lstat()
    if found.st_mode & _OTHERS and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
        entry.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def _is_of_the_server(group: int) -> bool:
    try:
        return os.geteuid() == 0 and pwd.getpwnam(SERVER_ACCOUNT).pw_gid == group
    except KeyError:
        return False


def _name(uid: int) -> str:
    try:
        return f"the user '{pwd.getpwuid(uid).pw_name}'"
    except KeyError:
        return f"the user id {uid}"
