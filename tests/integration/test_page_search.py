"""The page of searches, in a real browser: the cost before the button, and the trials of a search that is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_plan import plan_search
from g4qc_core.services.research.searches import SearchRun
from g4qc_core.storage.result_stores.search_store import SearchRecord
from tests.fixtures.api import Api
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

ASKED = {
    "name": "page-of-searches",
    "backtest": {"strategy": "donchian", "instrument": "ES", "timeframe": "1h"},
    "parameters": {"entry": [6, 9, 12], "exit": [3, 5]},
    "objective": "total_return",
    "constraints": [],
    "workers": 1,
}


@pytest.fixture
def visitor(visit: Callable[..., Visitor], api: Api) -> Iterator[Visitor]:
    visitor = visit(api.url)
    yield visitor
    visitor.was_undisturbed()


@pytest.fixture(scope="module")
def done(api: Api) -> SearchRecord:
    """A search that is done."""
    stores, registry, settings = api.services.stores(), api.services.registry, api.services.settings
    run = SearchRun(plan_search(SearchSpec.asked(ASKED), settings, registry, stores), settings, registry, stores)
    for _ in run.events():
        pass
    return run.record


def shown(visitor: Visitor, record: SearchRecord, more: str = "") -> Page:
    page = visitor.opens(f"/search?id={record.id}{more}")
    expect(page.get_by_role("img", name=re.compile("Total return by"))).to_be_visible()
    return page


def test_the_form_says_the_sets_and_their_cost_before_anything_is_started(visitor: Visitor, api: Api) -> None:
    before = len(api.launcher.started)
    page = visitor.opens(
        "/search?strategy=donchian&instrument=ES&timeframe=1h&p.entry=5:20:5&p.exit=3,4&p.long_only==true"
    )
    plan = page.locator(".plan")
    expect(plan).to_contain_text("8")
    expect(plan).to_contain_text("luck alone")
    page.get_by_label("entry: to", exact=True).fill("30")
    expect(plan.locator("dd").first).to_have_text("12")
    page.wait_for_url(re.compile(r"p\.entry=5:30:5"))
    assert len(api.launcher.started) == before
    page.get_by_role("button", name="Start the search").click()
    page.wait_for_url(re.compile("job="))
    spec = api.launcher.started[-1]
    assert isinstance(spec, SearchSpec)
    assert {name: axis.size for name, axis in spec.axes.items()} == {"entry": 6, "exit": 2}
    assert isinstance(spec.backtest, dict)
    assert spec.backtest["parameters"]["long_only"] is True


def test_what_is_wrong_is_said_beside_the_plan(visitor: Visitor) -> None:
    page = visitor.opens("/search?strategy=donchian&instrument=ES&timeframe=1h&p.entry=-5,10&p.exit=3,4")
    expect(page.locator(".plan").get_by_role("alert")).to_contain_text("entry")
    visitor.complaints.clear()  # the browser notes the refusal


def test_a_search_shows_its_trials_and_the_best_one_first(visitor: Visitor, done: SearchRecord) -> None:
    page = shown(visitor, done)
    rows = page.get_by_role("region", name="Trials").locator("tbody tr")
    expect(rows).to_have_count(6)
    best = (done.best or {})["number"]
    rows.first.get_by_role("button", name=f"Show trial {best}", exact=True).click()
    expect(page.get_by_role("heading", name=f"Trial {best}", exact=True)).to_be_visible()
    page.wait_for_url(re.compile(f"trial={best}"))
    link = page.get_by_role("link", name="Explore this set").get_attribute("href") or ""
    for name, value in (done.best or {})["parameters"].items():
        assert f"parameters.{name}={str(value).lower() if isinstance(value, bool) else value}" in link
    page.go_back()


def test_keys_choose_trials_on_the_map_and_the_address_keeps_them(visitor: Visitor, done: SearchRecord) -> None:
    page = shown(visitor, done, "&x=entry&y=exit&over=mean")
    heat = page.get_by_role("img", name=re.compile("Total return by"))
    heat.focus()
    heat.press("ArrowRight")
    expect(page.locator(".told")).to_contain_text("entry 6 · exit 3")
    heat.press("Shift+ArrowUp")
    expect(page.get_by_text("2 ranked trials of the map")).to_be_visible()
    expect(page.get_by_role("region", name="Trials").locator("tbody tr")).to_have_count(2)
    page.wait_for_url(re.compile("brush=0,0,0,1"))
    page.reload()
    expect(page.get_by_text("2 ranked trials of the map")).to_be_visible()
    page.get_by_role("button", name="Show all again").click()
    expect(page.get_by_role("region", name="Trials").locator("tbody tr")).to_have_count(6)


def test_a_search_can_be_changed_and_started_again(visitor: Visitor, done: SearchRecord) -> None:
    page = shown(visitor, done)
    page.get_by_role("link", name="Change and search again").click()
    expect(page.get_by_label("entry: values, like 5, 10, 20")).to_have_value("6,9,12")
    expect(page.get_by_label("Objective")).to_have_value("total_return")
    expect(page.locator(".plan dd").first).to_have_text("6")


def test_a_hundred_thousand_trials_scroll_and_sort(visitor: Visitor, done: SearchRecord) -> None:
    page = visitor.page
    pages = 10

    def columns(route: object, request: object) -> None:
        after = int(re.search(r"after=(-?\d+)", request.url)[1])  # type: ignore[attr-defined,index]
        first, count = after + 1, 10_000
        numbers = list(range(first, first + count))
        last = first + count >= pages * count
        route.fulfill(  # type: ignore[attr-defined]
            json={
                "id": done.id,
                "states": ["ranked"],
                "number": numbers,
                "state": [0] * count,
                "objective": [(one * 7919 % 100_003) / 1e5 for one in numbers],
                "parameters": {
                    "entry": [1 + one % 100 for one in numbers],
                    "exit": [1 + one // 1000 for one in numbers],
                },
                "figures": {"sharpe": [one % 977 / 100 for one in numbers]},
                "next_after": None if last else numbers[-1],
            }
        )

    page.route(re.compile("/columns"), columns)
    shown(visitor, done)
    table = page.get_by_role("region", name="Trials")
    expect(table.locator("table")).to_have_attribute("aria-rowcount", "100001")
    table.get_by_role("button", name="Sharpe", exact=True).click()
    expect(table.locator("tbody tr:not([aria-hidden])").first).to_contain_text("9.76")
    assert table.locator("tbody tr").count() < 200
    table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(table.locator("tr[aria-rowindex='100001']")).to_be_visible()


def test_a_search_that_does_not_exist_says_so(visitor: Visitor) -> None:
    page = visitor.opens(f"/search?id={'0' * 32}")
    expect(page.get_by_role("alert")).to_contain_text("There is no search")
    visitor.complaints.clear()  # the browser notes the 404
