"""The page of backtests in a real browser: the folded form, notes, the list, the comparison, and very many trades."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.core.api.test_results import IDS, filled, made
from tests.core.storage.test_stores import _equity, _trades
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]
TRADES = 11_000


@pytest.fixture
def own(make_home: Callable[..., Home], make_api: Callable[..., Api]) -> Api:
    return filled(make_api(make_home().settings))


def test_results_of_one_name_are_told_apart_and_the_list_has_its_filter_and_order_in_the_address(
    visit: Visit, own: Api
) -> None:
    visitor = visit(own.url, locale="en-US")
    page = visitor.opens("/backtests")
    rows = page.get_by_role("table", name="Results").locator("tbody tr")
    alike = rows.filter(has=page.get_by_role("link", name="mine", exact=True))
    expect(alike).to_have_count(2)
    assert len(set(alike.locator("td:nth-child(2)").all_inner_texts())) == 2
    page.get_by_role("button", name="Name", exact=True).click()
    page.get_by_role("searchbox").fill("mine")
    expect(rows).to_have_count(2)
    page.wait_for_url(re.compile(r"list\.text=mine"))
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("mine")
    expect(rows).to_have_count(2)
    expect(page.get_by_role("columnheader", name=re.compile("^Name"))).to_have_attribute("aria-sort", "ascending")
    visitor.was_undisturbed()


def test_a_note_is_written_by_keys_and_kept(visit: Visit, own: Api) -> None:
    visitor = visit(own.url, locale="en-US")
    page = visitor.opens(f"/backtests?id={IDS['other']}")
    page.get_by_role("button", name="Write a note").press("Enter")
    page.get_by_label("Note", exact=True).fill("Look again\n<b>after</b> the roll.")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("<b>after</b> the roll.")).to_be_visible()
    expect(page.get_by_role("button", name="Change the note")).to_be_focused()
    visitor.opens("/backtests")
    expect(page.get_by_role("table", name="Results")).to_contain_text("<b>after</b>")
    visitor.was_undisturbed()


def test_a_group_of_the_form_is_folded_until_it_says_something_or_is_wrong(visit: Visit, own: Api) -> None:
    visitor = visit(own.url, locale="en-US")
    page = visitor.opens("/backtests?fee=2.5")
    expect(page.get_by_text("Costs · 1 changed")).to_be_visible()
    expect(page.get_by_label("Fee", exact=True)).to_be_visible()
    rate = page.get_by_label("Margin rate", exact=True)
    expect(rate).to_be_hidden()
    head = page.locator("summary", has_text=re.compile("^Margin"))
    head.click()
    rate.fill("")
    head.click()
    expect(rate).to_be_hidden()
    page.get_by_role("button", name="Run the backtest").click()
    expect(rate).to_be_visible()
    expect(rate).to_be_focused()
    assert own.launcher.started == []
    visitor.was_undisturbed()


def test_the_better_one_of_two_results_is_marked_by_more_than_a_colour(visit: Visit, own: Api) -> None:
    ids = ["7" * 32, "8" * 32]
    for id_, sharpe in zip(ids, (0.7, 1.4), strict=True):
        result = replace(made("new", "mine", 5), id=id_, metrics={"starting_cash": 100_000, "sharpe": sharpe})
        own.services.stores().backtests.save(result, _trades(), _equity())
    visitor = visit(own.url, locale="en-US")
    page = visitor.opens(f"/backtests?compare={ids[0]}&compare={ids[1]}")
    sharpe = page.get_by_role("table", name="Comparison").get_by_role("row", name=re.compile("^Sharpe"))
    expect(sharpe.get_by_role("img", name="best")).to_have_count(1)
    expect(sharpe.locator("td").nth(1)).to_contain_text("1.40")
    expect(sharpe.locator("td").nth(1).get_by_role("img", name="best")).to_be_visible()


def test_of_very_many_trades_those_are_drawn_that_are_seen(visit: Visit, own: Api) -> None:
    few = _trades()
    many = few.loc[np.arange(TRADES) % len(few)].reset_index(drop=True)
    result = replace(made("new", "mine", 1), id="9" * 32)
    own.services.stores().backtests.save(result, many, _equity())
    visitor = visit(own.url, locale="en-US")
    page = visitor.opens(f"/backtests?id={result.id}")
    table = page.get_by_role("table", name="Trades")
    expect(table).to_have_attribute("aria-rowcount", str(TRADES + 1))
    assert table.locator("tbody tr").count() < 200
    page.get_by_role("button", name="#").click()
    page.get_by_role("button", name="#").click()
    expect(table.get_by_role("link").first).to_have_text("1")
    page.get_by_role("region", name="Trades").evaluate("place => place.scrollTo(0, place.scrollHeight)")
    expect(table.get_by_role("link").last).to_have_text(f"{TRADES}")
    visitor.was_undisturbed()


@pytest.mark.parametrize("language", ["en-US", "es-ES"])
def test_the_table_of_results_fits_a_usual_screen(language: str, visit: Visit, own: Api) -> None:
    visitor = visit(own.url, width=1440, locale=language)
    page = visitor.opens("/backtests")
    table = page.locator(".scroll", has=page.get_by_role("link", name="other", exact=True))
    expect(table).to_be_visible()
    assert table.evaluate("found => found.scrollWidth - found.clientWidth") <= 0
    visitor.was_undisturbed()
