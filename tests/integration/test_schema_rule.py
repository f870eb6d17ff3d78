"""One rule about schemas: all surfaces treat an older, a newer or a missing schema in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest
from alembic import command
from sqlalchemy import create_engine, text

from g4qc_core.storage import migrations
from g4qc_core.storage.server.database import open_database
from g4qc_pipelines.launching.api_server import api_server
from tests.fixtures.home import Home, bare_home
from tests.fixtures.web import free_ports

pytestmark = pytest.mark.integration

OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-02")
COMMANDS = {
    "status": ("status",),
    "extract": ("extract", "ES", *OCTOBER),
    "dry run": ("extract", "ES", *OCTOBER, "--dry-run"),
    "bars": ("bars", "ES"),
    "backtest": ("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1h"),
    "sensitivity": ("sensitivity", "sma_cross-ES-1h"),
    "rolls": ("rolls", "ES"),
    "quarantine": ("quarantine", "list"),
    "revisions": ("revisions", "ES", *OCTOBER),
    "contracts": ("instruments", "contracts", "ES"),
    "materialize": ("materialize", "--select", "contracts", "--partition", "ES"),
    "up": ("up",),
}
SCHEMAS = {
    "older": ("UPDATE {table} SET version_num = '0001'", "has the schema '0001', and this version needs"),
    "none": ("DROP TABLE {table}", "has no schema yet: run `g4qc db upgrade`."),
    "newer": (
        "UPDATE {table} SET version_num = '9999'",
        "has the schema '9999' of a newer G4QC: install that version.",
    ),
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_command_and_the_api_refuse_it_on_a_server_of_ones_own(
    schema: str, make_home: Callable[..., Home]
) -> None:
    change, words = SCHEMAS[schema]
    home = make_home(**free_ports())
    engine = create_engine(home.database)
    with engine.begin() as connection:
        connection.execute(text(change.format(table=migrations.VERSION_TABLE)))
    engine.dispose()
    said = {}
    for name, arguments in COMMANDS.items():
        answer = home.run(*arguments)
        assert (answer.code, answer.output) == (1, b""), (name, answer.errors)
        said[name] = answer.errors.strip().splitlines()[-1].removeprefix("Error: ")
    assert set(said.values()) == {said["status"]}, said
    assert words in said["status"]
    settings = home.settings
    with api_server(settings, "127.0.0.1", settings.api_port):
        health = _health(f"http://127.0.0.1:{settings.api_port}/api/v1/health")
    assert health.status_code == 503
    assert health.json()["parts"]["database"]["about"] == said["status"]


@pytest.mark.parametrize("first", ["status", "bars"])
def test_any_command_upgrades_the_embedded_database_and_says_so(first: str) -> None:
    with bare_home() as home:
        database = open_database(home.settings)
        with database.transaction() as connection:
            command.upgrade(migrations._config(connection), "0008")
        database.close()
        answer = home.process(*COMMANDS[first])
        assert "The schema of the database 'g4qc_simulated' at the socket in " in answer.stderr
        assert "is upgraded from '0008' to " in answer.stderr
        again = home.process("status")
        assert (again.returncode, again.stderr) == (0, "")


def _health(address: str) -> httpx.Response:
    """The server's answer, as soon as it listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(address, timeout=60)
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
