"""Processes that evaluate sets for search and exploration: how one starts, and what it takes over from its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Self

from g4qc_core.calendars.calendar_file import chosen_file, use_calendars
from g4qc_core.strategy_folder import strategy_folder, use_strategy_folder

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Surroundings:
    """What a child takes over.

    Attributes:
        calendars: the user's file of calendars; None: none.
        strategies: the folder of the user's own strategies; None: none.
        parent: process id of the parent.
    """

    calendars: Path | None
    strategies: Path | None
    parent: int

    @classmethod
    def of_parent(cls) -> Self:
        """Return the surroundings of this process, for a child."""
        return cls(chosen_file(), strategy_folder(), os.getpid())

    def end_with_parent(self) -> None:
        """Let the system end this process when its parent ends, also in the middle of the user's code."""
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != self.parent:
            os._exit(1)

    def use_files(self) -> None:
        """Use the calendars and the strategies of the parent."""
        use_calendars(self.calendars)
        use_strategy_folder(self.strategies)


def start_child(module: str) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a process that calls `main` of a module with the descriptor of a connection; return both."""
    ours, theirs = Pipe()
    # The parent's path, because user strategies and this library are found by it.
    code = f"import sys; sys.path[:] = {sys.path!r}; from {module} import main; main({theirs.fileno()})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    theirs.close()
    return process, ours
