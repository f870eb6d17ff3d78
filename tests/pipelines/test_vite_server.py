"""What `g4qc up --dev` needs, and what it says when that is missing."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from g4qc_core.errors import UsageError
from g4qc_core.settings import Settings
from g4qc_pipelines.launching import vite_server
from g4qc_pipelines.supervision.processes import process


def test_an_installed_package_says_that_it_has_no_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vite_server, "FRONTEND", tmp_path)
    with pytest.raises(UsageError, match="needs a checkout of the repository"):
        vite_server.check_sources()


def test_a_checkout_without_node_or_packages_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vite_server, "FRONTEND", tmp_path)
    (tmp_path / "package.json").write_text("{}")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match=r"needs Node 20 or newer"):
        vite_server.check_sources()
    monkeypatch.setattr(shutil, "which", lambda _: "node")
    with pytest.raises(UsageError, match=r"run `npm ci` in frontend/"):
        vite_server.check_sources()


def test_the_server_answers_until_it_is_stopped(tmp_path: Path) -> None:
    try:
        vite_server.check_sources()
    except UsageError as error:
        pytest.skip(str(error))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, environment = vite_server.vite_command(Settings(), port)
    with process(command, environment, tmp_path / "log") as child:
        while not vite_server.vite_answers(port):
            assert child.poll() is None, (tmp_path / "log").read_text()
    assert not vite_server.vite_answers(port)
