"""The web UI and a report as a user sees them, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_pipelines.named_jobs import (
    BACKTEST_ASSETS,
    BAR_ASSETS,
    CHAIN_ASSETS,
    ROLL_ASSETS,
    SEARCH_ASSETS,
    VALIDATED_ASSETS,
)
from tests.fixtures.web import MONTHS, Run, Up

pytestmark = [pytest.mark.integration, pytest.mark.browser]

_SECONDS = 300_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a new visitor, wide enough for the graph."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(_SECONDS)
    expect.set_options(timeout=_SECONDS)
    yield context.new_page()
    context.close()


GROUPS = {
    "extraction": (*CHAIN_ASSETS, BAR_ASSETS[0]),
    "bars": BAR_ASSETS[1:],
    "futures": ROLL_ASSETS,
    "backtests": BACKTEST_ASSETS,
    "research": (*SEARCH_ASSETS, *STUDY_KINDS),
}


def test_the_graph_shows_groups_and_each_group_its_assets(page: Page, web: Up) -> None:
    # Nodes outside of the window are not drawn.
    page.set_viewport_size({"width": 5000, "height": 3500})
    page.goto(f"{web.url}/asset-groups")
    nodes = page.locator("svg foreignObject")
    for group in GROUPS:
        expect(nodes.get_by_text(group, exact=True)).to_be_visible()
    for group, assets in GROUPS.items():
        page.goto(f"{web.url}/locations/g4qc/asset-groups/{group}/lineage")
        for asset in assets:
            expect(nodes.get_by_text(asset, exact=True).first).to_be_attached()


def test_a_page_of_an_asset_shows_its_row_count_columns_and_green_checks(page: Page, web: Up, month: Run) -> None:
    page.goto(f"{web.url}/assets/bars_1min")
    expect(page.get_by_text("Row count")).to_be_visible()
    expect(page.get_by_text("Start of the bar, UTC")).to_be_visible()
    key = f"ES|{MONTHS[2]}"
    newest = web.materialize(VALIDATED_ASSETS, key)  # others decide about bars of this month in the same `web`
    page.goto(f"{web.url}/assets/bars_1min?view=partitions&partition={quote(key)}")
    expect(page.get_by_text(str(newest.shown["bars_1min", key]["dagster/row_count"])).first).to_be_visible()
    page.goto(f"{web.url}/assets/bars_1min?view=checks&checkDetail=few_in_quarantine")
    expect(page.get_by_text("few_in_quarantine").first).to_be_visible()
    expect(page.get_by_text("Passed").first).to_be_visible()


def test_the_link_of_a_materialization_opens_a_report_that_draws_and_needs_nobody_else(
    page: Page, web: Up, report: Run
) -> None:
    page.goto(f"{web.url}/assets/backtest_report?view=partitions&partition=sma_cross-ES-1h")
    link = page.get_by_role("link", name=report.shown["backtest_report", "sma_cross-ES-1h"]["report"])
    complaints: list[str] = []
    others: list[str] = []
    page.context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.context.on("weberror", lambda error: complaints.append(str(error.error)))
    page.context.on("request", lambda asked: others.append(asked.url) if not _near(asked.url) else None)
    with (
        page.expect_popup() as opened,
        page.context.expect_event(
            "response", lambda answer: answer.url.startswith(f"{web.reports}/reports/")
        ) as answered,
    ):
        link.first.click()
    assert answered.value.status == 200
    drawn = opened.value
    expect(drawn).to_have_title(re.compile("sma_cross"))
    expect(drawn.get_by_role("heading").first).to_be_visible()
    canvas = drawn.locator("canvas")
    expect(canvas.first).to_be_visible()
    assert canvas.evaluate_all(_COLOURS) >= 3
    assert complaints == []
    assert others == []


# The most colours on one canvas: an empty one has none, a chart at least its ground, its axes and its line.
_COLOURS = """canvases => Math.max(...canvases.filter(c => c.width && c.height).map(c => new Set(
  new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size))"""


def _near(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))
