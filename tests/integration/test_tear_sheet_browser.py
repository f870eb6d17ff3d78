"""The tear sheet in a real browser: both languages, both themes, narrow and wide, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.tear_sheet.report import write_report
from g4qc_core.research.report.search_page import render_search
from g4qc_core.services.report_file import report_named
from g4qc_core.settings import Settings
from tests.core.backtest.series import ES, spec, walk
from tests.core.research.test_search_page import page_of, trials_of

pytestmark = [pytest.mark.slow, pytest.mark.integration]

BARS = walk(1500, contracts=["202603"] * 900 + ["202606"] * 600, adjustments=[40] * 900 + [0] * 600, per_session=15)


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return run_backtest(spec(name="crossing"), BARS, ES, data_version="fingerprint-7", roll_rule="8 days before")


@pytest.fixture(scope="module")
def file(result: BacktestResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "crossing.html"
    worth = {"deflated_sharpe": 0.42, "probabilistic_sharpe": 0.61, "family_trials": 7}
    return write_report(result, BARS, path, origin_note="Synthetic", instrument=ES, worth=worth)


@contextmanager
def opened(browser: Browser, file: Path, locale: str, theme: str = "light", width: int = 1280) -> Iterator[Page]:
    """The page when its charts are drawn; no error, no request and no scrolling to the side by its end."""
    context = browser.new_context(locale=locale, color_scheme=theme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page, errors, asked = context.new_page(), [], []
    page.on("console", lambda said: errors.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn]")
    yield page
    assert errors == []
    assert asked == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


@pytest.mark.parametrize(("locale", "heading", "theme"), [("en-GB", "Slices", "light"), ("es-ES", "Cortes", "dark")])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_of_a_search_opens_in_both_languages(
    browser: Browser, tmp_path: Path, locale: str, heading: str, theme: str, width: int
) -> None:
    file = report_named("search", Settings(home=tmp_path)).write(render_search(page_of(trials_of())))
    with opened(browser, Path(str(file)), locale, theme, width) as page:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.locator("figure canvas").count() >= 7


def cells(page: Page, column: int) -> list[str]:
    return page.locator(f"#trade-rows tbody tr:not(.space) td:nth-child({column})").all_text_contents()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("locale", "heading", "profit"), [("en-GB", "Trades", "Net profit"), ("es-ES", "Operaciones", "Beneficio neto")]
)
def test_the_page_speaks_the_language_of_its_browser(
    browser: Browser, file: Path, result: BacktestResult, locale: str, heading: str, profit: str, width: int, theme: str
) -> None:
    with opened(browser, file, locale, theme, width) as page:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.locator("html").get_attribute("lang") == locale[:2]
        key = page.get_by_role("button", name=profit)
        shown = re.sub(r"[^\d,.-]", "", key.locator("b").inner_text().replace("−", "-"))
        point, group = (".", ",") if locale == "en-GB" else (",", ".")
        assert shown.replace(group, "").replace(point, ".") == f"{result.metrics['net_profit']:.2f}"
        assert page.locator(".chart canvas").count() >= 3
        assert page.locator("html").get_attribute("data-drawn") == f"{locale[:2]}-{theme}"


def test_language_and_theme_change_in_the_page(browser: Browser, file: Path) -> None:
    with opened(browser, file, "en-US") as page:
        page.get_by_role("button", name="Español").click()
        page.wait_for_selector('html[data-drawn="es-light"]')
        expect(page.get_by_role("heading", name="Costes por tipo")).to_be_visible()
        page.get_by_role("button", name="Oscuro").click()
        page.wait_for_selector('html[data-drawn="es-dark"]')
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(12, 17, 23)"
        assert page.evaluate("Bokeh.documents.length") >= 1


def test_a_definition_is_read_by_pointer_and_by_keyboard(browser: Browser, file: Path) -> None:
    with opened(browser, file, "en-US") as page:
        sharpe = page.get_by_role("button", name=re.compile("^Sharpe"))
        tip = page.locator("#means-sharpe")
        expect(tip).to_be_hidden()
        sharpe.hover()
        expect(tip).to_be_visible()
        page.mouse.move(5, 5)
        sharpe.focus()
        expect(tip).to_contain_text("Mean of session returns")
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()


def test_the_table_of_trades_sorts_and_shows_every_row(browser: Browser, file: Path, result: BacktestResult) -> None:
    with opened(browser, file, "en-US") as page:
        rows = page.locator("#trade-rows tbody tr:not(.space)")
        assert rows.count() < len(result.trades)
        page.get_by_role("button", name="Profit", exact=True).click()
        best = result.trades["profit"].sort_values(ascending=False)
        assert cells(page, 11)[:5] == [f"{value:,.2f}" for value in best.head(5)]
        page.get_by_role("button", name="Profit", exact=True).click()
        assert cells(page, 11)[:5] == [f"{value:,.2f}" for value in best[::-1].head(5)]
        page.evaluate("document.getElementById('trade-rows').scrollTop = 1e9")
        page.wait_for_function("document.querySelector('#trade-rows tbody').lastChild.style.height === '0px'")
        assert cells(page, 11)[-1] == f"{best.iloc[0]:,.2f}"


def test_the_printed_page_has_its_first_trades(browser: Browser, file: Path, result: BacktestResult) -> None:
    with opened(browser, file, "en-US") as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#trade-rows tbody tr:not(.space)").count() == min(100, len(result.trades))
        page.emulate_media(media="print")
        expect(page.locator(".tools")).to_be_hidden()
        page.set_viewport_size({"width": 720, "height": 1000})
        assert page.evaluate("document.getElementById('trade-rows').scrollWidth <= 720")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(media="screen")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_the_sandbox_of_the_api_shows_the_page_too(browser: Browser, file: Path) -> None:
    page = browser.new_page(locale="en-US")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content('<iframe sandbox="allow-scripts allow-downloads" style="width: 900px; height: 700px"></iframe>')
    page.eval_on_selector("iframe", "(frame, text) => { frame.srcdoc = text }", file.read_text("utf-8"))
    inside = page.frame_locator("iframe")
    expect(inside.locator("html[data-drawn]")).to_have_count(1)
    inside.get_by_role("button", name="Español").click()
    expect(inside.get_by_role("heading", name="Operaciones", exact=True)).to_be_visible()
    assert errors == []
    page.close()
