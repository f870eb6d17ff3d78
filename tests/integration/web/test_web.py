"""`g4qc up`, driven through the API of its web server as the web UI drives it."""

from __future__ import annotations

import json
import urllib.request
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_pipelines.named_jobs import BAR_ASSETS, inputs_of
from tests.fixtures.waiting import PATIENCE
from tests.fixtures.web import MONTHS, TAKEN_NAMES, Run, Up

pytestmark = pytest.mark.integration

_DRY_RUN = """mutation($s: ScheduleSelector!, $t: Float) { scheduleDryRun(selectorData: $s, timestamp: $t) {
  ... on DryRunInstigationTick { evaluationResult { skipReason error { message }
    runRequests { runKey tags { key value } } } } } }"""


def test_the_status_says_what_runs(web: Up) -> None:
    parts = json.loads(web.home.process("status", "--json").stdout)["parts"]
    lines = web.home.process("status").stdout.splitlines()
    assert parts["gateway"]["about"].startswith("the simulated gateway answers at 127.0.0.1:")
    assert parts["dagster"]["up"] is True
    assert parts["dagster"]["about"].startswith(web.url)
    assert {f"{name.capitalize():8} {part['about']}" for name, part in parts.items()} <= set(lines)


def test_up_prints_addresses_that_answer(web: Up) -> None:
    said = "\n".join(web.printed)
    assert web.url in said
    assert f"Pages     {web.reports}/\n" in said
    assert f"API       {web.reports}/api/v1\n" in said
    assert "simulated: its bars are synthetic" in said
    pages = [f"{web.reports}{path}" for path in ("/", "/api/v1/instruments", "/reports", "/health")]
    for address in (f"{web.url}/server_info", *pages):
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            assert answer.status == 200


def test_files_in_the_current_folder_take_the_place_of_no_module(web: Up, month: Run) -> None:
    assert {path.stem for path in web.home.folder.glob("*.py")} == set(TAKEN_NAMES)
    assert month.status == "SUCCESS", month.failures
    log = (web.home.folder / "dagster.log").read_text()
    assert [name for name in TAKEN_NAMES if f"this is no {name}" in log] == []


def test_every_daemon_is_well_and_one_run_at_a_time_has_the_gateway(web: Up, chain: Run) -> None:
    instance = web.ask(
        """{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } }
             concurrencyLimits { concurrencyKey limit } } }"""
    )["instance"]
    daemons = instance["daemonHealth"]["allDaemonStatuses"]
    assert [daemon for daemon in daemons if daemon["required"] and not daemon["healthy"]] == []
    assert instance["concurrencyLimits"] == [{"concurrencyKey": "ib", "limit": 1}]


# fingerprints, pages to look at, and what is about all tables
NO_TABLES = {
    *("backtest_inputs", "backtest_report", "backup", "pruning", "roll_sensitivity", "search_inputs"),
    "verification",
    *STUDY_KINDS,
    *map(inputs_of, STUDY_KINDS),
}


def test_every_asset_says_what_it_is(web: Up) -> None:
    nodes = web.ask(
        """{ assetNodes { assetKey { path } groupName description kinds
             owners { ... on TeamAssetOwner { team } ... on UserAssetOwner { email } }
             metadataEntries { ... on TableSchemaMetadataEntry { schema { columns { name description } } } } } }"""
    )["assetNodes"]
    assert {node["groupName"] for node in nodes} == {
        "extraction",
        "bars",
        "futures",
        "backtests",
        "research",
        "trading",
        "upkeep",
    }
    for node in nodes:
        name = node["assetKey"]["path"][0]
        assert node["description"], name
        assert node["kinds"], name
        assert node["owners"], name
        columns = [column for entry in node["metadataEntries"] for column in entry.get("schema", {}).get("columns", [])]
        assert columns or name in NO_TABLES
        assert [column["name"] for column in columns if not column["description"]] == []


