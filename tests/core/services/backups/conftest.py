"""Two databases of their own: one to back up, and an empty one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from g4qc_core.storage.server.database import Database
from tests.fixtures.database import SERVERS, own_databases


@pytest.fixture
def database_on(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Database]]:
    """Make a database without a schema on one of the servers."""
    with ExitStack() as stack:
        yield lambda server: stack.enter_context(own_databases(request.getfixturevalue(f"{server}_url")))


@pytest.fixture(params=SERVERS)
def source(request: pytest.FixtureRequest, database_on: Callable[[str], Database]) -> Database:
    """A database without a schema, on each server in turn."""
    return database_on(request.param)


@pytest.fixture
def embedded_source(database_on: Callable[[str], Database]) -> Database:
    """A database without a schema on the embedded server."""
    return database_on("embedded")
