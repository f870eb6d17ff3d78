"""Answers and jobs of the other routes, over the home with ES of October 2026."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from g4qc_core.api.job_launcher import ExtractionRequest, JobEvent, JobState
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.columns import CLASSES, OPEN
from g4qc_core.bars.quarantine.reasons import Decision, Reason
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.services.quarantine.review import DecisionRequest
from g4qc_core.sources.comparison.pair_difference import PairDifference
from tests.core.sources.faulty_bars import FIRST, LAST, compared, good_bars, shifted
from tests.fixtures.api import NOW, Api

pytestmark = pytest.mark.integration


def test_instruments_contracts_and_rolls_are_those_of_the_graph(api: Api) -> None:
    with api.client() as client:
        shown = {row["symbol"]: row for row in client.get("/instruments").json()}
        contracts = client.get("/contracts/ES").json()["contracts"]
        rolls = client.get("/rolls/ES").json()
    assert set(shown) == set(api.services.registry)
    assert shown["ES"]["tick_value"] == 12.5
    held = {row["contract"] for row in contracts if row["held"]}
    assert "202612" in held
    assert rolls["rule"] == api.services.registry["ES"].roll
    assert rolls["rolls"] == [] or rolls["rolls"][0]["from_contract"]


def test_the_classes_of_a_session_add_up_and_the_months_are_their_sums(api: Api) -> None:
    with api.client() as client:
        sessions = client.get("/coverage/ES").json()["sessions"]
        (cells,) = client.get("/coverage").json()["instruments"]
        one = client.get("/coverage/ES", params={"first": "2026-10-06", "last": "2026-10-06"}).json()["sessions"]
        reversed_ = client.get("/coverage/ES", params={"first": "2026-10-06", "last": "2026-10-05"})
    assert all(sum(s["classes"].values()) == s["expected"] and set(s["classes"]) <= set(CLASSES) for s in sessions)
    assert sum(cells["expected"]) == sum(s["expected"] for s in sessions)
    assert sum(cells["missing"]) == sum(s["missing"] for s in sessions)
    assert {s["open"] for s in one} == {"2026-10-05T22:00:00Z"}
    assert reversed_.status_code == 422


def test_coverage_reaches_up_to_now_and_pacing_names_the_last_request(api: Api) -> None:
    later = {
        "first": "2026-11-02",
        "last": "2026-11-20",
        "sessions": 15,
        "about": "not asked: 15 sessions since 2026-11-02",
    }
    with api.client() as client:
        document = client.get("/coverage/ES").json()
        (cells,) = client.get("/coverage").json()["instruments"]
        october = client.get("/coverage/ES", params={"first": "2026-10-01", "last": "2026-10-31"}).json()
        friday = client.get("/coverage/ES", params={"first": "2026-11-20", "last": "2026-11-20"}).json()
        newest = client.get("/requests", params={"limit": 1}).json()["requests"][0]
        last = client.get("/pacing").json()["last_request"]
    assert {name: document["not_asked"][name] for name in later} == later
    assert cells["not_asked"] == document["not_asked"]
    assert cells["not_asked"]["minutes"] == 15 * 1380
    assert october["not_asked"] is None
    assert (friday["sessions"], friday["not_asked"]["sessions"]) == ([], 1)
    assert (last["at"], last["contract"], last["outcome"]) == (
        newest["requested_at"],
        newest["contract"],
        newest["outcome"],
    )


def test_gaps_are_where_the_classes_of_their_sessions_say_there_are_some(api: Api) -> None:
    with api.client() as client:
        asked = {"first": "2026-10-01", "last": "2026-10-31"}
        sessions = client.get("/coverage/ES", params=asked).json()["sessions"]
        found = client.get("/gaps/ES", params=asked).json()["gaps"]
        too_long = client.get("/gaps/ES", params={"first": "2026-01-01", "last": "2026-10-31"})
    length: dict[str, int] = {}
    for gap in found:
        minutes = (datetime.fromisoformat(gap["end"]) - datetime.fromisoformat(gap["start"])) // timedelta(minutes=1)
        length[gap["class"]] = length.get(gap["class"], 0) + minutes
    counted = {name: sum(one["classes"].get(name, 0) for one in sessions) for name in OPEN}
    assert length == {name: minutes for name, minutes in counted.items() if minutes}
    assert too_long.status_code == 422
    assert "shorter" in too_long.json()["detail"]


def test_differences_of_sources_are_told_by_session_and_in_sentences_of_the_language(api: Api) -> None:
    bars = good_bars()
    compared_sessions = compared(bars, shifted(bars, 1))
    rows = [PairDifference("202406", "ib", "archive", one) for one in compared_sessions]
    api.services.stores().differences.replace("NQ", FIRST, LAST, rows, NOW)
    with api.client() as client:
        document = client.get("/differences/NQ", params={"first": str(FIRST)}).json()
        spanish = client.get("/differences/NQ", params={"lang": "es"}).json()
        nothing = client.get("/differences/ES").json()
        reversed_ = client.get("/differences/NQ", params={"first": "2024-03-06", "last": "2024-03-05"})
    assert [one["trade_date"] for one in document["sessions"]] == [str(one.trade_date) for one in compared_sessions]
    assert {(one["verdict"], one["side"], one["shift"]) for one in document["sessions"]} == {("label", "second", 1)}
    (run,) = document["runs"]
    assert (run["sessions"], run["agrees"]) == (3, False)
    assert "Times of archive are one minute late: an end label was taken for a start." in run["about"]
    assert "Las horas de archive van un minuto tarde" in spanish["runs"][0]["about"]
    assert nothing == {"symbol": "ES", "runs": [], "sessions": []}
    assert reversed_.status_code == 422


def test_the_ledger_is_read_page_by_page_newest_first(api: Api) -> None:
    with api.client() as client:
        whole = client.get("/requests", params={"limit": 1000}).json()["requests"]
        first = client.get("/requests", params={"limit": 2}).json()
        second = client.get("/requests", params={"limit": 1000, "before": first["next_cursor"]}).json()
        none = client.get("/requests", params={"outcome": "pacing"}).json()["requests"]
    assert first["requests"] + second["requests"] == whole
    assert [row["id"] for row in whole] == sorted((row["id"] for row in whole), reverse=True)
    assert none == []


def test_a_form_can_be_made_of_what_a_strategy_says_of_itself(api: Api) -> None:
    with api.client() as client:
        strategies = {row["name"]: row for row in client.get("/strategies").json()}
    fast = next(p for p in strategies["sma_cross"]["parameters"] if p["name"] == "fast")
    assert (fast["type"], fast["default"], fast["minimum"], fast["maximum"]) == ("integer", 20, 1, 5000)
    assert all(p["description"] for row in strategies.values() for p in row["parameters"])


def test_an_extraction_is_a_job_over_the_window_that_the_plan_spells(api: Api) -> None:
    asked = {"symbol": "ES", "duration": "1 M", "bar_size": "1 hour", "num_blocks": 2, "contract_month": "202612"}
    with api.client() as client:
        answer = client.post("/data/extract", json=asked)
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json()['id']}"
    assert api.launcher.started[-1] == ExtractionRequest("ES", date(2026, 9, 21), date(2026, 11, 20), ["202612"])


def test_an_extraction_that_is_waited_for_tells_what_is_stored(api: Api) -> None:
    asked = {"symbol": "ES", "start": "2026-10-05", "end": "2026-10-09", "bar_size": "1d"}
    with api.client() as client:
        answer = client.post("/data/extract", params={"wait": True}, json=asked)
    document = answer.json()
    assert answer.status_code == 200
    assert (document["status"], document["symbol"], document["records"]) == ("success", "ES", 5)
    assert document["date_range"] == {"start": "2026-10-05", "end": "2026-10-09"}
    with api.client() as client:
        known = client.get("/coverage/ES", params={"first": "2026-10-05", "last": "2026-10-09"}).json()["sessions"]
    assert document["missing"] == sum(session["missing"] for session in known)
    assert document["quarantined"] == sum(session["classes"].get("quarantined", 0) for session in known)


def test_a_selection_of_bars_in_quarantine_is_previewed_and_decided(api: Api) -> None:
    select = {"symbol": "ES", "reasons": ["spike"], "sessions": ["2026-10-06"], "start": "2026-10-06T13:00:00"}
    with api.client() as client:
        shown = client.post("/quarantine/decisions", json={"select": select, "decision": "accept", "dry_run": True})
        before = len(api.launcher.started)
        asked = {"select": select, "decision": "accept", "note": "seen", "seen": shown.json()["seen"]}
        decided = client.post("/quarantine/decisions", json=asked)
        listed = client.get("/quarantine", params={"symbol": "ES", "reason": ["spike", "schema"], "contract": "202612"})
    assert (shown.status_code, shown.json()["bars"], shown.json()["runs"]) == (200, 2, 1)
    assert shown.json()["groups"][0]["acceptable"] is True
    assert decided.status_code == 202
    meant = Selection(("ES",), (), (Reason.SPIKE,), (date(2026, 10, 6),), start=datetime(2026, 10, 6, 13, tzinfo=UTC))
    assert api.launcher.started[before:] == [(DecisionRequest(Decision.ACCEPT, [], meant, "seen"), "API", "seen")]
    assert (listed.status_code, listed.json()) == (200, {"bars": [], "total": 0, "groups": []})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"decision": "drop"}, "give bars, or criteria in select"),
        ({"decision": "drop", "select": {}}, "give bars, or criteria in select"),
        ({"decision": "drop", "select": {"reasons": ["spikes"]}}, "select.reasons.0"),
        ({"decision": "forget", "bars": ["ES/202612/2026-10-06T13:30Z"]}, "decision"),
        ({"decision": "drop", "select": {"reason": "spike"}}, "select.reason"),
    ],
)
def test_a_decision_without_bars_or_about_no_reason_starts_nothing(api: Api, asked: dict, said: str) -> None:
    before = len(api.launcher.started)
    with api.client() as client:
        answer = client.post("/quarantine/decisions", json=asked)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert len(api.launcher.started) == before


def test_an_extraction_that_failed_says_why(api: Api) -> None:
    api.launcher.state, api.launcher.message = JobState.FAILED, "raw_bars: Nothing listens."
    try:
        with api.client() as client:
            asked = {"symbol": "ES", "start": "2026-10-05"}
            answer = client.post("/data/extract", params={"wait": True}, json=asked)
    finally:
        api.launcher.state, api.launcher.message = JobState.SUCCEEDED, ""
    assert answer.status_code == 502
    assert "Nothing listens" in answer.json()["detail"]


@pytest.mark.parametrize(
    "asked",
    [
        {"symbol": "XX", "start": "2026-10-05"},
        {"symbol": "ES"},
        {"symbol": "ES", "start": "2026-10-05", "duration": "1 M"},
        {"symbol": "ES", "start": "2026-10-09", "end": "2026-10-05"},
        {"symbol": "ES", "start": "2027-10-05"},
        {"symbol": "ES", "duration": "1 fortnight"},
        {"symbol": "ES", "duration": "9999 Y", "num_blocks": 120},
        {"symbol": "ES", "start": "2026-10-05", "bar_size": "2 hours"},
        {"symbol": "ES", "start": "2026-10-05", "contract_month": "2026"},
        {"symbol": "ES", "start": "2026-10-05", "shell": "rm"},
        {"symbol": "ES\x00", "start": "2026-10-05"},
        [],
    ],
)
def test_an_extraction_that_makes_no_sense_starts_nothing(api: Api, asked: object) -> None:
    before = len(api.launcher.started)
    with api.client() as client:
        answer = client.post("/data/extract", json=asked)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert len(api.launcher.started) == before


def test_a_backtest_is_checked_before_it_starts(api: Api) -> None:
    good = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "parameters": {"fast": 5, "slow": 20}}
    with api.client() as client:
        answer = client.post("/backtests", json={**good, "from": "2026-10-05"})
        spec = api.launcher.started[-1]
        bad = [
            client.post("/backtests", json={**good, **wrong})
            for wrong in (
                {"strategy": "os:system"},
                {"strategy": "sma_cros"},
                {"parameters": {"fast": 50, "slow": 20}},
                {"parameters": {"fasst": 5}},
                {"timeframe": "2h"},
                {"instrument": "XX"},
                {"cash": 0},
                {"adjustment": "magic"},
            )
        ]
    assert answer.status_code == 202
    assert isinstance(spec, BacktestSpec)
    assert (spec.first, spec.parameters) == (date(2026, 10, 5), {"fast": 5, "slow": 20})
    assert [one.status_code for one in bad] == [422] * len(bad)
    assert "did you mean 'sma_cross'" in bad[1].json()["detail"]
    assert api.launcher.started[-1] is spec


def test_jobs_are_listed_newest_first_and_page_by_page(api: Api) -> None:
    with api.client() as client:
        for _ in range(3):
            client.post("/jobs", json={"assets": ["roll_calendar"], "partition": "ES"})
        page = client.get("/jobs", params={"limit": 2}).json()
        following = client.get("/jobs", params={"limit": 2, "before": page["next_cursor"]}).json()
        assert client.get(f"/jobs/{page['jobs'][0]['id']}").json() == page["jobs"][0]
        assert client.get("/jobs/ffffffffffffffffffffffffffffffff").status_code == 404
    ids = [job["id"] for job in page["jobs"] + following["jobs"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)


def test_jobs_are_found_by_kind_state_and_words_however_many_others_are_newer(api: Api) -> None:
    with api.client() as client:
        wanted = client.post("/jobs", json={"assets": ["contracts"], "partition": "6E"}).json()["id"]
        for _ in range(120):
            client.post("/jobs", json={"assets": ["roll_calendar"], "partition": "ES"})
        found = client.get("/jobs", params={"find": "6e contracts"}).json()
        none = client.get("/jobs", params={"find": "6e contracts", "state": "failed"}).json()
        other = client.get("/jobs", params={"kind": "backtest", "find": "roll_calendar"}).json()
        two = client.get("/jobs", params={"kind": "materialize", "find": "roll_calendar", "limit": 2}).json()
        wrong = client.get("/jobs", params={"state": "lost"})
    assert [job["id"] for job in found["jobs"]] == [wanted]
    assert [none, other] == [{"jobs": [], "next_cursor": None}] * 2
    assert (len(two["jobs"]), two["next_cursor"]) == (2, two["jobs"][-1]["id"])
    assert wrong.status_code == 422


def test_events_end_with_the_job_and_go_on_where_a_reader_left(api: Api) -> None:
    api.launcher.told = [JobEvent(f"0:{n}", NOW, "raw_bars", f"request {n}") for n in range(1, 4)]
    with api.client() as client:
        job = client.post("/jobs", json={"assets": ["raw_bars"], "partition": "ES"}).json()["id"]
        whole = client.get(f"/jobs/{job}/events")
        rest = client.get(f"/jobs/{job}/events", headers={"Last-Event-ID": "0:2"})
    assert whole.headers["content-type"].startswith("text/event-stream")
    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in whole.text.strip().split("\n\n")]
    assert [e["id"] for e in events if e["event"] == "told"] == ["0:1", "0:2", "0:3"]
    assert json.loads(events[-1]["data"])["state"] == "succeeded"
    assert rest.text.count("event: told") == 1


def test_the_log_of_a_job_is_read_page_by_page_also_when_it_has_ended(api: Api) -> None:
    api.launcher.told = [JobEvent(f"0:{n}", NOW, "raw_bars", f"request {n}") for n in range(1, 8)]
    with api.client() as client:
        job = client.post("/jobs", json={"assets": ["raw_bars"], "partition": "ES"}).json()["id"]
        whole = client.get(f"/jobs/{job}/log").json()
        first = client.get(f"/jobs/{job}/log", params={"limit": 3}).json()
        rest = client.get(f"/jobs/{job}/log", params={"after": first["next_cursor"]}).json()
        api.launcher.state = JobState.RUNNING
        try:
            live = client.post("/jobs", json={"assets": ["raw_bars"], "partition": "ES"}).json()["id"]
            so_far = client.get(f"/jobs/{live}/log").json()
        finally:
            api.launcher.state = JobState.SUCCEEDED
        assert client.get(f"/jobs/{'f' * 32}/log").status_code == 404
    assert whole["next_cursor"] is None
    assert first["events"] + rest["events"] == whole["events"]
    assert [event["message"] for event in whole["events"]] == [f"request {n}" for n in range(1, 8)]
    assert whole["events"][0] == {
        "cursor": "0:1", "at": "2026-11-20T22:30:00Z", "level": "INFO", "step": "raw_bars", "message": "request 1",
        "failed": False, "error": None, "cause": None,
    }  # fmt: skip
    assert so_far["next_cursor"] == "0:7"


def test_when_the_graph_is_away_the_api_says_so_and_goes_on(api: Api) -> None:
    api.launcher.down = True
    try:
        with api.client() as client:
            answers = [client.get("/jobs"), client.post("/data/extract", json={"symbol": "ES", "start": "2026-10-05"})]
            health = client.get("/health")
            bars = client.get("/data/ES", params={"limit": 1})
    finally:
        api.launcher.down = False
    for answer in answers:
        assert answer.status_code == 503
        assert "g4qc up" in answer.json()["detail"]
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert health.json()["parts"]["dagster"]["up"] is False
    assert bars.status_code == 200
    with api.client() as client:
        assert client.get("/health").json()["parts"]["dagster"]["up"] is True


def test_health_and_metrics_tell_how_fresh_the_bars_are(api: Api) -> None:
    with api.client() as client:
        document = client.get("/health").json()
        metrics = client.get("/metrics").text
    newest = {row["timeframe"]: row["last"] for row in document["freshness"] if row["symbol"] == "ES"}
    assert newest["1min"] == "2026-10-30T20:59:00Z"
    assert document["origin"] == "simulated"
    assert 'g4qc_newest_bar_timestamp_seconds{symbol="ES",timeframe="1min"}' in metrics
    assert 'g4qc_up{part="database"} 1.0' in metrics
    assert 'route="/health"' in metrics


def test_programs_find_the_document_of_the_api_where_they_look_for_it(api: Api) -> None:
    with api.client() as client:
        found = client.get(f"{api.url}/openapi.json")
        assert found.json() == client.get("/openapi.json").json()
    assert found.headers["content-type"] == "application/json"


def test_what_is_not_there_is_a_problem_document_like_any_other(api: Api) -> None:
    with api.client() as client:
        for path in ("/nothing", "/backtests/xyz", f"/backtests/{'0' * 32}", f"/backtests/{'0' * 32}/trades"):
            answer = client.get(path)
            assert answer.status_code in (404, 422), path
            assert answer.headers["content-type"] == "application/problem+json"
        assert client.put("/instruments").status_code == 405
