"""Half a graph: an extraction that stopped after the minutes of a second month.

Every surface reports the missing data, and another extraction adds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date

import pandas as pd
import pytest
from playwright.sync_api import expect
from sqlalchemy import URL

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.client import G4QC, MissingSessions
from g4qc_core.errors import BacktestRefused, BarsIncomplete
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.backtests.preflight import check_runnable
from g4qc_core.services.backtests.result_inputs import inputs_of_newest
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.services.backtests.spec_variants import roll_sensitivity
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.commands.demo import _stored as demo_is_whole
from g4qc_pipelines.named_jobs import ROLL_ASSETS
from tests.fixtures.api import Api, served
from tests.fixtures.home import Home, home_on
from tests.fixtures.pages import Visitor
from tests.fixtures.tampering import tamper

pytestmark = pytest.mark.integration

OCTOBER = "ES|2026-10-01"
FIRST, SECOND = ("2026-09-21", "2026-09-25"), ("2026-10-05", "2026-10-09")
SESSIONS = calendar("equity_index").sessions(date(2026, 9, 21), date(2026, 10, 9))
ASKED = [s.trade_date for s in SESSIONS]
HELD = [day for day in ASKED if day < date(2026, 9, 26) or day > date(2026, 10, 4)]
REFUSAL = "The 1h bars of ES for October 2026 are missing although its minutes are stored"
SPEC = {"name": "half", "strategy": "buy_and_hold", "instrument": "ES", "timeframe": "1h", "cash": 1_000_000}


@pytest.fixture(scope="module")
def half(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """A complete week of September, and a week of October with only its minutes."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as home:
        assert home.run("extract", "ES", "--from", FIRST[0], "--to", FIRST[1]).code == 0
        assert home.run("backtest", "buy_and_hold", "--instrument", "ES", "--timeframe", "1h").code == 0
        with home.bench() as bench:
            bench.runner.run(["raw_bars"], OCTOBER, None, {"raw_bars": {"first": SECOND[0], "last": SECOND[1]}})
            bench.runner.run(["bars_1min"], OCTOBER)
            bench.runner.run(ROLL_ASSETS, "ES")
        yield home


@pytest.fixture(scope="module")
def api(half: Home) -> Iterator[Api]:
    with served(half.settings) as running:
        yield running


def test_every_run_is_one_of_a_named_job_and_says_which_command_launched_it_over_what(half: Home) -> None:
    assert half.run("materialize", "--select", "coverage", "--partition", "ES").code == 0
    with half.bench() as bench:
        runs = [
            (run.job_name, *(run.tags.get(f"g4qc/{name}") for name in ("trigger", "instrument", "months", "spec")))
            for run in reversed(bench.runner.instance.get_runs())
        ]
        surfaces = {run.tags["g4qc/surface"] for run in bench.runner.instance.get_runs()}
    assert surfaces == {"command line"}
    assert [(*run[:4], (run[4] or "")[:18]) for run in runs[:4]] == [
        ("update_contracts", "extract", "ES", None, ""),
        ("update_bars", "extract", "ES", "2026-09", ""),
        ("update_rolls", "extract", "ES", None, ""),
        ("run_backtest", "backtest", None, None, "buy_and_hold-ES-1h"),
    ]
    assert ("refetch_bars", None, "ES", "2026-10", None) in runs
    assert ("__ASSET_JOB", "materialize", "ES", None, None) in runs


def test_the_status_calls_no_timeframe_whole_that_lacks_a_month(half: Home) -> None:
    shown = half.run("status", "ES").text
    assert "whole" not in shown.split("Minutes of all sessions")[0]
    assert "bars of ES for October 2026 are missing although its minutes are stored" in shown
    [line] = [line for line in shown.splitlines() if line.startswith("2026-10 ")]
    assert line.removeprefix("2026-10 ")[4:9] == "DDDDD"
    [instrument] = json.loads(half.run("status", "--json", "ES").text)["instruments"]
    days = [f"{day}" for day in HELD if day.month == 10]
    assert instrument["timeframes"] == {one.name: {"whole": False, "missing": days} for one in DERIVED}


@pytest.mark.parametrize("more", [(), ("--contract", "202612"), ("--to", "2026-10-09"), ("--adjustment", "ratio")])
def test_bars_are_refused_where_minutes_are_stored_and_the_timeframe_is_not(half: Home, more: tuple[str, ...]) -> None:
    answer = half.run("bars", "ES", "--timeframe", "1h", *more)
    assert (answer.code, answer.text) == (1, "")
    assert REFUSAL in answer.errors


