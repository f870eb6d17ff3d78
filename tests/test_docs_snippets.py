"""The snippets of the documentation run: Python of every page in order, and the commands of the tutorial."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from tests.fixtures.api import Api, served
from tests.fixtures.home import Home
from tests.fixtures.study_launcher import StudyLauncher
from tests.test_house import ROOT, console_lines, documents, g4qc_calls

pytestmark = pytest.mark.integration

_FENCE = re.compile(r"^```python([^\n]*)\n(.*?)^```", re.S | re.M)
WITH_PYTHON = [path for path in documents() if _FENCE.search(path.read_text("utf-8"))]

TUTORIAL = ("first-report.md", "strategy.md", "instrument.md")
_SERVERS = ({"demo"}, {"up"})


@pytest.fixture(scope="module")
def running_api(full_home: Home) -> Iterator[Api]:
    """The API with a launcher that runs searches and studies at once."""
    with served(full_home.settings, launcher=StudyLauncher(full_home)) as running:
        yield running


@pytest.fixture
def environment(running_api: Api, full_home: Home, tmp_path: Path) -> Iterator[None]:
    """The environment of a user with the server of the tests, in a separate folder."""
    before = dict(os.environ)
    os.environ.update({**full_home.environment, "G4QC_API_URL": running_api.url})
    try:
        with chdir(tmp_path):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.parametrize("path", WITH_PYTHON, ids=lambda path: path.name)
@pytest.mark.usefixtures("environment")
def test_the_python_of_a_page_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, object] = {"__name__": f"page_{path.stem}"}
    for title, code in _FENCE.findall(path.read_text("utf-8")):
        if file := re.search(r'title="([^"]+)"', title):
            written = tmp_path / file[1]
            written.parent.mkdir(exist_ok=True)
            written.write_text(code)
            monkeypatch.syspath_prepend(written.parent)
        exec(compile(code, str(path), "exec"), names)


def test_the_commands_of_the_tutorial_run_one_after_another(home: Home) -> None:
    for name in TUTORIAL:
        page = ROOT / "docs" / "tutorial" / name
        for title, code in _FENCE.findall(page.read_text("utf-8")):
            if file := re.search(r'title="([^"]+)"', title):
                (home.folder / file[1]).write_text(code)
        for call in g4qc_calls(page):
            if set(call) not in _SERVERS:
                done = home.run(*call)
                assert done.code == 0, f"{name}: {shlex.join(call)}: {done.errors}"


@pytest.mark.slow
def test_the_page_about_strategies_runs_from_its_first_line_to_its_last(home: Home) -> None:
    """Files are written as the page titles them, and its commands run one after another, those of pytest too."""
    page = ROOT / "docs" / "strategies.md"
    there = home.with_(strategies=home.folder / "strategies")
    assert there.run("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-31").code == 0
    (there.folder / "strategies").mkdir()
    for title, code in _FENCE.findall(page.read_text("utf-8")):
        if file := re.search(r'title="([^"]+)"', title):
            (there.folder / file[1]).write_text(code)
    lines = [shlex.split(line, comments=True)[2:] for line in console_lines(page)]
    assert len(lines) > 10
    for words in lines:
        if words[0] == "g4qc":
            done = there.run(*words[1:])
            assert done.code == 0, f"{shlex.join(words)}: {done.errors}"
        else:
            ran = subprocess.run([sys.executable, *words[1:]], cwd=there.folder, capture_output=True, text=True)
            assert ran.returncode == 0, f"{shlex.join(words)}: {ran.stdout}"
