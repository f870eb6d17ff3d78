"""A process that runs explored sets, with the bars of a few specs in memory.

`explore_pool` starts it. It ends with its parent, and ignores Ctrl-C, which is the parent's.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from g4qc_core.research.child_process import Surroundings

KEPT = 2
"""Specs whose bars one process keeps."""


@dataclass(frozen=True)
class ExploreStart:
    """What a process needs to begin.

    Attributes:
        memory: bytes that it may need; 0: no limit.
        surroundings: those of the parent.
    """

    memory: int
    surroundings: Surroundings


@dataclass(frozen=True)
class ExploreTask:
    """One set to run.

    Attributes:
        key: of spec and bars.
        arguments: file with the pickled arguments of `Evaluator`.
        parameters: the set.
        trades: most trades to answer.
    """

    key: str
    arguments: Path
    parameters: Mapping[str, Any]
    trades: int


def main(descriptor: int) -> None:
    """Run sets until the parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    start: ExploreStart = connection.recv()
    start.surroundings.end_with_parent()
    start.surroundings.use_files()
    if start.memory:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (start.memory, hard))
    kept: OrderedDict[str, Any] = OrderedDict()
    try:
        while True:
            connection.send(_answer(connection.recv(), kept))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _answer(task: ExploreTask, kept: OrderedDict[str, Any]) -> Any:
    """Return the explored set, or the error for the user."""
    from g4qc_core.errors import G4qcError, UsageError

    try:
        return _explorer(task, kept).run(task.parameters, task.trades)
    except G4qcError as error:
        return error
    except MemoryError:
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - a defect of one set must not end the process of the others
        return UsageError(f"The strategy failed with {type(error).__name__}: {error}")


def _explorer(task: ExploreTask, kept: OrderedDict[str, Any]) -> Any:
    from g4qc_core.research.explore.explored_set import SetExplorer

    if task.key not in kept:
        while len(kept) >= KEPT:
            kept.popitem(last=False)
        kept[task.key] = SetExplorer(pickle.loads(task.arguments.read_bytes()))
    kept.move_to_end(task.key)
    return kept[task.key]
