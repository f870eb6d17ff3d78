"""Why a job waits, on a real `g4qc up` with Dagster's own queue: the reason is that of the daemon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import URL, create_engine, text

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import OCTOBER, Home, home_on
from tests.fixtures.waiting import PATIENCE, until
from tests.fixtures.web import Up, free_ports, up

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def own_home(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    given = {"symbols": "ES,NQ", "first_month": f"{OCTOBER[0]:%Y-%m}", **free_ports()}
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port, **given) as home:
        yield home


@pytest.fixture(scope="module")
def running(own_home: Home) -> Iterator[Up]:
    with up(own_home) as web:
        yield web


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Keep every chain of contracts from being stored, so that a run that has the gateway keeps it."""
    engine = create_engine(home.database)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE contracts IN EXCLUSIVE MODE"))
        yield
    engine.dispose()


def test_a_run_that_needs_the_gateway_says_so_until_it_has_it(running: Up, own_home: Home) -> None:
    with httpx.Client(base_url=f"{running.reports}/api/v1", timeout=PATIENCE) as client:

        def start(symbol: str) -> str:
            asked = {"symbol": symbol, "start": f"{OCTOBER[0]}", "end": f"{OCTOBER[0]}"}
            answer = client.post("/data/extract", json=asked)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["id"])

        def job(job_id: str) -> dict[str, Any]:
            return dict(client.get(f"/jobs/{job_id}").json())

        with held(own_home):
            first = start("ES")
            until(lambda: job(first)["state"] == "running", "the first run did not begin")
            second = start("NQ")
            until(lambda: (job(second)["waiting"] or {}).get("code") == "gateway", "it does not wait for the gateway")
            waits = job(second)
            assert waits["state"] == "queued"
            assert waits["waiting"]["ahead"] == 1
            assert "The gateway serves one run at a time" in waits["waiting"]["words"]
            assert (waits["job"], waits["surface"]) == ("update_contracts", "API")
            assert job(first)["waiting"] is None
        for one in (first, second):
            until(lambda one=one: job(one)["state"] == "succeeded", "a run did not end")  # type: ignore[misc]
            assert job(one)["waiting"] is None
        page = client.get(f"/jobs/{second}/log", params={"limit": 3}).json()
        rest = client.get(f"/jobs/{second}/log", params={"after": page["next_cursor"], "limit": 1000}).json()
    assert len(page["events"]) == 3
    assert rest["next_cursor"] is None
    assert "contracts" in {event["step"] for event in page["events"] + rest["events"]}
    assert all(event["level"] in ("DEBUG", "INFO") for event in page["events"] + rest["events"])
