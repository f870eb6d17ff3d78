"""A PostgreSQL server in a folder of its own, which stops and starts while others use it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from g4qc_core.storage.server.embedded import EmbeddedServer, embedded_server


class OwnPostgres:
    """A running server."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self.url = server.url("postgres").render_as_string(hide_password=False)

    def restart(self, mode: str, away: float) -> None:
        """Stop it, and start it again after some seconds.

        Args:
            mode: `fast`, as an administrator stops it, or `immediate`, as if it was killed.
            away: seconds.
        """
        self._server._run("pg_ctl", "stop", "-D", str(self._server.data), "-m", mode, "-w")
        time.sleep(away)
        self._server.join()


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Start a server in a new folder, which is deleted at the end."""
    folder = Path(tempfile.mkdtemp(prefix="g4qc-drill-server-"))
    server = embedded_server(folder)
    try:
        yield OwnPostgres(server)
    finally:
        server.leave()
        shutil.rmtree(folder)
