"""Quarantine from the gateway to the command line: suspect bars wait for the user, whose decision is carried out.

A false print arrives as in reality: as a restatement of a bar that was right before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.extraction.plan import plan_extraction
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.resources import open_stores
from tests.fixtures.home import Answer, Home, home_on

pytestmark = pytest.mark.integration

MONTH = "ES|2026-10-01"
WINDOW = ("2026-10-05", "2026-10-07")
START = datetime(2026, 10, 6, 13, 30, tzinfo=UTC)
BAR = "ES/202612/2026-10-06T13:30Z"
TICKS = 400


@pytest.fixture(scope="module")
def extracted(home_template: object, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """ES of three days, as the gateway gave it."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as home:  # type: ignore[arg-type]
        done = home.run("extract", "ES", "--from", WINDOW[0], "--to", WINDOW[1])
        assert done.code == 0, done.errors
        yield home


@pytest.fixture
def home(extracted: Home) -> Iterator[Home]:
    """The same with a false print in it, which goes at the end of the test."""
    restate(extracted, TICKS)
    yield extracted
    restate(extracted, 0)
    with open_stores(extracted.settings) as stores, stores.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM quarantine_decisions")


TRUE: dict[str, pd.DataFrame] = {}


def restate(home: Home, ticks: int, **changes: float) -> None:
    """Restate the bar at the gateway with prices that are so many ticks higher, and validate it."""
    with open_stores(home.settings) as stores:
        (contract,) = (c for c in stores.contracts.chain("ES") if c.month == "202612")
        window = (START, START + timedelta(minutes=1))
        bar = TRUE.setdefault("bar", stores.raw.bars("ES", *window, "202612").drop(columns="contract"))
        prices = bar[["open", "high", "low", "close"]] + 0.25 * ticks
        entry = LedgerEntry("ES", "202612", "1min", *window, Outcome.DATA, requested_at=START, duration_ms=1)
        stores.raw.write(contract, bar.assign(**prices).assign(**changes), entry)
    rebuild(home)


def rebuild(home: Home) -> None:
    """Rebuild the month like the graph, without it."""
    with open_stores(home.settings) as stores:
        month = load_registry()["ES"], date(2026, 10, 1), date(2026, 10, 31)
        validate_month(*month, stores)
        for timeframe in DERIVED:
            derive_month(*month, timeframe, stores)


def quarantine(home: Home, *arguments: str) -> Answer:
    done = home.run("quarantine", *arguments)
    assert done.code == 0, done.errors
    return done


def listed(home: Home, *arguments: str) -> list[dict]:
    return json.loads(quarantine(home, "list", "--json", *arguments).text)


def high(home: Home, timeframe: str) -> float:
    """The highest price of the day in a timeframe."""
    arguments = ("--timeframe", timeframe, "--contract", "202612", "--from", "2026-10-06", "--to", "2026-10-06")
    return max(bar["high"] for bar in json.loads(home.run("bars", "ES", *arguments, "--json").text))


def minutes(home: Home) -> int:
    arguments = ("--contract", "202612", "--from", "2026-10-06", "--to", "2026-10-06", "--json")
    return len(json.loads(home.run("bars", "ES", *arguments).text))


def quality(home: Home) -> dict:
    with open_stores(home.settings) as stores:
        (row,) = stores.bars.quality("ES", date(2026, 10, 6), date(2026, 10, 6), "202612").to_dict("records")
    return row


def spike() -> float:
    return float(TRUE["bar"]["high"].iloc[0]) + 0.25 * TICKS


def test_a_false_print_is_listed_with_its_neighbours_and_kept_out_of_every_timeframe(home: Home) -> None:
    (entry,) = listed(home)
    assert entry["bar"] == BAR
    assert (entry["reason"], entry["acceptable"], entry["decision"]) == ("spike", True, None)
    assert entry["high"] == spike()
    times = [bar["timestamp"][11:16] for bar in entry["before"] + entry["after"]]
    assert times == ["13:28", "13:29", "13:31", "13:32"]
    assert all(bar["high"] < spike() - 50 for bar in entry["before"] + entry["after"])
    assert quality(home)["quarantined"] == 1
    for timeframe in ("1min", "5min", "1h", "4h", "1d"):
        assert high(home, timeframe) < spike()
    page = quarantine(home, "list", "--instrument", "ES").text
    assert BAR in page
    assert "ticks away from both neighbours" in page
    assert "1 bar waits for a decision" in page


