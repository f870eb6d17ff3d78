"""What is handed out once to each worker: the bars, and the user's own files that decide results."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.strategies import STRATEGIES
from g4qc_core.errors import UsageError
from g4qc_core.files import PRIVATE
from g4qc_core.research.child_process import UserFiles
from g4qc_core.research.pools.worker_pool import pickled

_MOST_BYTES = 32 << 20


@dataclass(frozen=True)
class Parcel:
    """The bars and the user's own files.

    Attributes:
        arguments: the pickled arguments of `Evaluator`.
        calendars: content of the user's file of calendars; None: none.
        strategies: content of the files of the user's folder of strategies, by their path in it; None: none is needed.
        folder: where that folder is for the process that searches.
        strategy: version of the strategy, which a worker must find, too; empty: it cannot be loaded here.
    """

    arguments: bytes
    calendars: bytes | None
    strategies: Mapping[str, bytes] | None
    folder: str
    strategy: str

    @classmethod
    def of(cls, arguments: Mapping[str, Any], files: UserFiles) -> Self:
        """Pack the arguments of `Evaluator` and the files that this process uses.

        Raises:
            UsageError: the folder of strategies is too large to be sent.
        """
        own = getattr(arguments.get("spec"), "strategy", "")
        return cls(
            pickled(arguments),
            None if files.calendars is None else files.calendars.read_bytes(),
            None if own in STRATEGIES or files.strategies is None else _content(files.strategies),
            str(files.strategies or ""),
            _version(own),
        )

    def packed(self) -> bytes:
        """Return the parcel as it is sent."""
        return pickle.dumps(self, protocol=5)

    def unpack(self, folder: Path) -> UserFiles:
        """Write the user's own files into a private folder and return where they are."""
        calendars = strategies = None
        if self.calendars is not None:
            calendars = folder / "calendars.toml"
            write_private(calendars, self.calendars)
        if self.strategies is not None:
            strategies = folder / "strategies"
            strategies.mkdir(mode=0o700, exist_ok=True)
            for name, content in self.strategies.items():
                (strategies / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(strategies / name, content)
        return UserFiles(calendars, strategies, self.strategy)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; by its mode, because the mask of a process is that of its threads."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as file:
        file.write(content)


def _content(folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if not folder.is_dir():
        return found
    left = _MOST_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") or part == "__pycache__" for part in name.parts):
            continue
        left -= path.stat().st_size
        if left < 0:
            raise UsageError(
                f"The folder of strategies {folder} has more than {_MOST_BYTES >> 20} MB, which is too much to send to "
                "each worker: move what is no strategy elsewhere."
            )
        found[name.as_posix()] = path.read_bytes()
    return found


def _version(name: str) -> str:
    try:
        return find_strategy(name).version if name else ""
    except UsageError:
        return ""
