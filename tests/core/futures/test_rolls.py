from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import empty_frame
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import front_periods
from g4qc_core.futures.continuous import continuous
from g4qc_core.futures.rolls.roll_calendar import ROLL_COLUMNS, front_on, roll_problems
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry, FixedDates, Volume
from g4qc_core.timeframes import timeframe
from tests.core.bars.builders import EC, EQUITY, ES, THIRD_FRIDAYS, es_contract, good_bars
from tests.market_data import needs_market_data, replay_bars, replay_contracts

CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
RULE = date(2025, 9, 11)
SEPTEMBER = EQUITY.sessions(date(2025, 8, 27), date(2025, 9, 25))


@pytest.fixture(scope="module")
def september() -> pd.DataFrame:
    return good_bars(["202509", "202512"], SEPTEMBER, share=0.1)


def rolls_of(bars: pd.DataFrame, chain=CHAIN, hours: SessionCalendar = EQUITY, days: int = 8) -> pd.DataFrame:
    """The front contract's rolls by days before expiry."""
    return RollMaker(bars, chain, ES if hours is EQUITY else EC, hours).calendar(DaysBeforeExpiry(days)).rolls


def only(rolls: pd.DataFrame) -> dict[str, object]:
    """The one roll out of September, with its date as a date."""
    [roll] = rolls[rolls["from_contract"] == "202509"].to_dict("records")
    return {**roll, "date": roll["date"].date()}


def without(bars: pd.DataFrame, month: str, *days: date) -> pd.DataFrame:
    lost = (bars["contract"] == month) & bars["trade_date"].dt.date.isin(days)
    return bars[~lost]


def test_a_roll_takes_place_at_the_rules_date_with_the_gap_of_the_last_common_minute(september) -> None:
    roll = only(rolls_of(september))
    assert (roll["date"], roll["to_contract"], roll["note"]) == (RULE, "202512", "")
    day_before = september[september["trade_date"] == "2025-09-10"]
    old, new = (day_before[day_before["contract"] == m].set_index("timestamp")["close"] for m in ("202509", "202512"))
    common = old.index.intersection(new.index).max()
    assert roll["gap"] == roll["to_price"] - roll["from_price"]
    assert (roll["from_price"], roll["to_price"]) == (old[roll["priced_at"]], new[roll["priced_at"]])
    last_minutes = old.index.intersection(new.index)[-30:]
    assert last_minutes[0] <= roll["priced_at"] <= common
    assert roll["gap"] == (new - old)[last_minutes].quantile(0.5, interpolation="lower")


def test_the_frame_has_its_columns_and_types_with_rows_or_without(september) -> None:
    some, none = rolls_of(september), rolls_of(empty_frame(BAR_COLUMNS))
    assert none.empty
    assert tuple(some.columns) == ROLL_COLUMNS
    assert some.dtypes.equals(none.dtypes)
    assert set(some["rule"]) == {"days_before_expiry(8)"}


def test_a_roll_moves_to_the_nearest_session_after_one_with_common_prices(september) -> None:
    lost = [date(2025, 9, 10), date(2025, 9, 9)]
    roll = only(rolls_of(without(september, "202512", *lost)))
    assert roll["date"] == date(2025, 9, 12)
    assert "moved from 2025-09-11" in roll["note"]
    assert only(rolls_of(without(september, "202512", *lost, RULE)))["date"] == date(2025, 9, 9)


def test_of_two_equally_near_sessions_the_earlier_is_taken(september) -> None:
    assert only(rolls_of(without(september, "202512", date(2025, 9, 10))))["date"] == date(2025, 9, 10)


def test_a_roll_after_a_holiday_and_after_a_half_day_is_measured_in_the_session_before_it() -> None:
    outage = EQUITY.session(date(2025, 11, 28))
    assert outage is not None
    assert outage.outages
    assert outage.breaks
    assert EQUITY.session(date(2025, 6, 19)) is None  # Juneteenth counts to the day after
    june = good_bars(["202506", "202509"], EQUITY.sessions(date(2025, 6, 9), date(2025, 6, 20)), share=0.1)
    november = good_bars(["202512", "202603"], EQUITY.sessions(date(2025, 11, 20), date(2025, 12, 5)), share=0.1)
    for bars, old, days, day in (
        (june, "202506", 1, date(2025, 6, 18)),
        (june, "202506", 0, date(2025, 6, 20)),
        (november, "202512", 21, date(2025, 11, 28)),
        (november, "202512", 18, date(2025, 12, 1)),
    ):
        rolls = rolls_of(bars, days=days)
        [roll] = rolls[rolls["from_contract"] == old].to_dict("records")
        before = EQUITY.sessions(day - timedelta(days=7), day - timedelta(days=1))[-1]
        assert (roll["date"].date(), roll["note"]) == (day, "")
        assert before.open <= roll["priced_at"] < before.close
        assert not any(start <= roll["priced_at"] < end for start, end in before.outages)
        series = continuous(resample(bars, timeframe("4h"), EQUITY), rolls, Adjustment.ADDITIVE)
        first = series[series["contract"] == roll["to_contract"]].iloc[0]
        assert (first["trade_date"].date(), first["timestamp"]) == (day, EQUITY.session(day).open)


