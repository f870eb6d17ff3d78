"""The API of a real `g4qc up`: it starts runs of the graph, reports their steps, and cancels them."""

from __future__ import annotations

from datetime import date

import httpx
import pandas as pd
import pytest

from g4qc_core.client import G4QC
from g4qc_core.errors import UsageError
from g4qc_core.services.month_keys import last_full_months
from tests.fixtures.waiting import PATIENCE
from tests.fixtures.web import MONTHS, Up

pytestmark = pytest.mark.integration

_WAIT = PATIENCE - 60
_MONTH = pd.Period(MONTHS[2], "M")
_ASKED = {"symbol": "YM", "start": MONTHS[2], "end": f"{_MONTH.end_time:%Y-%m-%d}", "bar_size": "1 hour"}


@pytest.fixture(scope="module")
def client(web: Up) -> httpx.Client:
    return httpx.Client(base_url=f"{web.reports}/api/v1", timeout=_WAIT + 30)


@pytest.fixture(scope="module")
def extracted(client: httpx.Client) -> dict[str, object]:
    """Extract a month of YM and wait for it; a part of a month would be a hole in the graph that the tests share."""
    answer = client.post("/data/extract", params={"wait": True, "timeout": _WAIT}, json=_ASKED)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_extraction_is_runs_of_the_graph_and_ends_in_bars(extracted: dict, client: httpx.Client, web: Up) -> None:
    bars = client.get("/data/YM", params={"timeframe": "1h"}).json()
    assert extracted["records"] == bars["records"] > 100
    job = extracted["job"]
    assert (job["state"], job["kind"], job["done"]) == ("succeeded", "extract", job["steps"])
    assert job["url"] == f"{web.url}/runs/{job['runs'][-1]}"
    runs = [_run(web, run_id) for run_id in job["runs"]]
    assert [run["status"] for run in runs] == ["SUCCESS"] * 3
    assert [run["jobName"] for run in runs] == ["update_contracts", "update_bars", "update_rolls"]
    tags = [{tag["key"]: tag["value"] for tag in run["tags"]} for run in runs]
    assert {(one["g4qc/surface"], one["g4qc/trigger"], one["g4qc/instrument"]) for one in tags} == {
        ("API", "extract", "YM")
    }
    assert (tags[1]["g4qc/months"], tags[1]["g4qc/then"]) == (MONTHS[2][:7], "update_rolls")
    made = {event["assetKey"]["path"][0] for run in runs for event in run["assetMaterializations"]}
    assert {"contracts", "raw_bars", "bars_1min", "bars_1d", "roll_calendar"} <= made


def test_its_events_tell_every_run_and_its_place_in_the_list_is_one(extracted: dict, client: httpx.Client) -> None:
    job = extracted["job"]
    events = client.get(f"/jobs/{job['id']}/events").text
    for step in ("contracts", "raw_bars", "roll_calendar"):
        assert f'"step": "{step}"' in events
    listed = [one["id"] for one in client.get("/jobs", params={"limit": 100}).json()["jobs"]]
    assert listed.count(job["id"]) == 1
    assert not set(job["runs"]) & set(listed)


def test_the_same_extraction_again_asks_the_gateway_for_nothing(extracted: dict, client: httpx.Client) -> None:
    before = client.get("/requests").json()["requests"]
    again = client.post("/data/extract", params={"wait": True, "timeout": _WAIT}, json=_ASKED).json()
    assert again["records"] == extracted["records"]
    assert client.get("/requests").json()["requests"] == before


def test_a_backtest_is_a_run_with_a_report_that_the_api_serves(extracted: dict, web: Up) -> None:
    with G4QC(web.reports) as g4qc:
        job = g4qc.wait(g4qc.backtest("sma_cross", "YM", "1h", {"fast": 3, "slow": 8}), _WAIT)
        assert _run(web, job["runs"][0])["status"] == "SUCCESS"
        found = g4qc.backtests(name=job["backtest"])
        result = found["id"].iloc[0]
        trades = g4qc.get(f"/backtests/{result}/trades")["columns"]
        equity = g4qc.get(f"/backtests/{result}/equity", points=50)["columns"]
        compared = g4qc.get("/backtests/compare", ids=[result, result])
    assert len(trades["profit"]) == found["trades"].iloc[0]
    assert len(equity["equity"]) <= 50
    assert compared["differing"] == {}
    report = httpx.get(f"{web.reports}/api/v1/backtests/{result}/report")
    assert report.status_code == 200
    assert "sandbox" in report.headers["Content-Security-Policy"]


