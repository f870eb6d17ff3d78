"""What a process runs, as far as it decides numbers: two processes that agree on it give the same bytes."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]
_DISTRIBUTIONS = ("g4qc", "distributed", "numpy", "pandas", "numba", "llvmlite", "scipy", "backtesting")
_CODE = "the code of g4qc_core"


@dataclass(frozen=True)
class WorkerIdentity:
    """What a process runs.

    Attributes:
        versions: by name: Python, the packages that decide numbers, and a hash of the files of `g4qc_core`.
    """

    versions: Mapping[str, str]

    def difference(self, other: WorkerIdentity) -> str:
        """Return in words where another process differs from this one, without a dot; empty if nowhere."""
        for name, own in self.versions.items():
            its = other.versions.get(name, "none")
            if its != own:
                return f"{name} {its} instead of {own}"
        return ""


@cache
def own_identity() -> WorkerIdentity:
    """Return what this process runs."""
    found = {"Python": ".".join(map(str, sys.version_info[:2]))}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return WorkerIdentity({**found, _CODE: code_digest(_PACKAGE)})


def code_digest(folder: Path) -> str:
    """Return a hash of all Python files below a folder, whatever their ends of lines."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        whole.update(f"{path.relative_to(folder).as_posix()} {len(content)} ".encode() + content)
    return whole.hexdigest()[:16]
