"""The page of backtests keeps the experiment: run again, as a link, and in the chart, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.storage.stores import open_stores
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor
from tests.fixtures.specs import specs

pytestmark = [pytest.mark.integration, pytest.mark.browser]

RICH = {
    "strategy": "donchian",
    "instrument": "ES",
    "timeframe": "30min",
    "adjustment": "ratio_forward",
    "roll": "days_before_expiry(8)",
    "on_roll": "close",
    "cash": "250000.5001",
    "from": "2026-10-02",
    "to": "2026-10-29",
    "slippage_ticks": "0.5",
    "fee": "1.25",
    "margin": "900.75",
    "margin_rate": "0.2",
    "sizing": "contracts(2)",
    "fee_rate": "0.0001",
    "slippage_rate": "0.00005",
    "min_fee": "1.5",
    "seed": 7,
    "parameters": {"entry": 15, "exit": 5, "long_only": True, "contracts": 2},
}


@pytest.fixture
def visitor(visit: Callable[..., Visitor], api: Api) -> Iterator[Visitor]:
    visitor = visit(api.url)
    yield visitor
    visitor.was_undisturbed()


@pytest.fixture(scope="module")
def result(full_home: Home) -> str:
    """Id of a result in which no field has its default."""
    return run(full_home, BacktestSpec.asked(RICH))


def run(home: Home, spec: BacktestSpec) -> str:
    with open_stores(home.settings) as stores:
        return run_spec(spec, load_registry(), stores, None).id


def submitted(visitor: Visitor, api: Api) -> BacktestSpec:
    """Submits the form; returns the spec that reached the server."""
    before = len(api.launcher.started)
    with visitor.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        visitor.page.get_by_role("button", name="Run the backtest").click()
    assert answered.value.status == 202, answered.value.text()
    assert len(api.launcher.started) == before + 1
    spec = api.launcher.started[-1]
    assert isinstance(spec, BacktestSpec)
    return spec


def test_run_again_without_a_change_gives_the_same_result(
    visitor: Visitor, api: Api, full_home: Home, result: str
) -> None:
    page = visitor.opens(f"/backtests?id={result}")
    page.get_by_role("link", name="Run again and compare").click()
    expect(page.get_by_label("Starting cash")).to_have_value("250000.5001")
    spec = submitted(visitor, api)
    assert spec.content() == BacktestSpec.asked(RICH).content()
    assert run(full_home, spec) == result


def test_the_address_of_the_form_says_the_experiment_and_is_read_back(visitor: Visitor, api: Api, result: str) -> None:
    page = visitor.opens(f"/backtests?again={result}")
    page.get_by_label("Fee", exact=True).fill("2.5")
    page.get_by_label("exit", exact=True).fill("7")
    address = page.evaluate("location.href")
    assert "fee=2.5" in address
    page.goto(address)
    wanted = {**RICH, "fee": "2.5", "parameters": {**RICH["parameters"], "exit": 7}}  # type: ignore[dict-item]
    assert submitted(visitor, api).content() == BacktestSpec.asked(wanted).content()
    # Without the result that it began with, the address means the same spec.
    page.goto(re.sub(r"&?again=\w+", "", address))
    assert submitted(visitor, api).content() == BacktestSpec.asked(wanted).content()


def test_a_link_says_what_it_means_and_what_means_nothing(visitor: Visitor) -> None:
    page = visitor.opens("/backtests?strategy=donchian&adjustment=magic&bogus=1&parameters.entrey=3")
    expect(page.get_by_role("alert").filter(has_text="bogus")).to_be_visible()
    expect(page.get_by_label("Adjustment", exact=True)).to_have_value("magic")
    expect(page.get_by_label("entrey", exact=True)).to_have_value("3")


def test_any_spec_comes_back_from_its_link(visitor: Visitor, api: Api) -> None:
    page = visitor.opens("/backtests")
    base = page.evaluate("document.querySelector('link[rel=modulepreload]').href").rsplit("/js/", 1)[0]
    found: list[tuple[BacktestSpec, dict[str, Any]]] = []
    with api.client() as client:
        given_by = [client.get(path).json() for path in ("/backtests/fields", "/strategies")]

    @settings(max_examples=40, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(several=st.lists(specs(), min_size=5, max_size=5))
    def collect(several: list[BacktestSpec]) -> None:
        found.extend((spec, spec.to_dict()) for spec in several)

    collect()
    back = page.evaluate(
        """async ([base, specs, fields, strategies]) => {
          const { writeSpec, readSpec } = await import(`${base}/js/backtest/spec.js`);
          const link = (spec) => new URLSearchParams(writeSpec(spec, fields).toString());
          return specs.map((spec) => readSpec(link(spec), fields, strategies));
        }""",
        [base, [said for _, said in found], *given_by],
    )
    assert len(back) >= 100
    for (spec, _), read in zip(found, json.loads(json.dumps(back)), strict=True):
        assert read["wrong"] == []
        assert BacktestSpec.asked(read["spec"]).content() == spec.content()


def test_the_chart_shows_the_series_that_the_strategy_saw(visitor: Visitor, result: str) -> None:
    page = visitor.opens(f"/backtests?id={result}")
    with page.expect_response(lambda answer: "/data/ES" in answer.url) as bars:
        page.get_by_role("link", name="Trades in the chart").click()
    assert "adjustment=ratio_forward" in bars.value.url
    assert "rule=days_before_expiry" in bars.value.url
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    expect(page.get_by_label("Adjustment")).to_have_value("ratio_forward")
    expect(page.get_by_label("Roll rule")).to_have_value("days_before_expiry(8)")
    page.wait_for_url(re.compile("rule=days_before_expiry"))


def test_a_chart_says_what_its_link_says_that_means_nothing(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES&adjustment=ratios&zoom=3")
    expect(page.get_by_text("adjustment=ratios, zoom=3")).to_be_visible()