def test_a_deleted_result_takes_its_key_along_and_dagsters_link_says_so(
    extracted: dict, client: httpx.Client, web: Up
) -> None:
    asked = {"strategy": "donchian", "instrument": "YM", "timeframe": "1h", "parameters": {"entry": 6, "exit": 3}}

    def made() -> tuple[str, str]:
        with G4QC(web.reports) as g4qc:
            job = g4qc.wait(str(client.post("/backtests", json=asked).json()["id"]), _WAIT)
        shown = _run(web, job["runs"][0])["assetMaterializations"]
        (link,) = {entry["url"] for one in shown for entry in one["metadataEntries"] if entry.get("url")}
        return job["backtest"], link

    def keys() -> set[str]:
        return {one["key"] for one in client.get("/partitions").json()["partitions"]}

    name, link = made()
    assert name in keys()
    (result,) = client.get("/backtests", params={"name": name}).json()["backtests"]
    refused = client.delete("/partitions/backtest", params={"key": name})
    assert (refused.status_code, "has 1 result" in refused.text) == (422, True)
    assert client.delete(f"/backtests/{result['id']}").json()["names"] == [name]
    assert name not in keys()
    assert (httpx.get(link).status_code, client.get(f"/backtests/{result['id']}").status_code) == (410, 410)
    assert made() == (name, link)
    assert httpx.get(link).status_code == 200
    assert client.get(f"/backtests/{result['id']}").json()["metrics"] == result["metrics"]
    assert client.delete("/backtests", params={"name": name}).json()["total"] == 1


def test_a_job_that_is_stopped_ends_as_cancelled_and_starts_nothing_more(client: httpx.Client, web: Up) -> None:
    asked = {"symbol": "EC", "start": MONTHS[0]}
    job = client.post("/data/extract", json=asked).json()["id"]
    stopped = client.delete(f"/jobs/{job}").json()
    assert stopped["state"] in ("cancelled", "succeeded")
    events = client.get(f"/jobs/{job}/events").text  # ends with the job
    assert '"state": "cancelled"' in events
    assert len(client.get(f"/jobs/{job}").json()["runs"]) == 1


@pytest.mark.parametrize(("first", "last"), [("1900-01-02", "1900-01-05"), ("2100-01-04", "2100-01-08")])
def test_what_no_graph_can_have_is_refused_in_words(first: str, last: str, web: Up) -> None:
    with G4QC(web.reports) as g4qc, pytest.raises(UsageError, match=r"cannot begin before 1990-01|in the future"):
        g4qc.extract("ES", first, last)


def test_a_month_that_the_graph_lacks_is_added_to_it_by_asking(client: httpx.Client, extracted: dict, web: Up) -> None:
    (before,) = last_full_months(date.fromisoformat(MONTHS[0]), 1)
    asked = {"assets": ["raw_bars"], "partition": f"YM|{before}"}
    job = client.post("/jobs", json=asked).json()["id"]
    client.get(f"/jobs/{job}/events")
    assert client.get(f"/jobs/{job}").json()["state"] == "succeeded"
    query = """{ assetNodeOrError(assetKey: { path: ["bars_1d"] }) { ... on AssetNode {
      partitionKeysByDimension { name partitionKeys } } } }"""
    dimensions = web.ask(query)["assetNodeOrError"]["partitionKeysByDimension"]
    months = next(one["partitionKeys"] for one in dimensions if one["name"] == "month")
    assert months[:2] == [f"{before}", MONTHS[0]]
    assert months == sorted(months)


def test_a_run_that_fails_says_why_in_the_words_of_its_step(client: httpx.Client) -> None:
    asked = {"assets": ["backtest"], "partition": "sma_cross-EC-1h"}
    job = client.post("/jobs", json=asked).json()["id"]
    client.get(f"/jobs/{job}/events")
    ended = client.get(f"/jobs/{job}").json()
    assert ended["state"] == "failed"
    assert ended["message"].startswith("backtest: ")


def _run(web: Up, run_id: str) -> dict:
    run = "... on Run { status jobName tags { key value } assetMaterializations { assetKey { path } "
    run += "metadataEntries { ... on UrlMetadataEntry { url } } } }"
    return dict(web.ask(f"query($id: ID!) {{ runOrError(runId: $id) {{ {run} }} }}", id=run_id)["runOrError"])
