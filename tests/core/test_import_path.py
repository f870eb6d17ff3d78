"""The current folder is last where Python looks for modules: in this process and in all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.user_strategies import load_class
from g4qc_core.import_path import children_variables, put_current_folder_last

pytestmark = pytest.mark.slow

FOLDERS = st.sampled_from(["", ".", os.getcwd(), "/elsewhere", "/opt/mine"])


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's current folder, with a `signal.py` that is not Python's."""
    (tmp_path / "signal.py").write_text("raise RuntimeError('this is no signal')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@given(st.lists(FOLDERS, max_size=6))
def test_other_folders_of_a_persons_path_stay_in_their_order_and_the_current_one_goes(folders: list[str]) -> None:
    variables = children_variables(os.pathsep.join(folders))
    assert variables["PYTHONSAFEPATH"] == "1"
    kept = [folder for folder in folders if folder in ("/elsewhere", "/opt/mine")]
    given_on = variables.get("PYTHONPATH", "").split(os.pathsep)
    # Dagster takes the first one out while it loads the graph.
    assert [part for part in given_on[1:] if part] == kept
    assert not {".", os.getcwd()} & set(given_on)


@pytest.mark.parametrize("front", ["", ".", "here"])
def test_the_current_folder_moves_to_the_end_once(notebooks: Path, front: str) -> None:
    sys.path.insert(0, str(notebooks) if front == "here" else front)
    put_current_folder_last()
    put_current_folder_last()
    assert sys.path[-1] == ""
    assert not {"", ".", str(notebooks)} & set(sys.path[:-1])


def test_a_persons_own_class_is_found_there_and_takes_no_modules_place(notebooks: Path) -> None:
    (notebooks / "my_own_strategy.py").write_text("import signal\n\n\nclass Mine:\n    number = signal.SIGINT\n")
    assert load_class("my_own_strategy:Mine").__name__ == "Mine"
    del sys.modules["my_own_strategy"]


@pytest.mark.parametrize("start", [["-m", "g4qc_pipelines.cli"], [str(Path(sys.executable).with_name("g4qc"))]])
@pytest.mark.parametrize("path", ["", ":", "{here}:/elsewhere"])
def test_the_command_starts_in_a_folder_with_a_file_of_a_modules_name(
    notebooks: Path, start: list[str], path: str
) -> None:
    variables = {**os.environ, "PYTHONPATH": path.format(here=notebooks)}
    ended = subprocess.run([sys.executable, *start, "--version"], env=variables, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("g4qc, version")
