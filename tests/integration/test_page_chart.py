"""The page of candles in a real browser: what it keeps in its address, says in words, and gives as files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.fixtures.api import Api
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]


@pytest.fixture
def visitor(visit: Visit, api: Api) -> Iterator[Visitor]:
    made = visit(api.url)
    yield made
    made.was_undisturbed()


def test_back_returns_to_the_view_before_a_choice(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=1h")
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    page.wait_for_url(re.compile("from="))
    page.get_by_label("Adjustment").select_option("ratio")
    page.wait_for_url(re.compile("adjustment=ratio"))
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    page.go_back()
    expect(page.get_by_label("Adjustment")).to_have_value("none")


def test_the_shown_bars_are_files_of_the_api(visitor: Visitor, api: Api) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=1h&adjustment=additive")
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    link = page.get_by_role("link", name="CSV")
    expect(link).to_have_attribute("href", re.compile("timeframe=1h.*adjustment=additive.*format=csv"))
    with page.expect_download() as found:
        link.click()
    assert re.match(r"ES-1h-.*\.csv$", found.value.suggested_filename)
    head, *rows = found.value.path().read_text("utf-8").splitlines()
    assert "open" in head
    assert rows


def test_the_keys_walk_from_bar_to_bar_and_the_line_says_each(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=1d")
    legend = page.locator("#chart-legend")
    expect(legend).to_have_attribute("aria-live", "polite")
    expect(legend).to_contain_text("Oct 30, 2026")
    page.locator(".candles").focus()
    page.keyboard.press(",")
    expect(legend).to_contain_text("Oct 29, 2026")
    page.keyboard.press(".")
    expect(legend).to_contain_text("Oct 30, 2026")


def test_a_phone_shows_candles_first_and_folds_the_controls(visit: Visit, api: Api) -> None:
    visitor = visit(api.url, width=390, height=844)
    page = visitor.opens("/chart?symbol=ES")
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_label("Adjustment")).to_be_hidden()
    box = page.locator(".candles").bounding_box()
    assert box is not None
    assert box["y"] < 844 / 2
    page.locator("summary", has_text="ES").click()
    expect(page.get_by_label("Adjustment")).to_be_visible()
    visitor.was_undisturbed()


def test_the_chart_says_what_its_marks_mean(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES")
    marks = page.get_by_role("list", name="What is drawn over the candles")
    expect(marks).to_contain_text("roll to the next contract")
    expect(page.get_by_role("link", name=re.compile("TradingView"))).to_have_attribute(
        "href", "https://www.tradingview.com/"
    )
