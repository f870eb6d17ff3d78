from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import BAR_COLUMNS, CONTINUOUS_COLUMNS, PRICES
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import empty_frame
from g4qc_core.errors import BacktestRefused, InvalidBars
from g4qc_core.futures.continuous import Adjustment, additive_adjustments, continuous
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry
from g4qc_core.timeframes import timeframe
from tests.core.bars.builders import EQUITY, ES, THIRD_FRIDAYS, es_contract, good_bars

MONTHS = ["202506", "202509", "202512"]
CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
MINUTES = good_bars(MONTHS, EQUITY.sessions(date(2025, 5, 26), date(2025, 10, 10)), share=0.08)
ROLLS = RollMaker(MINUTES, CHAIN, ES, EQUITY).calendar(DaysBeforeExpiry(8)).rolls
BARS = resample(MINUTES, timeframe("1h"), EQUITY)


def join(adjustment: Adjustment = Adjustment.ADDITIVE, bars=BARS, rolls=ROLLS) -> pd.DataFrame:
    return continuous(bars, rolls, adjustment)


def test_the_series_changes_contracts_at_the_open_of_the_rolls_session() -> None:
    series = join()
    assert tuple(series.columns) == CONTINUOUS_COLUMNS
    changes = series[series["contract"] != series["contract"].shift()]
    assert list(changes["contract"]) == MONTHS
    assert list(changes["trade_date"].iloc[1:].dt.date) == [date(2025, 6, 12), date(2025, 9, 11)]
    opens = [EQUITY.session(day).open for day in changes["trade_date"].dt.date]
    assert [t.to_pydatetime() for t in changes["timestamp"]] == opens


def test_timestamps_ascend_and_every_session_has_one_contract() -> None:
    series = join()
    assert series["timestamp"].is_monotonic_increasing
    assert series["timestamp"].is_unique
    assert (series.groupby("trade_date")["contract"].nunique() == 1).all()


def test_without_adjustment_prices_are_the_contracts_own() -> None:
    series = join(Adjustment.NONE)
    assert (series["adjustment"] == 0).all()
    own = series[["contract", "timestamp"]].merge(BARS, how="left")
    for name in PRICES:
        assert (series[name] == own[name]).all()


def test_the_adjustment_column_says_what_was_added() -> None:
    plain, adjusted = join(Adjustment.NONE), join()
    for name in PRICES:
        assert (adjusted[name] - adjusted["adjustment"] == plain[name]).all()


def test_the_last_contract_is_unadjusted_and_earlier_ones_carry_the_later_gaps() -> None:
    first, second = ROLLS["gap"].iloc[-2:]
    by_contract = join().groupby("contract")["adjustment"].unique()
    assert {month: list(found) for month, found in by_contract.items()} == {
        "202506": [first + second],
        "202509": [second],
        "202512": [0.0],
    }


def test_differences_within_a_contract_are_kept() -> None:
    plain, adjusted = join(Adjustment.NONE), join()
    for month in MONTHS:
        a, b = (frame.loc[frame["contract"] == month, list(PRICES)].diff() for frame in (plain, adjusted))
        pd.testing.assert_frame_equal(a, b)


def test_a_jump_at_a_roll_is_the_new_contracts_own_move() -> None:
    """In the minute of the gap, the old contract's adjusted price equals the new contract's own price."""
    series = join(bars=MINUTES)
    roll = ROLLS.iloc[-1]
    [new] = MINUTES.loc[(MINUTES["contract"] == "202512") & (MINUTES["timestamp"] == roll["priced_at"]), "close"]
    assert series.loc[series["timestamp"] == roll["priced_at"], "close"].item() == new == roll["to_price"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 95))
def test_a_later_roll_only_shifts_what_came_before_by_a_constant(days: int) -> None:
    cut = pd.Timestamp("2025-06-02") + pd.Timedelta(days=days)
    shorter = join(bars=BARS[BARS["trade_date"] <= cut])
    longer = join()
    common = longer[longer["trade_date"] <= cut].reset_index(drop=True)
    for name in (*PRICES, "adjustment"):
        assert (common[name] - shorter[name]).nunique() == 1
    assert shorter["adjustment"].iloc[-1] == 0


def test_rolls_after_the_last_bar_change_nothing() -> None:
    bars = BARS[BARS["trade_date"] < "2025-09-01"]
    known = ROLLS[ROLLS["date"] < "2025-09-01"]
    pd.testing.assert_frame_equal(join(bars=bars), join(bars=bars, rolls=known))


def test_the_order_of_rows_makes_no_difference() -> None:
    pd.testing.assert_frame_equal(join(bars=BARS.sample(frac=1, random_state=1)), join())


def test_one_contract_needs_no_rolls_and_several_do() -> None:
    none = ROLLS.iloc[:0]
    alone = BARS[BARS["contract"] == "202512"]
    assert len(join(bars=alone, rolls=none)) == len(alone)
    with pytest.raises(InvalidBars, match="202506, 202509, 202512"):
        join(rolls=none)


def test_no_bars_give_an_empty_series() -> None:
    for rolls in (ROLLS, ROLLS.iloc[:0]):
        assert tuple(join(bars=empty_frame(BAR_COLUMNS), rolls=rolls).columns) == CONTINUOUS_COLUMNS


def test_an_unknown_gap_is_refused_where_it_is_crossed_and_nowhere_else() -> None:
    rolls = ROLLS.copy()
    rolls.loc[rolls.index[-1], "gap"] = np.nan
    with pytest.raises(BacktestRefused, match="from 202509 to 202512 on 2025-09-11 is unknown"):
        join(rolls=rolls)
    assert set(join(Adjustment.NONE, rolls=rolls)["contract"]) == set(MONTHS)
    for side in (BARS[BARS["trade_date"] < "2025-09-11"], BARS[BARS["trade_date"] >= "2025-09-11"]):
        assert len(join(bars=side, rolls=rolls))


def test_a_broken_calendar_is_refused() -> None:
    with pytest.raises(InvalidBars, match="roll calendar is broken"):
        join(rolls=ROLLS.iloc[::-1])


def test_adjusted_prices_of_the_euro_carry_no_float_noise() -> None:
    stamps = pd.to_datetime(["2024-03-07T12:00Z", "2024-03-12T12:00Z"]).as_unit("us")
    days = pd.to_datetime(["2024-03-07", "2024-03-12"]).as_unit("s")
    price = {name: [1.1, 1.10195] for name in PRICES}
    bars = pd.DataFrame({"contract": ["202403", "202406"], "timestamp": stamps, **price, "trade_date": days})
    rolls = ROLLS.tail(1).assign(date=days[1], from_contract="202403", to_contract="202406", gap=0.00205)
    assert 1.1 + 0.00205 != 1.10205
    assert list(join(bars=bars.assign(volume=1), rolls=rolls)["close"]) == [1.10205, 1.10195]


@given(st.lists(st.integers(-4000, 4000), max_size=30))
def test_each_gap_is_the_difference_of_neighbouring_adjustments(ticks: list[int]) -> None:
    gaps = np.array(ticks) * 0.25
    added = additive_adjustments(gaps)
    assert len(added) == len(gaps) + 1
    assert added[-1] == 0
    assert list(added[:-1] - added[1:]) == list(gaps)
