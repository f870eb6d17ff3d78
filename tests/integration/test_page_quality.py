"""The page Quality in a real browser with hundreds of bars in quarantine: found, looked at, and decided together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert

from g4qc_core.bars.quarantine.decisions import Decision
from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.storage.stores import open_stores
from g4qc_core.storage.tables import quarantined_bars
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]

MONDAY = datetime(2026, 10, 5, 13, 30, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
MANY = 380
SPIKE = "stands 400 ticks away from both neighbours, where up to 12 would be believed"
OFF_TICK = "close 6001.13 is not a multiple of 0.25"


@pytest.fixture
def own(make_api: Callable[..., Api], home: Home) -> Api:
    """A server with spikes of two sessions and two contracts, and two bars off the tick grid."""
    rows = [
        *(row(MONDAY + timedelta(minutes=at), Reason.SPIKE, SPIKE) for at in range(MANY)),
        *(row(TUESDAY + timedelta(minutes=at), Reason.SPIKE, SPIKE, "202703") for at in range(3)),
        *(row(TUESDAY + timedelta(minutes=at), Reason.OFF_TICK, OFF_TICK) for at in range(2)),
    ]
    with open_stores(home.settings) as stores, stores.database.transaction() as connection:
        connection.execute(insert(quarantined_bars), rows)
    return make_api(home.settings)


def row(start: datetime, reason: Reason, detail: str, contract: str = "202612") -> dict[str, object]:
    prices = {"open": 6001.0, "high": 6101.0, "low": 6000.0, "close": 6001.13}
    known = {"symbol": "ES", "contract": contract, "timestamp": start, "reason": str(reason), "detail": detail}
    return {**known, **prices, "volume": 7, "wap": 6001.0, "count": 3}


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """Visitors who find no good bars around those in quarantine, where there are none at all."""

    def make(*given: object, **options: object) -> Visitor:
        visitor = visit(*given, **options)
        none = {"symbol": "ES", "timeframe": "1min", "next_cursor": None, "missing": [], "data": [], "records": 0}
        visitor.page.route(re.compile("/api/v1/data/ES"), lambda asked: asked.fulfill(json=none))
        return visitor

    return make


def chosen(page: Page) -> Page:
    """Choose all bars that the filter shows, once they are there."""
    expect(page.locator("main [aria-busy]")).to_have_count(0)
    page.get_by_label("that the filter shows").check()
    return page


def test_very_many_bars_are_a_table_that_draws_what_is_seen(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/quality?symbol=ES")
    table = page.get_by_role("table", name="Bars that wait for a decision")
    expect(table).to_have_attribute("aria-rowcount", f"{MANY + 6}")
    assert table.locator("tbody tr").count() < 100
    reasons = page.get_by_role("group", name="Reasons, the gravest first").get_by_role("button")
    expect(reasons).to_have_text(["off the tick · 2", f"spike · {MANY + 3}"])
    expect(table.locator("tbody tr").first).to_contain_text("off the tick")
    table.locator("tbody tr").first.get_by_role("button").click()
    opened = page.locator(".suspect")
    expect(opened).to_contain_text(OFF_TICK)
    expect(opened.get_by_role("button", name="Accept")).to_be_disabled()
    opened.get_by_role("button", name="Close").click()
    expect(opened).to_have_count(0)
    visitor.was_undisturbed()


def test_reason_contract_and_session_filter_together_and_stay_in_the_address(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/quality?symbol=ES")
    page.get_by_role("button", name=re.compile("^spike")).click()
    page.get_by_label("Contract", exact=True).select_option("202703")
    page.get_by_label("First session").fill("2026-10-06")
    expect(page.locator(".suspect")).to_have_count(3)
    page.reload()
    expect(page.locator(".suspect")).to_have_count(3)
    expect(page.get_by_role("button", name=re.compile("^spike"))).to_have_attribute("aria-pressed", "true")
    page.get_by_label("First session").fill("2026-10-20")
    expect(page.get_by_text("No bar meets the filter")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(page.get_by_role("table", name="Bars that wait for a decision")).to_be_visible()
    assert page.url.endswith("/quality?symbol=ES")
    visitor.was_undisturbed()


def test_a_group_is_made_the_filter_and_decided_after_a_look(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/quality?symbol=ES")
    page.get_by_text("3 groups of reason, contract and session").click()
    page.get_by_role("button", name="Only these: ES 202703 2026-10-06 spike").click()
    expect(page.locator(".suspect")).to_have_count(3)
    chosen(page).get_by_role("button", name="Drop …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".keys")).to_contain_text("Sessions")
    expect(dialog).to_contain_text("ES Nov 2026")
    dialog.get_by_label("Why").fill("a wrong feed")
    dialog.get_by_role("button", name="Drop").click()
    expect(page.locator(".job")).to_be_visible()
    [(request, by, note)] = own.launcher.started
    assert (request.decision, by, note) == (Decision.DROP, "API", "a wrong feed")
    assert request.seen == "seen"
    tuesday = date(2026, 10, 6)
    assert request.selection == Selection(("ES",), ("202703",), (Reason.SPIKE,), first=tuesday, last=tuesday)
    visitor.was_undisturbed()


def test_bars_that_are_chosen_one_by_one_are_decided_alone(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/quality?symbol=ES&reason=off_tick")
    page.get_by_label("Choose ES/202612/2026-10-06T13:31Z").check()
    page.get_by_role("button", name="Ask again …").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask again").click()
    expect(page.locator(".job")).to_be_visible()
    [(request, _, _)] = own.launcher.started
    assert list(request.bars) == ["ES/202612/2026-10-06T13:31Z"]
    assert request.decision is Decision.REFETCH
    visitor.was_undisturbed()


def test_reasons_and_details_are_spanish_to_a_spanish_visitor(visit: Visit, own: Api) -> None:
    visitor = visit(own.url, locale="es-ES")
    page = visitor.opens("/quality?symbol=ES&reason=off_tick")
    expect(page.locator(".suspect").first).to_contain_text("fuera de tick")
    expect(page.locator(".suspect").first).to_contain_text("cierre 6001.13 no es múltiplo de 0.25")
    visitor.was_undisturbed()


def test_the_overview_says_what_waits_for_a_decision(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    page = visitor.opens("/")
    page.get_by_role("link", name=f"ES: {MANY + 5} bars wait for a decision").click()
    page.wait_for_url(re.compile(r"/quality\?symbol=ES$"))
    expect(page.get_by_role("table", name="Bars that wait for a decision")).to_be_visible()
    visitor.was_undisturbed()
