"""The cards of the page Quality about sources of bars: differences, the order of sources, and imports of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from g4qc_core.bars.source_choice import SourceRule
from g4qc_core.services.imports.import_order import ImportOrder
from g4qc_core.services.imports.import_start import ImportWish
from g4qc_core.services.quality.source_comparison import compare_sources
from tests.core.services.test_compared_sources import CONTRACT, MARCH, NOW, written
from tests.core.sources.faulty_bars import ES, good_bars, shifted
from tests.core.sources.made_bars import sessions_of, walk
from tests.core.sources.vendor_files import PROFILES, write_as
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor, visitors
from tests.integration.test_accessibility import violations

pytestmark = [pytest.mark.integration, pytest.mark.browser]

WEEK = sessions_of(ES, date(2025, 9, 2), date(2025, 9, 8))


@pytest.fixture
def own(home: Home, make_api: Callable[..., Api], tmp_path: Path) -> Api:
    """A server with three sessions of two sources, of which one is a minute late, an import, and its files."""
    write_as(PROFILES["kibot"], walk(ES, WEEK, "202512"), ES, tmp_path / "files")
    assert home.run("import", str(tmp_path / "files"), "--synthetic", "--source", "archive").code == 0
    with home.bench() as bench:
        bench.stores.contracts.merge([CONTRACT], NOW)
        written(bench.stores, good_bars(), "ib")
        written(bench.stores, shifted(good_bars(), 1), "archive")
        bench.stores.precedence.add(
            "ES", SourceRule(("archive", "ib"), date(2024, 3, 5)), datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert compare_sources(ES, *MARCH, bench.stores, 0.01, NOW).apart == 3
    return make_api(home.settings.model_copy(update={"import_folder": tmp_path / "files"}))


@pytest.fixture
def shown(browser: Browser, own: Api) -> Iterator[Callable[..., Visitor]]:
    """Visitors of the server."""
    with visitors(browser) as make:
        yield lambda **options: make(own.url, **options)


def test_the_page_of_an_instrument_tells_differences_and_the_order_of_sources(shown: Callable[..., Visitor]) -> None:
    visitor = shown()
    page = visitor.opens("/quality?symbol=ES")
    sources = page.locator(".sources")
    expect(sources).to_contain_text("3 sessions compared, 3 beyond tolerance.")
    expect(sources.get_by_role("img").locator("rect.wrong")).to_have_count(1)
    runs = sources.get_by_role("table").first
    expect(runs).to_contain_text("Times of archive are one minute late: an end label was taken for a start.")
    sources.locator("summary").click()
    expect(sources.get_by_role("table").last.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".origins")).to_contain_text("archive, ib")
    visitor.was_undisturbed()


def test_imports_are_told_beside_all_instruments(shown: Callable[..., Visitor]) -> None:
    visitor = shown()
    imports = visitor.opens("/quality").get_by_role("table", name="Imports of files")
    expect(imports.locator("tbody tr")).to_have_count(1)
    expect(imports).to_contain_text("kibot")
    expect(imports).to_contain_text("archive")
    visitor.was_undisturbed()


def test_files_of_the_server_are_imported_by_a_form(own: Api, shown: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = shown()
    page = visitor.opens("/quality")
    page.get_by_text("Import files of the server").click()
    form = page.locator("form").filter(has=page.get_by_role("button", name="Import", exact=True))
    start = form.get_by_role("button", name="Import", exact=True)
    start.click()
    expect(form.get_by_label("From")).to_be_focused()
    assert own.launcher.started == []
    [file] = (tmp_path / "files").iterdir()
    form.get_by_label("From").fill(file.name)
    form.get_by_label("Source").fill("archive")
    form.get_by_label("A time marks").select_option("start")
    form.get_by_label("The files hold synthetic bars").check()
    start.click()
    expect(form.get_by_role("status")).to_have_text("Import 1 is stored by the job above.")
    expect(page.locator(".job")).to_be_visible()
    [order] = own.launcher.started
    assert isinstance(order, ImportOrder)
    assert (order.request.path, order.request.label, order.request.profile) == (file, "start", None)
    assert order.wish == ImportWish(file, "archive", synthetic=True, by="API")
    visitor.was_undisturbed()


def test_a_form_that_is_refused_says_why_and_keeps_what_was_typed(own: Api, shown: Callable[..., Visitor]) -> None:
    page = shown().opens("/quality")
    page.get_by_text("Import files of the server").click()
    path = page.get_by_label("From")
    path.fill("nothing.txt")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("nothing.txt is not in the folder of imports")).to_be_visible()
    expect(path).to_have_value("nothing.txt")
    assert own.launcher.started == []


@pytest.mark.parametrize(("locale", "width", "scheme"), [("en-US", 1440, "dark"), ("es-ES", 360, "light")])
def test_the_cards_have_no_barrier(shown: Callable[..., Visitor], locale: str, width: int, scheme: str) -> None:
    visitor = shown(width=width, color_scheme=scheme, locale=locale, reduced_motion="reduce")
    for path in ("/quality", "/quality?symbol=ES"):
        page = visitor.opens(path)
        expect(page.locator("main table")).not_to_have_count(0)
        expect(page.locator("main [aria-busy=true]")).to_have_count(0)
        for folded in page.locator("main details.folded summary").all():
            folded.click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    visitor.was_undisturbed()
