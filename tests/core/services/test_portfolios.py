"""Portfolios on stored bars: stored with all their frames, checked, reported, and equal to the backtest of one part."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError, UsageError
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.instruments.registry import Registry, load_registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.services.research.portfolio.portfolio_kind import PORTFOLIO_KIND
from g4qc_core.services.research.portfolio.portfolio_plan import plan_portfolio
from g4qc_core.services.research.portfolio.portfolio_study import PortfolioStudy
from g4qc_core.services.research.study_documents import study_report
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import EQUITY, ES
from tests.core.services.test_series import CHAIN, HOURS, LONGER, MINUTES, keep, stores
from tests.fixtures.database import embedded_alone as database
from tests.fixtures.database import on_each_server

__all__ = ["database", "stores"]

REGISTRY = load_registry()
NQ = REGISTRY["NQ"]
CASH = 3_000_000


def part(symbol: str, **fields: Any) -> dict[str, Any]:
    given = {"name": f"sma-{symbol}", "strategy": "sma_cross", "instrument": symbol, "timeframe": "1h"}
    return {"backtest": given | {"parameters": {"fast": 5, "slow": 12}} | fields}


SPEC: dict[str, Any] = {
    "name": "two",
    "cash": CASH,
    "parts": [part("ES"), part("NQ"), part("ES", name="slow-ES", timeframe="4h")],
    "sizing": "volatility(15, window=10)",
    "weights": "equal_risk",
    "window": 20,
    "every": 5,
}


@pytest.fixture
def ready(stores: Stores) -> Stores:
    """Stores with bars of ES and of an NQ that moves the other way, and their rolls."""
    keep(stores, parse_rule(rule_name(ES)))
    chain = [replace(one, symbol="NQ") for one in CHAIN]
    stores.contracts.merge(chain, datetime(2025, 1, 1, tzinfo=UTC))
    for name, bars in {"1min": MINUTES, "1h": HOURS, **LONGER}.items():
        window = bars["timestamp"].min(), bars["timestamp"].max() + pd.Timedelta(minutes=1)
        stores.bars.replace_bars("NQ", name, *window, _mirrored(bars))
    maker = RollMaker(_mirrored(MINUTES), chain, NQ, EQUITY)
    made = maker.calendar(parse_rule(rule_name(NQ)))
    stores.rolls.replace(made)
    return stores


def _mirrored(bars: pd.DataFrame) -> pd.DataFrame:
    prices = {name: 12_000 - bars[name] for name in ("open", "close")}
    return bars.assign(**prices, high=12_000 - bars["low"], low=12_000 - bars["high"])


def study(ready: Stores, settings: Settings, **fields: Any) -> PortfolioStudy:
    return PortfolioStudy(PortfolioSpec.asked(SPEC | fields), settings, REGISTRY, ready)


def done(run: PortfolioStudy) -> StudyRecord:
    list(run.events())
    return run.record


@on_each_server
def test_a_portfolio_is_stored_checked_and_reported(ready: Stores, settings: Settings) -> None:
    run = study(ready, settings)
    assert run.words == (
        "3 backtests on 2 instruments (ES, NQ) in one account of 3,000,000 USD, by volatility(15, window=10)."
    )
    events = list(run.events())
    record = run.record
    assert (record.state, events[-1].done, events[-1].planned) == ("done", 5, 5)
    assert [one.stage for one in events[:2]] == ["forecasts of ES", "forecasts of NQ"]
    assert record == ready.studies.find(record.id)
    assert set(ready.studies.frames(record.id)) == set(PORTFOLIO_KIND.tables)
    summary = record.summary or {}
    equity = ready.studies.frame(record.id, "equity")
    assert summary["sessions"] == len(equity) > 90
    assert summary["figures"]["total_return"] == pytest.approx(equity["tradable"].iloc[-1] / CASH - 1)
    instruments = ready.studies.frame(record.id, "instruments")
    assert instruments["profit"].sum() == pytest.approx(equity["tradable"].iloc[-1] - CASH, abs=0.005)
    checks = PORTFOLIO_KIND.checked(record)
    assert [one.name for one in checks] == list(PORTFOLIO_KIND.checks)
    assert all(one.words.endswith(".") for one in checks)
    report = PORTFOLIO_KIND.publish(record, settings, REGISTRY, ready)
    assert "<html" in report.page().decode()
    pictures = PORTFOLIO_KIND.pictures(record, ready)
    assert pictures
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())
    assert PORTFOLIO_KIND.key_figures(record)["Sharpe"] == summary["figures"]["sharpe"]
    # The same portfolio again shows what is known, and trades nothing.
    again = study(ready, settings)
    assert list(again.events()) == []
    assert again.record == record


def test_a_portfolio_of_one_own_part_is_its_backtest_to_the_cent(ready: Stores, settings: Settings) -> None:
    own = part("ES", sizing="volatility(20, window=10)", cash=5)
    record = done(study(ready, settings, parts=[own], sizing="own", name="one"))
    spec = BacktestSpec.asked(own["backtest"] | {"cash": CASH})
    alone = run_spec(spec, REGISTRY, ready, None)
    equity = ready.studies.frame(record.id, "equity")["tradable"]
    assert equity.tolist() == alone.daily_equity.to_list()
    trades = ready.studies.frame(record.id, "trades")
    assert trades["profit_account"].tolist() == alone.trades["profit"].tolist()
    assert len(trades) > 10
    assert (set(trades["instrument"]), set(trades["part"])) == ({"ES"}, {"sma-ES"})


def test_a_known_portfolio_is_judged_by_the_bounds_and_shown_by_the_name_that_are_given_now(
    ready: Stores, settings: Settings
) -> None:
    first = done(study(ready, settings, most_concentration=100))
    assert {one.name: one.passed for one in PORTFOLIO_KIND.checked(first)}["concentration"]
    again = done(study(ready, settings, most_concentration=1, name="other"))
    assert (again.id, again.name, again.seconds) == (first.id, "other", first.seconds)
    assert not {one.name: one.passed for one in PORTFOLIO_KIND.checked(again)}["concentration"]
    assert ready.studies.named("portfolio", "other") == again
    report = study_report(again, PORTFOLIO_KIND, settings, REGISTRY, ready)
    looser = done(study(ready, settings, most_concentration=99, name="other"))
    assert study_report(looser, PORTFOLIO_KIND, settings, REGISTRY, ready, again) == report
    assert "and 99 % is the bound" in report.page().decode()


def test_key_figures_have_words_and_shares_are_known_as_such(ready: Stores, settings: Settings) -> None:
    figures = PORTFOLIO_KIND.key_figures(done(study(ready, settings)))
    assert not [label for label in figures if "_" in label]
    assert set(figures) - PORTFOLIO_KIND.percents == {"Sharpe", "trades", "costs"}
    assert all(value is not None for value in figures.values())


def test_the_version_is_that_of_the_bars_of_all_parts(ready: Stores, settings: Settings) -> None:
    spec = PortfolioSpec.asked(SPEC)
    before = study(ready, settings).record
    assert PORTFOLIO_KIND.data_version(spec, settings, REGISTRY, ready) == before.data_version
    changed = _mirrored(HOURS).assign(volume=7)
    window = HOURS["timestamp"].min(), HOURS["timestamp"].max() + pd.Timedelta(minutes=1)
    ready.bars.replace_bars("NQ", "1h", *window, changed)
    after = study(ready, settings).record
    assert after.data_version != before.data_version
    assert after.id != before.id
    assert study(ready, settings, most_margin=3).record.id == after.id
    assert study(ready, settings, buffer=3).record.id != after.id


def test_names_and_changed_fields(ready: Stores, settings: Settings) -> None:
    entries = PORTFOLIO_KIND.entries(settings, REGISTRY)
    assert "trend-ES-NQ-EC" in entries
    done(study(ready, settings))
    assert PORTFOLIO_KIND.known(settings, REGISTRY, ready) == [*entries, "two"]
    found = PORTFOLIO_KIND.find("two", settings, REGISTRY, ready)
    assert found == PortfolioSpec.asked(SPEC)
    other = PORTFOLIO_KIND.from_words("two", {"cash": 7_000_000, "first": "2025-06-01"}, settings, REGISTRY, ready)
    assert (str(other.cash), str(other.first), other.weights) == ("7000000", "2025-06-01", "equal_risk")
    assert other.name != "two"
    same = PORTFOLIO_KIND.from_words("two", {"most_margin": 5}, settings, REGISTRY, ready)
    assert (same.name, same.most_margin) == ("two", 5)
    assert [one.instrument for one in PORTFOLIO_KIND.reads(found, settings, REGISTRY, ready)] == ["ES", "ES", "NQ"]
    with pytest.raises(UsageError, match="Unknown portfolio 'tow': did you mean 'two'"):
        PORTFOLIO_KIND.find("tow", settings, REGISTRY, ready)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"parts": ["sma_cross-SE-1h"]}, "Unknown backtest 'sma_cross-SE-1h': did you mean 'sma_cross-ES-1h'?"),
        ({"parts": ["trend-ES-NQ-EC"]}, "parts: trend-ES-NQ-EC is a portfolio, and parts are backtests: name its"),
        (
            {"parts": [part("ES", strategy="tests.core.backtest.classes:Stopped", parameters={})]},
            "parts: the backtest sma-ES runs a class of backtesting.py, which gives orders and no signal, so that",
        ),
        (
            {"parts": [part("ES"), part("ES", name="b", adjustment="ratio")]},
            "parts: b and sma-ES both trade ES, and differ in adjustment (ratio and additive): one position has one",
        ),
        (
            {"parts": [part("ES"), part("ES", name="b", fee=1)]},
            "parts: b and sma-ES both trade ES, and differ in fee (1 and None): one position has one fee, so give both",
        ),
        (
            {"weights": {"ES": 0.5, "EC": 0.5}},
            "weights: no part trades EC: the instruments are ES, NQ.",
        ),
        ({"weights": {"ES": 1}}, "weights: NQ has no weight by hand: give it one, or zero."),
        (
            {"currency": "EUR"},
            "rates: ES is traded in USD and the account is in EUR: give the rate, like USD=1.08, or the instrument",
        ),
        (
            {"currency": "EUR", "rates": {"USD": "EC"}},
            "rates: the price of EC is in USD and the account in EUR, so that it is no rate of USD: name an instrument",
        ),
        ({"cash": 1_000}, "The portfolio two never holds a contract with 1,000 USD: the first one, of "),
        (
            {"from": "2025-06-02", "to": "2025-06-03", "parts": [part("ES", parameters={"fast": 1, "slow": 2})]},
            "The portfolio two has 2 sessions of ES, and risk and correlation need more than 20: widen the window",
        ),
        (
            {"from": "2024-06-02", "to": "2024-06-03"},
            "There are no bars of ES in the window of the portfolio two: extract them with `g4qc extract ES",
        ),
    ],
)
def test_what_cannot_run_is_one_sentence(
    ready: Stores, settings: Settings, fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(G4qcError, match=re.escape(sentence)) as refused:
        done(study(ready, settings, **fields))
    assert "\n" not in str(refused.value)


def test_parts_with_other_roll_rules_do_not_fit(ready: Stores, settings: Settings) -> None:
    keep(ready, parse_rule("volume"))
    spec = PortfolioSpec.asked(SPEC | {"parts": [part("ES"), part("ES", name="b", roll="volume")]})
    with pytest.raises(
        UsageError, match=r"differ in roll \(volume and days_before_expiry\(8\)\): one position has one"
    ):
        plan_portfolio(spec, settings, REGISTRY, ready)


def test_a_currency_is_converted_at_a_number_or_at_the_price_of_an_instrument(
    ready: Stores, settings: Settings
) -> None:
    registry = Registry({**REGISTRY, "ES": ES.model_copy(update={"currency": "EUR"})})
    spec = PortfolioSpec.asked(SPEC | {"parts": [part("ES")], "sizing": "own", "name": "e", "rates": {"EUR": 2}})
    record = done(PortfolioStudy(spec, settings, registry, ready))
    plain = done(study(ready, settings, parts=[part("ES")], sizing="own", name="u"))
    won, own = (ready.studies.frame(one.id, "equity")["tradable"] - CASH for one in (record, plain))
    pd.testing.assert_series_equal(won, 2 * own, atol=0.01)
    by_price = PortfolioSpec.asked(
        SPEC | {"parts": [part("ES")], "sizing": "own", "rates": {"EUR": "NQ"}, "cash": 10**9}
    )
    run = PortfolioStudy(by_price, settings, registry, ready)
    assert done(run).data_version != record.data_version
    reads = PORTFOLIO_KIND.reads(by_price, settings, registry, ready)
    assert [(one.instrument, one.timeframe) for one in reads] == [("ES", "1h"), ("NQ", "1h")]
