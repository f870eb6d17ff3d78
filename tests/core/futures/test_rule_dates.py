from __future__ import annotations

from datetime import date, timedelta
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.rule_dates import ContractChange, RuleDate, RuleDates, first_cross, session_counts
from g4qc_core.roll_rules import DaysBeforeExpiry, FirstNotice, FixedDates, OpenInterest, Volume, parse_rule
from tests.core.bars.builders import EQUITY, ES, REGISTRY, es_contract
from tests.market_data import MARKET_DATA, needs_market_data, replay_contracts

OLD, NEW = es_contract("202509"), es_contract("202512")
CHANGE = ContractChange(OLD, NEW, date(2025, 9, 11))
DAYS = [session.trade_date for session in EQUITY.sessions(date(2025, 8, 25), date(2025, 9, 19))]


def rule_date(rule, counts=None, last: date = date(2025, 10, 31), after: date = date(2025, 6, 12)) -> RuleDate:
    return RuleDates(ES, EQUITY, counts or {}, last).of(rule, CHANGE, after)


def counts_of(crossed: set[date], known: list[date] = DAYS) -> dict[str, dict[date, float]]:
    """Return counts in which the next contract is above on the days of `crossed`."""
    return {"202509": dict.fromkeys(known, 100.0), "202512": {day: 200.0 if day in crossed else 1.0 for day in known}}


def from_day(day: date) -> set[date]:
    return {other for other in DAYS if other >= day}


def test_volume_rolls_at_the_session_after_two_in_a_row() -> None:
    counts = counts_of(from_day(date(2025, 9, 10)))
    assert rule_date(Volume(), counts) == RuleDate(date(2025, 9, 12), seen=True)


def test_one_session_of_more_volume_is_no_roll() -> None:
    counts = counts_of({date(2025, 9, 5)} | from_day(date(2025, 9, 16)))
    assert rule_date(Volume(), counts) == RuleDate(date(2025, 9, 18), seen=True)


def test_two_sessions_with_an_unknown_one_between_are_not_in_a_row() -> None:
    known = [day for day in DAYS if day != date(2025, 9, 11)]
    counts = counts_of({date(2025, 9, 10), date(2025, 9, 12)} | from_day(date(2025, 9, 16)), known)
    assert rule_date(Volume(), counts).day == date(2025, 9, 18)


def test_open_interest_rolls_when_it_was_published_and_not_before() -> None:
    """A session's open interest is published during the next session, so the open after that is the first to use it."""
    found = rule_date(OpenInterest(), counts_of(from_day(date(2025, 9, 10))))
    assert found == RuleDate(date(2025, 9, 12), seen=True)


def test_a_cross_that_has_not_come_is_not_due_while_the_old_contract_trades() -> None:
    assert rule_date(Volume(), counts_of(set()), last=date(2025, 9, 18)) == RuleDate(None)


def test_a_cross_that_never_came_is_a_roll_by_expiry_and_says_so() -> None:
    found = rule_date(Volume(), counts_of(set()))
    assert found == RuleDate(date(2025, 9, 11), "volume does not cross in sessions of both: by expiry")


def test_a_contract_without_any_volume_rolls_by_expiry_and_says_so() -> None:
    counts = {"202512": dict.fromkeys(DAYS, 5.0)}
    assert rule_date(Volume(), counts) == RuleDate(date(2025, 9, 11), "no session has the volume of both: by expiry")
    assert rule_date(Volume(), counts, last=date(2025, 9, 10)).day is None


def test_bars_that_begin_after_the_cross_do_not_make_it_later() -> None:
    late = [day for day in DAYS if day >= date(2025, 9, 15)]
    found = rule_date(Volume(), counts_of(set(late), late))
    assert found.day == date(2025, 9, 11)
    assert "where both begin: by expiry" in found.note


def test_the_expiry_day_itself_can_complete_the_cross() -> None:
    counts = counts_of(from_day(date(2025, 9, 18)))
    assert rule_date(Volume(), counts) == RuleDate(date(2025, 9, 22), seen=True)


def test_a_holiday_on_the_rules_date_means_the_business_day_before_it() -> None:
    assert EQUITY.session(date(2025, 4, 18)) is None  # Good Friday
    change = ContractChange(es_contract("202503", date(2025, 4, 26)), NEW, date(2025, 4, 21))
    dates = RuleDates(ES, EQUITY, {}, date(2025, 12, 1))
    assert dates.of(DaysBeforeExpiry(8), change, date(2025, 1, 1)) == RuleDate(date(2025, 4, 17))


def test_fixed_dates_are_taken_each_in_its_contracts_time_in_front() -> None:
    rule = FixedDates((date(2025, 3, 13), date(2025, 6, 10), date(2025, 9, 4), date(2025, 12, 11)))
    assert rule_date(rule) == RuleDate(date(2025, 9, 4))
    saturday = FixedDates((date(2025, 9, 6),))
    assert rule_date(saturday) == RuleDate(date(2025, 9, 8), "2025-09-06 is no trade date")
    missing = rule_date(FixedDates((date(2025, 12, 11),)))
    assert missing.day == CHANGE.expected
    assert "names no date for 202509" in missing.note


