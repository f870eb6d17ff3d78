"""The embedded server's process, as its pid file and its log tell of it.

Knows the pid file and the log. Must not know how the server starts.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TAIL_BYTES = 8192
_MARKS = ("FATAL:", "PANIC:", "ERROR:", "No space left")


def server_process(data: Path) -> int | None:
    """Process id that the data folder's pid file names; None where it names none."""
    with suppress(OSError):
        words = (data / "postmaster.pid").read_text("ascii", "replace").split()
        if words and words[0].isdigit():
            return int(words[0])
    return None


def runs(data: Path) -> bool:
    """True while the server of this data folder lives; another program under the number of a dead one is not it."""
    number = server_process(data)
    if number is None:
        return False
    with suppress(ChildProcessError):
        os.waitpid(number, os.WNOHANG)  # in a container a dead server may be our own to bury
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
    """Removes the pid file and the socket's lock of a server that is gone, so that the next one can start.

    PostgreSQL removes them itself, unless they are torn, their number belongs to another program now, or nobody has
    buried the dead one.
    """
    if runs(data):
        return
    number = server_process(data)
    if number is None or (Path("/proc") / str(number)).exists():
        (data / "postmaster.pid").unlink(missing_ok=True)
    (socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def last_words(log: Path) -> str:
    """The newest complaint in the server's log; empty where there is none."""
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


def _is_server(process: Path, data: Path) -> bool:
    """Whether the process is a server that works in the data folder, as PostgreSQL does, and is no dead one."""
    try:
        state = process.joinpath("stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
        return state not in "ZX" and process.joinpath("cwd").readlink() == data.resolve()
    except OSError:
        return False  # gone, or of another user: the server runs under an account whose processes can be read
