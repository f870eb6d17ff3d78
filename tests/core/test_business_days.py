"""Business days and the rules that count them, against numpy's arithmetic on a list of the exchange's holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
    sunday_to_monday,
)

from g4qc_core.calendars.business_days import before, last_of_month, last_of_month_before, on_or_after, on_or_before
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.expiry_rules import first_notice_date, last_trade_date
from g4qc_core.futures.rolls.rule_dates import ContractChange, RuleDates
from g4qc_core.instruments.registry import MONTH_CODES, Instrument, load_registry
from g4qc_core.roll_rules import RULE_DEFINITIONS, BusinessDaysBeforeExpiry, DaysBeforeExpiry, FirstNotice, parse_rule
from tests.core.bars.builders import es_contract
from tests.market_data import needs_market_data, replay_contracts

REGISTRY = load_registry()
DELIVERED = ("ZN", "GC", "ZC", "ZS")


class Published(AbstractHolidayCalendar):
    """CME Group's holidays; one on a Saturday is observed on Friday, except for New Year's."""

    rules = [  # noqa: RUF012
        Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
        USMartinLutherKingJr,
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday("Juneteenth", month=6, day=19, start_date="2022-01-01", observance=nearest_workday),
        Holiday("Independence", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas", month=12, day=25, observance=nearest_workday),
    ]


# On a Good Friday with the employment report, interest rates and currencies settle at 10:00.
SETTLED_FRIDAYS = ["2010-04-02", "2012-04-06", "2015-04-03", "2021-04-02", "2023-04-07", "2026-04-03"]


@cache
def holidays(symbol: str) -> np.busdaycalendar:
    days = [str(day.date()) for day in Published().holidays("2009-01-01", "2028-12-31")]
    if REGISTRY[symbol].calendar in ("fx", "rates", "equity_index"):
        days = [day for day in days if day not in SETTLED_FRIDAYS]
    return np.busdaycalendar(holidays=days + (["2018-12-05"] if symbol == "ZN" else []))


def back(symbol: str, day: date, number: int) -> date:
    """Return, by numpy, the date `number` business days before the day, or before the business day before it."""
    return np.busday_offset(day, -number, roll="backward", busdaycal=holidays(symbol)).astype(object)


def month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def months(instrument: Instrument, first: int = 2010, last: int = 2027) -> list[str]:
    codes = sorted(MONTH_CODES.index(code) + 1 for code in instrument.listed)
    return [f"{year}{month:02d}" for year in range(first, last + 1) for month in codes]


def rolled(symbol: str, month: str, rule: str) -> date:
    instrument = REGISTRY[symbol]
    contract = es_contract(month, last_trade_date(instrument, month))
    change = ContractChange(contract, contract, contract.last_trade_date)
    found = RuleDates(instrument, calendar(instrument.calendar), {}, date(2028, 1, 1)).of(
        parse_rule(rule), change, date(2009, 1, 1)
    )
    assert found.day is not None
    return found.day


@pytest.mark.parametrize(
    ("symbol", "month", "rule", "day"),
    [
        ("ZN", "202106", "first_notice", date(2021, 5, 28)),  # Memorial Day is 05-31
        ("GC", "202106", "first_notice", date(2021, 5, 28)),
        ("ZN", "202106", "first_notice(2)", date(2021, 5, 26)),
        ("GC", "202504", "first_notice(2)", date(2025, 3, 27)),
        ("ZN", "202506", "business_days_before_expiry(2)", date(2025, 6, 16)),
        ("ES", "202512", "days_before_expiry(8)", date(2025, 12, 11)),
        ("ES", "202512", "days_before_expiry(6)", date(2025, 12, 12)),  # the 13th is a Saturday
        ("EC", "202109", "days_before_expiry(7)", date(2021, 9, 3)),  # the 6th is Labor Day
    ],
)
def test_leads_are_rounded_towards_safety(symbol: str, month: str, rule: str, day: date) -> None:
    assert rolled(symbol, month, rule) == day


@pytest.mark.parametrize("symbol", DELIVERED)
@pytest.mark.parametrize("lead", [0, 1, 2, 5, 10])
def test_first_notice_of_every_contract_is_numpys(symbol: str, lead: int) -> None:
    # The hours of grains are right from April 2013 on.
    for month in months(REGISTRY[symbol], 2014 if symbol in ("ZC", "ZS") else 2010):
        ends = date(int(month[:4]), int(month[4:]), 1) - timedelta(days=1)
        assert rolled(symbol, month, str(FirstNotice(lead))) == back(symbol, ends, lead)
        assert first_notice_date(REGISTRY[symbol], month) == back(symbol, ends, 0)


@needs_market_data
@pytest.mark.parametrize("symbol", ["ES", "EC"])
def test_the_last_trade_dates_are_those_that_were_published(symbol: str) -> None:
    for contract in replay_contracts(symbol):
        assert last_trade_date(REGISTRY[symbol], contract.month) == contract.last_trade_date


@pytest.mark.parametrize("symbol", ["ES", "EC", "CL", "GC", "ZN"])
def test_the_last_trade_date_of_every_contract_is_numpys(symbol: str) -> None:
    for month in months(REGISTRY[symbol]):
        year, number = int(month[:4]), int(month[4:])
        first = date(year, number, 1)
        friday, wednesday = (first + timedelta(days=(day - first.weekday()) % 7 + 14) for day in (4, 2))
        expected = {
            "ES": back(symbol, friday, 0),
            "EC": back(symbol, wednesday - timedelta(days=1), 1),
            "CL": back(symbol, (first - timedelta(days=1)).replace(day=25), 3),
            "GC": back(symbol, month_end(year, number), 2),
            "ZN": back(symbol, month_end(year, number), 7),
        }
        assert last_trade_date(REGISTRY[symbol], month) == expected[symbol], month


@pytest.mark.parametrize(
    ("symbol", "month", "day"),
    [
        ("ES", "202106", date(2021, 6, 18)),  # CME Group kept no Juneteenth in 2021
        ("ES", "202706", date(2027, 6, 17)),
        ("GC", "202112", date(2021, 12, 29)),  # New Year 2022 is a Saturday, and the Friday before settles
        ("ZN", "202112", date(2021, 12, 21)),
        ("EC", "202510", date(2025, 10, 13)),  # the exchange settles on Columbus Day
    ],
)
def test_only_the_exchanges_holidays_are_none(symbol: str, month: str, day: date) -> None:
    assert last_trade_date(REGISTRY[symbol], month) == day


@given(
    st.sampled_from(["ES", "EC", "CL", "GC", "ZN"]),
    st.dates(date(2010, 2, 1), date(2027, 11, 30)),
    st.integers(0, 60),
)
def test_counting_is_numpys(symbol: str, day: date, number: int) -> None:
    hours = calendar(REGISTRY[symbol].calendar)
    if day >= date(2010, 6, 1):
        assert before(hours, day, number) == back(symbol, day, number)
    assert on_or_before(hours, day) <= day <= on_or_after(hours, day)
    assert last_of_month_before(hours, day) < day.replace(day=1) <= last_of_month(hours, day)


@given(st.sampled_from(DELIVERED), st.integers(2016, 2027), st.integers(0, 30))
def test_a_longer_lead_is_never_later(symbol: str, year: int, lead: int) -> None:
    month = f"{year}06"
    for rule in (FirstNotice, DaysBeforeExpiry, BusinessDaysBeforeExpiry):
        assert rolled(symbol, month, str(rule(lead + 1))) <= rolled(symbol, month, str(rule(lead)))


def test_each_rule_says_in_one_sentence_what_it_means() -> None:
    assert all(text.count(". ") == 0 and text.endswith(".") for text in RULE_DEFINITIONS.values())
    for form in RULE_DEFINITIONS:
        assert parse_rule(form.replace("(n)", "(3)").replace(", ...", ""))
    assert RULE_DEFINITIONS["first_notice(n)"] == (
        "The date n business days before the front contract's first notice day, which is the last business day of the "
        "month before its own."
    )
    sunday = pd.Timestamp(2025, 6, 15).date()
    assert on_or_before(calendar("rates"), sunday) == date(2025, 6, 13)
