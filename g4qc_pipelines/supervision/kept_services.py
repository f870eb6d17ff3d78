"""Services that `g4qc up` restarts when they exit or hang: the embedded database and the simulated gateway."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from g4qc_core.settings import Settings
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_pipelines.supervision.gateway_pulse import Pulse
from g4qc_pipelines.supervision.processes import gateway_process, signal_group
from g4qc_pipelines.supervision.watch import Kept, how_it_ended

_HANGS_SECONDS = 30.0


def kept_database(settings: Settings) -> list[Kept]:
    """Return the embedded server as a restartable part, if the settings name no other; its address stays the same."""
    if settings.database_url is not None:
        return []

    def ended() -> str | None:
        return "ended by itself" if embedded_server(settings.home, start=False).is_dead else None

    def start() -> None:
        embedded_server(settings.home)

    log = settings.home / "postgres" / "log"
    return [
        Kept("embedded PostgreSQL", ended, start, f"look into {log}, and at the memory and the disk of the machine")
    ]


class KeptGateway:
    """The simulated gateway of `g4qc up`: its process changes, its address and its account do not.

    Args:
        settings: the settings.
        clock: monotonic seconds; replaced in tests.
    """

    def __init__(self, settings: Settings, stack: ExitStack, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._stack = settings, stack
        # Another seed is another market, with other prices.
        self._account = settings.home / f"simulated-account-{settings.simulated_seed}.jsonl"
        self._child, self.host, self.port = stack.enter_context(gateway_process(settings, 0, self._account))
        self._pulse = Pulse(self.host, self.port, _HANGS_SECONDS, clock)

    @property
    def environment(self) -> dict[str, str]:
        """Settings by which other processes find and recognize this gateway."""
        return {"G4QC_IB_HOST": self.host, "G4QC_IB_PORT": str(self.port), "G4QC_IB_SIMULATED": "true"}

    def kept(self) -> Kept:
        """Return the part that the watch restarts."""
        return Kept("simulated gateway", self._ended, self._start, "see above why, and start `g4qc up` again")

    @property
    def asking(self) -> bool:
        """True while a check of its pulse awaits the answer."""
        return self._pulse.asking

    def stop(self) -> None:
        """End the check of its pulse."""
        self._pulse.stop()

    def _ended(self) -> str | None:
        code = self._child.poll()
        if code is not None:
            return how_it_ended(code)
        return self._pulse.trouble()

    def _start(self) -> None:
        self._pulse.stop()
        # A hanging process does not handle Ctrl-C.
        signal_group(self._child, signal.SIGKILL)
        self._stack.close()
        started = self._stack.enter_context(gateway_process(self._settings, self.port, self._account))
        self._child, self.host, self.port = started


@contextmanager
def kept_gateway(settings: Settings) -> Iterator[KeptGateway]:
    """Yield a simulated gateway whose process can be restarted."""
    with ExitStack() as stack:
        kept = KeptGateway(settings, stack)
        try:
            yield kept
        finally:
            kept.stop()
