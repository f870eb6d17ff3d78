"""Access to the embedded server: only the account that owns it may connect, and no other user of the machine.

The kernel reports to the server which account is at the other end of its Unix socket (`peer`), and to the client which
account the server runs under (`requirepeer`). So there is no password, and no other user can impersonate either side.
"""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from g4qc_core.errors import SettingsError
from g4qc_core.files import write_whole

LONGEST_SOCKET = 100
"""Longest path of a socket, in bytes, that every system allows."""

_SOCKET = "/.s.PGSQL.5432"
_MAP = "g4qc"
_HEAD = "# Written by G4QC at every start of the server: what is changed here is lost.\n"
_HBA = f"{_HEAD}local all all peer map={_MAP}\n"


def own_name() -> str:
    """Return the name of this process's account.

    Raises:
        SettingsError: its user id has no account on this machine.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise SettingsError(
            f"The user id {os.geteuid()} has no account on this machine, and PostgreSQL asks for its name: make one, "
            "or set G4QC_DATABASE_URL to a server of your own."
        ) from None


def write_access(data: Path, owner: tuple[int, int] | None) -> bool:
    """Write the access rules into the data folder; return True if that changed anything.

    Args:
        data: the data folder.
        owner: user and group of the server, if its account differs from that of this process.
    """
    wanted = {"pg_hba.conf": _HBA, "pg_ident.conf": f'{_HEAD}{_MAP} "{own_name()}" all\n'}
    changed = False
    for name, text in wanted.items():
        file = data / name
        if not file.is_file() or file.read_text("utf-8", "replace") != text:
            write_whole(file, text.encode(), owner=owner)
            changed = True
    return changed


def fits(folder: Path) -> bool:
    """Return True if the path of a socket in the folder is short enough."""
    return len(os.fsencode(folder)) + len(_SOCKET) <= LONGEST_SOCKET


def is_private(folder: Path, uid: int) -> bool:
    """Return True for a folder, not a link to one, that belongs to the user and is closed to others."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077


def recorded_folder(record: Path) -> Path | None:
    """Return the recorded folder of the socket, or None."""
    with suppress(OSError, UnicodeDecodeError):
        text = record.read_text("utf-8").strip()
        return Path(text) if text.startswith("/") else None
    return None


def open_socket_folder(record: Path, owner: tuple[int, int]) -> Path:
    """Return a private folder with a short name for the socket: the recorded one, or a new one.

    A folder that another user made or may enter is never used.

    Raises:
        SettingsError: no folder with a short name can be made.
    """
    known = recorded_folder(record)
    if known is not None:
        if is_private(known, owner[0]):
            return known
        with suppress(OSError):
            known.mkdir(mode=0o700)  # fails if the path exists
            os.chown(known, *owner)
            return known
    for above in (Path(tempfile.gettempdir()), Path("/tmp")):
        if not fits(above / "g4qc-12345678"):
            continue
        with suppress(OSError):
            made = Path(tempfile.mkdtemp(prefix="g4qc-", dir=above))
            os.chown(made, *owner)
            write_whole(record, f"{made}\n".encode())
            return made
    raise SettingsError(
        "The path of the embedded database's folder is too long for a socket, and no folder can be made in "
        f"{tempfile.gettempdir()} or /tmp: set G4QC_HOME to a folder with a shorter path."
    )
