"""The processes of this machine as a pool: sets go out in chunks, outcomes come back in the order of the sets.

The order and the content of the outcomes do not depend on the number of workers or on the size of chunks. A set that
crashes its worker, takes too long or eats memory fails alone: its worker is replaced, and the rest of its chunk is
evaluated again.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from g4qc_core.errors import G4qcError, WorkersLost
from g4qc_core.files import closed_to_others
from g4qc_core.home import make_private
from g4qc_core.research.child_process import UserFiles
from g4qc_core.research.pools.pool_run import PoolRun
from g4qc_core.research.pools.set_pool import NumberedSet, SetPool, Wanted
from g4qc_core.research.pools.set_worker import Chunk, WorkerAnswer
from g4qc_core.research.pools.worker_process import WorkerProcess, connections_of
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.sentences import counted

_LOOK_AGAIN = 0.2  # seconds
_CHUNK_SECONDS = 0.5
_LARGEST_CHUNK = 64
_FIRST_CHUNK = 2
# Outcomes that may wait for an earlier one, in chunks of each worker.
_AHEAD = 8
_TRIES = 2


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


class WorkerPool(SetPool):
    """Processes that evaluate sets on the same bars; use it in a `with` statement."""

    def __init__(
        self,
        arguments: Mapping[str, Any] | Path,
        workers: int,
        folder: Path | None = None,
        limits: SandboxLimits = SandboxLimits(),
        files: UserFiles | None = None,
    ) -> None:
        """Prepare the pool.

        Args:
            arguments: those of `Evaluator`, by name; or a file with them, pickled, which stays as it is.
            workers: number of processes.
            folder: for the file of the bars, while the pool is open; None: that of the system for such files.
            limits: of one set.
            files: the user's own files; None: those that this process uses.
        """
        self._arguments, self._size, self._folder, self._limits = arguments, workers, folder, limits
        self._user_files = files
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

    def use(self, arguments: Mapping[str, Any] | Path) -> None:
        """Evaluate all further sets on other bars or by another spec, with the same workers; see `SetPool`."""
        for worker in [one for one in self._workers if not one.ready]:
            self._end(worker)
        before = self._bars
        given = isinstance(self._arguments, Path)
        self._arguments, self._used = arguments, self._used + 1
        self._write()
        if not given:
            before.unlink(missing_ok=True)

    def _write(self) -> None:
        if not isinstance(self._arguments, Path):
            with closed_to_others():
                self._bars.write_bytes(pickled(self._arguments))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.kill()
        self._workers = []
        self._files.cleanup()

    @property
    def _bars(self) -> Path:
        if isinstance(self._arguments, Path):
            return self._arguments
        return Path(self._files.name) / f"bars-{self._used}"

    def outcomes(
        self, sets: Iterable[NumberedSet], confirm: bool = False, wanted: Wanted | None = None
    ) -> Generator[SetOutcome | None, None, None]:
        """Yield the outcomes of the sets in the order of the sets; see `SetPool`."""
        run = PoolRun(iter(sets), confirm, wanted)
        try:
            while True:
                self._dispatch(run)
                yield from run.in_order()
                if not run.order:
                    return
                if run.silent():
                    yield None
                self._listen(run)
                self._enforce(run)
        finally:
            # A consumer that wants no more leaves workers behind that are busy with sets of no use.
            for worker in [one for one in self._workers if one.waiting]:
                self._end(worker)

    def begin(self) -> None:
        """Start all workers and wait until they have read the bars.

        Raises:
            WorkersLost, G4qcError: as `outcomes`.
        """
        run = PoolRun(iter(()), confirm=False, wanted=None)
        while len(self._workers) < self._size:
            self._workers.append(self._new_worker())
        while not all(one.ready for one in self._workers):
            self._listen(run)
            self._enforce(run)

    def _dispatch(self, run: PoolRun) -> None:
        """Give chunks to the workers that wait, and start those that are missing."""
        waiting = run.fill(self._ahead)
        for worker in [one for one in self._workers if one.ready and not one.waiting]:
            chunk = self._next(run, worker.fresh)
            if chunk:
                worker.give(Chunk(chunk, run.confirm, self._bars, run.wanted_of(chunk)))
            elif run.again and not any(one.fresh for one in self._workers):
                self._end(worker)
        # A worker for a few sets costs more than it gives.
        worthwhile = not self._workers or run.confirm or len(run.queue) > _FIRST_CHUNK
        if run.again or (waiting and worthwhile):
            while len(self._workers) < self._size:
                self._workers.append(self._new_worker())

    def _next(self, run: PoolRun, fresh: bool) -> list[NumberedSet]:
        """Return the next chunk; a set that ended a worker comes alone, and only to a process that is fresh."""
        if run.again and fresh:
            return [run.again.popleft()]
        size = 1 if run.confirm else self._chunk_size
        return run.take(size)

    @property
    def _chunk_size(self) -> int:
        if self._seconds_a_set is None:
            return _FIRST_CHUNK
        return max(1, min(_LARGEST_CHUNK, int(_CHUNK_SECONDS / max(self._seconds_a_set, 1e-9))))

    @property
    def _ahead(self) -> int:
        return _AHEAD * self._size * max(self._chunk_size, _FIRST_CHUNK)

    def _listen(self, run: PoolRun) -> None:
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

    def _take(self, answer: WorkerAnswer, run: PoolRun) -> None:
        for outcome in answer.outcomes:
            run.accept(outcome)
        if answer.outcomes:
            latest = answer.seconds / len(answer.outcomes)
            known = self._seconds_a_set
            self._seconds_a_set = latest if known is None else (known + latest) / 2

    def _enforce(self, run: PoolRun) -> None:
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

    def _replace(self, worker: WorkerProcess, run: PoolRun, words: str, again: bool) -> None:
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
                run.accept(SetOutcome(blamed, parameters, "failed", words))
        run.give_back(one for one in left if one[0] != blamed)

    def _new_worker(self) -> WorkerProcess:
        self._made += 1
        counter = Path(self._files.name) / f"counter-{self._made}"
        return WorkerProcess(self._bars, counter, self._limits.memory, self._user_files)

    def _end(self, worker: WorkerProcess) -> None:
        worker.kill()
        self._workers.remove(worker)


def pickled(arguments: Mapping[str, Any]) -> bytes:
    """Return the arguments of an `Evaluator` as workers read them."""
    return pickle.dumps(dict(arguments), protocol=5)
