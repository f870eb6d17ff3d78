"""The embedded server's process, from its pid file and its log."""

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
    """Return True while the server of this data folder lives; another process with the same id does not count."""
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
    """Remove the pid file and the socket's lock of a dead server, so that the next one can start.

    PostgreSQL removes them itself, unless they are damaged, another process has the same id, or the dead server was not
    reaped.
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
    errors = [line for line in lines if any(mark in line for mark in _MARKS)]
    line = errors[-1] if errors else ""
    for mark in _MARKS[:3]:
        line = line.split(mark)[-1]
    return line.strip().rstrip(".")


def reason(errors: str) -> str:
    """Return the last error line in the output of a PostgreSQL program, or its last line."""
    lines = errors.strip().splitlines() or ["no reason given"]
    found = [line for line in lines if any(word in line for word in ("error:", "FATAL:", "PANIC:", "No space left"))]
    return (found or lines)[-1].strip().rstrip(".")


def _is_server(process: Path, data: Path) -> bool:
    """Return True if the process is a live server in the data folder, by PostgreSQL's own test."""
    try:
        state = process.joinpath("stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
        return state not in "ZX" and process.joinpath("cwd").readlink() == data.resolve()
    except OSError:
        return False  # it ended, or belongs to another user and so is not the server
