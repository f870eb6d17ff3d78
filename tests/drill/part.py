"""One part of the cluster: a process that is started again after it was killed, as a restart policy does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.fixtures.waiting import PATIENCE, until


class Part:
    """A process with its own log.

    Args:
        name: names the log.
        command: after `python -m`.
        folder: of the log.
        environment: the variables of G4QC.
        ready: words of its log that say that it works; empty: it is not waited for.
    """

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], ready: str = ""
    ) -> None:
        self.name, self._command, self._folder, self._ready = name, list(command), folder, ready
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("G4QC_", "DAGSTER_"))}
        self._environment = inherited | dict(environment)
        self._lives = 0
        self.start()

    def start(self) -> None:
        """Start it, and return when it is ready."""
        self._lives += 1
        self.log = self._folder / f"{self.name}-{self._lives}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self._command],
                env=self._environment,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(lambda: self._ready in self.said() or self.process.poll() is not None, f"{self.name} is not ready")
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        """Return what it printed since it was started."""
        return self.log.read_text("utf-8", "replace")

    def children(self) -> list[psutil.Process]:
        """Return the processes that it has made."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to all its processes, as the end or the sleep of a machine reaches all."""
        for one in (*self.children(), self.process):
            with suppress(ProcessLookupError):
                os.kill(one.pid, number)

    def kill(self) -> None:
        """Kill it with all its processes."""
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def end(self) -> None:
        """End it in order; kill what is left of it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        self.kill()
