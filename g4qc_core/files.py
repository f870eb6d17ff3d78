"""Files that are whole or absent: whoever reads one meanwhile sees the old content or the new, never half of one."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
def alone_with(path: Path) -> Iterator[None]:
    """Within it nobody else who asks for the same, process or thread, is at the file or at others in its folder: what
    is read can be changed and written back.

    Raises:
        OSError: the folder is missing.
    """
    # The folder and not the file is locked: a file that is written whole is another one each time.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
