"""A worker as its parent sees it: a process, the chunk that it was given, and since when it evaluates which set."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from g4qc_core.files import PRIVATE
from g4qc_core.research.child_process import Surroundings, UserFiles, end_in_words, start_child
from g4qc_core.research.pools.set_worker import Chunk, WorkerAnswer, WorkerStart


class WorkerProcess:
    """One worker.

    Attributes:
        connection: readable when the worker has said something, or has ended.
        ready: it has read the bars.
        fresh: it has evaluated nothing yet.
        waiting: sets that it was given and has not answered, by number, in their order.
    """

    def __init__(self, arguments: Path, counter: Path, memory: int, files: UserFiles | None = None) -> None:
        """Start the process.

        Args:
            arguments: file with the pickled arguments of `Evaluator`.
            counter: file of this worker for the set that it evaluates; made here.
            memory: bytes that sets may need; 0: no limit.
            files: the user's own files; None: those that this process uses.
        """
        counter.touch(PRIVATE)
        counter.write_bytes(bytes(8))
        with counter.open("r+b") as file:
            self._counter = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
        self._process, self.connection = start_child("g4qc_core.research.pools.set_worker")
        self.ready, self.fresh = False, True
        self.waiting: dict[int, Mapping[str, Any]] = {}
        self._seen = 0
        self._begin()
        self.connection.send(WorkerStart(arguments, counter, memory, Surroundings.of_parent(files)))

    def give(self, chunk: Chunk) -> None:
        """Give a chunk to a worker that waits for nothing; its file of the bars may be new."""
        self.waiting, self.fresh = dict(chunk.sets), False
        self._seen = 0
        self._begin()
        # One that has ended is found out when its connection is read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(chunk)

    def receive(self) -> WorkerAnswer | BaseException | None:
        """Return what the worker said: outcomes, or the error with which it could not begin; None when it is ready.

        Raises:
            EOFError: it has ended.
        """
        try:
            said = self.connection.recv()
        except (ConnectionResetError, OSError):
            raise EOFError from None
        if said == "ready":
            self.ready = True
            self._begin()
            return None
        if isinstance(said, WorkerAnswer):
            for outcome in said.outcomes:
                self.waiting.pop(outcome.number, None)
        return said

    @property
    def busy_with(self) -> int | None:
        """Number of the set that it evaluates; None if it is between two sets, or has not begun."""
        number = int.from_bytes(self._counter[:], "little") - 1
        return number if number in self.waiting else None

    @property
    def busy_for(self) -> float:
        """Seconds for which it has evaluated the same set, or has not begun."""
        self._look()
        return time.monotonic() - self._since

    @property
    def worked_for(self) -> float:
        """Seconds of processor time that the same set has taken; by the clock where the system does not say."""
        self._look()
        used = processor_seconds(self._process.pid)
        return self.busy_for if used is None or self._used is None else used - self._used

    def _look(self) -> None:
        counted = int.from_bytes(self._counter[:], "little")
        if counted != self._seen:
            self._seen = counted
            self._begin()

    def _begin(self) -> None:
        self._since, self._used = time.monotonic(), processor_seconds(self._process.pid)

    @property
    def end_in_words(self) -> str:
        """How the process ended, once it has: `killed by signal 9`, `ended with code 1`."""
        return end_in_words(self._process)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        self.connection.close()
        self._counter.close()


def processor_seconds(process: int) -> float | None:
    """Return the processor time of a process so far; None where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        # After the name of the program: the state, ten other fields, and the time of the program and of the system.
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def connections_of(workers: Sequence[WorkerProcess]) -> list[Connection]:
    """Return the connections of the workers."""
    return [worker.connection for worker in workers]
