"""Files that are whole or absent: whoever reads one meanwhile sees the old content or the new, never half of one."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from g4qc_core.errors import TransientError

_PATIENCE = 60.0  # seconds
_LOOK_AGAIN = 0.05


def write_whole(path: Path, content: bytes) -> None:
    """Writes beside the file and renames; on any error nothing is left of the attempt.

    Raises:
        OSError: the folder is missing or cannot be written.
    """
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


@contextmanager
def alone_with(path: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Within it nobody else who asks for the same, process or thread, is at the file or at others in its folder: what
    is read can be changed and written back.

    Raises:
        OSError: the folder is missing.
        TransientError: another process has been there for longer than the patience.
    """
    # The folder and not the file is locked: a file that is written whole is another one each time.
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