def test_bars_of_a_window_that_is_whole_and_the_minutes_themselves_are_given(half: Home) -> None:
    week = half.run("bars", "ES", "--timeframe", "1h", "--to", "2026-09-30")
    assert week.code == 0
    assert "Warning: 3 of 8 sessions of ES from 2026-09-21 to 2026-09-30 have no 1h bars" in week.errors
    assert "2026-09-28 to 2026-09-30 of 202612 never extracted" in week.errors
    minutes = half.run("bars", "ES", "--timeframe", "1min", "--json")
    assert minutes.code == 0
    assert {row["trade_date"] for row in json.loads(minutes.text)} == {f"{day}" for day in HELD}
    assert "5 of 15 sessions" in minutes.errors


def test_a_backtest_is_refused_until_its_bars_are_made(half: Home) -> None:
    answer = half.run("backtest", "buy_and_hold", "--instrument", "ES", "--timeframe", "1h", "--json")
    assert answer.code == 1
    assert REFUSAL in answer.errors
    assert "g4qc extract ES --from 2026-10-01 --to 2026-10-31" in answer.errors


def test_a_backtest_that_the_api_is_asked_for_is_refused_before_its_run(half: Home) -> None:
    with half.bench() as bench, pytest.raises(BarsIncomplete, match=REFUSAL):
        check_runnable(BacktestSpec.from_dict(SPEC), bench.settings, bench.registry, bench.stores)


def test_a_result_is_out_of_date_as_long_as_a_month_of_its_series_is_to_be_made(half: Home) -> None:
    with half.bench() as bench:
        [inputs] = inputs_of_newest(bench.stores, bench.registry)
    assert not inputs.current
    assert inputs.now is None
    assert inputs.pending == [f"bars_1h {OCTOBER}"]


def test_sensitivity_does_not_run_on_half_of_the_series(half: Home) -> None:
    with half.bench() as bench:
        with pytest.raises(BacktestRefused, match=REFUSAL):
            roll_sensitivity(BacktestSpec.from_dict(SPEC), bench.registry, bench.stores)
        whole = BacktestSpec.from_dict({**SPEC, "from": "2026-09-21", "to": "2026-09-30"})
        found = roll_sensitivity(whole, bench.registry, bench.stores)
    assert all("3 of 8 sessions" in " ".join(notes) for notes in found.notes.values())


def test_the_demo_knows_that_something_is_left_to_make(half: Home) -> None:
    with half.bench() as bench:
        assert demo_is_whole(bench, "ES", [date(2026, 9, 1)])
        assert not demo_is_whole(bench, "ES", [date(2026, 9, 1), date(2026, 10, 1)])


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "arrow"])
@pytest.mark.parametrize("more", [{}, {"limit": 500}, {"contract": "202612"}, {"limit": 5, "order": "desc"}])
def test_the_api_refuses_in_every_format(api: Api, form: str, more: dict[str, object]) -> None:
    with api.client() as client:
        answer = client.get("/data/ES", params={"timeframe": "1h", "format": form, **more})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == "BarsIncomplete"
    assert REFUSAL in answer.json()["detail"]


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "arrow"])
def test_the_api_names_missing_sessions_in_every_format(api: Api, form: str) -> None:
    asked = {"timeframe": "1h", "format": form, "end_date": "2026-09-30"}
    with api.client() as client:
        answer = client.get("/data/ES", params=asked)
        whole = client.get("/data/ES", params={**asked, "end_date": "2026-09-25"})
    assert (answer.status_code, whole.status_code) == (200, 200)
    assert answer.headers["X-Missing-Sessions"] == "3"
    assert "2026-09-28 to 2026-09-30 of 202612 never extracted" in answer.headers["X-Missing-Sessions-About"]
    assert "X-Missing-Sessions" not in whole.headers
    if form == "json":
        assert answer.json()["missing"] == [
            {"first": "2026-09-28", "last": "2026-09-30", "sessions": 3, "contract": "202612", "reason": "never_asked"}
        ]
        assert whole.json()["missing"] == []


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_together_name_each_missing_session(api: Api, order: str) -> None:
    named: set[str] = set()
    days: set[str] = set()
    cursor = None
    with api.client() as client:
        while True:
            asked = {"timeframe": "1min", "limit": 3000, "order": order, **({"cursor": cursor} if cursor else {})}
            page = client.get("/data/ES", params=asked).json()
            days |= {bar["trade_date"] for bar in page["data"]}
            named |= {f"{day}" for day in ASKED for run in page["missing"] if run["first"] <= f"{day}" <= run["last"]}
            cursor = page["next_cursor"]
            if cursor is None:
                break
    assert days | named == {f"{day}" for day in ASKED}
    assert not days & named


