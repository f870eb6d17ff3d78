"""Sizes that are a share of the equity, against runs of backtesting.py alone on the prices that it ships."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from backtesting import Backtest
from backtesting import Strategy as LibraryStrategy
from backtesting.lib import crossover
from backtesting.test import GOOG, SMA

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.strategies import Strategy
from tests.core.backtest.series import instrument, spec

pytestmark = pytest.mark.slow

STOCK = instrument("1", "0.01", "0")
HERE = "tests.core.backtest.test_library_sizes"


class GoogCrossing(Strategy):
    """Turns at each crossing of two averages, as the library's own example does."""

    name: ClassVar[str] = "goog_crossing"
    fast: int = 10
    slow: int = 30

    @property
    def bars_needed(self) -> int:
        return self.slow

    def signals(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        fast, slow = (SMA(bars["close"], length).to_numpy() for length in (self.fast, self.slow))
        up = (fast[1:] > slow[1:]) & (fast[:-1] < slow[:-1])
        down = (fast[1:] < slow[1:]) & (fast[:-1] > slow[:-1])
        crossed = pd.Series(np.concatenate(([0.0], up * 1.0 - down * 1.0)))
        # The library first asks a strategy when every average is there.
        crossed[: self.slow] = 0.0
        return crossed.replace(0.0, np.nan).ffill().fillna(0.0).to_numpy()


class SmaCrossing(LibraryStrategy):
    """The example of the library's manual."""

    fast = 10
    slow = 30
    size = 1 - 2**-52

    def init(self) -> None:
        self.sma1 = self.I(SMA, self.data.Close, self.fast)
        self.sma2 = self.I(SMA, self.data.Close, self.slow)

    def next(self) -> None:
        if crossover(self.sma1, self.sma2):
            self.position.close()
            self.buy(size=self.size)
        elif crossover(self.sma2, self.sma1):
            self.position.close()
            self.sell(size=self.size)


def prices() -> pd.DataFrame:
    """The library's prices; it closes what is open at the last open, so that the last close is made the same."""
    frame = GOOG.copy()
    last = frame.index[-1]
    frame.loc[last, ["High", "Low", "Close"]] = frame.loc[last, "Open"]
    return frame


def bars() -> pd.DataFrame:
    frame = prices()
    days = pd.DatetimeIndex(frame.index)
    found = frame.rename(columns=str.lower)[["open", "high", "low", "close", "volume"]].reset_index(drop=True)
    stamps = days.tz_localize("UTC").as_unit("us")
    return found.assign(timestamp=stamps, trade_date=days.as_unit("s"), contract="200612", factor=1.0, adjustment=0.0)


def ours(fast: int, slow: int, **fields: object) -> BacktestResult:
    given = {"sizing": "equity(100, at=open)", "cash": 10_000, "margin_rate": 1, "slippage_ticks": 0, "fee": 0}
    whole = spec(strategy=f"{HERE}:GoogCrossing", timeframe="1d", parameters={"fast": fast, "slow": slow},
                 **given | fields)  # fmt: skip
    return run_backtest(whole, bars(), STOCK, data_version="GOOG", roll_rule="none")


def theirs(fast: int, slow: int, commission: Any, **more: float) -> pd.Series:
    alone = Backtest(prices(), SmaCrossing, cash=10_000, commission=commission, finalize_trades=True)
    return alone.run(fast=fast, slow=slow, **more)


def test_the_example_of_the_librarys_manual_is_the_same_to_the_cent() -> None:
    alone, here = theirs(10, 30, 0.002), ours(10, 30, fee_rate="0.002")
    assert here.trades["size"].tolist() == alone["_trades"].sort_values("EntryBar")["Size"].tolist()
    assert here.metrics["final_equity"] == pytest.approx(alone["Equity Final [$]"], abs=0.005)
    assert here.metrics["trades"] == alone["# Trades"]
    assert here.metrics["fees"] == pytest.approx(alone["Commissions [$]"], abs=0.005)
    np.testing.assert_allclose(here.equity["equity"], alone["_equity_curve"]["Equity"], atol=0.005)


def test_without_commission_it_is_the_same_to_the_cent_too() -> None:
    alone, here = theirs(10, 20, 0.0), ours(10, 20)
    assert here.metrics["final_equity"] == pytest.approx(alone["Equity Final [$]"], abs=0.005)
    assert here.metrics["trades"] == alone["# Trades"]


def test_a_share_of_the_equity_is_the_librarys_relative_size() -> None:
    alone = theirs(10, 20, 0.002, size=0.9999)
    here = ours(10, 20, fee_rate="0.002", sizing="equity(99.99, at=open)")
    assert here.trades["size"].tolist() == alone["_trades"].sort_values("EntryBar")["Size"].tolist()
    assert here.metrics["final_equity"] == pytest.approx(alone["Equity Final [$]"], abs=0.005)


@pytest.mark.parametrize("commission", [0.0, 0.002])
def test_a_sweep_of_sets_is_the_librarys(commission: float) -> None:
    for fast in (5, 10, 25):
        for slow in (30, 45, 60):
            final = ours(fast, slow, fee_rate=str(commission)).metrics["final_equity"]
            assert final == pytest.approx(theirs(fast, slow, commission)["Equity Final [$]"], abs=0.005), (fast, slow)
