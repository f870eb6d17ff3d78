"""The wheel in an environment with only the client's dependencies: it fetches bars, and names missing packages."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.api import Api

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import sys
import g4qc_core as g4
from importlib.util import find_spec

assert not any(map(find_spec, ("dagster", "sqlalchemy", "bokeh", "click", "fastapi")))
with g4.G4QC(sys.argv[1]) as client:
    print(len(client.bars("ES", "1h", limit=7)))
try:
    g4.open_stores
except ImportError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel, and the locked versions of what it depends on."""
    folder = tmp_path_factory.mktemp("client-only")
    locked = folder / "locked.txt"

    def uv(*words: str | Path) -> None:
        # Most modules of the environment are never imported: they need no bytecode.
        environment = {**os.environ, "UV_COMPILE_BYTECODE": "0"}
        subprocess.run(["uv", *words], cwd=ROOT, env=environment, check=True, capture_output=True)

    uv("build", "-q", "--wheel", "-o", folder)
    uv("export", "-q", "--locked", "--no-emit-project", "--no-default-groups", "--no-hashes", "-o", locked)
    uv("venv", "-q", folder / "venv")
    (wheel,) = folder.glob("*.whl")
    uv("pip", "install", "-q", "-p", folder / "venv", "-c", locked, wheel)
    return folder / "venv"


def test_the_client_fetches_bars_without_the_platform(environment: Path, api: Api, tmp_path: Path) -> None:
    python = environment / "bin" / "python"
    found = subprocess.run([python, "-c", SCRIPT, api.url], cwd=tmp_path, check=True, capture_output=True, text=True)
    count, lack = found.stdout.splitlines()
    assert count == "7"
    assert "pip install 'g4qc[library]'" in lack


def test_the_command_says_what_to_install(environment: Path, tmp_path: Path) -> None:
    ended = subprocess.run([environment / "bin" / "g4qc", "status"], cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "pip install 'g4qc[platform]'" in ended.stderr


def test_both_packages_are_typed_in_the_wheel(environment: Path) -> None:
    for package in ("g4qc_core", "g4qc_pipelines"):
        assert list(environment.glob(f"lib/python*/site-packages/{package}/py.typed")), package
