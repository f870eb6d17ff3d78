"""The lines that strategies declare for charts: what is drawn is what decided, and knows no later bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.indicators import hold, latch, sides
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.strategies import STRATEGIES, Strategy, make_strategy
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine, lines_of
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.errors import UsageError
from tests.core.backtest.series import walk
from tests.core.backtest.test_strategies import EVERY, paths

Lines = dict[str, np.ndarray]
law = settings(max_examples=30, deadline=None)
every_strategy = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: f"{rule.name}{EVERY.index(rule)}")


def drawn(rule: Strategy, bars: pd.DataFrame, inputs: Mapping[str, Any] | None = None) -> list[IndicatorLine]:
    return list(lines_of(rule, PreparedBars(bars), inputs or {}))


def values(rule: Strategy, bars: pd.DataFrame) -> Lines:
    return {line.name: line.values for line in drawn(rule, bars) if line.level is None}


@every_strategy
@law
@given(bars=paths, cut=st.integers(1, 60))
def test_lines_are_one_value_a_bar_unknown_before_the_first_decision_and_of_the_past_alone(
    rule: Strategy, bars: pd.DataFrame, cut: int
) -> None:
    kept = min(cut, len(bars))
    whole, past = values(rule, bars), values(rule, bars.head(kept))
    assert list(whole) == list(past)
    for name, line in whole.items():
        assert line.shape == (len(bars),)
        assert np.isnan(line[: rule.bars_needed - 1]).all()
        assert np.array_equal(line[:kept], past[name], equal_nan=True), name


@every_strategy
def test_every_shipped_strategy_that_compares_something_shows_it(rule: Strategy) -> None:
    found = drawn(rule, walk(80))
    assert bool(found) is (rule.name != "buy_and_hold")
    assert len({line.name for line in found}) == len(found)
    assert all(len(line.values) == (0 if line.level is not None else 80) for line in found)
    assert all(line.pane == "own" for line in found if line.level is not None)


@pytest.mark.parametrize("name", ["sma_cross", "ema_cross", "macd"])
@law
@given(bars=paths)
def test_the_side_of_a_crossover_follows_from_its_two_lines(name: str, bars: pd.DataFrame) -> None:
    rule = next(one for one in EVERY if one.name == name and not one.long_only)  # type: ignore[attr-defined]
    first, second, *_ = values(rule, bars).values()
    least = 0.0 if name == "sma_cross" else 1e-10 * bars["close"].to_numpy()
    gap = np.nan_to_num(first - second)
    side = hold(np.where(gap > least, 1, np.where(gap < -least, -1, 0)))
    assert rule.signals(bars).tolist() == side.tolist()


@law
@given(bars=paths)
def test_a_breakout_follows_from_its_channels(bars: pd.DataFrame) -> None:
    rule = make_strategy("donchian", {"entry": 4, "exit": 2})
    lines, close = values(rule, bars), bars["close"].to_numpy()
    above, below = close > lines["entry high(4)"], close < lines["entry low(4)"]
    side = latch(above, close < lines["exit low(2)"], below, close > lines["exit high(2)"])
    assert rule.signals(bars).tolist() == side.tolist()


@law
@given(bars=paths)
def test_the_index_and_its_levels_say_when_to_reverse(bars: pd.DataFrame) -> None:
    rule = make_strategy("rsi", {"length": 3})
    levels = {line.name: line.level for line in drawn(rule, bars) if line.level is not None}
    index = values(rule, bars)["rsi(3)"]
    assert levels == {"lower": 30.0, "exit": 50.0, "upper": 70.0}
    tie = 1e-7
    side = latch(index < 30 - tie, index > 50 + tie, index > 70 + tie, index < 50 - tie)
    assert rule.signals(bars).tolist() == side.tolist()


@law
@given(bars=paths)
def test_momentum_is_the_side_of_its_change(bars: pd.DataFrame) -> None:
    rule = make_strategy("time_series_momentum", {"length": 6, "skip": 2})
    change = values(rule, bars)["change(6, 2)"]
    assert rule.signals(bars).tolist() == hold(sides(change, 0.0, 1e-10)).tolist()


def test_the_lines_of_an_average_are_those_that_anybody_computes() -> None:
    bars = walk(300, seed=4)
    close = bars["close"]
    lines = values(make_strategy("sma_cross", {"fast": 5, "slow": 20}), bars)
    for length in (5, 20):
        wanted = close.rolling(length).mean().to_numpy()
        assert np.allclose(lines[f"sma({length})"][19:], wanted[19:], rtol=1e-12)
    bands = values(make_strategy("bollinger", {"length": 10, "width": 2}), bars)
    middle, deviation = close.rolling(10).mean(), close.rolling(10).std(ddof=0)
    assert np.allclose(bands["upper(10, 2)"][9:], (middle + 2 * deviation)[9:], rtol=1e-9)
    assert np.allclose(bands["lower(10, 2)"][9:], (middle - 2 * deviation)[9:], rtol=1e-9)
    ranges = values(make_strategy("opening_range_breakout", {"length": 2}), bars)
    assert np.isnan(ranges["opening high(2)"][4::4]).all()
    assert ranges["opening high(2)"][5] == bars["high"][4:6].max()


def test_carry_shows_the_average_that_it_follows() -> None:
    bars = walk(60, seed=2)
    following = {"close": bars["close"].to_numpy() + np.where(np.arange(60) < 30, 5.0, -5.0)}
    following["close"][7] = np.nan
    rule = make_strategy("carry", {"length": 4})
    line, zero = drawn(rule, bars, {"following": following})
    assert (line.name, zero.level) == ("carry(4)", 0.0)
    side = hold(sides(line.values, 0.0, 1e-10))
    assert rule.signals(bars, following=following).tolist() == side.tolist()  # type: ignore[arg-type]
    assert np.isnan(line.values[7])


class Drawn(Strategy):
    """A user's strategy that declares a line of the wrong length, or none."""

    right: bool = True

    @property
    def bars_needed(self) -> int:
        return 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        return np.zeros(len(bars))

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        prepared.frame["close"] = 0.0
        return [IndicatorLine("mine", np.ones(len(prepared) if self.right else 1))]


def test_a_strategy_of_ones_own_declares_lines_and_changes_no_bar_of_others() -> None:
    bars = walk(20)
    closes = bars["close"].tolist()
    (line,) = TargetStrategy("mine", {}, "1", Drawn()).lines(PreparedBars(bars))
    assert line.values.tolist() == [1.0] * 20
    assert bars["close"].tolist() == closes
    with pytest.raises(UsageError, match="the line mine has the shape"):
        TargetStrategy("mine", {}, "1", Drawn(right=False)).lines(PreparedBars(bars))
    assert list(TargetStrategy("hold", {}, "1", STRATEGIES["buy_and_hold"]()).lines(PreparedBars(bars))) == []
