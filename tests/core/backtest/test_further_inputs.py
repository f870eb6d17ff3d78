"""Further inputs: a strategy sees what was completed by its bar's close, and nothing else, however it computes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.aligned_inputs import AlignedInput, FurtherInputs, InputBars, with_inputs
from g4qc_core.backtest.indicators import momentum, sma
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.strategies import Strategy, higher, instrument, make_strategy, next_contract
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput
from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.resampling import resample
from g4qc_core.errors import UsageError
from g4qc_core.timeframes import timeframe
from tests.core.backtest.series import spec
from tests.core.backtest.test_run import run
from tests.core.bars.builders import EQUITY, good_bars

pytestmark = pytest.mark.slow

NAME = "tests.core.backtest.test_further_inputs"


class Several(Strategy):
    """Reads everything that can be declared, in every way."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {
        "daily": higher("1d"),
        "slow": higher("4h"),
        "following": next_contract(),
        "other": instrument("NQ"),
    }

    @property
    def bars_needed(self) -> int:
        return 1

    def signals(
        self, bars: pd.DataFrame, daily: AlignedInput, slow: AlignedInput, following: AlignedInput, other: AlignedInput
    ) -> np.ndarray:
        parts = [
            bars["close"] - daily["close"],
            daily.of(lambda frame: sma(frame["close"], 2)) - daily["open"],
            slow.of(lambda frame: momentum(frame["high"], 3)),
            bars["open"] - following["low"],
            following.of(lambda frame: momentum(frame["close"], 2)),
            other["volume"] - other.of(lambda frame: sma(frame["volume"], 5)),
            np.where(slow.number % 2, 1.0, -1.0),
        ]
        return np.nan_to_num(sum(np.sign(np.nan_to_num(part)) for part in parts)) / 8


class NeedsDaily(Strategy):
    """Long while the close is above that of the last completed session."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"daily": higher("1d")}

    @property
    def bars_needed(self) -> int:
        return 2

    def signals(self, bars: pd.DataFrame, daily: AlignedInput) -> np.ndarray:
        return (bars["close"] > daily["close"]).to_numpy(float)


def shown(bars: pd.DataFrame) -> pd.DataFrame:
    return bars.sort_values("timestamp", ignore_index=True).assign(factor=1.0, adjustment=0.0)


@cache
def market() -> tuple[pd.DataFrame, dict[str, InputBars]]:
    """Nine sessions around Labor Day with a roll in the middle, and everything that can be declared."""
    sessions = EQUITY.sessions(date(2025, 8, 25), date(2025, 9, 5))
    roll = pd.Timestamp("2025-09-02")
    minutes = good_bars(["202509", "202512", "202603"], sessions, share=0.1)

    def series(one: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
        wanted = np.where(one["trade_date"] < roll, before, after)
        return shown(one[one["contract"].to_numpy(object) == wanted])

    def of(name: str) -> pd.DataFrame:
        return resample(minutes, timeframe(name), EQUITY)

    given = {
        "daily": InputBars(series(of("1d"), "202509", "202512"), "1d", EQUITY.name),
        "slow": InputBars(series(of("4h"), "202509", "202512"), "4h", EQUITY.name),
        "following": InputBars(series(of("1h"), "202512", "202603"), "1h", EQUITY.name),
        "other": InputBars(series(of("1h"), "202603", "202603"), "1h", EQUITY.name),
    }
    return series(of("1h"), "202509", "202512"), given


def signals(bars: pd.DataFrame, given: Mapping[str, InputBars]) -> np.ndarray:
    rule = Several()
    strategy = with_inputs(TargetStrategy("mine", {}, "v", rule), given, "1h", EQUITY.name)
    assert isinstance(strategy, TargetStrategy)
    return strategy.signals(bars)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), seed=st.integers(0, 999))
def test_a_bar_that_is_not_complete_changes_no_signal(at: int, seed: int) -> None:
    """Law: whatever the inputs' bars that end after a close are, the signals up to that close stay the same."""
    bars, given_inputs = market()
    at %= len(bars)
    close = bar_ends(bars, timeframe("1h"), EQUITY)[at]
    random = np.random.default_rng(seed)
    changed = {}
    for name, one in given_inputs.items():
        open_bars = bar_ends(one.frame, timeframe(one.timeframe), EQUITY) > close
        frame = one.frame.copy()
        for column in ("open", "high", "low", "close", "volume"):
            values = frame[column].to_numpy(copy=True)
            values[open_bars] = random.integers(1, 9_000, int(open_bars.sum()))
            frame[column] = values
        kept = ~open_bars | (random.random(len(frame)) < 0.7)
        changed[name] = InputBars(frame[kept].reset_index(drop=True), one.timeframe, one.calendar)
    before, after = signals(bars, given_inputs), signals(bars, changed)
    assert before[: at + 1].tolist() == after[: at + 1].tolist()
    # And what its own bars do later does not matter either.
    assert signals(bars.head(at + 1), given_inputs).tolist() == before[: at + 1].tolist()


