"""The pages of studies in a real browser: what one costs, its progress, its pictures, tables and report, and links."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.storage.stores import open_stores
from tests.fixtures.api import Api, served
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor
from tests.fixtures.study_launcher import WatchedLauncher
from tests.integration.test_accessibility import violations

pytestmark = [pytest.mark.integration, pytest.mark.browser]

BACKTEST = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": "1000000"}
PART = {**BACKTEST, "parameters": {"fast": 5, "slow": 12}}
SEARCH = {
    "backtest": BACKTEST,
    "parameters": {"fast": [3, 5], "slow": [12, 20]},
    "objective": "total_return",
    "constraints": [],
    "workers": 1,
}


@dataclass(frozen=True)
class Case:
    """A study as somebody makes it: the page, the values in the address of its form, and what is seen of it."""

    page: str
    asked: dict[str, Any]
    cost: str
    start: str
    pictures: tuple[str, ...]
    tables: dict[str, int]
    report: tuple[str, str]

    @property
    def form(self) -> str:
        """Address of the page with the form filled in."""
        said = {name: one if isinstance(one, str) else json.dumps(one) for name, one in self.asked.items()}
        return f"/{self.page}?{urlencode(said)}"


CASES = [
    Case(
        "walk-forward",
        {"name": "walked", "search": SEARCH, "train": 8, "test": 3, "windows": 2, "folds": 4, "workers": 1},
        "4 sets are tried in each",
        "Run the analysis",
        ("Curves of the equity out of sample", "Sharpe ratio of each window", "Histogram of the Sharpe ratios"),
        {"Windows": 2, "Combinatorial splits": 6, "What was tried": 3},
        ("Equity out of sample", "Capital fuera de la muestra"),
    ),
    Case(
        "monte-carlo",
        {"name": "simulated", "result": PART, "paths": 60, "runs": 4, "simulations": ["bootstrap", "parameters"]},
        "at most 4 trials",
        "Run the simulation",
        ("Bands of quantiles", "Histogram of the largest drawdown"),
        {"Risk of ruin": 2, "All distributions": 8},
        ("Risk of ruin", "Riesgo de ruina"),
    ),
    Case(
        "portfolio",
        {"name": "held", "cash": "1000000", "parts": [{"backtest": PART}], "sizing": "own"},
        "1 backtest on 1 instrument",
        "Trade the portfolio",
        ("Lines of the ideal", "Curve of the drawdown"),
        {"Distance between ideal and tradable contracts": 1},
        ("Capacity", "Capacidad"),
    ),
]


@pytest.fixture(scope="module")
def own(full_home: Home) -> Iterator[tuple[Api, WatchedLauncher]]:
    """A server that runs studies while somebody watches."""
    launcher = WatchedLauncher(full_home)
    with served(full_home.settings, launcher=launcher) as api:
        yield api, launcher


@pytest.fixture(scope="module")
def result(full_home: Home) -> str:
    """Id of a result."""
    with open_stores(full_home.settings) as stores:
        return run_spec(BacktestSpec.asked(PART), load_registry(), stores, None).id


@pytest.fixture
def visitor(visit: Callable[..., Visitor], own: tuple[Api, WatchedLauncher]) -> Iterator[Visitor]:
    visitor = visit(own[0].url)
    yield visitor
    visitor.was_undisturbed()


def rows(page: Page, table: str) -> Any:
    return page.get_by_role("table", name=table, exact=True).locator("tbody tr")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.page)
def test_a_study_is_seen_from_its_cost_to_its_report(
    case: Case, visitor: Visitor, own: tuple[Api, WatchedLauncher]
) -> None:
    launcher = own[1]
    launcher.go.clear()
    before = len(launcher.started)
    page = visitor.opens(case.form)
    expect(page.get_by_text(re.compile("^New (walk-forward analysis|simulation|portfolio)$"))).to_be_in_viewport()
    expect(page.locator("input[name=name]")).to_have_value(case.asked["name"])
    expect(page.locator(".cost")).to_contain_text(case.cost)
    assert violations(page) == []
    assert len(launcher.started) == before

    page.get_by_role("button", name=case.start).click()
    job = page.locator(".job")
    expect(job).to_have_attribute("data-state", "running")
    expect(job).to_be_in_viewport()
    expect(job.get_by_role("progressbar")).to_be_visible()
    expect(job.locator(".log li")).to_have_count(1)
    launcher.go.set()
    page.get_by_role("link", name=f"Open {case.asked['name']}").click()

    expect(page.get_by_role("heading", name=case.asked["name"], exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("as now")
    for picture in case.pictures:
        expect(page.get_by_role("img", name=picture).first).to_be_visible()
    for table, count in case.tables.items():
        expect(rows(page, table)).to_have_count(count)
    assert violations(page) == []
    page.locator("summary", has_text=re.compile("^Report$")).click()
    for language, words in zip(("English", "Español"), case.report, strict=True):
        page.get_by_label(re.compile("Language|Idioma")).select_option(label=language)
        expect(page.frame_locator("iframe.report").get_by_role("heading", name=words).first).to_be_visible()


def test_links_of_a_result_fill_in_the_forms(visitor: Visitor, own: tuple[Api, WatchedLauncher], result: str) -> None:
    page = visitor.opens(f"/backtests?id={result}")
    page.get_by_role("link", name="Walk forward").click()
    expect(page.locator("[name='backtest.strategy']")).to_have_value("sma_cross")
    expect(page.locator(".cost")).to_contain_text("windows")
    page.go_back()
    page.get_by_role("link", name="In a portfolio").click()
    expect(page.locator("[name='parts.0.backtest.instrument']")).to_have_value("ES")
    expect(page.locator(".cost")).to_contain_text("in one account of 1,000,000 USD")
    page.go_back()
    page.get_by_role("link", name="Simulate it").click()
    expect(page.locator("[name=result]")).to_have_value(result)
    expect(page.locator(".cost")).to_contain_text("at most 200 trials")
    # The form is the page's own again when somebody empties it, and the address says so.
    page.get_by_role("button", name="Clear").click()
    expect(page).to_have_url(re.compile("/monte-carlo[?]new=1$"))


@pytest.mark.parametrize(
    ("page", "said", "field", "words"),
    [
        ("walk-forward", {"search": "anything", "train": "1"}, "train", "2"),
        ("monte-carlo", {"result": "anything", "ruin": "never"}, "ruin", "ruin"),
        (
            "portfolio",
            {"cash": "1000", "parts": json.dumps([{"backtest": "x"}]), "sizing": "large"},
            "sizing",
            "sizing",
        ),
    ],
)
def test_what_is_refused_is_said_by_its_field(
    visitor: Visitor, own: tuple[Api, WatchedLauncher], page: str, said: dict[str, str], field: str, words: str
) -> None:
    before = len(own[1].started)
    shown = visitor.opens(f"/{page}?{urlencode(said)}")
    shown.get_by_role("button", name=next(case.start for case in CASES if case.page == page)).click()
    control = shown.locator(f"[name={field}]")
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(control).to_be_focused()
    assert words in control.evaluate("one => document.getElementById(`${one.id}-error`).textContent")
    assert len(own[1].started) == before
    visitor.complaints.clear()  # the browser notes the refusal


def test_nothing_yet_and_nothing_by_this_id_say_what_to_do(
    visit: Callable[..., Visitor], make_api: Callable[..., Api], home: Home
) -> None:
    visitor = visit(make_api(home.settings).url)
    for case in CASES:
        page = visitor.opens(f"/{case.page}")
        expect(page.get_by_text(f"Start one below, or with `g4qc {case.page} NAME`.").first).to_be_visible()
        visitor.was_undisturbed()
        visitor.opens(f"/{case.page}?id={'0' * 32}")
        expect(page.get_by_role("alert")).to_contain_text("There is no ")
        page.get_by_role("link", name=re.compile("^All ")).click()
        expect(page).to_have_url(re.compile(f"/{case.page}$"))
        visitor.complaints.clear()  # the browser notes the 404
