"""What this process is for, and what it may therefore keep instead of looking it up again."""

from __future__ import annotations

_one_run: list[bool] = []
_steps: list[bool] = []


def serve_one_run() -> None:
    """Say that this process executes one run and then ends: it may keep the graph and its connections."""
    _one_run.append(True)


def serves_one_run() -> bool:
    """Return True if this process executes one run."""
    return bool(_one_run)


def serve_steps() -> None:
    """Say that this process executes steps of many runs: it may keep its connections, and not the graph."""
    _steps.append(True)


def keeps_connections() -> bool:
    """Return True if this process asks Dagster's database again and again, and found its tables there before."""
    return bool(_one_run or _steps)
