"""One `g4qc up` per home: a lock that the kernel frees however the command ends, and a description of its holder.

Knows a file and a lock. Must not know what the command starts.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from g4qc_core.errors import HomeTaken
from g4qc_core.files import private_file
from g4qc_core.home import private_home

_NAME = "up.lock"


@contextmanager
def only_up(home: Path, address: str) -> Iterator[None]:
    """Hold the lock of the home: within the block no other `g4qc up` runs over it.

    Args:
        address: address of Dagster's web UI, named in the error of a second `g4qc up`.

    Raises:
        HomeTaken: another one runs; the text names its process and its address.
        SettingsError: the home cannot be written.
    """
    private_home(home)
    with private_file(home / _NAME) as held:
        _take(held, home)
        _tell(held, {"process": os.getpid(), "address": address})
        try:
            yield
        finally:
            _tell(held, {})


def refuse_a_second(home: Path) -> None:
    """Raise HomeTaken when another `g4qc up` runs over the home; write nothing."""
    if (home / _NAME).is_file():
        with (home / _NAME).open("rb") as held:
            _take(held, home)


def _take(held: IO[bytes], home: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HomeTaken(
            f"Another `g4qc up` runs over {home}{_told(held)}: use that one, stop it, or set G4QC_HOME to another "
            "folder."
        ) from None


def _tell(held: IO[bytes], about: dict[str, object]) -> None:
    held.seek(0)
    held.truncate()
    held.write(json.dumps(about).encode())
    held.flush()


def _told(held: IO[bytes]) -> str:
    """Return the text that the holder wrote; empty in the moment before it writes."""
    held.seek(0)
    try:
        about = json.loads(held.read() or b"{}")
        return f", process {int(about['process'])}, with Dagster's web UI at {about['address']}"
    except (ValueError, KeyError, TypeError):
        return ""
