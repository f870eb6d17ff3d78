"""Strategies in files of a folder and in installed packages: which classes they offer, under which names.

A file that cannot be loaded is named in one sentence and hides no other file. A file that has changed is loaded again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from g4qc_core.backtest.strategies.strategy import Strategy, lacking_parts
from g4qc_core.backtest.user_code import failure
from g4qc_core.errors import UsageError

GROUP = "g4qc.strategies"
"""Group of entry points under which an installed package offers strategies."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
_PREFIX = "g4qc_own_strategies_"
_lock = RLock()


@dataclass(frozen=True)
class Offer:
    """What one file or one entry point offers.

    Attributes:
        source: the file, or the entry point in words.
        name: stem of the file, or name of the entry point: the name of a class that has none of its own.
        found: classes by name.
        problem: one sentence if it cannot be loaded; then it offers nothing.
        version: hash of the file as it was loaded; empty for an entry point.
    """

    source: str
    name: str
    found: dict[str, type] = field(default_factory=dict)
    problem: str = ""
    version: str = ""


_files: dict[Path, tuple[tuple[int, int], Offer]] = {}
_packages: dict[str, Offer] = {}


def offers_of_folder(folder: Path | None) -> list[Offer]:
    """Return what each file of the folder offers, by file name; nothing for a folder that does not exist.

    Files whose names begin with `_`, `.` or `test_` are no strategies.
    """
    if folder is None or not folder.is_dir():
        return []
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith(("_", ".", "test_")))
    with _lock:
        for gone in [path for path in _files if path.parent == folder and path not in files]:
            del _files[gone]
        return [_offer_of_file(path) for path in files]


def offers_of_packages() -> list[Offer]:
    """Return what each entry point of the group `g4qc.strategies` offers, by name."""
    from importlib.metadata import entry_points

    with _lock:
        for point in entry_points(group=GROUP):
            if point.name not in _packages:
                _packages[point.name] = _offer(f"entry point {point.name} = {point.value}", point.name, point.load)
        return [_packages[name] for name in sorted(_packages)]


def code_hash(source: str) -> str:
    """Return a hash of a source file that does not depend on its ends of lines."""
    return hashlib.sha256(source.replace("\r\n", "\n").encode()).hexdigest()[:16]


def is_library_kind(kind: type) -> bool:
    """Return whether the class is a subclass of `backtesting.Strategy`; the library is not imported for it."""
    return any(base.__module__ == "backtesting.backtesting" and base.__name__ == "Strategy" for base in kind.__mro__)


def _offer_of_file(path: Path) -> Offer:
    try:
        status = path.stat()
    except OSError as error:
        return Offer(str(path), path.stem, problem=f"The strategy file {path} cannot be read: {error.strerror}.")
    state = (status.st_mtime_ns, status.st_size)
    if path not in _files or _files[path][0] != state:
        text = path.read_text("utf-8", errors="replace")
        offer = _offer(str(path), path.stem, lambda: _module_of(path, text))
        _files[path] = state, replace(offer, version=code_hash(text))
    return _files[path][1]


def _module_of(path: Path, text: str) -> ModuleType:
    linecache.checkcache(str(path))
    name = _PREFIX + re.sub(r"\W", "_", path.stem)
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None
    module = importlib.util.module_from_spec(found)
    # Files of the folder may import each other.
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    sys.modules[name] = module
    # Not through the cache of compiled files, in which two changes within a second are one.
    code = compile(text, str(path), "exec")
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _offer(source: str, name: str, load: Callable[[], Any]) -> Offer:
    try:
        made = _loaded(source, load)
        kinds = [made] if isinstance(made, type) else list(kinds_of(made))
        return Offer(source, name, _named(kinds, source, name))
    except UsageError as error:
        return Offer(source, name, problem=str(error))


def _loaded(source: str, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except (Exception, SystemExit) as error:
        raise failure(f"The strategy file {source} cannot be loaded", error) from error


def kinds_of(module: ModuleType) -> Iterator[type]:
    """Yield the strategy classes that the module itself defines, in its order."""
    for attribute, member in vars(module).items():
        own = isinstance(member, type) and member.__module__ == module.__name__ and not attribute.startswith("_")
        if own and (issubclass(member, Strategy) or is_library_kind(member)) and not _is_base(member, module):
            yield member


def _is_base(kind: type, module: ModuleType) -> bool:
    """Return whether the class is an unfinished one, from which another class of the module is derived."""
    unfinished = bool(lacking_parts(kind))
    others = (member for member in vars(module).values() if isinstance(member, type) and member is not kind)
    return unfinished and any(issubclass(other, kind) for other in others)


def _named(kinds: list[type], source: str, stem: str) -> dict[str, type]:
    if not kinds:
        raise UsageError(
            f"The strategy file {source} defines no strategy: define a class of "
            "g4qc_core.backtest.strategies.Strategy or of backtesting.Strategy."
        )
    found: dict[str, type] = {}
    for kind in kinds:
        if lacking := lacking_parts(kind):
            raise UsageError(
                f"The strategy file {source} cannot be used: the class {kind.__name__} does not define "
                f"{' and '.join(lacking)}."
            )
        given = inspect.getattr_static(kind, "name", None)
        name = given if isinstance(given, str) else stem
        if name in found:
            raise UsageError(
                f"The strategy file {source} has two strategies named {name}: give each class a name of its own, like "
                'name: ClassVar[str] = "my_rule".'
            )
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"The strategy file {source} names a strategy {name!r}: write up to 100 letters, digits and . _ - "
                "after a letter."
            )
        found[name] = kind
    return found