def test_what_is_accepted_flows_to_every_timeframe_and_survives_validation(home: Home) -> None:
    before = minutes(home)
    done = quarantine(home, "accept", BAR, "--by", "ann", "--note", "seen on the tape")
    assert done.text == f"1 bar accepted; made again: {MONTH}.\n"
    for _ in range(2):
        assert [high(home, timeframe) for timeframe in ("1min", "5min", "1h", "4h", "1d")] == [spike()] * 5
        assert minutes(home) == before + 1
        assert quality(home)["quarantined"] == 0
        assert listed(home) == []
        (entry,) = listed(home, "--all")
        assert (entry["decision"], entry["decided_by"], entry["note"]) == ("accept", "ann", "seen on the tape")
        rebuild(home)


def test_what_is_dropped_stays_out_and_is_not_asked_about_again(home: Home) -> None:
    quarantine(home, "drop", BAR)
    assert listed(home) == []
    assert [entry["decision"] for entry in listed(home, "--all")] == ["drop"]
    assert quality(home)["quarantined"] == 1
    assert high(home, "1d") < spike()
    assert "No bar waits for a decision." in quarantine(home, "list").text
    assert "drop by" in quarantine(home, "list", "--all").text


def test_a_person_may_think_again(home: Home) -> None:
    quarantine(home, "accept", BAR)
    quarantine(home, "drop", BAR)
    assert high(home, "1d") < spike()
    quarantine(home, "accept", BAR)
    assert high(home, "1d") == spike()


def test_the_same_decision_twice_changes_nothing(home: Home) -> None:
    quarantine(home, "accept", BAR, "--by", "ann")
    before = listed(home, "--all")
    again = quarantine(home, "accept", BAR, "--by", "bob")
    assert "1 bar accepted (1 already before)" in again.text
    assert listed(home, "--all") == before
    with open_stores(home.settings) as stores:
        assert len(stores.quarantine.history("ES", START, START + timedelta(minutes=1))) == 1


def test_a_refetch_asks_for_that_session_only_and_the_restated_bar_is_good(home: Home) -> None:
    with open_stores(home.settings) as stores:
        last = stores.ledger.last()
    done = quarantine(home, "refetch", BAR)
    assert "None of them is in quarantine any more." in done.text
    assert listed(home, "--all") == []
    assert high(home, "1d") < spike()
    with open_stores(home.settings) as stores:
        session = calendar("equity_index").session(date(2026, 10, 6))
        assert session is not None
        made = [e for e in stores.ledger.entries("ES", None, "1min", session.open, session.close) if e.id > last.id]
        assert [(e.contract, e.window_start, e.window_end) for e in made] == [("202612", session.open, session.close)]
        window = (START, START + timedelta(minutes=1))
        pd.testing.assert_frame_equal(stores.raw.bars("ES", *window, "202612").drop(columns="contract"), TRUE["bar"])


def test_a_refetch_that_fails_is_asked_for_by_the_next_extraction(home: Home) -> None:
    failed = home.with_(ib_port=1).run("quarantine", "refetch", BAR)
    assert failed.code == 1
    assert [entry["decision"] for entry in listed(home)] == ["refetch"]
    with open_stores(home.settings) as stores:
        (contract,) = (c for c in stores.contracts.chain("ES") if c.month == "202612")
        sessions = calendar("equity_index").sessions(date(2026, 10, 5), date(2026, 10, 7))
        now = max(
            entry.requested_at
            for entry in stores.ledger.entries("ES", "202612", "1min", sessions[0].open, sessions[-1].close)
        )
        needed = plan_extraction(load_registry()["ES"], {contract: sessions}, stores, now).asked
        assert [session.trade_date for session in needed[contract]] == [date(2026, 10, 6)]
    done = home.run("extract", "ES", "--from", WINDOW[0], "--to", WINDOW[1])
    assert done.code == 0, done.errors
    assert listed(home) == []


