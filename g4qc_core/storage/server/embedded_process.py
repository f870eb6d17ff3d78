"""The embedded server's process, as described by its pid file and its log.

Knows the pid file and the log. Must not know how the server starts.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TAIL_BYTES = 8192
_MARKS = ("FATAL:", "PANIC:", "ERROR:", "No space left")


def server_process(data: Path) -> int | None:
    """Return the process id in the data folder's pid file, or None."""
    with suppress(OSError):
        words = (data / "postmaster.pid").read_text("ascii", "replace").split()
        if words and words[0].isdigit():
            return int(words[0])
    return None


def runs(data: Path) -> bool:
    """Return True while the server of this data folder lives; another program that reuses its number does not count."""
    number = server_process(data)
    if number is None:
        return False
    with suppress(ChildProcessError):
        os.waitpid(number, os.WNOHANG)  # in a container a dead server may be our own child to reap
    process = Path("/proc") / str(number)
    if process.parent.joinpath("self").exists():
        return _is_server(process, data)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return os.geteuid() == 0
    return True


def forget_the_dead(data: Path, socket: Path) -> None:
    """Remove the pid file and the socket's lock of a server that is gone, so that the next one can start.

    PostgreSQL removes them itself, unless they are damaged, another program has their number now, or the dead server
    was not reaped.
    """
    if runs(data):
        return
    number = server_process(data)
    if number is None or (Path("/proc") / str(number)).exists():
        (data / "postmaster.pid").unlink(missing_ok=True)
    (socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def last_words(log: Path) -> str:
    """Return the newest error in the server's log, or an empty text."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    told = [line for line in lines if any(mark in line for mark in _MARKS)]
    line = told[-1] if told else ""
    for mark in _MARKS[:3]:
        line = line.split(mark)[-1]
    return line.strip().rstrip(".")


def reason(errors: str) -> str:
    """Return the error of a PostgreSQL program: its last line about an error, not what it did afterwards."""
    lines = errors.strip().splitlines() or ["no reason given"]
    told = [line for line in lines if any(word in line for word in ("error:", "FATAL:", "PANIC:", "No space left"))]
    return (told or lines)[-1].strip().rstrip(".")


def _is_server(process: Path, data: Path) -> bool:
    """Return whether the process is a live server that works in the data folder, by the same test as PostgreSQL."""
    try:
        state = process.joinpath("stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
        return state not in "ZX" and process.joinpath("cwd").readlink() == data.resolve()
    except OSError:
        return False  # gone, or of another user: processes of the server's account can be read
