"""Whether this process executes one run and then ends: it may then keep what another process must look up again."""

from __future__ import annotations

_said: list[bool] = []


def serve_one_run() -> None:
    """Say that this process executes one run."""
    _said.append(True)


def serves_one_run() -> bool:
    """Return True if this process executes one run."""
    return bool(_said)
