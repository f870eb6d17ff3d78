"""Fixtures for tests of the wiring: settings without a home and their graph, and an empty home's instance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from g4qc_core.settings import Settings
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.definitions import build_definitions
from tests.fixtures.home import Home
from tests.pipelines.hook import Hook


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that name nothing but a folder."""
    return Settings(_env_file=None, home=tmp_path)  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The graph of the default settings."""
    return build_definitions(Settings(_env_file=None, home=tmp_path_factory.mktemp("home")))  # type: ignore[call-arg]


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A listener for the webhook."""
    listening = Hook()
    threading.Thread(target=listening.server.serve_forever, daemon=True).start()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


@pytest.fixture
def bench(make_home: Callable[..., Home]) -> Iterator[Workbench]:
    """The workbench of an empty home."""
    with make_home().bench() as bench:
        yield bench


@pytest.fixture
def instance(bench: Workbench) -> dg.DagsterInstance:
    """Its Dagster instance."""
    return bench.runner.instance
