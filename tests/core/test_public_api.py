"""The public API: `import g4qc_core as g4` is quick, every name works and is documented, and signatures stay the same.

Changing a signature is a decision: write the new one with `python -m tests.core.test_public_api`.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

import g4qc_core as g4

SNAPSHOT = Path(__file__).with_name("public_api.txt")

# Types of this library that appear in public signatures and are reached through public objects only.
REACHED = {
    "OldContracts",  # read by `run_spec` for a spec that holds old contracts
    "CalendarEntry",  # read by `calendar`
    "MissingRun",  # an entry of `Completeness.runs()`
    "StudySource",  # given to a `Study` by the client that makes it
    "StudyWork",  # the same
    "ServerConnection",  # given to a `TradingClient` by the client that makes it
}


def members(kind: type) -> Iterator[tuple[str, str]]:
    """Yield the public members that the library defines: name, and signature or kind."""
    if kind is g4.Stores:
        return  # Its stores are internal; public functions take the whole.
    fields = getattr(kind, "model_fields", None) or getattr(kind, "__dataclass_fields__", {})
    if kind is not g4.Settings:
        yield from ((name, "field") for name in fields if not name.startswith("_"))
    bases = [base for base in reversed(kind.__mro__) if base.__module__.startswith("g4qc_core.studies_client")]
    for name, value in sorted({name: value for one in (*bases, kind) for name, value in vars(one).items()}.items()):
        if name.startswith(("_", "model_")) or name in fields:
            continue
        if isinstance(value, property):
            yield name, "property"
        elif isinstance(value, classmethod | staticmethod):
            yield name, str(inspect.signature(value.__func__))
        elif inspect.isfunction(value):
            yield name, str(inspect.signature(value))
        elif issubclass(kind, Enum):
            yield name, "member"
    if not fields and not issubclass(kind, Enum | Exception | Warning | dict) and "__init__" in vars(kind):
        yield "__init__", str(inspect.signature(vars(kind)["__init__"]))


def described() -> Iterator[str]:
    """Yield one line for each public name, and for each member of a public class."""
    for name in g4.__all__:
        value = getattr(g4, name)
        if isinstance(value, type):
            yield f"class {name}"
            yield from (f"    {member}{text if text[0] == '(' else f': {text}'}" for member, text in members(value))
        elif isinstance(value, ModuleType):
            yield f"module {name}"
        else:
            yield f"{name}{inspect.signature(value) if inspect.isfunction(value) else ''}"


def functions() -> Iterator[tuple[str, Any]]:
    """Yield the public functions, and the public methods of public classes."""
    for name in g4.__all__:
        value = getattr(g4, name)
        if inspect.isfunction(value):
            yield name, inspect.unwrap(value)
        elif isinstance(value, type) and value is not g4.Stores:
            for member, method in vars(value).items():
                written = inspect.isfunction(method) and method.__code__.co_filename != "<string>"
                if written and (member == "__init__" or not member.startswith("_")):
                    yield f"{name}.{member}", method


def test_importing_the_package_loads_nothing_else() -> None:
    text = "import sys, g4qc_core; print([m for m in sys.modules if m.startswith(('g4qc_core.', 'pandas', 'numpy'))])"
    assert subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_a_library_object_loads_neither_the_graph_nor_the_broker() -> None:
    text = (
        "import sys, g4qc_core as g4; [getattr(g4, name) for name in g4.__all__];"
        "print([m for m in ('dagster', 'ibapi', 'fastapi', 'uvicorn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_what_type_checkers_see_is_what_is_imported() -> None:
    tree = ast.parse(Path(g4.__file__).read_text("utf-8"))
    seen = {
        alias.name: node.module if alias.name in g4._HOMES else f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("g4qc_core")
        for alias in node.names
    }
    assert seen == {**g4._HOMES, **g4._SUBMODULES}
    assert sorted(seen) == sorted(g4.__all__)


@pytest.mark.parametrize("name", g4.__all__)
def test_a_public_name_resolves_and_is_documented(name: str) -> None:
    value = getattr(g4, name)
    assert name in dir(g4)
    if isinstance(value, type | ModuleType) or inspect.isfunction(value):
        assert (value.__doc__ or "").strip()
        base: Any = BaseModel if isinstance(value, type) and issubclass(value, BaseModel) else object
        assert value.__doc__ != base.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = g4.Nothing


def test_types_in_public_signatures_are_public() -> None:
    leaked = []
    for name, function in functions():
        module = sys.modules[function.__module__]
        words = {
            word for text in function.__annotations__.values() for word in re.findall(r"\b[A-Za-z_]\w*", str(text))
        }
        for word in words:
            kind = getattr(module, word, None)
            ours = isinstance(kind, type) and kind.__module__.startswith("g4qc_core")
            if word.startswith("_") or (ours and word not in g4.__all__ and word not in REACHED):
                leaked.append(f"{name}: {word}")
    assert leaked == []


def test_the_signatures_are_those_of_the_snapshot() -> None:
    assert list(described()) == SNAPSHOT.read_text("utf-8").splitlines()


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(described()) + "\n", "utf-8")
