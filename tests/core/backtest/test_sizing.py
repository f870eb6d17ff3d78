"""Sizing rules: their text, and the contracts that the reference engine trades by them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.sizing.contract_count import SIGNAL_STEPS, contracts_wanted
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.sizing.volatility import yearly_money
from g4qc_core.errors import UsageError
from tests.core.backtest.series import series, spec, walk
from tests.core.backtest.test_run import run


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("contracts", "contracts"),
        (" contracts( 3 ) ", "contracts(3)"),
        ("notional(250000.00)", "notional(250000)"),
        ("equity(50)", "equity(50)"),
        ("equity(99.99, at=open, capital=compounding)", "equity(99.99, at=open)"),
        ("equity(50, cap=3, buffer=10, rebalance=bar)", "equity(50, cap=3, buffer=10, rebalance=bar)"),
        ("volatility(15)", "volatility(15, window=20)"),
        ("volatility(15, cap=10, window=5, rebalance=session)", "volatility(15, window=5, cap=10)"),
    ],
)
def test_equal_rules_have_one_text(text: str, canonical: str) -> None:
    assert str(parse_sizing(text)) == canonical
    assert parse_sizing(canonical) == parse_sizing(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equty(50)", "did you mean 'equity'"),
        ("equity", "needs an amount"),
        ("equity(0)", "above 0"),
        ("equity(33.333)", "at most two decimals"),
        ("equity(nan)", "takes a number"),
        ("equity(50, 60)", "more than one amount"),
        ("equity(50, cap=1, cap=2)", "an option twice"),
        ("equity(50, bufer=1)", "did you mean 'buffer'"),
        ("equity(50, window=5)", "Unknown option"),
        ("equity(50, at=noon)", "Unknown at"),
        ("equity(50, buffer=101)", "from 0 to 100"),
        ("notional(1000, capital=compounding)", "fixed capital"),
        ("contracts(2.5)", "whole number"),
        ("contracts(2, cap=1)", "no options"),
        ("half of it", "is no rule"),
    ],
)
def test_a_rule_that_means_nothing_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        parse_sizing(text)
    assert "\n" not in str(refused.value)


def count(**fields: int | bool) -> tuple[int, bool]:
    given = {"decides": True, "signal": SIGNAL_STEPS, "money": 100, "margin": 1, "equity": 10_000, "held": 0,
             "rolled": False, "share": 10_000, "capital": -1, "buffer": 0, "cap": 0}  # fmt: skip
    return contracts_wanted(**given | fields)  # type: ignore[arg-type]


@given(
    signal=st.integers(-SIGNAL_STEPS, SIGNAL_STEPS),
    money=st.integers(1, 10**9),
    equity=st.integers(0, 10**15),
    share=st.integers(1, 100_000),
)
def test_the_number_is_the_signals_share_of_the_capital_in_whole_contracts(signal, money, equity, share) -> None:
    wanted, capped = count(signal=signal, money=money, equity=equity, share=share, margin=1)
    exact = abs(signal) * share * equity / (SIGNAL_STEPS * 10_000 * money)
    size = min(exact, equity)
    assert size - 1 - 2 / money < abs(wanted) <= size * (1 + 1e-12)
    assert wanted == 0 or (wanted > 0) == (signal > 0)
    assert capped == (int(exact) > equity) or abs(exact - equity) < 1


def test_the_margin_bounds_what_opens_and_never_reduces_what_is_held() -> None:
    assert count(margin=1000) == (10, True)
    assert count(margin=1000, held=40) == (40, True)
    assert count(margin=1000, held=40, rolled=True) == (10, True)
    assert count(margin=1000, held=-40) == (10, True)
    assert count(decides=False, margin=1000, held=40, rolled=True) == (10, True)
    assert count(decides=False, margin=100, held=40) == (40, False)


def test_within_the_buffer_the_held_position_stays() -> None:
    assert count(held=91, buffer=10) == (91, False)
    assert count(held=89, buffer=10) == (100, False)
    assert count(held=110, buffer=10) == (110, False)
    assert count(held=-91, buffer=10) == (100, False)
    assert count(held=91, buffer=10, signal=0) == (0, False)


def test_volatility_is_that_of_the_completed_sessions_before() -> None:
    closes = np.array([0, 10, 10, 30, 30, 25, 25, 60, 60, 61])
    days = np.repeat(np.arange(5), 2)
    found = yearly_money(closes, days, 2, 100)
    session = closes[1::2]
    for at in range(5):
        changes = np.diff(session[:at])[-2:]
        wanted = round(float(np.std(changes, ddof=1)) * np.sqrt(252) * 100) if len(changes) == 2 else 0
        assert found[2 * at] == found[2 * at + 1] == pytest.approx(wanted, abs=1)


def sized(sizing: str, bars: pd.DataFrame, **fields: object):
    given = {"strategy": "buy_and_hold", "parameters": {}, "slippage_ticks": 0, "fee": 0} | fields
    return run(spec(sizing=sizing, **given), bars, engine_name="backtesting")


def test_a_notional_amount_buys_as_many_contracts_as_it_covers_at_the_deciding_close() -> None:
    bars = series([4000] * 8, [4000] * 8)  # 1,000 points: 50,000 a contract
    assert sized("notional(149999)", bars).trades["size"].tolist() == [2]
    assert sized("notional(150000)", bars).trades["size"].tolist() == [3]
    assert sized("notional(150000, cap=2)", bars).trades["size"].tolist() == [2]


def test_a_share_of_the_equity_compounds_and_a_share_of_the_cash_does_not() -> None:
    closes = [4000, 4000, 8000, 8000, 8000, 4000, 4000, 4000]
    bars = series(closes, closes)
    grown = sized("equity(100, rebalance=bar)", bars, cash=100_000)
    fixed = sized("equity(100, rebalance=bar, capital=fixed)", bars, cash=100_000)
    # Two contracts double to 200,000 and still are all of it; the fixed capital buys one contract at that price.
    assert grown.equity["position"].tolist() == [0, 2, 2, 2, 2, 2, 2, 2]
    assert fixed.equity["position"].tolist()[:5] == [0, 2, 2, 1, 1]
    assert "equity(100, rebalance=bar)" in str(grown.inputs["sizing"])


def test_at_the_open_a_size_counts_price_costs_and_equity_of_the_fill() -> None:
    bars = series([4000, 5000, 5000, 5000], [4000, 5000, 5000, 5000])
    exactly = sized("equity(100, at=open)", bars, cash=125_000, margin_rate=1)
    assert exactly.trades["size"].tolist() == [2]
    assert sized("equity(100, at=open)", bars, cash=125_000, margin_rate=1, fee="0.01").trades["size"].tolist() == [1]


def test_more_than_the_margin_allows_is_cut_and_counted() -> None:
    bars = series([4000] * 8, [4000] * 8)
    result = sized("notional(1000000)", bars, cash=100_000, margin=30_000)
    assert result.trades["size"].tolist() == [3]
    assert any("For 1 order the margin allowed fewer" in note for note in result.notes)


def test_at_a_roll_the_margin_is_asked_again() -> None:
    closes = [2000] * 6 + [1990] * 2 + [1990] * 8
    bars = series(closes, closes, contracts=["202603"] * 9 + ["202606"] * 7)
    result = sized("notional(1000000)", bars, cash=100_000, margin=10_000)
    assert result.equity["position"].tolist()[8:10] == [10, 9]


def test_a_volatility_target_waits_for_its_window_and_then_holds() -> None:
    bars = walk(60, seed=3)
    result = sized("volatility(20, window=3)", bars, cash=1_000_000)
    position = result.equity["position"].to_numpy()
    assert (position[: 4 * 4 + 1] == 0).all()
    assert (position[4 * 4 + 1 :] > 0).all()


def test_a_margin_may_change_by_date() -> None:
    bars = series([4000] * 12, [4000] * 12)
    table = "2026-01-05: 10000, 2026-01-06: 60000"
    assert run(spec(margin=table, cash=50_000, strategy="buy_and_hold", parameters={}), bars).metrics["trades"] == 1
    assert spec(margin="2026-06-01: 13200.0,20260101:12000").margin == "2026-01-01: 12000, 2026-06-01: 13200"
    with pytest.raises(Exception, match="begins on 2026-01-06, after the first bar on 2026-01-05"):
        run(spec(margin="2026-01-06: 1", strategy="buy_and_hold", parameters={}), bars)


@settings(max_examples=20, deadline=None)
@given(least=st.integers(0, 50), rate=st.integers(0, 30), seed=st.integers(0, 1000))
@pytest.mark.slow
def test_an_order_pays_its_rate_and_at_least_the_least_fee(least: int, rate: int, seed: int) -> None:
    bars = walk(60, seed=seed, contracts=["202603"] * 31 + ["202606"] * 29, adjustments=[40] * 31 + [0] * 29)
    share = Decimal(rate) / 10_000
    result = run(
        spec(parameters={"fast": 2, "slow": 5, "contracts": 3}, fee_rate=share, min_fee=least, fee="0.5"), bars,
        engine_name="backtesting",
    )  # fmt: skip
    trades = result.trades
    paid: dict[tuple[object, ...], Decimal] = {}
    for trade in trades.itertuples():
        sides = [
            (trade.entry_time, trade.contract, trade.size > 0, False, trade.entry_price_own),
            (trade.exit_time, trade.contract, trade.size < 0, trade.exit_reason == "end", trade.exit_price_own),
        ]
        for *order, price in sides:
            value = abs(trade.size) * (Decimal("0.5") + Decimal(str(price)) * 50 * share)
            paid[tuple(order)] = paid.get(tuple(order), Decimal(0)) + value
    expected = sum(max(value, Decimal(least)) for value in paid.values())
    assert trades["fees"].sum() == pytest.approx(float(expected), abs=1e-6)
