"""Runs a command for a parent that may be killed: when the parent is gone, so is the command and all that it started.

Started as `python parent_guard.py COMMAND ...` in a session of its own, with a pipe from the parent as standard input. Nothing
is ever written into the pipe; its end of file says that the parent is gone, however it went, on every system that has
pipes. Must import nothing but the standard library: it is there to be small.
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
    """Runs the command; gives its exit code, or what a shell says of one that a signal ended."""
    # What ends the group is meant for the command; its guard goes with it.
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
    """Stops the command as Ctrl-C does, and then kills whatever is left of the group, this process too."""
    os.killpg(0, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_STOP_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
