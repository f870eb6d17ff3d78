"""Margin and relative sizes: always from the contract's own price, and never from a price near zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.account.margin import margin_prices
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import BacktestRefused
from tests.core.backtest.series import ES, REGISTRY, instrument, series, spec

CLASSES = "tests.core.backtest.classes"
CL = REGISTRY["CL"]


def run(of_spec, bars: pd.DataFrame, of=ES, exits: pd.Series | None = None) -> BacktestResult:
    return run_backtest(of_spec, bars, of, data_version="v", roll_rule="r", exits=exits)


def hold(contracts: int, **fields: object):
    return spec(strategy="buy_and_hold", parameters={"contracts": contracts}, **fields)


def test_a_negative_price_needs_the_margin_of_its_size() -> None:
    bars = series([-3763] * 4, [-3763] * 4, of=CL)
    with pytest.raises(BacktestRefused, match=r"margin of 500 contracts .*needed 1,881,500\.00 USD"):
        run(hold(500, instrument="CL", cash=50_000), bars, CL)
    assert run(hold(10, instrument="CL", cash=50_000), bars, CL).metrics["trades"] == 1


@pytest.mark.parametrize("strategy", ["buy_and_hold", f"{CLASSES}:BuyOnce"])
def test_a_price_of_nothing_is_not_held_for_nothing(strategy: str) -> None:
    closes = [6000, 6000, 6000, 3000, 1, 1, 1, 1]
    bars = series(closes, closes, of=CL)
    late = spec(strategy=strategy, instrument="CL", cash=50_000, parameters={"contracts": 500})
    seen = bars.iloc[4:].reset_index(drop=True)
    # Alone, a price of one cent needs a cent's margin; with its history it needs that of 6.00.
    assert margin_prices(np.array(closes)).tolist() == [6000, 6000, 6000, 3000, 600, 600, 600, 600]
    if strategy != "buy_and_hold":
        with pytest.raises(BacktestRefused, match="could not pay the margin"):
            run(late, bars, CL)
    assert run(late, seen.assign(trade_date=seen["trade_date"]), CL).metrics["trades"] == 1


def linked(own_before: int, own_after: int, left: int) -> tuple[pd.DataFrame, pd.Series]:
    """Three bars of an old contract, then of one that is entered at `own_after` where the old one is left at `left`."""
    closes = [own_before] * 3 + [own_after] * 5
    bars = series(closes, closes, of=CL, contracts=["202603"] * 3 + ["202606"] * 5)
    return bars, pd.Series([left * 0.01], index=pd.DatetimeIndex(bars["timestamp"].iloc[3:4]))


def test_a_relative_size_is_of_the_contracts_own_price_and_not_of_the_linked_one() -> None:
    # Own price 100.00; the new contract is entered 40.00 lower than the old one is left: linked 60.00.
    bars, exits = linked(10_000, 6_000, 10_000)
    half = spec(strategy=f"{CLASSES}:BuyHalf", instrument="CL", cash=100_000, parameters={})
    result = run(half, bars, CL, exits)
    assert result.trades["size"].iloc[0] == 4
    assert "own price" in result.inputs["margin"]
    assert any("relative size" in note and "own price" in note for note in result.notes)


@settings(max_examples=40, deadline=None)
@given(
    own=st.integers(2_000, 20_000),
    gap=st.integers(-15_000, 15_000),
    cash=st.integers(20_000, 500_000),
    fraction=st.floats(0.05, 0.95),
)
@pytest.mark.slow
def test_a_relative_size_does_not_know_of_later_rolls(own: int, gap: int, cash: int, fraction: float) -> None:
    """However far a later roll links the prices away, the size is that of a series without a roll."""
    half = spec(strategy=f"{CLASSES}:BuyHalf", instrument="CL", cash=cash, margin_rate=0.5,
                parameters={"fraction": fraction})  # fmt: skip
    plain = series([own] * 8, [own] * 8, of=CL)
    bars, exits = linked(own, own - gap, own)
    try:
        expected = run(half, plain, CL).trades["size"].iloc[0]
    except BacktestRefused:
        with pytest.raises(BacktestRefused):
            run(half, bars, CL, exits)
        return
    assert run(half, bars, CL, exits).trades["size"].iloc[0] == expected


def test_without_a_roll_the_broker_decides_as_the_librarys_own() -> None:
    from backtesting import Backtest

    from tests.core.backtest.classes import BuyHalf

    of = instrument("1", "0.01", "2.25")
    closes = (10_000 + np.cumsum(np.random.default_rng(5).integers(-80, 81, 300))).tolist()
    bars = series(closes, closes, of=of)
    ours = run(spec(strategy=f"{CLASSES}:BuyHalf", cash=10_000, slippage_ticks=0, margin_rate=0.25, parameters={}),
               bars, of)  # fmt: skip
    frame = bars.set_index("timestamp").rename(columns=str.capitalize)[["Open", "High", "Low", "Close", "Volume"]]
    alone = Backtest(
        frame, BuyHalf, cash=10_000, margin=0.25, commission=lambda size, _: abs(size) * 2.25, finalize_trades=True
    ).run()
    assert ours.trades["size"].iloc[0] == alone["_trades"]["Size"].iloc[0]
