"""The decorators of compiled functions: numba without relaxed arithmetic, so that a result is the same everywhere.

Compiled code is kept on disk. numba compiles a function anew when its own file changes, but does not look at the files
whose functions and constants it uses. So the code has a folder of its own for each state of all these files.
NUMBA_CACHE_DIR names another place for the folders.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba  # type: ignore[import-untyped, unused-ignore]

Function = TypeVar("Function", bound=Callable[..., Any])

_PACKAGE = Path(__file__).resolve().parents[1]
_MARK = b"g4qc_core.backtest.compiled import"


def compiled_files() -> list[Path]:
    """Return the files with functions that are compiled, and those that they import, in the order of their names."""
    found = (path for part in ("backtest", "research") for path in (_PACKAGE / part).rglob("*.py"))
    own = [path for path in found if _MARK in path.read_bytes()]
    return sorted({*own, *(used for path in own for used in _imported(path))})


def _imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(_PACKAGE.name):
            module = _PACKAGE.parent.joinpath(*node.module.split("."))
            files = (module.with_suffix(".py"), *(module / f"{name.name}.py" for name in node.names))
            yield from (file for file in files if file.is_file())


def folder_of(files: Iterable[Path]) -> str:
    """Return the name of the folder for the code that is compiled from these files."""
    whole = sha256()
    for path in files:
        whole.update(sha256(path.read_bytes()).digest())
    return f"compiled-{whole.hexdigest()[:16]}"


_SETTINGS: Any = numba.config


def _places() -> Iterator[Path]:
    if _SETTINGS.CACHE_DIR:
        yield Path(_SETTINGS.CACHE_DIR)
        return
    yield _PACKAGE / "__pycache__"
    yield Path.home() / ".cache" / "g4qc"


def _keep() -> bool:
    """Choose the folder for compiled code; return whether one can be written."""
    name = folder_of(compiled_files())
    for place in _places():
        folder = place / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            _SETTINGS.CACHE_DIR = str(folder)
            return True
    return False


_KEPT = _keep()


def compiled(function: Function) -> Function:
    """Return the function compiled at its first call and kept on disk; it runs in one thread, step by step."""
    return cast(Function, numba.njit(cache=_KEPT)(function))


def compiled_inline(function: Function) -> Function:
    """Return the function compiled as `compiled` does, and put into each function that calls it."""
    return cast(Function, numba.njit(cache=_KEPT, forceinline=True)(function))


def compiled_for_threads(function: Function) -> Function:
    """Return the function compiled as `compiled` does; it lets other threads run, so that several run side by side."""
    return cast(Function, numba.njit(cache=_KEPT, nogil=True)(function))
