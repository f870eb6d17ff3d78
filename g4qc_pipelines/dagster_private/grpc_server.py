"""The code server: its command, its servicer, and the process of a run.

Dagster's servicer waits for a run's process without a limit and stops looking for ended processes at the first database
error (docs/decisions/0027-waits.md). There is no public way to replace it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster._grpc.server as grpc_server

# The command `dagster api grpc`.
from dagster._cli.api import grpc_command

# A job that a process can load by itself: what a worker is given to run.
from dagster._core.definitions.reconstruct import ReconstructableJob

# The work of a run's process, and the two messages that it sends when it begins.
from dagster._grpc.impl import IPCErrorMessage, StartRunInSubprocessSuccessful, start_run_in_subprocess

# The servicer, and the definitions that it serves.
from dagster._grpc.server import DagsterApiServer, LoadedRepositories

__all__ = [
    "DagsterApiServer",
    "IPCErrorMessage",
    "LoadedRepositories",
    "ReconstructableJob",
    "StartRunInSubprocessSuccessful",
    "serve_code",
    "start_run_in_subprocess",
]


def serve_code(servicer: Callable[..., DagsterApiServer], arguments: list[str]) -> Any:
    """Run `dagster api grpc` with this servicer until it is interrupted.

    Args:
        servicer: takes the arguments of `DagsterApiServer`.
        arguments: options of the command.
    """
    # The command looks its servicer up by this name when it runs.
    grpc_server.DagsterApiServer = servicer  # type: ignore[misc, assignment]
    return grpc_command(arguments, standalone_mode=True)