def test_a_session_that_is_refused_leaves_the_others_of_a_refetch(
    home: Home, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    start = START + timedelta(days=1)
    with open_stores(home.settings) as stores:
        (contract,) = (c for c in stores.contracts.chain("ES") if c.month == "202612")
        window = (start, start + timedelta(minutes=1))
        bar = stores.raw.bars("ES", *window, "202612").drop(columns="contract")
        prices = bar[["open", "high", "low", "close"]] + 0.25 * TICKS
        entry = LedgerEntry("ES", "202612", "1min", *window, Outcome.DATA, requested_at=START, duration_ms=1)
        stores.raw.write(contract, bar.assign(**prices), entry)
    rebuild(home)
    other = "ES/202612/2026-10-07T13:30Z"
    assert [entry["bar"] for entry in listed(home)] == [BAR, other]
    script = '[[fault]]\ndo = "error"\nnth = 1\ncode = 321\ntext = "Error validating request"\n'
    gateway = make_gateway(script=FaultScript.parse(script))
    failed = home.with_(ib_port=gateway.port).run("quarantine", "refetch", BAR, other)
    assert failed.code == 1
    said = " ".join(failed.errors.split())
    assert "ES 202612, 2026-10-06: " in said
    assert "321" in said
    assert "2026-10-07:" not in said
    assert [entry["bar"] for entry in listed(home)] == [BAR]
    with open_stores(home.settings) as stores:
        pd.testing.assert_frame_equal(stores.raw.bars("ES", *window, "202612").drop(columns="contract"), bar)


def test_sessions_that_the_ledger_covers_are_asked_for_again_on_demand_and_no_others(home: Home) -> None:
    window = ("--from", "2026-10-06", "--to", "2026-10-06")
    assert json.loads(home.run("extract", "ES", *window, "--dry-run", "--json").text)["requests"] == []
    planned = json.loads(home.run("extract", "ES", *window, "--again", "--dry-run", "--json").text)["requests"]
    assert json.loads(home.run("extract", "ES", *window, "--dry-run", "--json").text)["requests"] == []
    with open_stores(home.settings) as stores:
        last = stores.ledger.last()
    done = home.run("extract", "ES", *window, "--again")
    assert done.code == 0, done.errors
    assert listed(home) == []
    with open_stores(home.settings) as stores:
        ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        made = [e for e in stores.ledger.entries("ES", None, "1min", *ends) if e.id > last.id]
    assert [(e.contract, e.window_start.isoformat(), e.window_end.isoformat()) for e in made] == [
        (request["contract"], request["start"], request["end"]) for request in planned
    ]
    assert len(planned) == 1


def test_what_is_impossible_cannot_be_accepted(home: Home) -> None:
    restate(home, 0, close=1.1)
    done = home.run("quarantine", "accept", BAR)
    assert done.code == 2
    assert f"{BAR} cannot be accepted, because it is not merely suspect but impossible (ohlc_order" in done.errors
    assert [entry["decision"] for entry in listed(home)] == [None]
    quarantine(home, "drop", BAR)
    assert listed(home) == []


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("ES", "'ES' names no bar: write instrument, contract month and start in UTC"),
        ("XX/202612/2026-10-06T13:30Z", "Unknown instrument 'XX'"),
        ("ES/2026/2026-10-06T13:30Z", "'2026' is no contract month"),
        ("ES/202612/yesterday", "'yesterday' is no instant: write a bar like ES/202612/2026-10-05T13:30Z"),
        ("ES/202612/2026-10-06T13:30Z..2026-10-06T13:00Z", "is reversed"),
        ("ES/202612/2026-10-06T13:31Z", "ES/202612/2026-10-06T13:31Z is not in quarantine: `g4qc quarantine list"),
        ("ES/202703/2026-10-06T13:30Z", "is not in quarantine"),
    ],
)
def test_a_bar_that_is_not_there_ends_in_one_sentence_and_nothing_is_decided(home: Home, key: str, error: str) -> None:
    done = home.run("quarantine", "drop", BAR, key)
    assert done.code == 2
    assert error in done.errors
    assert done.errors.count("\n") == 1
    assert [entry["decision"] for entry in listed(home)] == [None]


def test_the_list_is_narrowed_by_instrument_and_trade_date(home: Home) -> None:
    assert listed(home, "--instrument", "NQ") == []
    assert listed(home, "--from", "2026-10-07") == listed(home, "--to", "2026-10-05") == []
    assert len(listed(home, "--from", "2026-10-06", "--to", "2026-10-06")) == 1
    assert home.run("quarantine", "list", "--instrument", "ESS").code == 2
    assert home.run("quarantine", "list", "--from", "2026-10-07", "--to", "2026-10-06").code == 2


def test_a_run_of_bars_is_decided_of_by_its_ends(home: Home) -> None:
    quarantine(home, "drop", "ES/202612/2026-10-06T13:00..2026-10-06T14:00")
    assert [entry["bar"] for entry in listed(home, "--all")] == [BAR]


@pytest.fixture
def several(home: Home) -> Iterator[Home]:
    """More false prints in another session: two spikes, and one bar that is impossible."""
    with open_stores(home.settings) as stores:
        (contract,) = (c for c in stores.contracts.chain("ES") if c.month == "202612")
        true = []
        for at, change in ((10, TICKS), (30, TICKS), (50, None)):
            start = START + timedelta(days=1, minutes=at)
            window = (start, start + timedelta(minutes=1))
            bar = stores.raw.bars("ES", *window, "202612").drop(columns="contract")
            entry = LedgerEntry("ES", "202612", "1min", *window, Outcome.DATA, requested_at=START, duration_ms=1)
            prices = bar[["open", "high", "low", "close"]] + 0.25 * (change or 0)
            false = bar.assign(**prices) if change else bar.assign(close=1.0)
            stores.raw.write(contract, false, entry)
            true.append((bar, entry))
    rebuild(home)
    yield home
    with open_stores(home.settings) as stores:
        for bar, entry in true:
            stores.raw.write(contract, bar, entry)


