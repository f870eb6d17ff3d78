"""Fixtures for all tests; the real servers are in `tests/fixtures`, one file per server."""

import gc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

_SERVERS = ("database", "community", "gateway", "home", "web", "api", "pages", "bucket")
# The simulated gateway is a thread of the test's own process.
_SERVER_MODULES = tuple(f"tests.fixtures.{name}" for name in _SERVERS if name != "gateway")
_SLOW_MARKERS = ("integration", "browser", "slow")

pytest_plugins = [f"tests.fixtures.{name}" for name in _SERVERS]

# How long an example takes is the machine's business, and no law.
settings.register_profile("g4qc", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=10)
settings.load_profile("g4qc")


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where `pytest -m fast` asks for a quick answer."""
    if _fast_lane(config):
        settings.load_profile("fast")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the folder that has no test for the fast lane."""
    return True if _fast_lane(config) and collection_path.name == "integration" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `fast` each test that needs no server and is not marked `integration`, `browser` or `slow`.

    Files in which all are fast come last: what is short at the end keeps no worker waiting for another.
    """
    for item in items:
        if _needs_no_server(item) and not any(item.get_closest_marker(name) for name in _SLOW_MARKERS):
            item.add_marker("fast")
    slow = {item.path for item in items if item.get_closest_marker("fast") is None}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage all that lives to the end: thousands of tests, and the modules."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Four for two cores, because much of what tests do is to wait for servers; the fast lane waits for nothing."""
    return 2 if _fast_lane(config) else 4


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Distribute files as `tests.fixtures.distribution` says, where nobody asks for another way."""
    if config.getoption("dist") != "loadfile":
        return None
    from tests.fixtures.distribution import SharedServers

    return SharedServers(config, log)


def _fast_lane(config: pytest.Config) -> bool:
    return bool(config.option.markexpr == "fast")


def _needs_no_server(item: pytest.Item) -> bool:
    definitions = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]
    return not any(d.func.__module__ in _SERVER_MODULES for found in definitions for d in found)
