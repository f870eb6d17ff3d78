"""Every page, read by axe with all of its rules, on wide and narrow screens, in both themes and languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from g4qc_core.api.site import PATHS
from tests.fixtures.api import Api
from tests.fixtures.pages import Visitor, visitors

pytestmark = [pytest.mark.integration, pytest.mark.browser]

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Each pair of a theme, a language and a width once.
VIEWS = (("light", "en-US", 1440), ("dark", "es-ES", 1440), ("light", "es-ES", 360), ("dark", "en-US", 360))
SYNTHETIC = {"en-US": "none of these prices was ever traded", "es-ES": "ninguno de estos precios se negoció jamás"}
_VIOLATIONS = """async () => (await axe.run(document)).violations.map(
  one => `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`)"""


@dataclass(frozen=True)
class Shown:
    """A complete page; its tests share it and only look."""

    visitor: Visitor
    locale: str
    width: int

    @property
    def page(self) -> Page:
        """The browser's page."""
        return self.visitor.page


@pytest.fixture(scope="module")
def visitor_of(browser: Browser, api: Api) -> Iterator[Callable[[str, str, int], Visitor]]:
    """One visitor for each view: a new one would load the bundle again for every page."""
    with visitors(browser) as make:

        @cache
        def visitor(scheme: str, locale: str, width: int) -> Visitor:
            return make(api.url, width=width, height=900, color_scheme=scheme, locale=locale, reduced_motion="reduce")

        yield visitor


@pytest.fixture(
    scope="module",
    params=[(view, path) for view in VIEWS for path in PATHS],
    ids=lambda one: "-".join(map(str, (*one[0], one[1]))),
)
def shown(request: pytest.FixtureRequest, visitor_of: Callable[[str, str, int], Visitor]) -> Shown:
    (scheme, locale, width), path = request.param
    visitor = visitor_of(scheme, locale, width)
    page = visitor.opens(path)
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    return Shown(visitor, locale, width)


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page. Evaluated, not loaded: the policy allows no other script."""
    if not AXE.is_file():
        pytest.skip("axe is not there: run `npm ci` in frontend/")
    page.evaluate(f"{AXE.read_text('utf-8')};0")
    found: list[str] = page.evaluate(_VIOLATIONS)
    return found


def test_a_page_has_no_barrier(shown: Shown) -> None:
    assert violations(shown.page) == []


def test_a_page_needs_no_scrolling_sideways(shown: Shown) -> None:
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= shown.width


def test_a_page_links_to_all_others(shown: Shown) -> None:
    assert shown.page.get_by_role("navigation").get_by_role("link").count() == len(PATHS)


def test_a_page_says_that_its_bars_are_synthetic(shown: Shown) -> None:
    expect(shown.page.get_by_role("note")).to_contain_text(SYNTHETIC[shown.locale])


def test_a_page_reports_no_error_and_asks_no_other_host(shown: Shown) -> None:
    shown.visitor.was_undisturbed()
