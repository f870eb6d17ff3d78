"""Every page by axe, with all of its rules: no violation of any level, in both themes, languages and widths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from g4qc_core.api.site import PATHS
from tests.fixtures.api import Api
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Each pair of a theme, a language and a width once.
VIEWS = (("light", "en-US", 1440), ("dark", "es-ES", 1440), ("light", "es-ES", 390), ("dark", "en-US", 390))
_VIOLATIONS = """async () => (await axe.run(document)).violations.map(
  one => `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`)"""


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page. Evaluated, not loaded: the policy allows no other script."""
    if not AXE.is_file():
        pytest.skip("axe is not there: run `npm ci` in frontend/")
    page.evaluate(f"{AXE.read_text('utf-8')};0")
    found: list[str] = page.evaluate(_VIOLATIONS)
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("scheme", "locale", "width"), VIEWS)
def test_a_page_has_no_barrier(
    visit: Callable[..., Visitor], api: Api, path: str, scheme: str, locale: str, width: int
) -> None:
    visitor = visit(api.url, width=width, height=900, color_scheme=scheme, locale=locale, reduced_motion="reduce")
    page = visitor.opens(path)
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visitor.was_undisturbed()
