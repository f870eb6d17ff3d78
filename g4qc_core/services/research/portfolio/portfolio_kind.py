"""The kind of study `portfolio`, as the command line, the API and the graph know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.portfolios_file import load_portfolios
from g4qc_core.services.research.portfolio.portfolio_bars import rate_timeframe
from g4qc_core.services.research.portfolio.portfolio_checks import CHECKS, checks_of
from g4qc_core.services.research.portfolio.portfolio_plan import (
    find_portfolio,
    known_portfolios,
    needed_rates,
    plan_portfolio,
)
from g4qc_core.services.research.portfolio.portfolio_report import portfolio_pictures_of, publish_portfolio
from g4qc_core.services.research.portfolio.portfolio_study import KIND, PortfolioStudy, portfolio_version
from g4qc_core.services.research.study import StudyCost, StudyKind
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores

TABLES = {
    "equity": "Ideal and tradable equity, margin and costs at the end of each session.",
    "positions": "Ideal and whole contracts of each instrument at the end of each session.",
    "weights": "Weights of the instruments and the diversification multiplier, at each change.",
    "instruments": "Risk, profit, costs, least capital and capacity of each instrument.",
    "correlation": "Correlation of the session money of each pair of instruments.",
    "drawdowns": "The ten deepest falls of the tradable equity.",
    "drawdown_parts": "What each instrument lost or won in each of these falls.",
    "capitals": "Distance between ideal and tradable portfolio at multiples of the capital.",
    "trades": "Trades of the account with their instruments.",
}
"""Names of the frames of a portfolio, with a sentence on each."""

_FIGURES = {
    "total_return": "total return",
    "annual_return": "annual return",
    "sharpe": "Sharpe",
    "max_drawdown": "max drawdown",
    "trades": "trades",
    "costs": "costs",
    "relative_distance": "distance from the ideal",
    "concentration": "largest share of risk",
    "margin_share": "most margin",
}
_PLAIN = ("Sharpe", "trades", "costs")


def _entries(settings: Settings, _: Registry) -> list[str]:
    return list(load_portfolios(settings.portfolios))


def _known(settings: Settings, _: Registry, stores: Stores) -> list[str]:
    return known_portfolios(settings, stores)


def _find(name: str, settings: Settings, _: Registry, stores: Stores) -> PortfolioSpec:
    return find_portfolio(name, settings, stores)


def _from_words(word: str, fields: Mapping[str, Any], settings: Settings, _: Registry, stores: Stores) -> PortfolioSpec:
    """Return the known portfolio of this name, with other fields if any are given."""
    known = find_portfolio(word, settings, stores)
    return known.replaced(fields) if fields else known


def _reads(spec: PortfolioSpec, settings: Settings, registry: Registry, stores: Stores) -> Sequence[BacktestSpec]:
    plan = plan_portfolio(spec, settings, registry, stores)
    found = [one.backtest for one in plan.parts]
    for currency in needed_rates(plan, registry):
        rate = spec.rates[currency]
        if isinstance(rate, str):
            window = {"from": spec.first, "to": spec.last}
            read = {"strategy": "buy_and_hold", "instrument": rate, "timeframe": rate_timeframe(plan), **window}
            found.append(BacktestSpec.asked(read))
    return found


def _cost(spec: PortfolioSpec, settings: Settings, registry: Registry, stores: Stores) -> StudyCost:
    """Return what will trade; a portfolio is no trial."""
    return StudyCost(plan_portfolio(spec, settings, registry, stores).words)


def _key_figures(record: StudyRecord) -> Mapping[str, Any]:
    found = dict(record.summary or {})
    values = {**dict(found.get("portfolio") or {}), **dict(found.get("figures") or {})}
    return {label: values.get(name) for name, label in _FIGURES.items()}


PORTFOLIO_KIND = StudyKind(
    name=KIND,
    title="portfolio",
    model=PortfolioSpec,
    tables=TABLES,
    checks=CHECKS,
    entries=_entries,
    known=_known,
    find=_find,
    from_words=_from_words,
    prepare=PortfolioStudy,
    data_version=portfolio_version,
    reads=_reads,
    checked=checks_of,
    key_figures=_key_figures,
    pictures=portfolio_pictures_of,
    publish=publish_portfolio,
    percents=frozenset(label for label in _FIGURES.values() if label not in _PLAIN),
    cost=_cost,
)
"""Portfolios of many strategies on many instruments in one account."""
