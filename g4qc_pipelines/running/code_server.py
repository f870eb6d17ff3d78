"""The code server: Dagster's own command with this package's servicer, and the clock watch.

    python -m g4qc_pipelines.running.code_server -m g4qc_pipelines.definitions -a defs -s SOCKET

takes the options of `dagster api grpc`.
"""

from __future__ import annotations

import sys
from functools import partial

from g4qc_core.settings import load_settings
from g4qc_pipelines.dagster_private.grpc_server import serve_code
from g4qc_pipelines.running.servicer import Servicer


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    settings = load_settings()
    # Without the last option, Python looks for modules in the current folder first.
    serve_code(partial(Servicer, start_limit=settings.run_start_limit), [*arguments, "--empty-working-directory"])


if __name__ == "__main__":
    main(sys.argv[1:])