def test_the_client_raises_and_warns(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        with pytest.raises(BarsIncomplete, match=REFUSAL):
            g4qc.bars("ES", "1h")
        with pytest.warns(MissingSessions, match="3 of 8 sessions of ES"):
            frame = g4qc.bars("ES", "1h", end="2026-09-30")
    assert frame["trade_date"].nunique() == 5


@pytest.mark.browser
def test_the_chart_refuses_half_of_a_series_and_names_missing_sessions(visit: Callable[..., Visitor], api: Api) -> None:
    page = visit(api.url).opens("/chart?symbol=ES&timeframe=1h")
    expect(page.locator(".over")).to_contain_text(REFUSAL)
    page = visit(api.url).opens("/chart?symbol=ES&timeframe=1min")
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    expect(page.locator("#chart-missing")).to_contain_text("sessions without bars")


@pytest.mark.browser
def test_the_page_of_gaps_names_the_timeframes_that_are_to_be_derived(visit: Callable[..., Visitor], api: Api) -> None:
    visitor = visit(api.url)
    page = visitor.opens("/quality?symbol=ES")
    expect(
        page.get_by_text("5min, 15min, 30min, 1h, 4h, 1d: not derived from the minutes of 5 sessions")
    ).to_be_visible()
    visitor.was_undisturbed()


def test_extracting_again_heals_although_the_ledger_covers_all(half: Home, api: Api) -> None:
    done = half.run("extract", "ES", "--from", SECOND[0], "--to", SECOND[1])
    assert done.code == 0, done.errors
    assert "nothing to ask for" in done.errors
    [instrument] = json.loads(half.run("status", "--json", "ES").text)["instruments"]
    assert all(one == {"whole": True, "missing": []} for one in instrument["timeframes"].values())
    with G4QC(api.url) as g4qc, pytest.warns(MissingSessions):
        frame = g4qc.bars("ES", "1h")
    assert sorted(frame["trade_date"].dt.date.unique()) == HELD
    with half.bench() as bench:
        result = run_spec(BacktestSpec.from_dict(SPEC), bench.registry, bench.stores, None)
    assert any(note.startswith("5 of 15 sessions of ES") for note in result.notes)


@pytest.mark.parametrize("statement", [
    "DELETE FROM market_data WHERE timeframe = '1h' AND trade_date >= '2026-10-01'",
    "UPDATE data_versions SET made_of = 'older' WHERE kind = '1h' AND month = '2026-10-01'",
    "DELETE FROM data_versions WHERE kind = '1h' AND month = '2026-10-01'",
])  # fmt: skip
def test_rows_count_and_not_what_the_graph_remembers(half: Home, statement: str) -> None:
    with half.bench() as bench:
        assert OCTOBER in bench.runner.materialized("bars_1h")
        with bench.stores.database.transaction() as connection:
            tamper(connection, statement)
    assert half.run("bars", "ES", "--timeframe", "1h").code == 1
    assert half.run("bars", "ES", "--timeframe", "4h").code == 0
    assert half.run("materialize", "--select", "bars_1h", "--partition", OCTOBER).code == 0
    answer = half.run("bars", "ES", "--timeframe", "1h", "--json")
    assert {row["trade_date"] for row in json.loads(answer.text)} == {f"{day}" for day in HELD}


def test_a_month_that_cannot_be_derived_stops_no_other_month_of_the_run(half: Home) -> None:
    def move(old: str, new: str) -> None:
        with half.bench() as bench, bench.stores.database.transaction() as connection:
            moved = {"old": old, "new": new}
            tamper(connection, "UPDATE market_data SET trade_date = :new WHERE trade_date = :old", moved)
            tamper(connection, "DELETE FROM market_data WHERE timeframe = '4h'")

    both = ("materialize", "--select", "bars_4h", "--partition", f"ES|2026-09-01...{OCTOBER}")
    move("2026-09-25", "2026-09-26")  # a Saturday
    failed = half.run(*both)
    assert failed.code == 1
    assert "ES|2026-09-01: There are bars of trade date 2026-09-26" in failed.errors
    assert half.run("bars", "ES", "--timeframe", "4h", "--from", "2026-10-05").code == 0
    assert half.run("bars", "ES", "--timeframe", "4h").code == 1
    move("2026-09-26", "2026-09-25")
    assert half.run(*both).code == 0
    assert half.run("bars", "ES", "--timeframe", "4h").code == 0


def test_an_instrument_without_a_chain_stops_no_other_instruments_rolls(half: Home) -> None:
    failed = half.run("materialize", "--select", "roll_calendar", "--partition", "ES...EC")
    assert failed.code == 1
    assert "NQ: The chain of NQ is not stored yet" in failed.errors
    assert "EC: The chain of EC is not stored yet" in failed.errors
    assert "ES: " not in failed.errors.partition("Error:")[2]


def test_the_frame_of_a_whole_window_warns_of_nothing(half: Home, api: Api, recwarn: pytest.WarningsRecorder) -> None:
    with G4QC(api.url) as g4qc:
        frame = g4qc.bars("ES", "1d", "2026-10-05", "2026-10-09")
    assert len(frame) == 5
    assert isinstance(frame, pd.DataFrame)
    assert not [one for one in recwarn if issubclass(one.category, MissingSessions)]
