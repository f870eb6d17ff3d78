"""Fixtures that every test may use; the real servers stand in `tests/fixtures`, one file a server."""

pytest_plugins = ["tests.fixtures.database", "tests.fixtures.gateway", "tests.fixtures.home", "tests.fixtures.web"]
