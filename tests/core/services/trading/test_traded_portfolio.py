"""Portfolios of the trading file: what they are made of, and what of them cannot be traded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError, TradingRefused
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.research.portfolio.portfolio_plan import PlannedPart, PortfolioPlan
from g4qc_core.services.trading.traded.traded_portfolio import refuse_portfolio
from g4qc_core.trading.trading_plan import load_plan
from tests.core.backtest.series import REGISTRY, spec
from tests.core.research.test_portfolio_trading import asked, bars_of, part


def plan_of(timeframes: tuple[str, ...] = ("1h", "1h"), **fields: object) -> PortfolioPlan:
    """A portfolio of ES and NQ."""
    backtests = [spec(name=f"p{at}", instrument=symbol, timeframe=length)
                 for at, (symbol, length) in enumerate(zip(("ES", "NQ"), timeframes, strict=True))]  # fmt: skip
    bars = bars_of("ES", 1, 2)
    asked_for = asked([replace(part("ES", bars, one.name), backtest=one) for one in backtests], **fields)
    return PortfolioPlan(asked_for, tuple(PlannedPart(one, 1.0) for one in backtests))


def traded(**changes: dict[str, object]) -> dict[str, Instrument]:
    """The instruments, with other values by symbol."""
    return {symbol: REGISTRY[symbol].model_copy(update=changes.get(symbol, {})) for symbol in ("ES", "NQ")}


@pytest.mark.parametrize(
    ("plan", "instruments", "words"),
    [
        (plan_of(), traded(NQ={"currency": "JPY"}), "NQ is traded in JPY and the account is in USD"),
        (plan_of(to="2026-03-01"), traded(), "its bars end on 2026-03-01: leave `to` out"),
        (plan_of(rounding="search"), traded(NQ={"calendar": "grains"}), "write rounding = 'nearest'"),
        (plan_of(("1h", "1d")), traded(), "give all parts bars of the same timeframe"),
        (plan_of(("1d", "1d")), traded(NQ={"calendar": "grains"}), "instruments whose sessions end together"),
    ],
    ids=["currency", "end", "search", "mixed days", "days of other sessions"],
)
def test_what_cannot_be_decided_live_is_refused(
    plan: PortfolioPlan, instruments: dict[str, Instrument], words: str
) -> None:
    with pytest.raises(TradingRefused, match=words):
        refuse_portfolio(plan, instruments)


@pytest.mark.parametrize("plan", [plan_of(), plan_of(("15min", "4h")), plan_of(("1d", "1d")),
                                  plan_of(rounding="search"), plan_of(sizing="own")])  # fmt: skip
def test_others_are_not(plan: PortfolioPlan) -> None:
    refuse_portfolio(plan, traded())


def test_an_entry_names_a_backtest_or_a_portfolio(tmp_path: Path) -> None:
    file = tmp_path / "trading.toml"
    file.write_text('[trade.one]\nportfolio = "joint"\norder = "limit"\n')
    entry = load_plan(file).specs["one"]
    assert (entry.portfolio, entry.order) == ("joint", "limit")
    file.write_text('[trade.one]\nportfolio = "joint"\nbacktest = "other"\n')
    with pytest.raises(SettingsError, match="it names a backtest and a portfolio: name one of them"):
        load_plan(file)
