"""The warm parent: a process with the imports of a backtest done, which forks a fresh process for a run.

A fork has the imported code and nothing else: settings, instruments and definitions are loaded by the fork itself, and
each fork executes one run. Whatever is wrong with the parent (not ready, gone, hung, its code changed on disk), `start`
returns None, and the run gets a new process as any other run does. What a run does belongs to `worker`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from g4qc_pipelines.running.worker import last_words

FORK_SECONDS = 5.0
"""Limit for a fork to be made, and once more for its run to begin."""

_LOAD_SECONDS = 300.0
_AGAIN_SECONDS = 60.0
_IMPORTS = "g4qc_pipelines.running.warm_imports"
_OWN = ("g4qc_core", "g4qc_pipelines")

Stamp = tuple[str, int, int]


class WarmParent:
    """The warm parent of one code server, which is the only process that may use it.

    Args:
        logger: told when the parent cannot be used.
        imports: module that the parent imports.
        limit: seconds within which the parent must make a process.
    """

    def __init__(self, logger: logging.Logger, imports: str = _IMPORTS, limit: float = FORK_SECONDS) -> None:
        self._logger = logger
        self._limit = limit
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload([imports])
        self._lock = threading.Lock()
        self._loaded: tuple[Stamp, ...] = ()
        self._parent = 0
        self._loading = False
        self._renew = False
        self._not_before = 0.0

    @property
    def pid(self) -> int:
        """Process id of the parent; 0 while no fork can be made."""
        return self._parent if self._loaded else 0

    def load(self) -> None:
        """Start the parent in the background, or a new one if the present one cannot be used."""
        with self._lock:
            if self._loading:
                return
            self._loading, self._renew = True, False
        threading.Thread(target=self._load, name="warm-parent", daemon=True).start()

    def renew_when_idle(self, idle: bool) -> None:
        """Replace a parent that cannot be used; not while a fork of it runs, whose end only the parent reports."""
        if self._renew and idle and time.monotonic() >= self._not_before:
            self.load()

    def drop(self) -> None:
        """Use the present parent no more; `renew_when_idle` replaces it."""
        self._loaded, self._renew = (), True

    def end(self) -> None:
        """End the parent, and wait for its end."""
        self._loaded = ()
        parent, self._parent = self._parent, 0
        if parent:
            with suppress(ProcessLookupError):
                os.kill(parent, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, parent, os.WEXITED | os.WNOWAIT)

    def start(self, target: Callable[..., None], arguments: Sequence[Any]) -> Any | None:
        """Return a process of the parent that calls `target(*arguments)`; None if there is no such process.

        The process waits until it is told that its start was noticed. A fork that a hung parent makes later ends at
        once: the run has another process by then.
        """
        if not self._loaded:
            return None
        if any(_stamp(path) != (path, *rest) for path, *rest in self._loaded):
            self._logger.info("The code has changed on disk: the next runs start in new processes.")
            self.drop()
            return None
        told, go = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_when_told, args=[told, target, *arguments])
        failed: list[BaseException] = []
        thread = threading.Thread(target=_tried, args=[process.start, failed], name="fork", daemon=True)
        thread.start()
        thread.join(self._limit)
        told.close()
        if thread.is_alive() or failed:
            why = last_words(failed[0]) if failed else f"no answer within {self._limit:.0f} s"
            self._logger.warning("The warm parent made no process (%s): the run starts in a new one.", why)
            go.close()
            self.drop()
            return None
        with suppress(OSError):
            go.send(True)
        go.close()
        return process

    def _load(self) -> None:
        try:
            self.end()
            reader, writer = self._context.Pipe(duplex=False)
            probe = self._context.Process(target=_describe, args=[writer])
            probe.start()
            writer.close()
            if not reader.poll(_LOAD_SECONDS):
                raise TimeoutError(f"no answer within {_LOAD_SECONDS:.0f} s")
            self._parent, loaded = reader.recv()
            probe.join()
            self._loaded = loaded
        except Exception as error:  # noqa: BLE001 - without the parent every run still starts, in a new process
            self._logger.warning("The warm parent did not start: %s.", last_words(error))
            self._not_before, self._renew = time.monotonic() + _AGAIN_SECONDS, True
        finally:
            with self._lock:
                self._loading = False


def stamps() -> tuple[Stamp, ...]:
    """Return path, time of change and size of each file of this package, and those of the folders of packages."""
    found = [
        str(file)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in _OWN and (file := getattr(module, "__file__", None))
    ]
    folders = [part for part in sys.path if os.path.basename(part) == "site-packages"]
    return tuple(sorted(_stamp(path) for path in {*found, *folders}))


def _stamp(path: str) -> Stamp:
    with suppress(OSError):
        found = os.stat(path)
        return path, found.st_mtime_ns, found.st_size
    return path, 0, 0


def _describe(told: Connection) -> None:
    told.send((os.getppid(), stamps()))


def _when_told(told: Connection, target: Callable[..., None], *arguments: Any) -> None:
    with suppress(EOFError, OSError):
        if told.poll(FORK_SECONDS) and told.recv():
            target(*arguments)


def _tried(step: Callable[[], object], failed: list[BaseException]) -> None:
    try:
        step()
    except BaseException as error:  # noqa: BLE001 - the caller decides
        failed.append(error)
