"""The notebooks of `examples/` run from top to bottom, on a home with bars of October 2026."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.fixtures.home import Home
from tests.fixtures.web import free_ports
from tests.test_house import ROOT

pytestmark = pytest.mark.integration

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


@pytest.fixture(scope="module")
def environment(full_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The environment in which kernels start, with separate folders for Jupyter."""
    folder = tmp_path_factory.mktemp("jupyter")
    home = full_home.with_(api_port=free_ports()["api_port"])
    own = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run"}
    before = dict(os.environ)
    os.environ.update(home.environment)
    os.environ.update({name: str(folder / value) for name, value in own.items()} | {"IPYTHONDIR": str(folder / "ipy")})
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        yield home
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module")
def server(environment: Home) -> Iterator[None]:
    """`g4qc api` over the same home, ready to answer."""
    port = environment.environment["G4QC_API_PORT"]
    with environment.started("api", "--port", port) as child:
        assert child.stdout is not None
        assert any(port in line for line in child.stdout)
        yield


def run(path: Path, folder: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> str:
    return json.dumps([cell.get("outputs", []) for cell in notebook.cells])


def test_there_are_three_notebooks_and_each_has_a_test() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["bars-to-a-chart", "client", "strategy-to-a-report"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.usefixtures("environment")
def test_bars_become_a_chart(tmp_path: Path) -> None:
    notebook = run(ROOT / "examples" / "bars-to-a-chart.ipynb", tmp_path)
    assert (tmp_path / "es-1h.png").stat().st_size > 10_000
    assert "image/png" in outputs(notebook)


@pytest.mark.usefixtures("environment")
def test_a_strategy_becomes_a_report(tmp_path: Path) -> None:
    run(ROOT / "examples" / "strategy-to-a-report.ipynb", tmp_path)
    assert "Breakout" in (tmp_path / "breakout.html").read_text("utf-8")


@pytest.mark.usefixtures("server")
def test_the_client_reads_from_a_server(tmp_path: Path) -> None:
    shown = outputs(run(ROOT / "examples" / "client.ipynb", tmp_path))
    assert "did you mean 'ES'" in shown
    assert "202612" in shown
