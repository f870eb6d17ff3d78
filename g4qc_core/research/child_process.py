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

_END_SECONDS = 5.0

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG

# A process evaluates one set at a time in one thread, and there is one process for each processor. Libraries that would
# start as many threads as the machine has processors are told so; what the user has set stays.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


@dataclass(frozen=True)
class UserFiles:
    """The user's own files that decide results.

    Attributes:
        calendars: the file of calendars; None: none.
        strategies: the folder of strategies; None: none.
        version: of the strategy that a child must find; empty: whatever it finds.
    """

    calendars: Path | None
    strategies: Path | None
    version: str = ""

    @classmethod
    def of_this_process(cls) -> Self:
        """Return the files that this process uses."""
        return cls(chosen_file(), strategy_folder())


@dataclass(frozen=True)
class Surroundings:
    """What a child takes over.

    Attributes:
        files: the user's own files.
        parent: process id of the parent.
    """

    files: UserFiles
    parent: int

    @classmethod
    def of_parent(cls, files: UserFiles | None = None) -> Self:
        """Return the surroundings of this process, for a child; `files` replace its own."""
        return cls(files or UserFiles.of_this_process(), os.getpid())

    def end_with_parent(self) -> None:
        """Let the system end this process when its parent ends, also in the middle of the user's code."""
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != self.parent:
            os._exit(1)

    def use_files(self) -> None:
        """Use the calendars and the strategies of the parent."""
        use_calendars(self.files.calendars)
        use_strategy_folder(self.files.strategies)


def start_child(module: str) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a process that calls `main` of a module with the descriptor of a connection; return both."""
    ours, theirs = Pipe()
    # The parent's path, because user strategies and this library are found by it.
    code = f"import sys; sys.path[:] = {sys.path!r}; from {module} import main; main({theirs.fileno()})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        pass_fds=[theirs.fileno()],
        env=_ONE_THREAD | os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    theirs.close()
    return process, ours


def end_in_words(process: subprocess.Popen[bytes]) -> str:
    """Return how a child ended whose connection is closed: `was killed by signal 9`, `ended with code 1`."""
    try:
        code = process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        return "closed its connection"
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
