"""Atomic writes and private files: a file is written completely or not at all, and other users have no access.

A concurrent reader sees the old content or the new, never a mixture.
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
    """Create all files and folders in the block without access for other users, also in child processes."""
    _masks_before.append(os.umask(_PRIVATE_MASK))
    try:
        yield
    finally:
        os.umask(_masks_before.pop())


def usual_mode() -> int:
    """Return the mode of a file at a location that the user chose: what their umask leaves."""
    mask = os.umask(_PRIVATE_MASK)
    os.umask(mask)
    return 0o666 & ~(_masks_before[0] if _masks_before else mask)


def write_whole(path: Path, content: bytes, mode: int = PRIVATE, owner: tuple[int, int] | None = None) -> None:
    """Write to a temporary file in the same folder and rename it; remove it after an error.

    Args:
        path: path of the file.
        content: the whole content.
        mode: mode of a new file; an existing file keeps its own.
        owner: user and group of the file; only for root.

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
    """Open a file for reading and writing and keep its content; create it if missing, without access for other users.

    Raises:
        OSError: it cannot be opened, or is a link.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_APPEND if append else 0)
    return os.fdopen(os.open(path, flags, PRIVATE), "a+b" if append else "r+b")


@contextmanager
def alone_with(path: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Lock the folder of the file against other processes and threads that use this lock.

    In the block, content can be read, changed and written back.

    Raises:
        OSError: the folder is missing.
        TransientError: another process kept the lock for longer than the patience.
    """
    # Lock the folder, not the file: `write_whole` replaces the file.
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
