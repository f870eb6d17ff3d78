"""The code server: Dagster's own command with this package's servicer, and the clock watch.

    python -m g4qc_pipelines.running.code_server -m g4qc_pipelines.definitions -a defs -s SOCKET

takes the options of `dagster api grpc`.
"""

from __future__ import annotations

import sys
from functools import partial

import dagster._grpc.server as grpc_server
from dagster._cli.api import grpc_command

from g4qc_core.settings import load_settings
from g4qc_pipelines.running.servicer import Servicer


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    settings = load_settings()
    # The command looks its servicer up by this name when it runs.
    grpc_server.DagsterApiServer = partial(Servicer, start_limit=settings.run_start_limit)  # type: ignore[misc, assignment]
    # Without the last option the current folder comes first where modules are looked for.
    grpc_command([*arguments, "--empty-working-directory"], standalone_mode=True)


if __name__ == "__main__":
    main(sys.argv[1:])
