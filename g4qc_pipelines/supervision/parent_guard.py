"""Run a command for a parent that may be killed: when the parent is gone, the command and its children end too.

It is started as `python parent_guard.py COMMAND ...` in its own session, with a pipe from the parent as standard input.
Nothing is written to the pipe; its end of file shows that the parent is gone, for any reason and on every system with
pipes. This module imports only the standard library, to stay small.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress

_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.5


def main(command: list[str]) -> int:
    """Run the command; return its exit code, or the code that a shell gives for a signal."""
    # Signals to the group are meant for the command; the guard ends with it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_as_usual)
    while child.poll() is None:
        ready, _, _ = select.select([sys.stdin], [], [], _POLL_SECONDS)
        if ready and not os.read(sys.stdin.fileno(), 1):
            _end(child)
    code = child.returncode
    return code if code >= 0 else 128 - code


def _as_usual() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop the command as Ctrl-C does, then kill the rest of the group, this process included."""
    os.killpg(0, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_STOP_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
