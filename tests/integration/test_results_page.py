"""Results on their page in a real browser: named, tagged, found by a tag and deleted, by keys where it matters."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from g4qc_core.graph_keys import KeyKind
from tests.core.api.test_results import IDS, filled
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]


@pytest.fixture
def own(make_home: Callable[..., Home], make_api: Callable[..., Api]) -> Api:
    return filled(make_api(make_home().settings))


def test_a_result_is_named_tagged_and_deleted_with_keys(visit: Visit, own: Api) -> None:
    visitor = visit(own.url, locale="en-US")
    page = visitor.opens(f"/backtests?id={IDS['other']}")
    page.get_by_role("button", name="Rename").press("Enter")
    page.get_by_label("Name", exact=True).fill("Slow <b>cross</b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Slow <b>cross</b>")
    expect(page.get_by_role("button", name="Rename")).to_be_focused()
    page.get_by_label("Tag", exact=True).fill("Keep paper")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Tags").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Take away the tag paper").press("Enter")
    expect(page.get_by_role("list", name="Tags").get_by_role("listitem")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("list", name="Tags")).to_contain_text("keep")
    own.launcher.graph.busy = {"other"}
    page.get_by_role("button", name="Delete").press("Enter")
    asked = page.get_by_role("dialog", name="Delete this result?")
    expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
    asked.get_by_role("button", name="Delete").press("Enter")
    expect(asked.get_by_role("alert")).to_contain_text("A run of other is under way")
    own.launcher.graph.busy = set()
    asked.get_by_role("button", name="Delete").press("Enter")
    page.wait_for_url(re.compile("/backtests$"))
    expect(page.get_by_role("table", name="Results").locator("tbody tr")).to_have_count(2)
    page.goto(f"{own.url}/backtests?id={IDS['other']}")
    expect(page.get_by_role("alert")).to_contain_text("was deleted on")
    page.get_by_role("link", name="All backtests").click()
    expect(page.get_by_role("table", name="Results").locator("tbody tr")).to_have_count(2)


def test_results_are_found_by_a_tag_and_deleted_together(visit: Visit, own: Api) -> None:
    with own.client() as client:
        client.patch(f"/backtests/{IDS['old']}", json={"tags": ["bad"]})
        client.patch(f"/backtests/{IDS['other']}", json={"tags": ["bad", "paper"]})
    visitor = visit(own.url, locale="es-ES", color_scheme="dark")
    page = visitor.opens("/backtests")
    rows = page.get_by_role("table", name="Resultados").locator("tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_label("Etiqueta", exact=True).select_option("bad")
    expect(rows).to_have_count(2)
    for box in rows.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Borrar (2 elegidos)").click()
    page.get_by_role("dialog").get_by_role("button", name="Borrar").click()
    expect(rows).to_have_count(1)
    page.get_by_text("Claves del grafo que sobran").click()
    keys = page.get_by_role("region", name="Claves del grafo que sobran")
    expect(keys.get_by_role("row")).to_have_count(2)
    keys.get_by_role("button", name="Quitar cancelled").click()
    page.get_by_role("dialog").get_by_role("button", name="Quitar", exact=True).click()
    expect(keys.get_by_role("row")).to_have_count(1)
    assert own.launcher.graph.kept[KeyKind.BACKTEST] == ["mine", "sma_cross-ES-1h"]
    visitor.was_undisturbed()
