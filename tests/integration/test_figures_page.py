"""A result with all its figures, tables and card on its page, and two results side by side, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import load_registry
from g4qc_core.messages.translation import in_language
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.storage.stores import open_stores
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def results(full_home: Home) -> Iterator[list[str]]:
    """Two results of ES, deleted at the end."""
    given = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"}
    specs = [
        BacktestSpec.from_dict(given | {"name": f"page-{fast}", "parameters": {"fast": fast, "slow": 40}})
        for fast in (5, 9)
    ]
    with open_stores(full_home.settings) as stores:
        made = [run_spec(spec, load_registry(), stores, None).id for spec in specs]
    yield made
    assert full_home.run("backtests", "delete", *made, "--yes").code == 0


@pytest.mark.parametrize(
    ("locale", "head"), [("en-US", "Against buy and hold"), ("es-ES", "Frente a comprar y mantener")]
)
def test_every_figure_is_shown_with_its_formula(
    visit: Visit, api: Api, results: list[str], locale: str, head: str
) -> None:
    visitor = visit(api.url, locale=locale)
    page = visitor.opens(f"/backtests?id={results[0]}")
    expect(page.get_by_role("heading", name=head)).to_be_visible()
    for key in ("sharpe", "intraday_drawdown", "information_ratio"):
        expect(page.get_by_text(in_language(DEFINITIONS[key].formula, locale[:2]))).to_be_attached()
    expect(page.locator("main")).not_to_contain_text("metric.")
    expect(page.get_by_text("hash of the sources")).to_be_visible()
    weekdays = page.get_by_role("region", name="By weekday" if locale == "en-US" else "Por día")
    expect(weekdays.locator("tbody tr")).to_have_count(5)
    assert not {"undefined", "NaN"} & set(page.locator("main td.num").all_inner_texts())
    visitor.was_undisturbed()


def test_two_results_are_told_apart_or_not(visit: Visit, api: Api, results: list[str]) -> None:
    visitor = visit(api.url, locale="en-US")
    page = visitor.opens(f"/backtests?compare={results[0]}&compare={results[1]}")
    expect(page.get_by_text(re.compile("shared sessions.*interval"))).to_be_visible()
    expect(page.get_by_text("±")).to_have_count(2)
    visitor.was_undisturbed()
