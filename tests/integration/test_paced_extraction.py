"""An extraction that keeps the rules of pacing, and what can be seen of them; over the real wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import URL

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.pacing_limits import IB_RULES
from g4qc_core.pacing.port import reserve
from g4qc_core.pacing.rules import Ending, PacedKind, PacedRequest
from g4qc_core.services.extraction.pacing_status import pacing_metadata
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.progress_store import ProgressStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.pacing.traffic import broken
from tests.fixtures.home import Home, home_on


@pytest.fixture(scope="module")
def paced(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """A home with two days of ES, requested with the pacing of an account."""
    with home_on(
        home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port, ib_client_id=51, ib_pacing="on"
    ) as home:
        done = home.run("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-02")
        assert done.code == 0, done.errors
        yield home


@pytest.fixture
def database(paced: Home) -> Iterator[Database]:
    opened = Database(paced.database)
    yield opened
    opened.close()


def account_of(home: Home) -> dict:
    (account,) = json.loads(home.run("status", "--json").text)["gateway"]["accounts"]
    return dict(account)


def test_every_request_of_an_extraction_is_counted_and_breaks_no_rule(database: Database) -> None:
    with PacingStore(database, IB_RULES) as pacer:
        (account,) = pacer.accounts()
        sent = pacer.history(account)
    assert account.startswith("SIM")
    assert {s.request.kind for s in sent} == {PacedKind.MESSAGE, PacedKind.LARGE}
    assert {s.ending for s in sent} == {Ending.ANSWERED}
    assert broken(sent, IB_RULES) == []


def test_status_shows_what_is_used_and_left_and_a_pause(paced: Home, database: Database) -> None:
    assert (account_of(paced)["paused_until"], account_of(paced)["open"]) == (None, 0)
    windows = {w["name"]: (w["used"] + w["left"], w["limit"]) for w in account_of(paced)["windows"]}
    assert windows["small bars in ten minutes"] == (50, 50)
    with PacingStore(database, IB_RULES) as pacer:
        request = PacedRequest(account_of(paced)["account"], PacedKind.SMALL, "ES", "30 secs")
        pacer.release(reserve(pacer, request), Ending.VIOLATION)
    account = account_of(paced)
    assert (account["slower"], account["open_limit"]) == (2, 3)
    assert account["paused_until"] > account["last_sent_at"]
    shown = paced.run("status").text
    assert f"Pacing of {account['account']}: 0 of 3 open requests, " in shown
    assert ", 1 of 50 small bars in ten minutes" in shown
    assert "for a while at 1/2 of the usual rate; paused until" in shown
    assert pacing_metadata(Stores(database))["pacing"].startswith(
        f"Pacing of {account['account']}: 0 of 3 open requests, "
    )


def test_status_shows_the_work_under_way_and_when_it_will_be_done(paced: Home, database: Database) -> None:
    with ProgressStore(database).begin("ES", 40, timedelta(hours=2), "run") as progress:
        progress.update(3, timedelta(hours=1, seconds=30))
        (work,) = json.loads(paced.run("status", "--json").text)["gateway"]["work"]
        assert (work["instrument"], work["requests_done"], work["requests"], work["run_id"]) == ("ES", 3, 40, "run")
        assert 0 < work["seconds_left"] <= 3630
        assert "Under way: ES, 3 of 40 requests are answered, done in about" in paced.run("status").text
    assert json.loads(paced.run("status", "--json").text)["gateway"]["work"] == []


def test_a_simulation_is_not_paced_unless_it_is_wanted(home_template: URL, simulated_gateway: SimulatedGateway) -> None:
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port, ib_client_id=52) as home:
        assert home.run("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-01").code == 0
        document = json.loads(home.run("status", "--json").text)
        assert document["gateway"] == {"accounts": [], "work": []}
        assert "Pacing" not in home.run("status").text
