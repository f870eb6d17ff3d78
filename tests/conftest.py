"""Fixtures that every test may use; the real servers stand in `tests/fixtures`, one file a server."""

_SERVERS = ("database", "gateway", "home", "web", "api", "pages")

pytest_plugins = [f"tests.fixtures.{name}" for name in _SERVERS]
