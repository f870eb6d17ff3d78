"""The processes that run explored sets: a fixed number, started when they are needed, replaced when they fail."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

from g4qc_core.errors import ExplorerBusy, SetTooSlow, WorkerEnded
from g4qc_core.research.child_process import Surroundings, end_in_words, start_child
from g4qc_core.research.explore.explore_process import KEPT, ExploreStart, ExploreTask
from g4qc_core.research.explore.explored_set import ExploredSet


class ExploreProcess:
    """One process as its parent sees it.

    Attributes:
        keys: specs whose bars it keeps, the one used last at the end.
    """

    def __init__(self, memory: int) -> None:
        """Start the process, which may need this many bytes; 0: no limit."""
        self._process, self._connection = start_child("g4qc_core.research.explore.explore_process")
        self.keys: list[str] = []
        self._connection.send(ExploreStart(memory, Surroundings.of_parent()))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def run(self, task: ExploreTask, seconds: float) -> Any:
        """Return what the process answers.

        Raises:
            EOFError: it has ended.
            TimeoutError: it does not answer within these seconds.
        """
        try:
            self._connection.send(task)
            if not self._connection.poll(seconds):
                raise TimeoutError
            answer = self._connection.recv()
        except (BrokenPipeError, ConnectionResetError):
            raise EOFError from None
        self.keys = [*(key for key in self.keys if key != task.key), task.key][-KEPT:]
        return answer

    @property
    def end_in_words(self) -> str:
        """How the process ended, once it has."""
        return end_in_words(self._process)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        self._connection.close()


class ExplorePool:
    """Processes for explored sets; one set runs in one process, and others wait for a place.

    Args:
        size: number of processes.
        seconds: time that one set may take.
        first_seconds: time that the first set on new bars may take, which prepares them.
        memory: bytes that one process may need; 0: no limit.
    """

    def __init__(self, size: int, seconds: float = 10.0, first_seconds: float = 60.0, memory: int = 3 << 30) -> None:
        self._size, self._seconds, self._first_seconds, self._memory = size, seconds, first_seconds, memory
        self._free = threading.Condition()
        self._idle: list[ExploreProcess] = []
        self._busy = 0
        self._closed = False

    def run(self, task: ExploreTask) -> ExploredSet:
        """Run a set.

        Raises:
            ExplorerBusy: no process has become free in time.
            SetTooSlow: the set took too long; its process is replaced.
            WorkerEnded: the process of the set ended; it is replaced.
            G4qcError: the set cannot be run.
        """
        process = self._take(task.key)
        try:
            limit = self._seconds if task.key in process.keys else self._first_seconds
            answer = process.run(task, limit)
        except TimeoutError:
            self._give(process, ended=True)
            raise SetTooSlow(
                f"The set took longer than {limit:.0f} s and was given up: choose a shorter window or a coarser "
                "timeframe, or run it as a backtest."
            ) from None
        except EOFError:
            words = process.end_in_words
            self._give(process, ended=True)
            raise WorkerEnded(f"The process that ran this set {words}; another takes its place: try again.") from None
        except BaseException:
            self._give(process, ended=True)
            raise
        self._give(process)
        if isinstance(answer, BaseException):
            raise answer
        found: ExploredSet = answer
        return found

    def close(self) -> None:
        """End all processes; those that run a set end when it is answered."""
        with self._free:
            self._closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()

    def _take(self, key: str) -> ExploreProcess:
        """Return a process that runs nothing: one that has the bars, else a new one, else the one unused longest."""
        deadline = time.monotonic() + self._seconds
        with self._free:
            while not self._idle and self._busy >= self._size:
                if not self._free.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise ExplorerBusy("All processes for exploring are busy: try again in a moment.")
            self._busy += 1
            known = next((one for one in self._idle if key in one.keys), None)
            if known is None and self._idle and self._busy + len(self._idle) > self._size:
                known = self._idle[0]
            if known is not None:
                self._idle.remove(known)
                return known
        try:
            return ExploreProcess(self._memory)
        except BaseException:
            with self._free:
                self._busy -= 1
                self._free.notify()
            raise

    def _give(self, process: ExploreProcess, ended: bool = False) -> None:
        with self._free:
            self._busy -= 1
            keep = not ended and not self._closed
            if keep:
                self._idle.append(process)
            self._free.notify()
        if not keep:
            with suppress(OSError):
                process.kill()
