"""Look-back and holding time in sessions: what a walk-forward derives its warm-up, purge and embargo from."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.look_back import look_back_bars, sessions_for_bars
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import STRATEGIES, Strategy
from g4qc_core.backtest.strategies.average_memory import ema_bars, wilder_bars
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.research.search.axes import axis_of
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.research.splits.reach import HoldingTime, holding_time, look_back
from tests.core.backtest.series import ES, exits_of, spec, walk

PER_SESSION = 4
BARS = walk(240)
DAYS = BARS["trade_date"].to_numpy()
# Sides by averages without an end, of which a thousandth is left out.
_ENDLESS = ("ema_cross", "macd")


class Odd(Strategy):
    """A strategy of a user whose look-back is longest in the middle of its axis."""

    name: ClassVar[str] = "odd"
    length: int = 3

    @property
    def bars_needed(self) -> int:
        return 2

    @property
    def bars_remembered(self) -> int:
        return 100 - abs(self.length - 50)

    def signals(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        return np.zeros(len(bars))


def space(**axes: Any) -> SearchSpace:
    return SearchSpace({name: axis_of(values) for name, values in sorted(axes.items())})


@given(data=st.data(), name=st.sampled_from(sorted(STRATEGIES)))
def test_no_look_back_of_a_shipped_strategy_becomes_shorter_if_a_parameter_grows(
    data: st.DataObject, name: str
) -> None:
    kind = STRATEGIES[name]
    small, large = {}, {}
    for field, info in kind.model_fields.items():
        if info.annotation is int:
            pair = data.draw(st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)))
        elif info.annotation is float:
            pair = data.draw(st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)))
        else:
            pair = (False, True)
        small[field], large[field] = sorted(pair)
    assert kind.model_construct(**small).bars_remembered <= kind.model_construct(**large).bars_remembered
    assert kind.model_construct(**small).bars_remembered >= 1


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_a_shipped_strategy_remembers_at_least_what_its_first_decision_needs(name: str) -> None:
    assert STRATEGIES[name]().bars_remembered >= STRATEGIES[name]().bars_needed


@pytest.mark.parametrize("length", [2, 3, 14, 50, 999])
def test_what_an_average_leaves_out_weighs_less_than_a_thousandth(length: int) -> None:
    for bars, newest in ((ema_bars(length), 2 / (length + 1)), (wilder_bars(length), 1 / length)):
        assert (1 - newest) ** bars <= 0.001 < (1 - newest) ** (bars - 1)


def test_one_bar_is_all_of_an_average_of_one() -> None:
    assert (ema_bars(1), wilder_bars(1)) == (1, 1)


@pytest.mark.parametrize(
    ("strategy", "parameters"),
    [
        ("sma_cross", {"fast": 3, "slow": 11}),
        ("time_series_momentum", {"length": 13, "skip": 4}),
        ("donchian", {"entry": 6, "exit": 17}),
        ("ema_cross", {"fast": 2, "slow": 5}),
        ("rsi", {"length": 3}),
        ("macd", {"fast": 2, "slow": 4, "signal": 3}),
        ("bollinger", {"length": 12}),
    ],
)
def test_bars_before_the_look_back_do_not_change_what_a_decision_reads(
    strategy: str, parameters: dict[str, Any]
) -> None:
    """The last decision on exactly the look-back is that on all bars, unless a position is kept from before."""
    rule = STRATEGIES[strategy](**parameters)
    remembered = rule.bars_remembered
    every = rule.signals(BARS)
    same = total = 0
    for end in range(remembered, len(BARS), 3):
        part = rule.signals(BARS.iloc[end - remembered : end].reset_index(drop=True))[-1]
        total += 1
        same += part == every[end - 1]
        # Otherwise the position was entered before: on the look-back alone there is none.
        assert part == every[end - 1] or part == 0 or strategy in _ENDLESS
    exact = strategy in ("sma_cross", "time_series_momentum")
    assert same == total if exact else same / total > (0.95 if strategy in _ENDLESS else 0.3)


@given(
    counts=st.lists(st.integers(1, 9), min_size=2, max_size=30),
    bars=st.integers(1, 60),
)
def test_so_many_sessions_hold_the_bars_before_every_session_and_one_less_does_not(
    counts: list[int], bars: int
) -> None:
    days = np.repeat(np.arange(len(counts)), counts).astype("datetime64[D]")
    before = [sum(counts[:k]) for k in range(len(counts))]
    ready = [k for k in range(len(counts)) if before[k] >= bars]
    if not ready:
        with pytest.raises(BacktestRefused, match="before the last session: widen the window"):
            sessions_for_bars(days, bars)
        return
    needed = sessions_for_bars(days, bars)
    holds = [next(s for s in range(1, k + 1) if sum(counts[k - s : k]) >= bars) for k in ready]
    assert needed == max(holds)


def test_the_look_back_of_a_search_is_the_longest_of_its_sets() -> None:
    found = look_back(spec(), BARS, ES, space(fast=[2, 30], slow=[5, 9, 21]))
    assert (found.bars, found.sessions, found.certain) == (21, 6, True)
    assert found.words == "A decision looks back up to 21 bars, which 6 sessions hold."
    alone = look_back(spec(), BARS, ES)
    assert (alone.bars, alone.sessions) == (8, 2)


def test_many_sets_of_a_shipped_strategy_are_bounded_by_the_ends_of_its_axes() -> None:
    large = space(fast="1:100:1", slow="2:120:1")
    assert large.size > 5_000
    found = look_back(spec(), BARS, ES, large)
    assert (found.bars, found.certain) == (120, True)


def test_of_too_many_sets_of_a_users_strategy_the_ends_are_tried_and_it_is_said() -> None:
    own = spec(strategy=f"{__name__}:Odd", parameters={})
    few = look_back(own, BARS, ES, space(length="1:99:1"))
    assert (few.bars, few.certain) == (100, True)
    many = look_back(own, BARS, ES, space(length="1:99:1", contracts="1:100:1"))
    assert (many.bars, many.certain) == (51, False)
    assert many.words.endswith("by the sets with the ends of all axes.")


def test_the_volatility_of_a_size_counts_its_sessions_and_those_of_the_decision() -> None:
    sized = spec(sizing="volatility(15, window=20)")
    assert look_back(sized, BARS, ES).sessions == 22
    day = pd.Timestamp(np.unique(DAYS)[40]).date()
    start = pd.Timestamp(np.unique(DAYS)[40 - 22]).date()
    given_bars = {"data_version": "v", "roll_rule": "r", "exits": exits_of(BARS)}
    long = run_backtest(sized.model_copy(update={"trade_from": day}), BARS, ES, **given_bars)
    short = run_backtest(sized.model_copy(update={"trade_from": day, "first": start}), BARS, ES, **given_bars)
    assert len(long.trades)
    pd.testing.assert_frame_equal(long.trades, short.trades)


@pytest.mark.parametrize(
    ("kind", "parameters", "bars"),
    [
        ("point_classes:Bracketed", {"fast": 3, "slow": 9}, 9),
        ("point_classes:Bracketed", {"fast": 3, "slow": 40}, 40),
        ("point_classes:Managed", {}, 5),
        ("classes:BuyOnce", {}, 1),
    ],
)
def test_the_look_back_of_a_class_is_that_of_its_indicators(kind: str, parameters: dict[str, Any], bars: int) -> None:
    asked = spec(strategy=f"tests.core.backtest.{kind}", parameters=parameters)
    assert look_back_bars(asked, {}, BARS, ES) == bars
    with pytest.raises(UsageError, match="seen on bars only"):
        look_back_bars(asked, {})


def test_a_class_whose_indicator_has_no_value_is_refused() -> None:
    asked = spec(strategy="tests.core.backtest.point_classes:Bracketed", parameters={"slow": 500})
    with pytest.raises(BacktestRefused, match="no value on any of 240 bars"):
        look_back_bars(asked, {}, BARS, ES)


def held(sizes: list[int], on_roll: str = "roll", contracts: list[str] | None = None) -> HoldingTime:
    from g4qc_core.backtest.prepared_strategy import TargetStrategy
    from g4qc_core.backtest.run import run_prepared
    from tests.core.backtest.test_two_engines import Wishing

    n = len(sizes)
    bars = walk(n, contracts=contracts or ["202603"] * n)
    strategy = TargetStrategy("wishing", {}, "1", Wishing(wanted=tuple(100 * size for size in sizes)))
    asked: BacktestSpec = spec(on_roll=on_roll)
    result = run_prepared(asked, strategy, bars, ES, data_version="v", roll_rule="r", exits=exits_of(bars))
    return holding_time(result.trades, result.equity["trade_date"].to_numpy())


def test_a_position_is_held_from_its_entry_until_it_is_flat_or_turns() -> None:
    # Sessions of four bars; what is decided on a bar is held from the next one.
    assert held([1, 0] + [0] * 6) == HoldingTime(1, 0, 0, 0)
    assert held([1] * 7 + [0] * 5) == HoldingTime(1, 2, 2, 2)
    assert held([1] * 5 + [-1] * 7) == HoldingTime(2, 1, 1, 1)
    assert held([0] * 8) == HoldingTime(0, 0, 0, 0)


def test_a_roll_ends_no_position_that_goes_through_it() -> None:
    months = ["202603"] * 6 + ["202606"] * 6
    assert held([1] * 12, contracts=months) == HoldingTime(1, 2, 2, 2)
    assert held([1] * 12, "close", contracts=months).longest == 1


@settings(max_examples=60)
@given(sizes=st.lists(st.sampled_from([-1, 0, 1, 1]), min_size=4, max_size=40))
def test_holding_times_are_those_of_the_runs_of_positions(sizes: list[int]) -> None:
    position = [0, *sizes[:-1]]
    runs, start = [], None
    for bar in range(len(position) + 1):
        side = position[bar] if bar < len(position) else 0
        before = position[bar - 1] if bar else 0
        if side != before:
            if start is not None:
                # A position that is open at the end ends with the last bar.
                runs.append(min(bar, len(position) - 1) // PER_SESSION - start // PER_SESSION)
            start = bar if side else None
    found = held(sizes)
    assert found.positions == len(runs)
    assert found.longest == max(runs, default=0)
