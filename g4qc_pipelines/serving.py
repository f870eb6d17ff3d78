"""The server of reports, run in a thread of the command that needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from g4qc_core.api.app import build_app


@contextmanager
def report_server(reports: Path, host: str, port: int) -> Iterator[None]:
    """Serves the reports on the address until the block ends. The caller has checked that the port is free."""
    config = uvicorn.Config(build_app(reports), host=host, port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="reports", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)
