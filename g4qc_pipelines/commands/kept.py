"""The services that `g4qc up` restarts when they exit: the embedded database and the simulated gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from g4qc_core.settings import Settings
from g4qc_core.storage.embedded import embedded_server
from g4qc_pipelines.commands.services import gateway_process
from g4qc_pipelines.commands.watch import Kept, how_it_ended


def kept_database(settings: Settings) -> list[Kept]:
    """The embedded server, used when the settings name no other; its address stays the same."""
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
    """The simulated gateway of `g4qc up`: its process changes, its address does not."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._settings, self._stack = settings, stack
        self._child, self.host, self.port = stack.enter_context(gateway_process(settings))

    def kept(self) -> Kept:
        """Return the part that the watch restarts."""
        advice = "run `g4qc gateway` to see why, and start `g4qc up` again"
        return Kept("simulated gateway", self._ended, self._start, advice)

    def _ended(self) -> str | None:
        code = self._child.poll()
        return None if code is None else how_it_ended(code)

    def _start(self) -> None:
        self._stack.close()
        self._child, self.host, self.port = self._stack.enter_context(gateway_process(self._settings, self.port))


@contextmanager
def kept_gateway(settings: Settings) -> Iterator[KeptGateway]:
    """A simulated gateway whose process may be started again within the block."""
    with ExitStack() as stack:
        yield KeptGateway(settings, stack)
