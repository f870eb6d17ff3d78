from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.strategies import STRATEGIES, Strategy, make_strategy, strategy
from g4qc_core.errors import UsageError
from tests.core.backtest.series import series, walk

SHORT = {
    "sma_cross": [{"fast": 2, "slow": 5}, {"fast": 1, "slow": 3, "long_only": True, "contracts": 3}],
    "donchian": [{"entry": 4, "exit": 2}, {"entry": 2, "exit": 6, "long_only": True, "contracts": 2}],
    "buy_and_hold": [{}, {"side": "short", "contracts": 5}],
    "ema_cross": [{"fast": 2, "slow": 5}, {"fast": 1, "slow": 3, "long_only": True, "contracts": 3}],
    "rsi": [{"length": 3}, {"length": 2, "lower": 40, "upper": 50, "long_only": True, "contracts": 2}],
    "bollinger": [{"length": 5, "width": 1.2}, {"length": 3, "width": 1, "long_only": True, "contracts": 2}],
    "macd": [{"fast": 2, "slow": 4, "signal": 3}, {"fast": 1, "slow": 3, "signal": 2, "long_only": True}],
    "time_series_momentum": [{"length": 4}, {"length": 6, "skip": 2, "long_only": True, "contracts": 2}],
    "opening_range_breakout": [{"length": 2}, {"length": 1, "leave": 3, "long_only": True, "contracts": 2}],
}
EVERY = [make_strategy(name, parameters) for name, several in SHORT.items() for parameters in several]

paths = st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=1, max_size=60).map(
    lambda steps: series(
        [1000 + sum(a + b for a, b in steps[:i]) + steps[i][0] for i in range(len(steps))],
        [1000 + sum(a + b for a, b in steps[: i + 1]) for i in range(len(steps))],
    )
)
every_strategy = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: f"{rule.name}{EVERY.index(rule)}")


def test_every_registered_strategy_is_under_the_contract() -> None:
    # Strategies with further inputs have laws of their own: test_further_inputs.
    assert set(SHORT) == {name for name, kind in STRATEGIES.items() if not kind.inputs}
    assert all(kind.summary.endswith(".") for kind in STRATEGIES.values())


@every_strategy
@settings(max_examples=40, deadline=None)
@given(bars=paths, cut=st.integers(0, 60))
def test_cutting_off_the_future_never_changes_a_target_of_the_past(
    rule: Strategy, bars: pd.DataFrame, cut: int
) -> None:
    kept = min(cut, len(bars))
    past = rule.targets(bars.head(kept))
    assert past.tolist() == rule.targets(bars)[:kept].tolist()


@every_strategy
@settings(max_examples=20, deadline=None)
@given(bars=paths)
def test_targets_are_whole_numbers_one_a_bar_and_always_the_same(rule: Strategy, bars: pd.DataFrame) -> None:
    before = bars.copy(deep=True)
    targets = rule.targets(bars)
    assert targets.shape == (len(bars),)
    assert targets.dtype == np.int64
    assert targets.tolist() == rule.targets(bars).tolist()
    assert np.abs(targets).max() <= rule.contracts
    assert not targets[: rule.bars_needed - 1].any()
    pd.testing.assert_frame_equal(bars, before)


@every_strategy
def test_a_constant_shift_of_all_prices_changes_no_target(rule: Strategy) -> None:
    bars = walk(300, start=0)
    shifted = bars.assign(**{name: bars[name] + 1234.25 for name in ("open", "high", "low", "close")})
    assert rule.targets(bars).tolist() == rule.targets(shifted).tolist()


@every_strategy
@settings(max_examples=25, deadline=None)
@given(bars=paths, factor=st.floats(0.5, 2), grid=st.sampled_from([1.0, 0.0002, 2e-6]))
@pytest.mark.slow
def test_multiplying_all_prices_changes_no_target(
    rule: Strategy, bars: pd.DataFrame, factor: float, grid: float
) -> None:
    """As a later roll does to prices that are adjusted by ratios: what was decided before it stays decided."""
    own = bars.assign(**{name: bars[name] * grid for name in ("open", "high", "low", "close")})
    multiplied = own.assign(**{name: own[name] * factor for name in ("open", "high", "low", "close")})
    assert rule.targets(bars).tolist() == rule.targets(own).tolist() == rule.targets(multiplied).tolist()


@settings(max_examples=40, deadline=None)
@given(bars=paths)
@pytest.mark.slow
def test_the_crossover_is_that_of_exact_averages_and_a_tie_changes_nothing(bars: pd.DataFrame) -> None:
    ticks = np.rint(bars["close"] / 0.25).astype(int).tolist()
    side, expected = 0, []
    for i in range(len(ticks)):
        if i >= 4:
            difference = sum(ticks[i - 1 : i + 1]) * 5 - sum(ticks[i - 4 : i + 1]) * 2
            side = (difference > 0) - (difference < 0) or side
        expected.append(side)
    assert make_strategy("sma_cross", {"fast": 2, "slow": 5}).targets(bars).tolist() == expected


def test_the_channel_is_that_of_the_bars_before() -> None:
    closes = [10, 12, 11, 13, 12, 9, 10, 8]
    targets = make_strategy("donchian", {"entry": 2, "exit": 1}).targets(series(closes, closes))
    assert targets.tolist() == [0, 0, 0, 1, 0, -1, 0, -1]


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("sma_crss", {}, ["Unknown strategy 'sma_crss'", "did you mean 'sma_cross'?"]),
        ("sma_cross", {"fst": 3}, ["Unknown parameter 'fst'", "did you mean 'fast'?", "sma_cross"]),
        ("sma_cross", {"fast": 0}, ["parameter fast cannot be 0", "from 1 to 5000, default 20"]),
        ("sma_cross", {"fast": "many"}, ["parameter fast cannot be 'many'", "from 1 to 5000"]),
        ("sma_cross", {"fast": 9, "slow": 9}, ["fast (9) must be smaller than slow (9)"]),
        ("donchian", {"long_only": "perhaps"}, ["parameter long_only cannot be 'perhaps'", "yes or no"]),
        ("buy_and_hold", {"side": "up"}, ["parameter side cannot be 'up'", "'long' or 'short'"]),
        ("buy_and_hold", {"contracts": 2.5}, ["parameter contracts cannot be 2.5", "from 1 to 1000, default 1"]),
    ],
)
def test_a_wrong_name_or_value_is_refused_with_the_right_ones(name: str, parameters: dict, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        make_strategy(name, parameters)
    for word in words:
        assert word in str(caught.value)


def test_a_strategy_is_found_by_its_name() -> None:
    assert {name: strategy(name).name for name in STRATEGIES} == {name: name for name in STRATEGIES}