def test_a_roll_by_volume_never_moves_before_the_cross_that_it_follows(september) -> None:
    """The cross was not known a session earlier, even if both contracts have prices then."""
    rise = september["contract"].eq("202512") & (september["trade_date"] >= "2025-09-09")
    crossed = september.assign(volume=np.where(rise | september["contract"].eq("202509"), 100, 1))
    crossed.loc[rise, "volume"] = 200
    assert only(RollMaker(crossed, CHAIN, ES, EQUITY).calendar(Volume()).rolls)["date"] == RULE
    # In the session before, one trades in odd minutes only and the other in even ones.
    odd = crossed["timestamp"].dt.minute % 2 == crossed["contract"].eq("202512")
    apart = crossed[(crossed["trade_date"] != "2025-09-10") | odd]
    roll = only(RollMaker(apart, CHAIN, ES, EQUITY).calendar(Volume()).rolls)
    assert roll["date"] == date(2025, 9, 12)
    assert "moved from 2025-09-11" in roll["note"]
    assert only(rolls_of(apart))["date"] == date(2025, 9, 10)


def test_cutting_off_the_future_never_changes_a_roll_of_the_past() -> None:
    days = EQUITY.sessions(date(2025, 8, 25), date(2025, 9, 26))
    bars = good_bars(["202509", "202512"], days, share=0.1)
    early = bars["trade_date"] < "2025-09-10"
    traded = bars.assign(volume=np.where(bars["contract"].eq("202512") == early, 1, 10))
    for rule in (Volume(), DaysBeforeExpiry(1), FixedDates((date(2025, 9, 5),))):
        whole = RollMaker(traded, CHAIN, ES, EQUITY).calendar(rule).rolls
        for session in days[8::2]:
            day = pd.Timestamp(session.trade_date)
            known = RollMaker(traded[traded["trade_date"] <= day], CHAIN, ES, EQUITY).calendar(rule).rolls
            pd.testing.assert_frame_equal(known, whole[whole["date"] <= day])


def test_a_roll_never_waits_for_prices_after_the_old_contracts_end(september) -> None:
    days = [s.trade_date for s in SEPTEMBER if s.trade_date <= date(2025, 9, 19)]
    roll = only(rolls_of(without(september, "202512", *days)))
    assert roll["date"] == RULE
    assert pd.isna(roll["gap"])
    assert only(rolls_of(without(september, "202512", *days[:-1])))["date"] == date(2025, 9, 22)


def test_a_roll_before_the_first_bar_is_not_moved_into_the_bars(september) -> None:
    for first in (RULE, date(2025, 9, 15)):
        roll = only(rolls_of(september[september["trade_date"] >= pd.Timestamp(first)]))
        assert (roll["date"], roll["note"]) == (RULE, "before the first bar")
        assert roll["gap"] != roll["gap"]


def test_a_roll_never_moves_before_the_one_before_it(september) -> None:
    chain = [es_contract("202506", date(2025, 9, 12)), es_contract("202509"), es_contract("202512")]
    late = september[(september["contract"] == "202509") & (september["trade_date"] == "2025-09-11")]
    rolls = rolls_of(pd.concat([september, late.assign(contract="202506")]), chain)
    rolls = rolls[rolls["from_contract"] >= "202506"]
    assert list(rolls["date"].dt.date) == [date(2025, 9, 12), date(2025, 9, 15)]


def test_a_roll_without_common_prices_is_recorded_with_its_reason(september) -> None:
    roll = only(rolls_of(september[september["contract"] == "202512"]))
    assert roll["date"] == RULE
    assert pd.isna(roll["gap"])
    assert "no session within 10 of 2025-09-11" in roll["note"]


