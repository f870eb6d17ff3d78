"""The work of an analyst who does not know Dagster, in a real browser with a complete `g4qc up`.

The steps: extract, look at candles, run a backtest, open its report, run it again and compare, accept a bar in
quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores, open_stores
from tests.fixtures.pages import Visitor
from tests.fixtures.web import MONTHS, Run, Up

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]
MONTH = MONTHS[2][:7]


@pytest.fixture
def visitor(visit: Visit, web: Up) -> Visitor:
    return visit(web.reports)


def press_until(page: Page, name: str) -> None:
    """Goes with the tabulator to the control of that name."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(e => e && (e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].textContent)"
            " || e.textContent))(document.activeElement)"
        )
        if focused and focused.strip() == name:
            return
    raise AssertionError(f"nothing called {name} gets the focus")


def test_an_extraction_by_keys_alone_is_followed_live_to_its_candles(visitor: Visitor, web: Up) -> None:
    page = visitor.opens("/extract")
    expect(page.get_by_label("Instrument")).to_be_visible()
    expect(page.get_by_role("link", name="Dagster", exact=True)).to_have_attribute("href", re.compile(f"^{web.url}/?$"))
    press_until(page, "Instrument")
    page.keyboard.type("MES")
    press_until(page, "From")
    # A part of a month would be a hole in the graph that the tests share.
    page.get_by_label("From", exact=True).fill(f"{MONTH}-01")
    page.get_by_label("To", exact=True).fill(f"{pd.Period(MONTH).end_time:%Y-%m-%d}")
    press_until(page, "Extract")
    page.keyboard.press("Enter")
    job = page.locator("#live .job").first
    expect(job).to_contain_text("MES")
    expect(job.get_by_role("progressbar")).to_be_visible()
    expect(job.locator(".log li").first).to_be_visible()
    expect(job).to_have_attribute("data-state", "succeeded")
    expect(page.locator(".job[data-state=succeeded]", has_text="MES").nth(1)).to_be_visible()
    press_until(page, "See the candles")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/chart"))
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    expect(page.locator("#chart-legend")).to_contain_text("contract 20")
    canvas = page.locator(".candles canvas").first
    assert (
        canvas.evaluate(
            "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
        )
        >= 3
    )
    visitor.was_undisturbed()


def test_a_running_job_can_be_cancelled(visitor: Visitor) -> None:
    page = visitor.opens("/extract")
    page.get_by_label("Instrument").select_option("MNQ")
    page.get_by_label("From", exact=True).fill(f"{MONTHS[0][:7]}-01")
    page.get_by_label("To", exact=True).fill(f"{MONTH}-20")
    page.get_by_role("button", name="Extract").click()
    job = page.locator("#live .job", has_text="MNQ").first
    job.get_by_role("button", name="Cancel").click()
    expect(job).to_have_attribute("data-state", "cancelled")
    visitor.was_undisturbed()


def test_a_backtest_is_run_opened_with_its_report_and_compared_with_another(visitor: Visitor, month: Run) -> None:
    page = visitor.opens("/backtests")
    form = page.locator("form", has=page.get_by_role("button", name="Run the backtest"))
    form.get_by_label("Strategy", exact=True).select_option("donchian")
    form.get_by_label("entry", exact=True).fill("20")
    form.get_by_role("button", name="Run the backtest").click()
    page.get_by_role("link", name="Open the result").click()
    expect(page.locator(".keys")).to_contain_text("Net profit")
    expect(page.locator(".curve canvas").first).to_be_visible()
    expect(page.get_by_role("table", name="Monthly returns")).to_contain_text("%")
    expect(page.get_by_role("table", name="Trades").locator("tbody tr").first).to_be_visible()
    page.get_by_role("button", name="Show the report here").click()
    report = page.frame_locator("iframe.report")
    expect(report.get_by_role("heading").first).to_be_visible()
    expect(report.locator("canvas").first).to_be_visible()
    assert page.locator("iframe.report").get_attribute("sandbox") == "allow-scripts allow-downloads"
    page.get_by_role("link", name="Run again and compare").click()
    entry = form.get_by_label("entry", exact=True)
    expect(entry).to_have_value("20")
    entry.fill("30")
    form.get_by_role("button", name="Run the backtest").click()
    page.get_by_role("link", name="Compare with the one before").click()
    differing = page.get_by_role("row", name=re.compile(r"^parameters\.entry"))
    expect(differing.first).to_contain_text("20")
    expect(differing.first).to_contain_text("30")
    page.get_by_role("link", name="All backtests").click()
    page.get_by_role("link", name=re.compile("^donchian")).first.click()
    page.get_by_role("link", name="Trades in the chart").click()
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    expect(page.get_by_label("Trades of")).not_to_have_value("")
    visitor.was_undisturbed()


