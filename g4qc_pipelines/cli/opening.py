"""Settings of a command that opens the database: the server starts while the command's modules are imported."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from g4qc_core.settings import Settings


def settings_for_database() -> Settings:
    """Load the settings, and begin to start the embedded server of a home that has one.

    Opening the database waits for that start and raises its errors.
    """
    from g4qc_core.settings import load_settings

    settings = load_settings()
    if settings.database_url is None and (settings.home / "postgres").is_dir():
        Thread(target=_start, args=[settings.home], name="embedded-postgres", daemon=True).start()
    return settings


def _start(home: Path) -> None:
    from g4qc_core.errors import G4qcError
    from g4qc_core.storage.server.embedded import embedded_server
    from g4qc_core.storage.server.embedded_files import data_folder
    from g4qc_core.storage.server.embedded_process import runs

    with suppress(G4qcError, OSError):
        # The command itself waits for a running server: Ctrl-C ends that wait, even if the server is frozen.
        if not runs(data_folder(home / "postgres")):
            embedded_server(home)
