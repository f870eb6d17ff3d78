"""The page Trading in a real browser: what the traders do, the kill switch, and wishes that a trader answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from g4qc_core.services.trading.orders.kill_switch import HALT_FILE
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.drift_store import Drift
from tests.core.services.trading.traded import ACCOUNT, SPEC, record, trade
from tests.fixtures.api import NOW, Api
from tests.fixtures.pages import Visitor
from tests.integration.test_accessibility import VIEWS, violations

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]
PICTURES = os.environ.get("G4QC_TEST_PICTURES")
"""Folder for pictures of the page, to be looked at."""


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    """Stores of a database in which an account is being traded."""
    made = Stores(embedded_database)
    trade(made, NOW)
    for day in range(1, 6):
        figures = {"missed": int(day == 3), "extra": 0, "different": 0, "fills": 2, "mean_slippage": 0.5 * day,
                   "model_slippage": 1.0, "live_bars": 1380, "live_differing": day}  # fmt: skip
        made.drifts.save(Drift(ACCOUNT, SPEC, (NOW - timedelta(days=6 - day)).date(), figures, [], "v", NOW))
    return made


@pytest.fixture
def own(make_api: Callable[..., Api], embedded_database: Database, tmp_path: Path) -> Api:
    """A server over that database."""
    url = SecretStr(embedded_database.url.render_as_string(hide_password=False))
    return make_api(Settings(_env_file=None, home=tmp_path, database_url=url))  # type: ignore[call-arg]


def test_without_a_trader_the_page_says_how_to_start_one(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/trading")
    expect(page.get_by_text("g4qc trade start")).to_be_visible()
    expect(page.get_by_text("Orders may leave.")).to_be_visible()
    visitor.was_undisturbed()


def test_everything_about_an_account_is_shown(visit: Visit, own: Api, stores: Stores) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/trading")
    expect(page.locator("[data-state=trading]")).to_have_text("trading")
    expect(page.get_by_role("region", name="Positions").get_by_role("row").nth(1)).to_contain_text("5,000.625")
    expect(page.get_by_role("region", name="Locked instruments")).to_contain_text("0 of 202612")
    expect(page.get_by_role("region", name="Decisions")).to_contain_text("The bar came 95 s late.")
    expect(page.get_by_role("region", name="Fills")).to_contain_text("0000e0d5.00000002.01.01")
    expect(page.get_by_text("differs")).to_be_visible()
    expect(page.get_by_label("Contracts in total")).to_have_attribute("value", "2")
    expect(page.get_by_role("region", name="Drift from the backtest")).to_contain_text(SPEC)
    orders = page.get_by_role("region", name="Orders")
    expect(orders.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="All", exact=True).click()
    expect(orders.get_by_role("row")).to_have_count(3)
    orders.get_by_role("row").nth(2).get_by_role("button").click()
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.was_undisturbed()


def test_the_kill_switch_says_who_and_why_and_is_released(
    visit: Visit, own: Api, stores: Stores, tmp_path: Path
) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/trading")
    page.get_by_role("button", name="Stop all orders").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("prices look wrong")
    dialog.get_by_role("button", name="Stop all orders").click()
    expect(page.get_by_text("prices look wrong")).to_be_visible()
    expect(page.get_by_text("all accounts, by API since")).to_be_visible()
    assert (tmp_path / HALT_FILE).exists()
    expect(page.get_by_role("button", name="Stop all orders")).to_have_count(0)
    page.get_by_role("button", name="Release").click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    expect(page.get_by_text("Orders may leave.")).to_be_visible()
    assert not (tmp_path / HALT_FILE).exists()
    visitor.was_undisturbed()


def test_a_lock_is_resolved_by_the_trader_and_its_answer_is_shown(visit: Visit, own: Api, stores: Stores) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/trading")
    page.get_by_role("button", name="Unlock NQ").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("0 of 202612")
    dialog.get_by_label("Take the broker's position as ours").check()
    dialog.get_by_label("What you found").fill("bought by hand")
    dialog.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.get_by_text("Asked the trader")).to_be_visible()
    (asked,) = stores.traders.waiting(ACCOUNT)
    assert asked.arguments == {"symbol": "NQ", "adopt": True, "note": "bought by hand"}
    stores.safety.resolve(ACCOUNT, "NQ", "trader", "adopted", NOW)
    stores.traders.done(asked.id, "NQ is unlocked.", NOW)
    expect(page.get_by_text("NQ is unlocked.")).to_be_visible()
    expect(page.get_by_role("button", name="Unlock NQ")).to_have_count(0)
    visitor.was_undisturbed()


def test_without_a_running_trader_nothing_is_asked(visit: Visit, own: Api, stores: Stores) -> None:
    stores.traders.keep(record(NOW - timedelta(hours=1)))
    page = visit(own.url).opens("/trading")
    expect(page.locator("[data-state=gone]")).to_have_text("gives no sign of life")
    expect(page.get_by_role("button", name="Close all positions")).to_be_disabled()
    expect(page.get_by_role("button", name="Unlock NQ")).to_be_disabled()


@pytest.mark.parametrize(("scheme", "locale", "width"), VIEWS)
def test_a_traded_account_has_no_barrier(
    visit: Visit, own: Api, stores: Stores, scheme: str, locale: str, width: int
) -> None:
    visitor = visit(own.url, width=width, height=900, color_scheme=scheme, locale=locale, reduced_motion="reduce")
    page = visitor.opens("/trading")
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    expect(page.locator("[data-state=trading]")).to_be_visible()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/trading-{scheme}-{locale}-{width}.png", full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visitor.was_undisturbed()
