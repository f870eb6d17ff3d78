"""A database that goes away and comes back: the API reports the outage, and recovers automatically."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text

from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration


def run(home: Home, *statements: str) -> None:
    engine = create_engine(home.database.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def close(home: Home) -> None:
    name = home.database.database
    run(
        home,
        f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'",
    )


def reopen(home: Home) -> None:
    run(home, f"ALTER DATABASE {home.database.database} WITH ALLOW_CONNECTIONS true")


def test_a_database_that_goes_away_is_told_and_found_again(make_api: Callable[..., Api], home: Home) -> None:
    api = make_api(home.settings)
    with api.client() as client:
        assert client.get("/coverage").status_code == 200
        close(home)
        for path in ("/coverage", "/data/ES?limit=1", "/requests", "/backtests", "/rolls/ES"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["Retry-After"]
            assert "G4QC_DATABASE_URL" in answer.json()["detail"]
        health = client.get("/health")
        assert health.status_code == 503
        assert health.json()["status"] == "down"
        assert client.get("/instruments").status_code == 200
        reopen(home)
        assert client.get("/coverage").status_code == 200
        assert client.get("/health").json()["parts"]["database"]["up"] is True


@contextmanager
def standing_still(home: Home) -> Iterator[None]:
    """Every server process that serves the home's database is stopped in the block; its connections stay open."""
    engine = create_engine(home.database.set(database="postgres"))
    with engine.connect() as connection:
        asked = text("SELECT pid FROM pg_stat_activity WHERE datname = :name AND backend_type = 'client backend'")
        serving = list(connection.scalars(asked, {"name": home.database.database}))
    engine.dispose()
    assert serving
    for pid in serving:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in serving:
            os.kill(pid, signal.SIGCONT)


def test_health_does_not_wait_for_a_database_that_stands_still(
    make_api: Callable[..., Api], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = make_api(home.settings)
    with api.client() as client:
        assert client.get("/health").json()["parts"]["database"]["up"] is True
        with monkeypatch.context() as patience, standing_still(home):
            patience.setattr("g4qc_core.api.routes.health._DATABASE_SECONDS", 0.5)
            health = client.get("/health")
            assert health.status_code == 503
            assert "not answered" in health.json()["parts"]["database"]["about"]
            assert client.get("/health").json()["status"] == "down"
        assert client.get("/health").json()["parts"]["database"]["up"] is True


def test_a_server_may_start_before_its_database(make_api: Callable[..., Api], home: Home) -> None:
    close(home)
    api = make_api(home.settings)
    with api.client() as client:
        assert client.get("/data/ES").status_code == 503
        assert client.get("/strategies").status_code == 200
        reopen(home)
        assert client.get("/data/ES").json()["records"] == 0
