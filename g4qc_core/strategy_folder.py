"""The folder of the user's own strategies, chosen once for this process by the settings."""

from __future__ import annotations

from pathlib import Path

_chosen: list[Path] = []


def use_strategy_folder(folder: Path | None) -> None:
    """Read the user's own strategies from this folder from now on; from none without one."""
    _chosen[:] = [] if folder is None else [folder]


def strategy_folder() -> Path | None:
    """Return the folder of the user's own strategies, which may not exist; None if none was chosen."""
    return _chosen[0] if _chosen else None