def test_one_partition_goes_from_the_gateway_to_every_timeframe_in_one_run(month: Run) -> None:
    assert month.status == "SUCCESS", month.failures
    rows = {asset: shown["dagster/row_count"] for (asset, _), shown in month.shown.items()}
    assert set(rows) == set(BAR_ASSETS)
    assert rows["raw_bars"] == rows["bars_1min"] > rows["bars_5min"] > rows["bars_1h"] > rows["bars_1d"] > 15
    red = {check for check, green in month.checks.items() if not green}
    # It is about the requests of all instruments, and another test stops a job; a run that itself lacks bars fails.
    assert red <= {("raw_bars", "requests_answered")}
    assert {asset for asset, _ in month.checks} == set(BAR_ASSETS)
    assert "data:image/png" in month.shown["bars_1h", f"ES|{MONTHS[2]}"]["candles"]


RANGE = [f"ES|{month}" for month in MONTHS[:2]]
HOLED = {f"ES|{MONTHS[2]}", f"NQ|{MONTHS[0]}", f"NQ|{MONTHS[2]}"}


@pytest.fixture(scope="module")
def backfills(web: Up, chain: Run) -> tuple[list[Run], list[Run]]:
    """Backfills of a range of months and of a set that is no rectangle, side by side: each waits for the daemon."""
    assert web.materialize(["contracts"], "NQ").status == "SUCCESS"
    launched = [
        web.backfill(BAR_ASSETS, RANGE),
        web.backfill(BAR_ASSETS, sorted(HOLED)),
    ]
    ranged, holed = (web.backfilled(backfill) for backfill in launched)
    return ranged, holed


def test_a_backfill_of_a_range_is_one_run_and_shows_each_partition(backfills: tuple[list[Run], list[Run]]) -> None:
    (run,) = backfills[0]
    assert {key for asset, key in run.shown if asset == "bars_1d"} == set(RANGE)
    for (asset, key), shown in run.shown.items():
        assert shown["dagster/row_count"] > 0, (asset, key)


def test_a_backfill_of_any_set_of_partitions_reaches_each_of_them_once_and_no_other(
    backfills: tuple[list[Run], list[Run]],
) -> None:
    reached = [key for run in backfills[1] for asset, key in run.shown if asset == "bars_1min"]
    assert sorted(reached) == sorted(HOLED)


def test_a_backtest_shows_its_figures_its_equity_and_its_report(report: Run, web: Up) -> None:
    assert report.status == "SUCCESS", report.failures
    shown = report.shown["backtest_report", "sma_cross-ES-1h"]
    assert shown["report"] == f"{web.reports}/reports/sma_cross-ES-1h.html"
    assert "data:image/png" in shown["equity"]
    with urllib.request.urlopen(shown["report"], timeout=PATIENCE) as answer:
        assert answer.status == 200
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def _tick(web: Up, moment: str) -> dict[str, object]:
    at = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("America/Chicago")).timestamp()
    selector = {
        "repositoryLocationName": "g4qc",
        "repositoryName": "__repository__",
        "scheduleName": "after_close",
    }
    result = web.ask(_DRY_RUN, s=selector, t=at)["scheduleDryRun"]["evaluationResult"]
    assert result["error"] is None, result
    return dict(result)


def test_the_schedule_asks_for_the_chain_of_every_instrument_on_a_trade_date(web: Up) -> None:
    requests = _tick(web, "2026-10-09T16:05")["runRequests"]
    assert isinstance(requests, list)
    tags = [{tag["key"]: tag["value"] for tag in request["tags"]} for request in requests]
    assert {one["dagster/partition"] for one in tags} == {"ES", "NQ", "EC"}


def test_the_schedule_skips_a_holiday_and_says_why(web: Up) -> None:
    result = _tick(web, "2026-12-25T16:05")
    assert not result["runRequests"]
    assert result["skipReason"] == "No session on 2026-12-25."
