"""`g4qc status`: the sessions of an instrument as a map and as numbers."""

from __future__ import annotations

import json
import socket
from datetime import UTC, date, datetime, timedelta

import pytest
from ibapi.server_versions import MAX_CLIENT_VER

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.bars.columns import CLASSES
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.services.backtests.known_specs import find_spec, known_names
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import backtest_specs
from g4qc_pipelines.resources import open_stores
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


def test_sessions_up_to_now_that_nobody_asked_for_are_named(full_home: Home) -> None:
    later = calendar("equity_index").sessions(OCTOBER[-1].trade_date + timedelta(days=1), datetime.now(UTC).date())
    over = [session for session in later if session.close <= datetime.now(UTC)]
    text, document = full_home.run("status", "ES").text, json.loads(full_home.run("status", "--json", "ES").text)
    [instrument] = document["instruments"]
    assert instrument["not_asked"]["since"] == "2026-11-02"
    assert instrument["not_asked"]["sessions"] == len(over)
    words = f"ES, not asked: {len(over)} sessions since 2026-11-02: run `g4qc extract ES --from 2026-11-02 --to "
    assert words in text


def test_the_parts_are_named_where_no_up_runs(full_home: Home) -> None:
    parts = json.loads(full_home.run("status", "--json").text)["parts"]
    port = full_home.environment["G4QC_IB_PORT"]
    client = parts.pop("client")
    assert (client["protocol"], client["allowed"]) == (MAX_CLIENT_VER, 178)
    assert f"ibapi {client['build']} speaks protocol 157 at most" in client["about"]
    assert "G4QC_IB_MAX_PROTOCOL allows 178" in client["about"]
    assert parts.pop("backup")["about"].startswith("none: `g4qc db backup` makes one")
    assert parts == {
        "gateway": {"up": True, "about": f"the simulated gateway answers at 127.0.0.1:{port}"},
        "dagster": {
            "up": False,
            "about": "No `g4qc up` runs over this home, so nothing runs by itself: start it with `g4qc up`.",
        },
    }


def test_a_gateway_that_has_ended_and_a_full_disk_are_named_beside_the_bars(
    full_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("g4qc_core.home._LEAST_FREE", 2**62)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    told = full_home.with_(ib_port=port).run("status").text
    assert f"Nothing listens at 127.0.0.1:{port}: the simulated gateway has ended" in told
    assert f"The disk of {full_home.folder} has " in told
    assert "Stored bars" in told


def test_a_status_without_its_database_still_names_the_other_parts(full_home: Home) -> None:
    away = full_home.with_(database_url="postgresql://g4qc:g4qc@127.0.0.1:1/g4qc").run("status")
    assert away.code == 1
    assert "No `g4qc up` runs over this home" in away.text
    assert "127.0.0.1:1" in away.errors


def test_the_status_may_be_narrowed_to_an_instrument(full_home: Home) -> None:
    assert json.loads(full_home.run("status", "--json", "NQ").text)["bars"] == []
    answer = full_home.run("status", "ESX")
    assert answer.code == 2
    assert "did you mean 'ES'" in answer.errors


def test_where_nothing_is_stored_the_status_still_says_how_the_last_request_ended(home: Home) -> None:
    begin = datetime(2026, 10, 5, tzinfo=UTC)
    entry = LedgerEntry("ES", "202612", "1min", begin, begin, Outcome.NO_PERMISSION, begin, 1, 354, "Subscribe first.")
    with open_stores(home.settings) as stores:
        stores.ledger.record(entry)
    told = home.run("status").text
    assert "Nothing is stored yet." in told
    assert "ES 202612, no_permission: Subscribe first." in told


def test_a_stored_spec_that_cannot_be_read_any_more_stops_nothing_but_itself(home: Home) -> None:
    with open_stores(home.settings) as stores, stores.database.transaction() as connection:
        row = {"name": "old", "spec": {"strategy": "gone"}, "source": "command"}
        connection.execute(backtest_specs.insert().values(**row, created_at=datetime(2020, 1, 1, tzinfo=UTC)))
    with home.bench() as bench:
        specs = (bench.settings, bench.registry, bench.stores.backtests)
        assert "old" in known_names(*specs)
        name = next(iter(load_specs(bench.settings.backtests, bench.registry)))
        assert find_spec(name, *specs).name == name


def test_commands_that_only_read_load_no_dagster(full_home: Home) -> None:
    window = ("--from", "2026-10-01", "--to", "2026-10-02")
    loaded = full_home.loaded_by(
        ("status",),
        ("bars", "ES", "--timeframe", "1h", *window),
        ("rolls", "ES"),
        ("revisions", "ES"),
        ("quarantine", "list"),
        ("instruments", "list"),
        ("instruments", "contracts", "ES"),
        ("extract", "ES", *window, "--dry-run"),
    )
    heavy = {
        "alembic",
        "backtesting",
        "bokeh",
        "dagster",
        "fastapi",
        "matplotlib",
        "pandas_market_calendars",
        "pandera",
    }
    assert loaded & heavy == set()
