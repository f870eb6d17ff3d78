"""`g4qc status`: the sessions of an instrument as a map and as numbers."""

from __future__ import annotations

import json
from datetime import date

import pytest

from g4qc_core.bars.coverage import CLASSES
from g4qc_core.sessions import calendar
from g4qc_core.storage.bar_store import BarStore
from g4qc_core.storage.database import Database
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

OCTOBER = calendar("equity_index").sessions(date(2026, 10, 1), date(2026, 10, 31))


def test_the_map_has_a_row_a_month_and_a_character_a_session(full_home: Home) -> None:
    [line] = [line for line in full_home.run("status", "ES").text.splitlines() if line.startswith("2026-10 ")]
    days = {s.trade_date.day for s in OCTOBER}
    expected = "".join("\N{MIDDLE DOT}" if day in days else " " for day in range(1, 32)).rstrip()
    assert line.removeprefix("2026-10 ") == expected


def test_a_gap_shows_as_a_letter_and_in_numbers_of_every_class(full_home: Home) -> None:
    database = Database(full_home.database)
    store = BarStore(database)
    try:
        whole = store.quality("ES", date(2026, 10, 14), date(2026, 10, 14))
        lost = whole.assign(failed=whole["traded"] // 4, traded=whole["traded"] - whole["traded"] // 4)
        empty = (
            store.bars("ES", "none", OCTOBER[0].open, OCTOBER[0].open),
            store.quarantined("ES", *[OCTOBER[0].open] * 2),
        )
        here = (OCTOBER[0].open, OCTOBER[0].open, *empty)
        store.replace_partition("ES", *here, lost, date(2026, 10, 14), date(2026, 10, 14))
        answer, text = full_home.run("status", "--json", "ES"), full_home.run("status", "ES").text
        store.replace_partition("ES", *here, whole, date(2026, 10, 14), date(2026, 10, 14))
    finally:
        database.close()
    [instrument] = json.loads(answer.text)["instruments"]
    [gap] = {gap["trade_date"]: gap for gap in instrument["gaps"]}.values()
    assert gap["trade_date"] == "2026-10-14"
    assert sum(gap[name] for name in CLASSES) == gap["expected"] == 1380
    assert gap["failed"] == lost["failed"].iloc[-1]
    assert instrument["calendar_disagreements"] == []
    [line] = [line for line in text.splitlines() if line.startswith("2026-10 ")]
    assert line.removeprefix("2026-10 ")[13] == "f"
    assert "f request failed" in text


def test_the_status_may_be_narrowed_to_an_instrument(full_home: Home) -> None:
    assert json.loads(full_home.run("status", "--json", "NQ").text)["bars"] == []
    answer = full_home.run("status", "ESX")
    assert answer.code == 2
    assert "did you mean 'ES'" in answer.errors
