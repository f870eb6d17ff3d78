"""The workers of a search: sets go out in chunks, outcomes come back in the order of the sets.

The order and the content of the outcomes do not depend on the number of workers or on the size of chunks. A set that
crashes its worker, takes too long or eats memory fails alone: its worker is replaced, and the rest of its chunk is
evaluated again.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from g4qc_core.errors import G4qcError, WorkersLost
from g4qc_core.files import closed_to_others
from g4qc_core.home import make_private
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.research.search.set_worker import WorkerAnswer
from g4qc_core.research.search.worker_process import WorkerProcess, connections_of
from g4qc_core.sentences import counted

_LOOK_AGAIN = 0.2  # seconds
_CHUNK_SECONDS = 0.5
_LARGEST_CHUNK = 64
_FIRST_CHUNK = 2
# Outcomes that may wait for an earlier one, in chunks of each worker.
_AHEAD = 8
_TRIES = 2

NumberedSet = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True)
class SandboxLimits:
    """What one set may take.

    Attributes:
        seconds: processor time, which does not depend on what else the machine does; a set that waits is ended after
            `patience` times as many by the clock.
        memory: bytes beyond those of the bars; 0: no limit.
        start: seconds until a worker has read the bars.
        patience: times of `seconds` by the clock.
    """

    seconds: float = 60.0
    memory: int = 2 << 30
    start: float = 600.0
    patience: int = 10

    def exceeded_by(self, worker: WorkerProcess) -> bool:
        """Return whether the set of this worker has taken too long."""
        return worker.worked_for > self.seconds or worker.busy_for > self.patience * self.seconds


class WorkerPool:
    """Processes that evaluate sets on the same bars; use it in a `with` statement."""

    def __init__(
        self,
        arguments: Mapping[str, Any],
        workers: int,
        folder: Path | None = None,
        limits: SandboxLimits = SandboxLimits(),
    ) -> None:
        """Prepare the pool.

        Args:
            arguments: those of `Evaluator`, by name.
            workers: number of processes.
            folder: for the file of the bars, while the pool is open; None: that of the system for such files.
            limits: of one set.
        """
        self._arguments, self._size, self._folder, self._limits = arguments, workers, folder, limits
        self._workers: list[WorkerProcess] = []
        self._made, self._used = 0, 0
        self._seconds_a_set: float | None = None

    def __enter__(self) -> Self:
        """Write the bars for the workers, which start with the first set."""
        if self._folder is not None:
            make_private(self._folder)
        self._files = tempfile.TemporaryDirectory(prefix="g4qc-search-", dir=self._folder, ignore_cleanup_errors=True)
        self._write()
        return self

    def use(self, arguments: Mapping[str, Any]) -> None:
        """Evaluate all further sets on other bars or by another spec, with the same workers.

        Call it between two calls of `outcomes`.
        """
        for worker in [one for one in self._workers if not one.ready]:
            self._end(worker)
        before = self._bars
        self._arguments, self._used = arguments, self._used + 1
        self._write()
        before.unlink(missing_ok=True)

    def _write(self) -> None:
        with closed_to_others():
            self._bars.write_bytes(pickle.dumps(dict(self._arguments), protocol=5))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.kill()
        self._workers = []
        self._files.cleanup()

    @property
    def _bars(self) -> Path:
        return Path(self._files.name) / f"bars-{self._used}"

    def outcomes(self, sets: Iterable[NumberedSet], confirm: bool = False) -> Iterator[SetOutcome]:
        """Yield the outcomes of the sets in the order of the sets, which are taken as workers need them.

        Args:
            sets: numbers, each once, and parameters; may be endless.
            confirm: run them again by the reference engine, without the limit of time; `words` of an outcome say where
                it differs.

        Raises:
            WorkersLost: workers cannot start, or end at every start.
            G4qcError: the bars or the strategy cannot be prepared.
        """
        run = _PoolRun(iter(sets), confirm)
        try:
            while True:
                self._dispatch(run)
                while run.order and run.order[0] in run.ready:
                    yield run.ready.pop(run.order.popleft())
                if not run.order:
                    return
                self._listen(run)
                self._enforce(run)
        finally:
            # A consumer that wants no more leaves workers behind that are busy with sets of no use.
            for worker in [one for one in self._workers if one.waiting]:
                self._end(worker)

    def _dispatch(self, run: _PoolRun) -> None:
        """Give chunks to the workers that wait, and start those that are missing."""
        waiting = run.fill(self._ahead)
        for worker in [one for one in self._workers if one.ready and not one.waiting]:
            chunk = self._next(run, worker.fresh)
            if chunk:
                worker.give(chunk, run.confirm, self._bars)
            elif run.again and not any(one.fresh for one in self._workers):
                self._end(worker)
        # A worker for a few sets costs more than it gives.
        worthwhile = not self._workers or run.confirm or len(run.queue) > _FIRST_CHUNK
        if run.again or (waiting and worthwhile):
            while len(self._workers) < self._size:
                self._workers.append(self._new_worker())

    def _next(self, run: _PoolRun, fresh: bool) -> list[NumberedSet]:
        """Return the next chunk; a set that ended a worker comes alone, and only to a process that is fresh."""
        if run.again and fresh:
            return [run.again.popleft()]
        size = 1 if run.confirm else self._chunk_size
        return [run.queue.popleft() for _ in range(min(size, len(run.queue)))]

    @property
    def _chunk_size(self) -> int:
        if self._seconds_a_set is None:
            return _FIRST_CHUNK
        return max(1, min(_LARGEST_CHUNK, int(_CHUNK_SECONDS / max(self._seconds_a_set, 1e-9))))

    @property
    def _ahead(self) -> int:
        return _AHEAD * self._size * max(self._chunk_size, _FIRST_CHUNK)

    def _listen(self, run: _PoolRun) -> None:
        spoke = set(wait(connections_of(self._workers), _LOOK_AGAIN))
        for worker in [one for one in self._workers if one.connection in spoke]:
            try:
                said = worker.receive()
            except EOFError:
                self._replace(worker, run, f"Its process {worker.end_in_words}.", again=True)
                continue
            if isinstance(said, G4qcError):
                raise said
            if isinstance(said, BaseException):
                raise WorkersLost(f"A worker of the search cannot begin: {type(said).__name__}: {said}.")
            if isinstance(said, WorkerAnswer):
                self._take(said, run)

    def _take(self, answer: WorkerAnswer, run: _PoolRun) -> None:
        for outcome in answer.outcomes:
            run.ready[outcome.number] = outcome
        if answer.outcomes:
            latest = answer.seconds / len(answer.outcomes)
            known = self._seconds_a_set
            self._seconds_a_set = latest if known is None else (known + latest) / 2

    def _enforce(self, run: _PoolRun) -> None:
        """End workers whose set takes too long."""
        for worker in list(self._workers):
            if not worker.ready:
                if worker.busy_for > self._limits.start:
                    raise WorkersLost(
                        f"A worker of the search did not read its bars within {self._limits.start:g} s: give fewer "
                        "workers, or a smaller window."
                    )
            elif worker.waiting and not run.confirm and self._limits.exceeded_by(worker):
                words = f"It did not end within {self._limits.seconds:g} s."
                self._replace(worker, run, words, again=worker.busy_with is None)

    def _replace(self, worker: WorkerProcess, run: _PoolRun, words: str, again: bool) -> None:
        """End a worker and find the set that is to blame; the others of its chunk go back into the queue.

        Args:
            worker: the worker, ended or not.
            run: the run whose sets it has.
            words: what to say of the set.
            again: try the set once more in a new process before it fails.
        """
        if not worker.ready:
            raise WorkersLost(
                f"A worker of the search {worker.end_in_words} before it had read the bars: is there memory for "
                f"{counted(self._size, 'worker')}? Give fewer workers, or a smaller window."
            )
        left, blamed = list(worker.waiting.items()), worker.busy_with
        self._end(worker)
        if blamed is None and left:
            blamed = left[0][0]
        if blamed is not None:
            parameters = dict(left)[blamed]
            run.tries[blamed] = run.tries.get(blamed, 0) + 1
            if again and run.tries[blamed] < _TRIES:
                run.again.append((blamed, parameters))
            else:
                run.ready[blamed] = SetOutcome(blamed, parameters, "failed", words)
        run.queue.extendleft(reversed([one for one in left if one[0] != blamed]))

    def _new_worker(self) -> WorkerProcess:
        self._made += 1
        return WorkerProcess(self._bars, Path(self._files.name) / f"counter-{self._made}", self._limits.memory)

    def _end(self, worker: WorkerProcess) -> None:
        worker.kill()
        self._workers.remove(worker)


class _PoolRun:
    """The sets of one call of `outcomes`.

    Attributes:
        order: numbers that were taken and not yet yielded, in the order of the sets.
        queue: sets that no worker has.
        again: sets that ended a worker and are tried once more.
        ready: outcomes that wait for an earlier one.
        tries: how often a set has ended its worker.
    """

    def __init__(self, sets: Iterator[NumberedSet], confirm: bool) -> None:
        self._sets, self.confirm = sets, confirm
        self.order: deque[int] = deque()
        self.queue: deque[NumberedSet] = deque()
        self.again: deque[NumberedSet] = deque()
        self.ready: dict[int, SetOutcome] = {}
        self.tries: dict[int, int] = {}

    def fill(self, ahead: int) -> bool:
        """Take sets so that `ahead` of them are under way; return whether some wait for a worker."""
        for number, parameters in islice(self._sets, max(0, ahead - len(self.order))):
            self.order.append(number)
            self.queue.append((number, parameters))
        return bool(self.queue)
