"""An export as a folder that is whole or absent: written beside its place, and moved there at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.files import usual_mode


@contextmanager
def whole_folder(place: Path) -> Iterator[Path]:
    """Return a folder to write into; it becomes `place` if the block ends, and is removed if it fails.

    Args:
        place: does not exist, or is an empty folder.

    Raises:
        UsageError: something is there.
        SettingsError: the place cannot be written.
    """
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageError(f"{place} exists and is not empty: name another folder, or delete this one.")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part"))
    except OSError as error:
        raise SettingsError(f"{place} cannot be written: {error.strerror}.") from None
    try:
        yield part
        _open_to_others(part)
        # Replaces an empty folder, and fails if somebody has put something there meanwhile.
        os.rename(part, place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _open_to_others(folder: Path) -> None:
    """Give the files and folders the modes that the user's umask leaves: this is data to hand on."""
    files = usual_mode()
    folders = files | (files & 0o444) >> 2
    for path in (folder, *folder.rglob("*")):
        path.chmod(folders if path.is_dir() else files)
