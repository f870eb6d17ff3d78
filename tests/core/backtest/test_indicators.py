"""The indicators: each against a formula of its own, causal, exact on a tick grid, the same in every piece."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from g4qc_core.backtest import indicators as ind

Frame = dict[str, np.ndarray]


def frame_of(steps: list[int], tick: float, start: int, factor: float) -> Frame:
    """Bars of a walk on a grid, multiplied as a ratio adjustment does if `factor` is not 1."""
    close = (start + np.cumsum(steps)) * tick * factor
    spread = (np.abs(np.array(steps)) + 1) * tick * factor
    return {"high": close + spread, "low": close - spread, "close": close, "day": np.arange(len(steps)) // 5}


frames = st.builds(
    frame_of,
    st.lists(st.integers(-9, 9), min_size=1, max_size=70),
    st.sampled_from([0.25, 0.1, 0.00005, 1 / 128, 5.0]),
    st.sampled_from([20000, 995, 3, -40]),
    st.sampled_from([1.0, 1.0173]),
)

EVERY: dict[str, Callable[[Frame], tuple[np.ndarray, ...]]] = {
    "sma": lambda f: (ind.sma(f["close"], 5),),
    "ema": lambda f: (ind.ema(f["close"], 5),),
    "wilder_average": lambda f: (ind.wilder_average(f["close"], 5),),
    "rolling_max": lambda f: (ind.rolling_max(f["high"], 5),),
    "rolling_min": lambda f: (ind.rolling_min(f["low"], 5),),
    "rolling_std": lambda f: (ind.rolling_std(f["close"], 5), ind.rolling_std(f["close"], 5, ddof=1)),
    "bollinger": lambda f: ind.bollinger(f["close"], 5, 1.5),
    "true_range": lambda f: (ind.true_range(f["high"], f["low"], f["close"]),),
    "atr": lambda f: (ind.atr(f["high"], f["low"], f["close"], 5),),
    "momentum": lambda f: (ind.momentum(f["close"], 5),),
    "rsi": lambda f: (ind.rsi(f["close"], 5),),
    "macd": lambda f: ind.macd(f["close"], 3, 6, 4),
    "sides": lambda f: (ind.sides(ind.sma(f["close"], 2), ind.sma(f["close"], 5)),),
    "hold": lambda f: (ind.hold(ind.sides(f["close"], ind.sma(f["close"], 5))),),
    "latch": lambda f: (
        ind.latch(
            f["close"] > ind.sma(f["close"], 5),
            f["day"] % 3 == 2,
            f["close"] < ind.sma(f["close"], 5),
            f["day"] % 4 == 3,
        ),
    ),
    "crossings": lambda f: (ind.crossings(ind.sma(f["close"], 2), ind.sma(f["close"], 5)),),
    "opening_range": lambda f: ind.opening_range(f["high"], f["low"], f["day"], 3),
}
every_indicator = pytest.mark.parametrize("name", EVERY)


def test_every_indicator_is_under_the_laws() -> None:
    plain = {name for name in ind.__all__ if name[0].islower()}
    assert set(EVERY) == plain - {"exact_prices"}


@every_indicator
@settings(max_examples=30, deadline=None)
@given(frame=frames, cut=st.integers(0, 70))
def test_the_future_changes_no_value_of_the_past(name: str, frame: Frame, cut: int) -> None:
    """Bit by bit; prices may grow by a digit after the cut."""
    whole = EVERY[name](frame)
    past = EVERY[name]({column: values[:cut] for column, values in frame.items()})
    for one, other in zip(past, whole, strict=True):
        assert one.tobytes() == other[:cut].tobytes()


@every_indicator
@settings(max_examples=10, deadline=None)
@given(frame=frames)
def test_every_indicator_has_one_value_a_bar_and_leaves_its_input_alone(name: str, frame: Frame) -> None:
    before = {column: values.copy() for column, values in frame.items()}
    for values in EVERY[name](frame):
        assert values.shape == frame["close"].shape
        assert values.dtype in (np.float64, np.int64)
    assert all(np.array_equal(before[column], frame[column]) for column in frame)


def ticks(frame: Frame, column: str, tick: float) -> list[int]:
    return np.rint(frame[column] / tick).astype(int).tolist()


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.integers(-4, 4), min_size=12, max_size=60), tick=st.sampled_from([0.25, 0.1, 5e-5, 1 / 256]))
def test_averages_on_a_tick_grid_tie_exactly_when_the_true_ones_do(steps: list[int], tick: float) -> None:
    frame = frame_of(steps, tick, 26000, 1.0)
    own = ticks(frame, "close", tick)
    fast, slow = ind.sma(frame["close"], 4), ind.sma(frame["close"], 9)
    for i in range(8, len(own)):
        exact_fast, exact_slow = Fraction(sum(own[i - 3 : i + 1]), 4), Fraction(sum(own[i - 8 : i + 1]), 9)
        assert np.sign(fast[i] - slow[i]) == (exact_fast > exact_slow) - (exact_fast < exact_slow)
        assert fast[i] == pytest.approx(float(exact_fast) * tick, rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.integers(-4, 4), min_size=5, max_size=40), tick=st.sampled_from([0.25, 0.1, 0.00005]))
@example(steps=[0] * 12, tick=0.1)
def test_the_deviation_is_that_of_exact_fractions(steps: list[int], tick: float) -> None:
    frame = frame_of(steps, tick, 26000, 1.0)
    own = ticks(frame, "close", tick)
    for ddof in (0, 1):
        found = ind.rolling_std(frame["close"], 5, ddof=ddof)
        for i in range(4, len(own)):
            window = own[i - 4 : i + 1]
            mean = Fraction(sum(window), 5)
            expected = sqrt(sum((value - mean) ** 2 for value in window) / (5 - ddof)) * tick
            assert found[i] == pytest.approx(expected, rel=1e-13, abs=0)


@given(units=st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=30), length=st.sampled_from([1, 2, 7, 30]))
@settings(max_examples=60, deadline=None)
def test_squares_are_summed_without_rounding_whatever_their_size(units: list[int], length: int) -> None:
    from g4qc_core.backtest.indicators.indicator_kernels import squared_spreads

    found = squared_spreads(np.array(units), length)
    for i in range(length - 1, len(units)):
        window = units[i - length + 1 : i + 1]
        assert found[i] == pytest.approx(length * sum(u * u for u in window) - sum(window) ** 2, rel=4e-16, abs=0)


@settings(max_examples=40, deadline=None)
@given(frame=frames)
def test_smoothed_averages_are_those_of_pandas(frame: Frame) -> None:
    close = pd.Series(frame["close"])
    ema = close.ewm(span=5, adjust=False, min_periods=5).mean()
    np.testing.assert_allclose(ind.ema(close, 5), ema, rtol=1e-12, atol=1e-9)
    seeded = close.copy()
    if len(close) >= 5:
        seeded.iloc[4] = close.iloc[:5].mean()
        wilder = seeded.iloc[4:].ewm(alpha=0.2, adjust=False).mean().reindex(close.index)
        np.testing.assert_allclose(ind.wilder_average(close, 5), wilder, rtol=1e-12, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(frame=frames)
def test_windows_are_those_of_pandas(frame: Frame) -> None:
    series = {name: pd.Series(values) for name, values in frame.items()}
    np.testing.assert_array_equal(ind.rolling_max(series["high"], 5), series["high"].rolling(5).max())
    np.testing.assert_array_equal(ind.rolling_min(series["low"], 5), series["low"].rolling(5).min())
    np.testing.assert_allclose(ind.sma(series["close"], 5), series["close"].rolling(5).mean(), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ind.momentum(series["close"], 5), series["close"].diff(5))
    lower, middle, upper = ind.bollinger(series["close"], 5, 1.5)
    mean, std = series["close"].rolling(5).mean(), series["close"].rolling(5).std(ddof=0)
    scale = abs(frame["close"]).max()
    for one, other in ((lower, mean - 1.5 * std), (middle, mean), (upper, mean + 1.5 * std)):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6 * scale + 1e-9)


@settings(max_examples=40, deadline=None)
@given(frame=frames)
def test_the_average_true_range_is_that_of_a_loop(frame: Frame) -> None:
    high, low, close = (frame[name].tolist() for name in ("high", "low", "close"))
    ranges, average = [], float("nan")
    for i in range(len(close)):
        choices = [high[i] - low[i]] + ([abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1])] if i else [])
        ranges.append(max(choices))
        if i == 4:
            average = sum(ranges) / 5
        elif i > 4:
            average = (4 * average + ranges[-1]) / 5
        assert ind.atr(high, low, close, 5)[i] == pytest.approx(average, rel=1e-9, nan_ok=True)
    np.testing.assert_allclose(ind.true_range(high, low, close), ranges, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(frame=frames)
def test_the_strength_index_is_that_of_wilders_table(frame: Frame) -> None:
    close = frame["close"].tolist()
    found = ind.rsi(close, 4)
    gain = loss = 0.0
    for i in range(len(close)):
        if i == 0:
            assert isnan(found[0])
            continue
        up, down = max(close[i] - close[i - 1], 0.0), max(close[i - 1] - close[i], 0.0)
        gain, loss = (gain + up / 4, loss + down / 4) if i <= 4 else ((3 * gain + up) / 4, (3 * loss + down) / 4)
        if i < 4:
            assert isnan(found[i])
        elif gain + loss == 0:
            assert found[i] == 50
        else:
            expected = 100 - 100 / (1 + gain / loss) if loss else 100
            assert found[i] == pytest.approx(expected, abs=1e-6)


def test_the_strength_index_of_a_published_table() -> None:
    """Closes and RSI(14) as many textbooks print them, with two digits."""
    closes = [44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28,
              46.00, 46.03, 46.41, 46.22, 45.64]  # fmt: skip
    found = ind.rsi(closes, 14)
    assert np.isnan(found[:14]).all()
    assert found[14:].round(1).tolist() == [70.5, 66.2, 66.5, 69.3, 66.3, 57.9]


@settings(max_examples=40, deadline=None)
@given(frame=frames)
def test_macd_is_that_of_pandas(frame: Frame) -> None:
    close = pd.Series(frame["close"])
    line = (close.ewm(span=3, adjust=False).mean() - close.ewm(span=6, adjust=False).mean()).iloc[5:]
    signal = line.ewm(span=4, adjust=False, min_periods=4).mean().reindex(close.index)
    found = ind.macd(close, 3, 6, 4)
    scale = 1e-11 * abs(frame["close"]).max()
    np.testing.assert_allclose(found.line, line.reindex(close.index), rtol=0, atol=scale)
    np.testing.assert_allclose(found.signal, signal, rtol=0, atol=scale)
    np.testing.assert_allclose(found.histogram, line.reindex(close.index) - signal, rtol=0, atol=scale)


@given(values=st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, float("nan")]), max_size=40))
def test_a_crossing_counts_from_the_last_side_that_was_not_a_touch(values: list[float]) -> None:
    side, expected, kept = 0, [], []
    for value in values:
        now = 0 if isnan(value) else (value > 0) - (value < 0)
        expected.append(now if side * now < 0 else 0)
        side = now or side
        kept.append(side)
    assert ind.crossings(values, 0.0).tolist() == expected
    assert ind.hold(ind.sides(values, 0.0)).tolist() == kept


@given(bars=st.lists(st.tuples(*[st.booleans()] * 4), max_size=30))
def test_a_latch_leaves_first_and_enters_then(bars: list[tuple[bool, bool, bool, bool]]) -> None:
    side, expected = 0, []
    for enter_long, leave_long, enter_short, leave_short in bars:
        stays = not (leave_long if side > 0 else leave_short)
        side = 1 if enter_long else -1 if enter_short else side if stays else 0
        expected.append(side)
    columns = np.array(bars, bool).reshape(-1, 4).T
    assert ind.latch(*columns).tolist() == expected


@settings(max_examples=40, deadline=None)
@given(frame=frames)
def test_the_opening_range_is_that_of_each_day_apart(frame: Frame) -> None:
    found = ind.opening_range(frame["high"], frame["low"], frame["day"], 3)
    days = pd.DataFrame(frame)
    for _, day in days.groupby("day"):
        complete = np.arange(len(day)) >= 2
        for values, expected in ((found.high, day["high"].head(3).max()), (found.low, day["low"].head(3).min())):
            own = values[day.index]
            assert np.isnan(own[~complete]).all()
            assert (own[complete] == expected).all()


@pytest.mark.parametrize("name", ["sma", "rolling_std", "rolling_max", "rolling_min"])
def test_a_window_with_a_missing_value_has_no_value(name: str) -> None:
    values = np.arange(20.0)
    values[[0, 9]] = np.nan
    found = getattr(ind, name)(values, 3)
    assert np.flatnonzero(np.isnan(found)).tolist() == [0, 1, 2, 9, 10, 11]


@pytest.mark.parametrize("length", [0, -3, 2.5, True])
def test_a_length_that_is_none_is_refused(length: object) -> None:
    with pytest.raises(ValueError, match="a whole number from 1, not"):
        ind.sma([1.0, 2.0], length)  # type: ignore[arg-type]


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one column"):
        ind.ema(np.zeros((3, 2)), 2)
    with pytest.raises(ValueError, match=r"of one length, and these have 3, 2 values"):
        ind.sides([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"shapes \(2,\), \(1,\), \(2,\), \(2,\): give one a bar"):
        ind.latch([True, False], [True], [True, False], [True, False])
    with pytest.raises(ValueError, match="2 sessions for 3 bars"):
        ind.opening_range([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1, 2], 1)
    with pytest.raises(ValueError, match=r"fast \(9\) must be smaller than slow \(4\)"):
        ind.macd([1.0], 9, 4)
