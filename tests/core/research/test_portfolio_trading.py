"""Portfolios traded from bars in memory: one part equals its backtest, the future and the order change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.metrics import benchmark_figures
from g4qc_core.backtest.run import run_backtest
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import BacktestRefused
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.portfolio_outcome import (
    account_of,
    outcome_frames,
    outcome_summary,
    span_of_portfolio,
)
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded, trade_portfolio
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars, session_starts, traded_instrument
from tests.core.backtest.series import REGISTRY, exits_of, spec, walk

STARTS = {"ES": 20_000, "NQ": 60_000, "EC": 24_000}
SESSIONS = 70
OPEN = calendar(REGISTRY["ES"].calendar).sessions(date(2026, 1, 5), date(2026, 6, 1))


def bars_of(symbol: str, seed: int, sessions: int = SESSIONS) -> pd.DataFrame:
    """Hour bars whose moves are a percent or so of the price."""
    start = STARTS[symbol]
    bars = walk(sessions * 4, seed=seed, start=start, step=start // 200, of=REGISTRY[symbol])
    days = pd.DatetimeIndex([one.trade_date for one in OPEN[:sessions]]).repeat(4)
    hours = pd.to_timedelta(np.arange(len(bars)) % 4 + 14, "h")
    return bars.assign(timestamp=(days + hours).tz_localize("UTC").as_unit("us"), trade_date=days.as_unit("s"))


def part(symbol: str, bars: pd.DataFrame, name: str, weight: float = 1.0, **fields: Any) -> PartBars:
    parameters = {"fast": 3, "slow": 8, **fields.pop("parameters", {})}
    return PartBars(spec(name=name, instrument=symbol, parameters=parameters, **fields), weight, bars)


def parts(changed: Any = None, **parameters: Any) -> list[PartBars]:
    found = []
    for seed, symbol in enumerate(STARTS, 1):
        bars = bars_of(symbol, seed)
        bars = bars if changed is None else changed(bars)
        fasts = ((fast, {"fast": fast, **parameters}) for fast in (2, 5))
        found += [part(symbol, bars, f"{symbol}-{fast}", fast, parameters=given) for fast, given in fasts]
    return found


def asked(given: Sequence[PartBars], **fields: Any) -> PortfolioSpec:
    usual = {"name": "p", "cash": 5_000_000, "window": 20, "every": 5, "sizing": "volatility(15, window=10)"}
    return PortfolioSpec.asked(usual | {"parts": [one.backtest.name for one in given]} | fields)


def traded(given: Sequence[PartBars], rates: dict[str, CurrencyRate] | None = None, **fields: Any) -> PortfolioTraded:
    *_, found = trade_portfolio(asked(given, **fields), given, REGISTRY, rates or {})
    assert isinstance(found, PortfolioTraded)
    return found


def as_bytes(found: PortfolioTraded) -> dict[str, bytes]:
    written = {}
    account = account_of(found)
    frames = outcome_frames(found, account)
    for name, frame in frames.items():
        out = BytesIO()
        frame.to_parquet(out)
        written[name] = out.getvalue()
    return written | {"summary": repr(outcome_summary(found, account, frames)).encode()}


@pytest.mark.parametrize("sizing", ["contracts", "contracts(2)", "equity(40)", "volatility(20, window=5, buffer=10)",
                                    "notional(900000, rebalance=session)", "equity(50, at=open)"])  # fmt: skip
@pytest.mark.parametrize("on_roll", ["roll", "close"])
def test_a_portfolio_of_one_own_part_is_its_backtest_to_the_cent(sizing: str, on_roll: str) -> None:
    bars = walk(240, seed=3, contracts=["202603"] * 120 + ["202606"] * 120, adjustments=[40] * 120 + [0] * 120)
    own = part("ES", bars, "own", sizing=sizing, on_roll=on_roll, cash=2_000_000)
    own = replace(own, exits=exits_of(bars))
    given = {"data_version": "v", "roll_rule": "r", "exits": own.exits}
    alone = run_backtest(own.backtest, bars, REGISTRY["ES"], **given)  # type: ignore[arg-type]
    found = traded([own], sizing="own", cash=2_000_000)
    assert found.run.equity.tolist() == alone.daily_equity.to_list()
    assert len(found.run.trades) == len(alone.trades) > 5
    assert found.run.trades["profit_account"].tolist() == alone.trades["profit"].tolist()
    summary = outcome_summary(found, account_of(found), outcome_frames(found, account_of(found)))
    # Every figure but those that compare with a benchmark, which a portfolio does not have.
    compared = {name for name, value in alone.metrics.items() if value != summary["figures"][name]}
    assert compared <= set(benchmark_figures(np.ones(2), None, 1.0, span_of_portfolio(found)))


FUTURE = {
    "ten times the price": lambda values: values * 10,
    "another world": lambda values: values[::-1] * 2,
}


@pytest.mark.parametrize("poison", FUTURE)
@pytest.mark.parametrize(
    "fields",
    [
        {"weights": "equal_risk"},
        {"weights": "hierarchical", "estimation": "expanding", "every": 1},
        {"weights": "minimum_variance", "rounding": "search"},
        {"sizing": "own"},
    ],
    ids=str,
)
def test_nothing_up_to_a_session_depends_on_a_later_one(fields: dict[str, Any], poison: str) -> None:
    at = 45

    def poisoned(bars: pd.DataFrame) -> pd.DataFrame:
        changed, later = bars.copy(), slice(at * 4, None)
        for name in ("open", "high", "low", "close", "volume"):
            values = changed[name].to_numpy().copy()
            values[later] = FUTURE[poison](values[later])
            changed[name] = values
        changed["high"], changed["low"] = (
            changed[["open", "close"]].max(axis=1),
            changed[["open", "close"]].min(axis=1),
        )
        return changed

    # Long only, so that no short position is ruined by a price that is ten times as high.
    clean, other = (traded(parts(one, long_only=True), **fields) for one in (None, poisoned))
    assert not np.array_equal(clean.run.equity, other.run.equity)
    np.testing.assert_array_equal(clean.estimates.weights[: at + 1], other.estimates.weights[: at + 1])
    np.testing.assert_array_equal(clean.estimates.multipliers[: at + 1], other.estimates.multipliers[: at + 1])
    for one, two in zip(clean.instruments, other.instruments, strict=True):
        np.testing.assert_array_equal(one.scalars[: at + 1], two.scalars[: at + 1])
        np.testing.assert_array_equal(one.forecast[: at * 4], two.forecast[: at * 4])
        np.testing.assert_array_equal(one.yearly[: at * 4 + 4], two.yearly[: at * 4 + 4])
    for name in ("equity", "positions", "money", "costs", "margin", "traded"):
        np.testing.assert_array_equal(getattr(clean.run, name)[:at], getattr(other.run, name)[:at], name)
    np.testing.assert_array_equal(clean.run.ideal.contracts[:at], other.run.ideal.contracts[:at])
    np.testing.assert_array_equal(clean.run.ideal.equity[:at], other.run.ideal.equity[:at])


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(6)), rounding=st.sampled_from(["nearest", "search"]))
def test_the_order_of_the_parts_changes_no_byte(order: list[int], rounding: str) -> None:
    given_parts = parts()
    fields = {"weights": "hierarchical", "rounding": rounding}
    first = as_bytes(traded(given_parts, **fields))
    assert as_bytes(traded([given_parts[at] for at in order], **fields)) == first


def test_weights_are_equal_until_there_is_enough_and_then_of_the_past() -> None:
    found = traded(parts(), weights="inverse_volatility", every=7)
    weights, used = found.estimates.weights, found.estimates.sessions
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    begin = int(np.argmax(used > 0))
    # Ten sessions make the first risk of a contract known, and twenty returns an estimate.
    assert begin == 31
    assert (weights[:begin] == 1 / 3).all()
    assert (found.estimates.multipliers[:begin] == 1).all()
    assert np.flatnonzero(found.estimates.begins).tolist() == list(range(begin, SESSIONS, 7))
    assert (found.estimates.multipliers[begin:] > 1).all()


def test_weights_by_hand_and_a_given_multiplier_hold_from_the_first_session() -> None:
    found = traded(parts(), weights="EC=0.2, ES=0.5, NQ=0.3", multiplier=1.25)
    assert (found.estimates.weights == [0.2, 0.5, 0.3]).all()
    assert (found.estimates.multipliers == 1.25).all()


def test_parts_of_one_instrument_make_one_capped_forecast_by_their_weights() -> None:
    bars = bars_of("ES", 1)
    two = [part("ES", bars, "a", 3.0), part("ES", bars, "b", 1.0, parameters={"fast": 1, "slow": 2})]
    one = traded_instrument(REGISTRY["ES"], two, risk_window=10, scaled=False, cap=2.0)
    signals = [single.strategy(REGISTRY["ES"]).signals(one.priced.frame) for single in two]
    np.testing.assert_allclose(one.forecast, 0.75 * signals[0] + 0.25 * signals[1])


def test_a_signal_that_is_always_full_is_not_scaled() -> None:
    bars = bars_of("ES", 1)
    one = traded_instrument(REGISTRY["ES"], [part("ES", bars, "x")], risk_window=10, scaled=True, cap=2.0)
    assert (one.scalars == 1).all()
    assert set(np.unique(one.forecast)) <= {-1.0, 0.0, 1.0}


def test_a_coarser_part_counts_with_its_completed_bars_only() -> None:
    hours = bars_of("ES", 4)
    starts = session_starts(hours)
    of_day = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    kept = {"timestamp": "first", "contract": "first", "factor": "first", "adjustment": "first"}
    days = hours.groupby("trade_date", as_index=False).agg({**of_day, **kept})[list(hours.columns)]
    daily = part("ES", days, "daily", timeframe="1d", parameters={"fast": 2, "slow": 4})
    hourly = part("ES", hours, "hourly")
    one = traded_instrument(REGISTRY["ES"], [daily, hourly], risk_window=10, scaled=False, cap=1.0)
    own = hourly.strategy(REGISTRY["ES"]).signals(one.priced.frame)
    coarse = daily.strategy(REGISTRY["ES"]).signals(days)
    # The bar of a session is complete at its end, which no hour bar of these sessions reaches.
    known = np.repeat(np.append(0.0, coarse[:-1]), np.diff(np.append(starts, len(hours))))
    assert one.lead is hourly
    np.testing.assert_allclose(one.forecast, (own + known) / 2)


def test_a_capital_that_buys_nothing_is_told_the_least_one() -> None:
    with pytest.raises(BacktestRefused) as refused:
        traded(parts(), cash=1_000)
    words = str(refused.value)
    assert words.startswith("The portfolio p never holds a contract with 1,000 USD: the first one, of EC, takes about ")
    enough = int(words.split("takes about ")[1].split(" USD")[0].replace(",", ""))
    assert 1_000 < enough < 5_000_000
    assert (traded(parts(), cash=enough * 5 // 4).run.positions != 0).any()


def test_too_few_sessions_are_one_sentence() -> None:
    bars = bars_of("ES", 1, sessions=4)
    with pytest.raises(BacktestRefused, match="has 4 sessions of ES, and risk and correlation need more than 20"):
        traded([part("ES", bars, "x")])


def test_a_foreign_instrument_is_converted_at_the_rate_that_was_known() -> None:
    bars = bars_of("ES", 1)
    foreign = REGISTRY["ES"].model_copy(update={"currency": "EUR"})
    own = [part("ES", bars, "x")]
    rate = CurrencyRate("EUR", np.zeros(1, np.int64), np.full(1, 1.25), "1.25")
    spec_of = asked(own, sizing="own", cash=1_000_000)
    *_, found = trade_portfolio(spec_of, own, {"ES": foreign}, {"EUR": rate})
    *_, plain = trade_portfolio(spec_of, own, REGISTRY, {})
    assert isinstance(found, PortfolioTraded)
    assert isinstance(plain, PortfolioTraded)
    np.testing.assert_allclose(found.run.equity - 1_000_000, 1.25 * (plain.run.equity - 1_000_000), atol=0.01)
    late = CurrencyRate("EUR", np.full(1, 2**60), np.full(1, 1.25), "1.25")
    with pytest.raises(BacktestRefused, match="The rate of EUR is not known on the first bar of x: begin"):
        list(trade_portfolio(spec_of, own, {"ES": foreign}, {"EUR": late}))


def test_a_rate_is_never_of_a_later_moment() -> None:
    rate = CurrencyRate("EUR", np.array([10, 20, 30]), np.array([1.0, 2.0, 3.0]), "x")
    assert rate.at(np.array([10, 19, 20, 31]), "ES").tolist() == [1.0, 1.0, 2.0, 3.0]


def test_positions_are_the_nearest_whole_contracts_without_a_buffer() -> None:
    found = traded([part("ES", bars_of("ES", 1), "x")], buffer=0, sizing="volatility(3, window=10)")
    ideal, held = found.run.ideal.contracts[:-1, 0], found.run.positions[:-1, 0]
    # The ideal account pays other costs, so that its equity, and with it the ideal, differs by a little.
    near = np.abs(ideal - held)
    assert (near <= 0.55).all()
    assert (near > 0.4).any()
    assert (np.abs(held) > np.abs(ideal)).any()


@pytest.mark.parametrize("rounding", ["nearest", "search"])
def test_margin_takes_no_more_of_the_equity_than_its_limit(rounding: str) -> None:
    free, held = (
        traded(parts(), sizing="volatility(30, window=10)", rounding=rounding, margin_limit=limit)
        for limit in (100, 40)
    )
    # Prices move between the decision and the end of a session.
    assert held.run.margin_share_most.max() < 0.42
    assert free.run.margin_share_most.max() > 0.45
