"""What a result was made with, beside the declared versions: the sources themselves, and the libraries.

It is kept with every result and is no part of its id, because most changes of sources and libraries change no number.
Nothing of the host is in it.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGES = ("backtest", "bars", "futures")
"""Packages of `g4qc_core` whose code decides numbers."""

LIBRARIES = ("backtesting", "numba", "numpy", "pandas")

_ROOT = Path(__file__).resolve().parents[1]


def made_with() -> dict[str, str]:
    """Return the hash of the sources, and the versions of Python and the libraries, JSON-safe."""
    versions = {name: installed(name) for name in LIBRARIES}
    return {"sources": sources_hash(), "python": ".".join(platform.python_version_tuple()[:2]), **versions}


def installed(name: str) -> str:
    """Return the installed version of a distribution; `unknown` if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"


@cache
def sources_hash() -> str:
    """Return 16 hex digits of all Python files of `PACKAGES`, the same on every host and for every kind of line end."""
    digest = hashlib.sha256()
    files = {path.relative_to(_ROOT).as_posix(): path for one in PACKAGES for path in (_ROOT / one).rglob("*.py")}
    for name, path in sorted(files.items()):
        digest.update(f"{name}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