def test_the_signals_depend_on_every_input() -> None:
    bars, given_inputs = market()
    before = signals(bars, given_inputs)
    for name, one in given_inputs.items():
        frame = one.frame.assign(
            **{c: one.frame[c].to_numpy()[::-1] for c in ("open", "high", "low", "close", "volume")}
        )
        changed = given_inputs | {name: InputBars(frame, one.timeframe, one.calendar)}
        assert signals(bars, changed).tolist() != before.tolist(), name


@pytest.mark.parametrize("name", ["daily", "slow", "other"])
def test_the_value_is_that_of_the_last_bar_that_had_ended(name: str) -> None:
    bars, given_inputs = market()
    one = given_inputs[name]
    further = FurtherInputs({name: one}, "1h", EQUITY.name)
    aligned = further.aligned(bars, {name: Several.inputs[name]})[name]
    closes, ends = bar_ends(bars, timeframe("1h"), EQUITY), bar_ends(one.frame, timeframe(one.timeframe), EQUITY)
    values = one.frame["close"].tolist()
    expected = []
    for close in closes:
        done = [value for value, end in zip(values, ends, strict=True) if end <= close]
        expected.append(done[-1] if done else float("nan"))
    np.testing.assert_array_equal(aligned["close"], expected)
    np.testing.assert_array_equal(aligned.of(lambda frame: frame["close"]), expected)
    assert len(aligned) == len(bars)
    assert further.aligned(bars, {name: Several.inputs[name]})[name] is aligned


def test_a_session_is_complete_at_its_last_bars_close() -> None:
    bars, given_inputs = market()
    aligned = FurtherInputs(given_inputs, "1h", EQUITY.name).aligned(bars, Several.inputs)["daily"]
    last = bars.groupby("trade_date").tail(1).index
    daily = given_inputs["daily"].frame["close"].to_numpy()
    np.testing.assert_array_equal(aligned["close"][last], daily)
    np.testing.assert_array_equal(aligned["close"][last[:-1] + 1], daily[:-1])
    assert np.isnan(aligned["close"][: last[0]]).all()


def test_the_next_contract_is_never_the_one_in_front_and_is_computed_apart() -> None:
    bars, given_inputs = market()
    aligned = FurtherInputs(given_inputs, "1h", EQUITY.name).aligned(bars, Several.inputs)["following"]
    frame = given_inputs["following"].frame
    seen = []

    def function(own: pd.DataFrame) -> np.ndarray:
        seen.append(own["contract"].unique().tolist())
        return np.arange(len(own), dtype=float)

    numbers = aligned.of(function)
    assert seen == [["202512"], ["202603"]]
    roll = int(np.flatnonzero(bars["contract"].to_numpy() == "202512")[0])
    known = ~np.isnan(aligned["close"])
    # The bar of the old next contract that is now in front is not shown.
    rows = aligned.number[known]
    assert (frame["contract"].to_numpy()[rows] != bars["contract"].to_numpy()[known]).all()
    assert known[:roll].sum() > 10
    assert known[roll + 1 :].sum() > 10
    assert numbers[known & (np.arange(len(bars)) >= roll)].min() < 3


def test_a_run_names_its_inputs_and_another_input_is_another_result() -> None:
    bars, given_inputs = market()
    wanted = spec(strategy=f"{NAME}:NeedsDaily", parameters={})
    result = run(wanted, bars, inputs=given_inputs)
    daily = given_inputs["daily"]
    named = {"timeframe": "1d", "bars": len(daily.frame), "fingerprint": daily.version}
    assert result.inputs["further_inputs"] == {"daily": named}
    assert len(result.trades) > 2
    higher_close = InputBars(daily.frame.assign(close=daily.frame["close"] + 1), "1d", EQUITY.name)
    assert run(wanted, bars, inputs={"daily": higher_close}).id != result.id
    assert run(wanted, bars, inputs=given_inputs, engine_name="backtesting").trades.equals(result.trades)


