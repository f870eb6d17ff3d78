"""The sandboxes of a worker of Dask: processes for sets that live on from chunk to chunk, and end with their search.

A sandbox has one process. A worker with four threads evaluates four chunks at a time, each in a sandbox of its own.
"""

from __future__ import annotations

import pickle
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from g4qc_core.research.child_process import UserFiles
from g4qc_core.research.cluster.chunk_order import ChunkOrder
from g4qc_core.research.cluster.parcel import Parcel, write_private
from g4qc_core.research.pools.worker_pool import WorkerPool
from g4qc_core.research.search.outcome import SetOutcome

_LOOK_AGAIN = 5.0  # seconds
_FILES_KEPT = 2


class SessionSandboxes:
    """The sandboxes of one pool on one worker.

    Attributes:
        parcels: keys in Dask of the parcels that were used, the newest last.
    """

    def __init__(self, folder: Path) -> None:
        """Keep files in a folder of its own below this one."""
        self._files = tempfile.TemporaryDirectory(prefix="g4qc-", dir=folder, ignore_cleanup_errors=True)
        self._folder = Path(self._files.name)
        self._lock = threading.Lock()
        self._idle: list[tuple[Path, WorkerPool]] = []
        self._user_files: UserFiles | None = None
        self._home = ""
        self._ended = False
        self.parcels: list[str] = []

    def _bars(self, key: str, packed: bytes) -> tuple[Path, UserFiles]:
        """Return the file of the bars, written once for all threads, and the user's own files."""
        path = self._folder / f"bars-{key}"
        with self._lock:
            if key not in self.parcels:
                parcel: Parcel = pickle.loads(packed)
                if self._user_files is None:
                    self._user_files, self._home = parcel.unpack(self._folder), parcel.folder
                write_private(path, parcel.arguments)
                self.parcels.append(key)
                for old in self.parcels[:-_FILES_KEPT]:
                    (self._folder / f"bars-{old}").unlink(missing_ok=True)
            assert self._user_files is not None
            return path, self._user_files

    @contextmanager
    def sandbox(self, order: ChunkOrder, packed: bytes) -> Iterator[WorkerPool]:
        """Lend a sandbox with these bars; one in which something went wrong is ended.

        Raises:
            G4qcError: it cannot begin, or the strategy is another one here.
        """
        path, files = self._bars(order.bars, packed)
        with self._lock:
            had, pool = self._idle.pop() if self._idle else (path, None)
        if pool is None:
            pool = WorkerPool(path, 1, self._folder, order.limits, files).__enter__()
        try:
            if had != path:
                pool.use(path)
            pool.begin()
            yield pool
        except BaseException:
            pool.__exit__(None, None, None)
            raise
        with self._lock:
            if not self._ended:
                self._idle.append((path, pool))
                return
        pool.__exit__(None, None, None)

    def is_over(self, holds: Callable[[str], bool]) -> bool:
        """Return whether none of its parcels is there any more."""
        return bool(self.parcels) and not any(map(holds, self.parcels))

    def as_at_home(self, outcome: SetOutcome) -> SetOutcome:
        """Return an outcome whose words name the user's files where the process that searches has them."""
        folder = None if self._user_files is None else self._user_files.strategies
        if folder is None or not outcome.words:
            return outcome
        return replace(outcome, words=outcome.words.replace(str(folder), self._home))

    def end(self) -> None:
        """End the sandboxes that wait; one that is busy ends after its chunk."""
        with self._lock:
            self._ended, idle = True, self._idle
            self._idle = []
        for _, pool in idle:
            pool.__exit__(None, None, None)
        self._files.cleanup()


class WorkerSandboxes:
    """The sandboxes of all pools on one worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, SessionSandboxes] = {}
        self._watched = False

    def session(self, name: str, folder: Path, holds: Callable[[str], bool]) -> SessionSandboxes:
        """Return the sandboxes of a pool.

        They end when the worker holds none of its parcels any more: their pool was closed, or its process is gone.

        Args:
            name: of the pool.
            folder: for files.
            holds: whether the worker has something under a key of Dask.
        """
        with self._lock:
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, args=(holds,), name="g4qc-sandboxes", daemon=True).start()
            if name not in self._sessions:
                self._sessions[name] = SessionSandboxes(folder)
            return self._sessions[name]

    def _watch(self, holds: Callable[[str], bool]) -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_AGAIN):
            with self._lock:
                over = [name for name, one in self._sessions.items() if one.is_over(holds)]
                ended = [self._sessions.pop(name) for name in over]
            for one in ended:
                one.end()


SANDBOXES = WorkerSandboxes()
"""Those of this process."""