def test_a_bar_in_quarantine_is_accepted_and_found_in_the_candles(visitor: Visitor, web: Up, month: Run) -> None:
    with open_stores(web.home.settings) as stores:
        start, price = false_print(stores)
    page = visitor.opens("/quality?symbol=ES")
    name = f"{start:%Y-%m-%dT%H:%MZ}"
    bar = page.locator(f".suspect[data-bar$='{name}']")
    expect(bar.get_by_role("row")).to_have_count(6)
    expect(bar.locator("tr.marked")).to_contain_text(f"{price:,.2f}")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    bar.get_by_label("Why").fill("seen on the tape")
    bar.get_by_role("button", name="Accept").click()
    expect(page.locator(".job[data-state=succeeded]").first).to_be_visible()
    expect(bar).to_have_count(0)
    page.get_by_label("show decided ones too").check()
    expect(bar).to_contain_text("seen on the tape")
    bar.get_by_role("link", name="in the chart").click()
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    page.goto(f"{web.reports}/quality?symbol=ES")
    expect(page.get_by_role("table", name="Revisions")).to_contain_text(f"{price:,.2f}")
    decides_all_that_the_filter_shows(page, name)
    visitor.was_undisturbed()


def decides_all_that_the_filter_shows(page: Page, name: str) -> None:
    """Takes back what was decided about the spikes of the month, and drops them, after a look and by keys."""
    page.get_by_label("show decided ones too").check()
    reason = page.get_by_role("button", name=re.compile("^spike"))
    reason.click()
    expect(reason).to_have_attribute("aria-pressed", "true")
    for verb in ("Take back", "Drop"):
        expect(page.locator("main [aria-busy]")).to_have_count(0)
        page.get_by_label("that the filter shows").check()
        ask = page.get_by_role("button", name=f"{verb} …")
        ask.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("table")).to_contain_text("spike")
        page.keyboard.press("Escape")
        expect(ask).to_be_focused()
        ask.press("Enter")
        dialog.get_by_label("Why").fill(f"by the filter: {verb}")
        dialog.get_by_role("button", name=verb).press("Enter")
        expect(dialog).to_have_count(0)
        expect(page.locator(f".suspect[data-bar$='{name}']")).to_contain_text(f"by the filter: {verb}")


def false_print(stores: Stores) -> tuple[datetime, float]:
    """A bar of the month is restated far from its neighbours, and validated; gives its start and its new close."""
    first = datetime.strptime(MONTHS[2], "%Y-%m-%d").replace(tzinfo=UTC)
    bars = stores.bars.bars("ES", "1min", first + timedelta(days=7), first + timedelta(days=12))
    start = next(t for t in bars["timestamp"] if (t.hour, t.minute) == (15, 30)).to_pydatetime()
    row = bars.loc[bars["timestamp"] == start].iloc[0]
    (contract,) = (c for c in stores.contracts.chain("ES") if c.month == row["contract"])
    window = (start, start + timedelta(minutes=1))
    bar = stores.raw.bars("ES", *window, contract.month).drop(columns="contract")
    prices = bar[["open", "high", "low", "close"]] + 100
    entry = LedgerEntry("ES", contract.month, "1min", *window, Outcome.DATA, requested_at=start, duration_ms=1)
    stores.raw.write(contract, bar.assign(**prices), entry)
    instrument = load_registry()["ES"]
    validate_month(instrument, *month_window(date.fromisoformat(MONTHS[2])), stores)
    return start, float(prices["close"].iloc[0])