def test_a_hole_in_the_chain_is_recorded_and_never_bridged() -> None:
    chain = [c for c in CHAIN if c.month != "202509"]
    bars = good_bars(["202506", "202512"], EQUITY.sessions(date(2025, 6, 2), date(2025, 6, 13)), share=0.01)
    later = good_bars(["202512"], EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 7)), share=0.01)
    rolls = rolls_of(pd.concat([bars, later]), chain)
    [hole] = rolls[rolls["to_contract"] == "202512"].to_dict("records")
    assert (hole["from_contract"], hole["date"].date()) == ("202506", date(2025, 9, 11))
    assert pd.isna(hole["gap"])
    assert hole["note"] == "the chain has no contract between 202506 and 202512"


def test_a_missing_next_contract_makes_no_roll(september) -> None:
    chain = [c for c in CHAIN if c.month < "202512"]
    old = september[september["contract"] == "202509"]
    assert "202509" not in set(rolls_of(old, chain)["from_contract"])


def test_a_roll_that_is_not_due_is_not_in_the_calendar(september) -> None:
    until = september[september["trade_date"] < "2025-09-11"]
    assert "202509" not in set(rolls_of(until)["from_contract"])
    assert "202509" in set(rolls_of(september[september["trade_date"] <= "2025-09-11"])["from_contract"])


def test_the_order_of_rows_makes_no_difference(september) -> None:
    pd.testing.assert_frame_equal(rolls_of(september.sample(frac=1, random_state=1)), rolls_of(september))


YEAR = good_bars(list(THIRD_FRIDAYS), EQUITY.sessions(date(2025, 3, 3), date(2026, 1, 30)), share=0.004)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 230), max_size=200), st.randoms(use_true_random=False))
@pytest.mark.slow
def test_whatever_days_are_lost_every_session_has_exactly_one_contract(lost: set[int], random) -> None:
    days = sorted(YEAR["trade_date"].unique())
    gone = {(random.choice(list(THIRD_FRIDAYS)), days[i]) for i in lost if i < len(days)}
    pairs = zip(YEAR["contract"], YEAR["trade_date"], strict=True)
    bars = YEAR[[pair not in gone for pair in pairs]]
    rolls = rolls_of(bars)
    assert roll_problems(rolls) == []
    sessions = EQUITY.sessions(date(2025, 3, 3), date(2026, 1, 30))
    fronts = front_on(rolls, pd.Series(pd.DatetimeIndex([s.trade_date for s in sessions]).as_unit("s")))
    assert list(fronts) == sorted(fronts)
    for session, month in zip(sessions, fronts, strict=True):
        assert session.open < es_contract(month).last_trade_at


@pytest.mark.slow
def test_without_losses_the_calendar_is_the_rules() -> None:
    full = good_bars(list(THIRD_FRIDAYS), EQUITY.sessions(date(2025, 3, 3), date(2026, 1, 30)), share=0.1)
    rolls = rolls_of(full)
    rolls = rolls[rolls["from_contract"] > "202500"]
    assert list(rolls["date"].dt.date) == [p.end for p in front_periods(CHAIN, ES, EQUITY)][:-1]
    assert rolls["gap"].notna().all()


def test_problems_of_a_calendar_are_sentences(september) -> None:
    roll = rolls_of(september).tail(1)
    twice = pd.concat([roll, roll], ignore_index=True)
    assert roll_problems(roll) == []
    assert roll_problems(twice) == [
        "The roll of 2025-09-11 does not come after the one before it.",
        "The roll of 2025-09-11 leaves 202509, which was not in front.",
    ]


@needs_market_data
def test_the_replayed_roll_is_fitted_to_the_one_day_near_it_with_both_contracts() -> None:
    contracts = {c.month: c for c in replay_contracts("ES") if c.month <= "201403"}
    raw = pd.concat([replay_bars(c.local_symbol).assign(contract=c.month) for c in contracts.values()])
    bars = validate(raw, ES, contracts, EQUITY).good
    [roll] = rolls_of(bars, contracts.values()).to_dict("records")
    assert roll["date"] == pd.Timestamp("2013-12-19")
    assert roll["note"].startswith("moved from 2013-12-12")
    # Both contracts trade in the minute before the halt of 15:15 Chicago and after; the last one decides.
    session = bars[bars["trade_date"] == "2013-12-18"]
    old, new = (session[session["contract"] == m].set_index("timestamp")["close"] for m in ("201312", "201403"))
    assert roll["gap"] == (new - old).dropna().iloc[-1] == -6.25


@needs_market_data
def test_a_contract_alone_has_no_roll() -> None:
    [contract] = replay_contracts("EC")
    raw = replay_bars(contract.local_symbol).assign(contract=contract.month)
    bars = validate(raw, EC, {contract.month: contract}, calendar("fx")).good
    assert rolls_of(bars, [contract], calendar("fx"), 7).empty
