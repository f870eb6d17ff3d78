"""Libraries that commands may load: importing them takes longer than most of a command's work.

Each test looks at the modules of a separate process.
"""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"alembic", "backtesting", "bokeh", "dagster", "fastapi", "httpx", "ibapi", "matplotlib", "numpy", "pandas",
         "pandas_market_calendars", "pandera", "pyarrow", "rich", "sqlalchemy"}  # fmt: skip

HELP = """
import contextlib, io, sys
import click
from g4qc_pipelines.cli.root import cli, main

def show(path, command):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main([*path, "--help"])
    assert said.getvalue().startswith("Usage: g4qc"), path
    for name, part in getattr(command, "commands", {}).items():
        show([*path, name], part)

show([], cli)
print(*sys.modules)
"""


def loaded(code: str) -> set[str]:
    """Top-level modules that a process has loaded once it has run the code, which prints all modules last."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return {module.partition(".")[0] for module in done.stdout.splitlines()[-1].split()}


def test_help_of_every_command_loads_nothing_heavy() -> None:
    assert loaded(HELP) & HEAVY == set()
