"""A process that evaluates parameter sets: the sandbox of a search.

`worker_pool` starts it. It reads the bars once, and then answers chunks of sets. It ends with its parent, and ignores
Ctrl-C, which is the parent's. What the user's code prints is thrown away.
"""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import resource
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from g4qc_core.research.child_process import Surroundings

_FLUSH_AFTER = 0.1  # seconds
_TIRED = 3


@dataclass(frozen=True)
class WorkerStart:
    """What a worker needs to begin.

    Attributes:
        arguments: file with the pickled arguments of `Evaluator`.
        counter: file of 8 bytes, in which the worker notes the set that it evaluates.
        memory: bytes that the sets may need beyond what the worker has when it begins; 0: no limit.
        surroundings: those of the parent.
    """

    arguments: Path
    counter: Path
    memory: int
    surroundings: Surroundings


@dataclass(frozen=True)
class Chunk:
    """Sets to evaluate one after the other, or to run again by the reference engine.

    Attributes:
        sets: numbers and parameters.
        confirm: run them again by the reference engine; their outcomes say in words where it differs.
        arguments: file with the pickled arguments of `Evaluator`, if they may have changed; None: they have not.
        wanted: numbers of the sets whose session returns are wanted; None: of all.
    """

    sets: list[tuple[int, Mapping[str, Any]]]
    confirm: bool = False
    arguments: Path | None = None
    wanted: frozenset[int] | None = None


@dataclass(frozen=True)
class WorkerAnswer:
    """Outcomes of some sets of the chunk.

    Attributes:
        outcomes: in the order of the chunk.
        seconds: time that they took.
    """

    outcomes: list[Any]
    seconds: float


def main(descriptor: int) -> None:
    """Serve chunks until the parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    start: WorkerStart = connection.recv()
    start.surroundings.end_with_parent()
    try:
        worker = _Worker(start, connection)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says it
        connection.send(error)
        return
    connection.send("ready")
    try:
        while True:
            worker.serve(connection.recv())
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


class _Worker:
    """Evaluates sets on bars that are read once."""

    def __init__(self, start: WorkerStart, connection: Connection) -> None:
        start.surroundings.use_files()
        self._connection, self._limit = connection, start.memory
        self._read(start.arguments)
        _require_strategy(self._arguments["spec"].strategy, start.surroundings.files.version)
        _compile(self._arguments)
        with start.counter.open("r+b") as file:
            self._counter = mmap.mmap(file.fileno(), 8)
        self._limit_memory()

    def _read(self, file: Path) -> None:
        """Read the bars of a file, in place of those before."""
        from g4qc_core.backtest.evaluation import Evaluator

        self._arguments: Mapping[str, Any] = pickle.loads(file.read_bytes())
        self._evaluator = Evaluator(**self._arguments)
        self._cash, self._file = float(self._arguments["spec"].cash), file

    def _limit_memory(self) -> None:
        """Limit the memory of sets beyond what the bars take."""
        gc.collect()
        self._first, self._evaluated = _data_size(), 0
        if self._limit and self._first:
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            resource.setrlimit(resource.RLIMIT_DATA, (self._first + self._limit, hard))

    def _change(self, file: Path) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
        self._arguments = {}
        del self._evaluator
        self._read(file)
        self._limit_memory()

    def serve(self, chunk: Chunk) -> None:
        """Evaluate the sets of a chunk and send their outcomes, a few at a time."""
        if chunk.arguments not in (None, self._file):
            self._change(chunk.arguments)
        outcomes: list[Any] = []
        began = time.monotonic()
        for number, parameters in chunk.sets:
            self._counter[:] = (number + 1).to_bytes(8, "little")
            outcome = self._outcome(number, parameters, chunk.confirm)
            if outcome is None:
                # Earlier sets have left memory behind: another process tries this one again.
                self._connection.send(WorkerAnswer(outcomes, time.monotonic() - began))
                os._exit(_TIRED)
            outcomes.append(outcome if chunk.wanted is None or number in chunk.wanted else outcome.without_returns())
            self._evaluated += 1
            if time.monotonic() - began > _FLUSH_AFTER:
                self._connection.send(WorkerAnswer(outcomes, time.monotonic() - began))
                outcomes, began = [], time.monotonic()
        self._counter[:] = bytes(8)
        self._connection.send(WorkerAnswer(outcomes, time.monotonic() - began))

    def _outcome(self, number: int, parameters: Mapping[str, Any], confirm: bool) -> Any:
        """Return the outcome of a set; None if this process has no memory left for it."""
        from g4qc_core.errors import G4qcError
        from g4qc_core.research.search.confirmation_run import confirm_set
        from g4qc_core.research.search.outcome import OutOfMemory, SetOutcome, evaluate_set

        try:
            if confirm:
                words = confirm_set(self._evaluator, self._arguments, parameters)
                return SetOutcome(number, parameters, "done", words)
            return evaluate_set(number, parameters, self._evaluator, self._cash)
        except (OutOfMemory, MemoryError):
            gc.collect()
            if self._evaluated and _data_size() > self._first + self._limit // 4:
                return None
            return SetOutcome(number, parameters, "failed", f"It needs more than {self._limit >> 20:,} MB of memory.")
        except G4qcError as error:
            return SetOutcome(number, parameters, "failed", str(error))


def _require_strategy(name: str, version: str) -> None:
    """Raise ClusterMismatch if the strategy is not the one that is wanted; an empty version is any."""
    from g4qc_core.backtest.known_strategies import find_strategy
    from g4qc_core.errors import ClusterMismatch, UsageError

    if not version:
        return
    try:
        found = find_strategy(name).version
    except UsageError as error:
        raise ClusterMismatch(f"A worker of the cluster cannot load the strategy {name}: {error}") from None
    if found != version:
        raise ClusterMismatch(
            f"A worker of the cluster has another version of the strategy {name}: install the same one on each worker, "
            "or put its file into the folder G4QC_STRATEGIES here, which is sent along."
        )


def _compile(arguments: Mapping[str, Any]) -> None:
    """Evaluate one set of a strategy that ships with G4QC, so that no set pays for compiling the engine."""
    from g4qc_core.backtest.evaluation import Evaluator
    from g4qc_core.backtest.strategies import STRATEGIES
    from g4qc_core.errors import G4qcError

    spec = arguments["spec"]
    if spec.strategy not in STRATEGIES:
        spec = spec.model_copy(update={"strategy": "buy_and_hold", "parameters": {}})
    with suppress(G4qcError):
        Evaluator(**{**arguments, "spec": spec}).evaluate({})


def _data_size() -> int:
    """Return the bytes of private memory of this process; 0 where the system does not say."""
    try:
        text = Path("/proc/self/status").read_text("ascii", errors="ignore")
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("VmData:")), 0)
