"""Each shipped strategy against a formula of its own, in plain Python and exact numbers where they matter."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.strategies import STRATEGIES, make_strategy
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from tests.core.backtest.series import series, walk

paths = st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=1, max_size=60).map(
    lambda steps: series(
        [1000 + sum(a + b for a, b in steps[:i]) + steps[i][0] for i in range(len(steps))],
        [1000 + sum(a + b for a, b in steps[: i + 1]) for i in range(len(steps))],
    )
)
law = settings(max_examples=60, deadline=None)


def ticks(bars: pd.DataFrame, column: str) -> list[int]:
    return np.rint(bars[column] / 0.25).astype(int).tolist()


def signals(name: str, bars: pd.DataFrame, **parameters: object) -> list[float]:
    found = make_strategy(name, parameters).signals(bars)
    assert found.dtype == np.float64
    return found.tolist()


def exact_ema(values: list[int], length: int) -> list[Fraction]:
    share, found = Fraction(2, length + 1), [Fraction(values[0])]
    for value in values[1:]:
        found.append(found[-1] + share * (value - found[-1]))
    return found


def followed(differences: list[Fraction | None]) -> list[float]:
    """Side of each difference; none and 0 keep the side before."""
    side, found = 0, []
    for difference in differences:
        if difference:
            side = 1 if difference > 0 else -1
        found.append(float(side))
    return found


@law
@given(bars=paths)
def test_the_exponential_crossover_is_that_of_exact_averages(bars: pd.DataFrame) -> None:
    close = ticks(bars, "close")
    fast, slow = exact_ema(close, 2), exact_ema(close, 5)
    # A difference beyond the rounding errors of an average; a smaller one is a tie, as documented.
    gaps = [f - s if i >= 4 and abs(f - s) > Fraction(1, 10**10) * close[i] else None
            for i, (f, s) in enumerate(zip(fast, slow, strict=True))]  # fmt: skip
    expected = followed(gaps)
    assert signals("ema_cross", bars, fast=2, slow=5) == expected
    assert signals("ema_cross", bars, fast=2, slow=5, long_only=True) == [max(side, 0.0) for side in expected]


@law
@given(bars=paths)
def test_macd_is_that_of_exact_averages(bars: pd.DataFrame) -> None:
    close = ticks(bars, "close")
    line = [f - s for f, s in zip(exact_ema(close, 2), exact_ema(close, 4), strict=True)][3:]
    average = exact_ema(line, 3) if line else []  # type: ignore[arg-type]
    gaps = [a - b if i >= 2 and abs(a - b) > Fraction(1, 10**10) * close[i + 3] else None
            for i, (a, b) in enumerate(zip(line, average, strict=True))]  # fmt: skip
    expected = followed([None] * min(3, len(close)) + gaps)
    assert signals("macd", bars, fast=2, slow=4, signal=3) == expected


@law
@given(bars=paths)
def test_the_index_is_bought_below_and_sold_above_its_levels(bars: pd.DataFrame) -> None:
    close = ticks(bars, "close")
    gain = loss = Fraction(0)
    side, expected = 0, []
    for i in range(len(close)):
        if i:
            up, down = max(close[i] - close[i - 1], 0), max(close[i - 1] - close[i], 0)
            first = i <= 3
            gain = gain + Fraction(up, 3) if first else (2 * gain + up) / 3
            loss = loss + Fraction(down, 3) if first else (2 * loss + down) / 3
        if i >= 3:
            index = 100 * gain / (gain + loss) if gain + loss else Fraction(50)
            if (side > 0 and index > 55) or (side < 0 and index < 55):
                side = 0
            side = 1 if index < 35 else -1 if index > 60 else side
        expected.append(float(side))
    assert signals("rsi", bars, length=3, lower=35, upper=60, exit=55) == expected


@law
@given(bars=paths)
def test_the_bands_are_those_of_exact_deviations(bars: pd.DataFrame) -> None:
    close = ticks(bars, "close")
    side, expected = 0, []
    for i in range(len(close)):
        if i >= 4:
            window = close[i - 4 : i + 1]
            mean = Fraction(sum(window), 5)
            variance = sum((value - mean) ** 2 for value in window) / 5
            away = close[i] - mean
            outside = away * away > Fraction(144, 100) * variance
            if (side > 0 and away >= 0) or (side < 0 and away <= 0):
                side = 0
            side = side if not outside else 1 if away < 0 else -1
        expected.append(float(side))
    assert signals("bollinger", bars, length=5, width=1.2) == expected


@law
@given(bars=paths)
def test_momentum_is_the_sign_of_the_change(bars: pd.DataFrame) -> None:
    close = ticks(bars, "close")
    changes = [Fraction(close[i - 2] - close[i - 6]) if i >= 6 else None for i in range(len(close))]
    assert signals("time_series_momentum", bars, length=6, skip=2) == followed(changes)


@law
@given(bars=paths, leave=st.sampled_from([0, 3]))
def test_the_opening_range_is_left_by_session(bars: pd.DataFrame, leave: int) -> None:
    side, expected = 0, []
    for _, day in bars.groupby("trade_date"):
        for number, (close, _) in enumerate(zip(day["close"], day["low"], strict=True), start=1):
            if number == 1 or (leave and number >= leave):
                side = 0
            elif number > 2 and close > day["high"].iloc[:2].max():
                side = 1
            elif number > 2 and close < day["low"].iloc[:2].min():
                side = -1
            expected.append(float(side))
    assert signals("opening_range_breakout", bars, length=2, leave=leave) == expected


@law
@given(bars=paths, entry=st.integers(1, 9), exit_=st.integers(1, 9))
def test_the_channel_is_that_of_slices(bars: pd.DataFrame, entry: int, exit_: int) -> None:
    high, low, close = (ticks(bars, name) for name in ("high", "low", "close"))
    side, expected = 0, []
    for i in range(len(close)):
        if i >= entry:
            if i >= exit_:
                broken = close[i] < min(low[i - exit_ : i]) if side > 0 else close[i] > max(high[i - exit_ : i])
                side = 0 if broken else side
            if close[i] > max(high[i - entry : i]):
                side = 1
            elif close[i] < min(low[i - entry : i]):
                side = -1
        expected.append(float(side))
    assert signals("donchian", bars, entry=entry, exit=exit_) == expected


def test_to_hold_is_to_hold() -> None:
    bars = walk(7)
    assert signals("buy_and_hold", bars) == [1.0] * 7
    assert signals("buy_and_hold", bars, side="short") == [-1.0] * 7


@pytest.mark.parametrize("lengths", [(2, 5), (300, 900), (5000, 10000)])
def test_long_averages_tie_exactly(lengths: tuple[int, int]) -> None:
    """A difference of one tick in the whole window is a difference, and none is none."""
    fast, slow = lengths
    level = np.full(slow + 3, 20000)
    level[slow - 1] += 1
    bars = series(level.tolist(), level.tolist())
    found = signals("sma_cross", bars, fast=fast, slow=slow)
    assert found == [0.0] * (slow - 1) + [1.0] * min(fast, 4) + [-1.0] * (4 - min(fast, 4))
    level[slow - 1] -= 1
    bars = series(level.tolist(), level.tolist())
    assert not any(signals("sma_cross", bars, fast=fast, slow=slow))


SETS = {
    "sma_cross": st.fixed_dictionaries(
        {"fast": st.integers(1, 20), "slow": st.integers(21, 90), "long_only": st.booleans()}
    ),
    "ema_cross": st.fixed_dictionaries(
        {"fast": st.integers(1, 20), "slow": st.integers(21, 90), "long_only": st.booleans()}
    ),
    "donchian": st.fixed_dictionaries(
        {"entry": st.integers(1, 60), "exit": st.integers(1, 60), "long_only": st.booleans()}
    ),
}


@pytest.mark.parametrize("name", [name for name, kind in STRATEGIES.items() if not kind.inputs])
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 50), factor=st.sampled_from([1.0, 1.0173, 0.5]), step=st.integers(1, 12))
def test_the_fast_path_gives_the_same_signals_for_every_parameter_set(
    name: str, data: st.DataObject, seed: int, factor: float, step: int
) -> None:
    bars = walk(700, seed=seed, step=step)
    bars[["open", "high", "low", "close"]] *= factor
    prepared = PreparedBars(bars)
    for parameters in data.draw(st.lists(SETS.get(name, st.just({})), min_size=1, max_size=6)):
        rule = make_strategy(name, parameters)
        assert rule.fast_signals(prepared).astype(float).tobytes() == rule.signals(bars).tobytes()


@settings(max_examples=25, deadline=None)
@given(bars=paths, fast=st.integers(1, 6), slow=st.integers(7, 12))
def test_whole_numbers_and_floating_ones_give_the_same_sides(bars: pd.DataFrame, fast: int, slow: int) -> None:
    from g4qc_core.backtest.strategies.strategy_kernels import sum_sides

    running = np.concatenate(([0], np.cumsum(ticks(bars, "close"))))
    for off in (0, 9, len(bars)):
        whole = sum_sides(running, np.int64(fast), np.int64(slow), off)
        floating = sum_sides(running.astype(np.float64), np.float64(fast), np.float64(slow), off)
        assert whole.tobytes() == floating.tobytes()


def test_what_was_computed_is_kept_until_there_is_no_room() -> None:
    prepared, asked = PreparedBars(walk(4)), []

    def big(key: int) -> np.ndarray:
        return prepared.once(key, lambda: asked.append(key) or np.zeros(15 * 2**20))

    for key in (1, 2, 1, 3, 1, 2):
        assert len(big(key)) == 15 * 2**20
    assert asked == [1, 2, 3, 2]