def test_the_inputs_travel_to_other_processes() -> None:
    bars, given_inputs = market()
    again = pickle.loads(pickle.dumps(given_inputs))
    assert signals(bars, again).tolist() == signals(bars, given_inputs).tolist()


class Long(NeedsDaily):
    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"daily": higher("15min")}


class Unknown(NeedsDaily):
    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"daily": higher("2d")}


class Wrong(NeedsDaily):
    def signals(self, bars: pd.DataFrame, daily: AlignedInput) -> np.ndarray:
        return daily["closing"]


class Short(NeedsDaily):
    def signals(self, bars: pd.DataFrame, daily: AlignedInput) -> np.ndarray:
        return daily.of(lambda frame: frame["close"].iloc[1:])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Long", r"Long reads 15min bars as a higher timeframe, and its own bars are 1h: choose a shorter timeframe"),
        ("Unknown", "Unknown timeframe '2d': did you mean '1d'"),
        ("Wrong", r"The input daily has no column 'closing': it has open, high, low, close, volume"),
        ("Short", r"A function of the input daily gave values of shape \(\d+,\) for \d+ bars: .* one number a bar"),
    ],
)
def test_a_wrong_declaration_or_use_is_one_sentence(name: str, words: str) -> None:
    bars, given_inputs = market()
    with pytest.raises(UsageError, match=words):
        run(spec(strategy=f"{NAME}:{name}", parameters={}), bars, inputs=given_inputs)


@pytest.mark.parametrize("given_inputs", [None, {}])
def test_inputs_that_are_not_given_are_named(given_inputs: Any) -> None:
    bars, _ = market()
    with pytest.raises(UsageError, match=r"reads further inputs, which are not given: daily \(1d bars of"):
        run(spec(strategy=f"{NAME}:NeedsDaily", parameters={}), bars, inputs=given_inputs)


@settings(max_examples=40, deadline=None)
@given(gaps=st.lists(st.integers(-6, 6), min_size=8, max_size=8), length=st.integers(1, 6))
def test_carry_is_the_sign_of_the_average_difference(gaps: list[int], length: int) -> None:
    bars, given_inputs = market()
    following = given_inputs["following"].frame
    stretch = np.arange(len(following)) * len(gaps) // len(following)
    front = bars.set_index("timestamp")["close"].reindex(following["timestamp"]).ffill().bfill().to_numpy()
    frame = following.assign(close=front + np.array(gaps)[stretch] * 0.25)
    # An adjustment of the series is taken off again.
    moved = bars.assign(adjustment=12.5, **{c: bars[c] + 12.5 for c in ("open", "high", "low", "close")})
    rule = make_strategy("carry", {"length": length})
    strategy = with_inputs(TargetStrategy("carry", {}, "v", rule), {"following": InputBars(frame, "1h", EQUITY.name)},
                           "1h", EQUITY.name)  # fmt: skip
    assert isinstance(strategy, TargetStrategy)
    aligned = FurtherInputs({"following": InputBars(frame, "1h", EQUITY.name)}, "1h", EQUITY.name)
    after = aligned.aligned(bars, rule.inputs)["following"]["close"]
    ticks, side, expected = [], 0, []
    for own, other in zip(bars["close"], after, strict=True):
        if not np.isnan(other):
            ticks.append(round((own - other) / 0.25))
            if len(ticks) >= length:
                total = sum(ticks[-length:])
                side = (total > 0) - (total < 0) or side
        expected.append(float(side))
    assert strategy.signals(moved).tolist() == expected


def test_a_strategy_with_inputs_is_checked_on_synthetic_ones() -> None:
    from g4qc_core.backtest.strategy_checks.check_bars import check_bars
    from g4qc_core.backtest.strategy_checks.run_checks import THOROUGH, check_strategy
    from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject
    from tests.core.backtest.series import ES

    bars = check_bars(ES, timeframe("1h"), 900)
    of = CheckSubject(spec(strategy=f"{NAME}:Several", parameters={}, cash=10**8), bars, ES, of_market=False)
    found = {one.check: one.state for one in check_strategy(of, THOROUGH)}
    assert found["look_ahead"] == found["warm_up"] == found["determinism"] == "passed"
