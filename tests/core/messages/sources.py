"""The sentences that the code says: the texts of its strings, with a gap for each value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from g4qc_core.messages.template import Template

ROOT = Path(__file__).resolve().parents[3]
GAP = "\0"


def pieces(node: ast.expr) -> tuple[str, ...] | None:
    """Return the text before, between and after the values of a string; None if the node is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if not isinstance(node, ast.JoinedStr):
        return None
    text = "".join(one.value if isinstance(one, ast.Constant) else GAP for one in node.values)  # type: ignore[misc]
    return between(text.split(GAP))


def between(literals: list[str]) -> tuple[str, ...]:
    """Return the literals without empty ones between two gaps: two values side by side are one gap."""
    return tuple(one for at, one in enumerate(literals) if one or at in (0, len(literals) - 1))


def pieces_of(template: Template) -> tuple[str, ...]:
    """Return the literals of a template as `pieces` gives those of the code."""
    return between(list(template.literals))


def modules() -> list[Path]:
    """Return every module of both packages that may say a sentence of the catalogue."""
    paths = [path for package in ("g4qc_core", "g4qc_pipelines") for path in (ROOT / package).rglob("*.py")]
    return sorted(path for path in paths if not {"messages", "migrations"} & {*path.parts})


@cache
def said_by_code() -> frozenset[tuple[str, ...]]:
    """Return the pieces of every string of the code."""
    found = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found.add(pieces(node))
    return frozenset(one for one in found if one)


def raised(folder: str) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield place and pieces of each error raised with a text below a folder; None if it is put together elsewhere."""
    for path in (one for one in modules() if str(one.relative_to(ROOT)).startswith(folder)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                function = ast.unparse(node.exc.func)
                if function not in ("unknown", "HTTPException", "MalformedEntry"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", pieces(node.exc.args[0])
