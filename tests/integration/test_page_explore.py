"""The page that explores, in a real browser: sliders, figures and equity that follow, and the honest count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.fixtures.api import Api
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

SAID = "/explore?strategy=donchian&instrument=ES&timeframe=1h"


@pytest.fixture
def visitor(visit: Callable[..., Visitor], api: Api) -> Iterator[Visitor]:
    visitor = visit(api.url)
    yield visitor
    visitor.was_undisturbed()
    api.services.explorer.close()


def test_nothing_counts_before_somebody_asks_for_it(visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda one: asked.append(one.url) if one.method == "POST" else None)
    page = visitor.opens("/explore")
    expect(page.get_by_text("counts as a trial")).to_be_visible()
    assert not [url for url in asked if url.endswith("/explore")]
    page.get_by_role("button", name="Start exploring").click()
    expect(page.locator(".count")).to_contain_text("ever tried")


def test_the_figures_follow_the_sliders_and_the_address_says_the_set(visitor: Visitor, api: Api) -> None:
    page = visitor.opens(f"{SAID}&parameters.entry=21&parameters.exit=7")
    expect(page.locator(".count")).to_be_visible()
    with page.expect_response(re.compile("/api/v1/explore")) as answered:
        page.get_by_label("entry", exact=True).fill("33")
    answer = answered.value.json()
    assert answer["parameters"]["entry"] == 33
    expect(page.get_by_label("entry, number")).to_have_value("33")
    expect(page.locator(".count b")).to_have_text(f"{answer['trials']:,}")
    expect(page.get_by_text("a new trial")).to_be_visible()
    expect(page.locator("[data-milliseconds]")).to_be_visible()
    page.wait_for_url(re.compile(r"parameters\.entry=33"))
    page.reload()
    expect(page.get_by_text("looked at before")).to_be_visible()
    expect(page.get_by_label("exit, number")).to_have_value("7")


def test_what_cannot_be_is_said_and_the_picture_before_stays(visitor: Visitor) -> None:
    page = visitor.opens("/explore?strategy=sma_cross&instrument=ES&timeframe=1h&parameters.fast=5&parameters.slow=23")
    figure = page.locator(".pictures .keys b").first
    expect(figure).to_be_visible()
    before = figure.inner_text()
    page.get_by_label("fast, number").fill("40")
    expect(page.get_by_role("alert")).to_contain_text("fast")
    expect(figure).to_have_text(before)
    page.get_by_label("fast, number").fill("6")
    expect(page.get_by_role("alert")).to_have_count(0)
    visitor.complaints.clear()  # the browser notes the refusal


def test_a_set_is_kept_and_goes_on_to_other_pages(visitor: Visitor, api: Api) -> None:
    page = visitor.opens(f"{SAID}&parameters.entry=22&parameters.exit=6")
    page.get_by_role("button", name="Keep this set").click()
    expect(page.get_by_role("link", name="It is among the results")).to_be_visible()
    spec, confirm = api.launcher.started[-1]  # type: ignore[misc]
    assert (spec.parameters["entry"], confirm) == (22, "confirm")
    link = page.get_by_role("link", name="Open in the form").get_attribute("href") or ""
    assert "parameters.entry=22" in link
    assert "strategy=donchian" in link