def test_a_date_that_is_not_after_the_last_roll_moves_behind_it() -> None:
    found = rule_date(DaysBeforeExpiry(20), after=date(2025, 9, 4))
    assert found == RuleDate(date(2025, 9, 5), "2025-08-29 is not after the roll before it")


@pytest.mark.parametrize(
    ("symbol", "month", "last_trade_date", "first_notice"),
    [("GC", "202602", date(2026, 2, 25), date(2026, 1, 30)), ("ZN", "202509", date(2025, 9, 19), date(2025, 8, 29))],
)
def test_first_notice_is_the_last_business_day_before_the_month(symbol, month, last_trade_date, first_notice) -> None:
    instrument = REGISTRY[symbol]
    contract = es_contract(month, last_trade_date)
    dates = RuleDates(instrument, calendar(instrument.calendar), {}, date(2027, 1, 1))
    change = ContractChange(contract, NEW, first_notice)
    assert dates.of(FirstNotice(), change, date(2025, 1, 1)) == RuleDate(first_notice)
    early = dates.of(FirstNotice(10), change, date(2025, 1, 1)).day
    assert early is not None
    assert np.busday_count(early, first_notice, holidays=["2026-01-19"]) == 10


def test_what_is_settled_in_cash_has_no_first_notice_day() -> None:
    with pytest.raises(UsageError, match="ES has no first notice day"):
        rule_date(FirstNotice())


def test_a_cross_needs_a_session_below_to_be_seen_whole() -> None:
    above, days = dict.fromkeys(DAYS, 2.0), DAYS
    below = dict.fromkeys(DAYS, 1.0)
    cross = first_cross(below, above, days, 2)
    assert cross is not None
    assert (cross.first, cross.last, cross.seen_below) == (DAYS[0], DAYS[1], False)
    assert first_cross(above, below, days, 2) is None


def daily_volumes() -> pd.DataFrame:
    """Return the publisher's daily volumes of ESZ3 and ESH4 by trade date; Sunday's volume belongs to Monday."""
    frames = []
    with ZipFile(MARKET_DATA / "lean/future/cme/daily/es_trade.zip") as archive:
        for month in ("201312", "201403"):
            with archive.open(f"es_trade_{month}.csv") as member:
                names = ["time", "open", "high", "low", "close", "volume"]
                frames.append(pd.read_csv(member, names=names).assign(contract=month))
    frame = pd.concat(frames, ignore_index=True)
    day = pd.to_datetime(frame["time"], format="%Y%m%d %H:%M")
    return frame.assign(trade_date=day.where(day.dt.dayofweek != 6, day + pd.Timedelta(days=1)))


@needs_market_data
def test_the_volume_of_esh4_first_exceeds_that_of_esz3_on_2013_12_13() -> None:
    counts = session_counts(daily_volumes(), "volume")
    days = [s.trade_date for s in EQUITY.sessions(date(2013, 12, 2), date(2013, 12, 20))]
    cross = first_cross(counts["201312"], counts["201403"], days, 2)
    assert cross is not None
    assert (cross.first, cross.last, cross.seen_below) == (date(2013, 12, 13), date(2013, 12, 16), True)
    old, new = (c for c in replay_contracts("ES") if c.month in ("201312", "201403"))
    dates = RuleDates(ES, EQUITY, counts, date(2013, 12, 31))
    found = dates.of(Volume(), ContractChange(old, new, date(2013, 12, 12)), date(2013, 9, 12))
    assert found == RuleDate(date(2013, 12, 17), seen=True)


@needs_market_data
def test_the_map_files_dates_by_last_trading_day_are_reproduced() -> None:
    """The file names the last date of the old contract: all 55 from 2009 to 2023."""
    rows = pd.read_csv(MARKET_DATA / "lean/future/cme/es_map_file.csv", header=None, names=["day", "id", "at", "mode"])
    listed = [date.fromisoformat(str(day)) for day in rows.loc[(rows["mode"] == 0), "day"] if day > 20000101]
    found = []
    for day in listed:
        first = day.replace(day=1)
        third_friday = first + timedelta(days=(4 - first.weekday()) % 7 + 14)
        last = EQUITY.sessions(third_friday - timedelta(days=7), third_friday)[-1].trade_date
        old, new = es_contract(f"{day:%Y%m}", last), es_contract("209912", date(2099, 12, 18))
        dates = RuleDates(ES, EQUITY, {}, date(2030, 1, 1))
        roll = dates.of(
            parse_rule("days_before_expiry(0)"), ContractChange(old, new, last), last - timedelta(days=80)
        ).day
        assert roll is not None
        found.append(EQUITY.sessions(roll - timedelta(days=7), roll - timedelta(days=1))[-1].trade_date)
    assert found == listed
    assert len(listed) == 55
    assert date(2013, 12, 19) in found
