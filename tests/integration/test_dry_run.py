"""`g4qc extract --dry-run` prints the plan that the extraction then follows, and changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.storage.stores import open_stores
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
WINDOW = ("--from", "2026-10-06", "--to", "2026-10-20")


def test_a_roll_that_a_person_set_is_extracted_on_both_sides(home: Home) -> None:
    rolls = home.folder / "rolls.toml"
    rolls.write_text('[[roll]]\nsymbol = "ES"\ndate = 2026-10-13\nfrom = "202612"\nto = "202703"\n', "utf-8")
    planned = json.loads(home.with_(rolls=rolls).run("extract", "ES", *WINDOW, "--dry-run", "--json").text)
    assert {told["contract"]: told["asked"] for told in planned["contracts"]} == {"202612": 11, "202703": 11}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_the_plan_is_what_extraction_then_asks_for(home: Home, simulated_gateway: SimulatedGateway, order: str) -> None:
    before = len(simulated_gateway.received)
    planned = json.loads(home.run("extract", "ES", *WINDOW, "--dry-run", "--order", order, "--json").text)
    asked_by_planning = [fields[0] for _, fields in list(simulated_gateway.received)[before:]]
    assert "20" not in asked_by_planning
    assert "87" not in asked_by_planning
    assert planned["sessions"] == 11
    assert planned["contracts"] == [{"contract": "202612", "asked": 11, "left_out": {}}]
    assert planned["first_bars_to_ask"] == ["202612"]
    done = home.run("extract", "ES", *WINDOW, "--order", order)
    assert done.code == 0, done.errors
    with open_stores(home.settings) as stores:
        entries = stores.ledger.entries("ES", None, "1min", *EVER)
    made = [
        {"contract": e.contract, "start": e.window_start.isoformat(), "end": e.window_end.isoformat()} for e in entries
    ]
    assert made == planned["requests"]
    assert [e["start"] for e in made] == sorted((e["start"] for e in made), reverse=order == "newest")
    again = home.run("extract", "ES", *WINDOW, "--dry-run")
    assert "ES: nothing to ask for." in again.text
    assert "11 covered by the ledger" in again.text


def test_without_an_end_the_window_reaches_to_the_newest_session_by_the_gateways_clock(home: Home) -> None:
    # The gateway's clock is at Friday 2026-11-20, after the close.
    planned = json.loads(home.run("extract", "ES", "--from", "2026-11-18", "--dry-run", "--json").text)
    assert planned["contracts"][0]["asked"] == 3
    done = home.run("extract", "ES", "--from", "2026-11-20")
    assert done.code == 0, done.errors
    assert "ES, trade dates 2026-11-20 to 2026-11-20: 1 session" in done.text
    for more in ((), ("--dry-run",)):
        later = home.run("extract", "ES", "--from", "2026-11-23", *more)
        assert later.code == 2
        assert "No session of ES has begun since 2026-11-23: the gateway's clock says 2026-11-20." in later.errors
