"""The logs under home: only the end of a long one stays."""

from __future__ import annotations

import os
from pathlib import Path

from g4qc_core.files import private_file

LOGS = ("dagster.log", "up.log", "trader.log")
"""Names of the logs; the processes that write them append."""


def shorten_logs(home: Path, most: int) -> int:
    """Remove whole lines from the beginning of each log that has more than so many bytes; return the bytes removed.

    What a process appends in the moment of the change may be lost.
    """
    return sum(_shortened(home / name, most) for name in LOGS if (home / name).is_file())


def _shortened(path: Path, most: int) -> int:
    with private_file(path) as file:
        size = file.seek(0, os.SEEK_END)
        if size <= most:
            return 0
        file.seek(size - most - 1)
        file.readline()
        kept = file.read()
        file.seek(0)
        file.write(kept)
        file.truncate()
        return size - len(kept)
