"""Entry point of the command `g4qc`: start the command line, or name the missing packages if it cannot run."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command line; exit with code 1 and one sentence if only the client or the library is installed."""
    if find_spec("dagster") is None:
        sys.exit("The command g4qc needs the whole of G4QC: install it with `pip install 'g4qc[platform]'`.")
    from g4qc_pipelines.cli.root import main as run

    run()
