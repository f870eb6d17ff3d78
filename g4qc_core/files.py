"""Files that are written completely or not at all, and closed to other users of the machine.

A concurrent reader sees the old content or the new, never part of one.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from g4qc_core.errors import TransientError

PRIVATE = 0o600
_PRIVATE_MASK = 0o077

_masks_before: list[int] = []
_PATIENCE = 60.0  # seconds
_LOOK_AGAIN = 0.05


@contextmanager
def closed_to_others() -> Iterator[None]:
    """Close every file and folder that this process and its children make in the block to other users."""
    _masks_before.append(os.umask(_PRIVATE_MASK))
    try:
        yield
    finally:
        os.umask(_masks_before.pop())


def usual_mode() -> int:
    """Return the rights of a file that the user asked for at their own location: those that their umask leaves."""
    mask = os.umask(_PRIVATE_MASK)
    os.umask(mask)
    return 0o666 & ~(_masks_before[0] if _masks_before else mask)


def write_whole(path: Path, content: bytes, mode: int = PRIVATE, owner: tuple[int, int] | None = None) -> None:
    """Write next to the file and rename; after an error nothing is left of the attempt.

    Args:
        content: the whole content.
        path: path of the file.
        mode: rights of a new file; an existing file keeps its rights.
        owner: user and group to give the file to; only for root.

    Raises:
        OSError: the folder is missing or cannot be written, or the disk is full.
    """
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777 if path.is_file() else mode)
            if owner is not None:
                os.fchown(file.fileno(), *owner)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def private_file(path: Path, append: bool = False) -> IO[bytes]:
    """Open a file for reading and writing, keeping its content; create it if missing. Other users have no access.

    Raises:
        OSError: it cannot be opened, or is a link.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_APPEND if append else 0)
    return os.fdopen(os.open(path, flags, PRIVATE), "a+b" if append else "r+b")


@contextmanager
def alone_with(path: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Lock the folder of the file against other processes and threads that use this lock.

    What is read in the block can be changed and written back.

    Raises:
        OSError: the folder is missing.
        TransientError: another process held it for longer than the patience.
    """
    # The folder is locked, not the file, because `write_whole` replaces the file each time.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        _lock(folder, path, patience)
        yield
    finally:
        os.close(folder)


def _lock(folder: int, path: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TransientError(
                    f"Another process has been writing in {path.parent} for {patience:.0f} s: end it, or try again."
                ) from None
            time.sleep(_LOOK_AGAIN)