def test_selected_bars_are_shown_and_decided_at_once_in_one_run_a_month(several: Home) -> None:
    assert [entry["reason"] for entry in listed(several)] == ["ohlc_order", "spike", "spike", "spike"]
    text = quarantine(several, "list").text
    assert "1 ohlc_order: refetch them\n        3 spike: accept or drop them\n4 bars wait for a decision" in text
    spikes = ("--reason", "spike", "--contract", "202612", "--from", "2026-10-06", "--to", "2026-10-07")
    shown = json.loads(quarantine(several, "accept", *spikes, "--dry-run", "--json").text)
    assert (shown["bars"], shown["reasons"], shown["months"], shown["runs"]) == (3, {"spike": 3}, [MONTH], 1)
    assert {group["trade_date"]: group["bars"] for group in shown["groups"]} == {"2026-10-06": 1, "2026-10-07": 2}
    refused = several.run("quarantine", "accept", *spikes)
    assert refused.code == 2
    assert "accept: 3 bars (3 spike); then 1 run makes ES|2026-10-01 again." in refused.text
    assert "add --yes, or run it in a terminal" in refused.errors
    whole = several.run("quarantine", "accept", "--session", "2026-10-07", "--yes")
    assert whole.code == 2
    assert "1 ohlc_order" not in whole.text
    assert "is not merely suspect but impossible (ohlc_order" in whole.errors
    assert {entry["decision"] for entry in listed(several, "--all")} == {None}
    with several.bench() as bench:
        before = bench.runner.instance.get_runs_count()
    done = quarantine(several, "accept", *spikes, "--yes", "--by", "ann", "--note", "seen on the tape")
    assert done.text == f"3 bars accepted; made again: {MONTH}.\n"
    assert high(several, "1d") == spike()
    again = quarantine(several, "accept", *spikes, "--yes")
    assert "3 bars accepted (3 already before)" in again.text
    dropped = quarantine(several, "drop", "--start", "2026-10-07T14:20Z", "--end", "2026-10-07T14:20Z", "--yes")
    assert dropped.text.startswith("1 bar dropped;")
    assert listed(several) == []
    with several.bench() as bench:
        runs = bench.runner.instance.get_runs()
        assert len(runs) - before == 3
        # Dropping a bar that was out already changes no minute: the timeframes stay.
        assert [run.job_name for run in runs[:3]] == ["validate_bars", "rebuild_bars", "rebuild_bars"]


def test_a_decision_is_taken_back(home: Home) -> None:
    quarantine(home, "accept", BAR)
    done = quarantine(home, "reopen", "--reason", "spike", "--yes", "--by", "bob")
    assert done.text == f"1 bar reopened; made again: {MONTH}.\n"
    (entry,) = listed(home)
    assert (entry["decision"], entry["decided_by"]) == ("reopen", "bob")
    assert high(home, "1d") < spike()
    nothing = home.run("quarantine", "reopen", "--session", "2026-10-05", "--yes")
    assert nothing.code == 2
    assert "`g4qc quarantine list --session 2026-10-05 --all` shows what there is" in nothing.errors


def test_a_selection_that_names_nothing_or_no_reason_is_refused(home: Home) -> None:
    for given, said in (
        ((), "Name bars, or select them by instrument, contract, reason, session or time."),
        (("--reason", "spikes"), "Unknown reason 'spikes': did you mean 'spike'?"),
        (("--contract", "2026"), "'2026' is no contract month"),
        (("--instrument", "ESS"), "Unknown instrument 'ESS'"),
        (("--start", "2026-10-07", "--end", "2026-10-06"), "The window is reversed"),
        (("--reason", "spike", "--json"), "give --dry-run with it"),
    ):
        done = home.run("quarantine", "drop", *given)
        assert done.code == 2
        assert said in done.errors
    assert [entry["decision"] for entry in listed(home)] == [None]


def test_bars_that_wait_are_a_warning_in_the_graph(home: Home) -> None:
    def passed() -> bool:
        with home.bench() as bench:
            result = bench.runner.run(["bars_1min"], MONTH)
        (check,) = (c for c in result.get_asset_check_evaluations() if c.check_name == "quarantine_reviewed")
        return check.passed

    assert not passed()
    quarantine(home, "drop", BAR)
    assert passed()
