"""Fixtures that every test may use; the real servers stand in `tests/fixtures`, one file a server."""

from hypothesis import settings

_SERVERS = ("database", "gateway", "home", "web", "api", "pages")

pytest_plugins = [f"tests.fixtures.{name}" for name in _SERVERS]

# How long an example takes is the machine's business, and no law.
settings.register_profile("g4qc", deadline=None)
settings.load_profile("g4qc")
