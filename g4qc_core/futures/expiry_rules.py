"""Expiry dates and symbols of contract months: the rules behind `Instrument.expiry` and `first_notice`.

Source: contract specifications of CME Group. A date that a gateway reports takes precedence.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from g4qc_core.calendars.business_days import before, last_of_month, last_of_month_before, on_or_before
from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.instruments.registry import NEVER, SPOT, Expiry, Instrument, month_code

_FRIDAY, _WEDNESDAY = 4, 2
_DAY = timedelta(days=1)
_LAST_MINUTE: dict[Expiry, time] = {
    "third_friday": time(8, 30),
    "imm_monday": time(9, 16),
    "three_business_days_before_25th": time(13, 30),
    "third_last_business_day": time(12, 30),
    "seven_business_days_before_last": time(12, 1),
    "business_day_before_15th": time(12, 1),
    "last_business_day": time(12, 0),
}


def last_trade_date(instrument: Instrument, month: str) -> date:
    """Return the last trade date of the contract month (`202512`); `NEVER` for a product without months.

    `third_friday`: the third Friday, or the business day before if that is a holiday. `imm_monday`: the second business
    day before the third Wednesday. `three_business_days_before_25th`: of the month before the contract's; counted from
    the business day before the 25th if that is none. `third_last_business_day`: of the contract's month.
    `seven_business_days_before_last`: before the last business day of the contract's month. `business_day_before_15th`:
    the last business day before the 15th of the contract's month. `last_business_day`: of the contract's month.
    Business days are the days on which the exchange settles: see `business_days`.
    """
    if month == SPOT:
        return NEVER
    return _RULES[instrument.expiry](calendar(instrument.calendar), _first_of(month))


def first_notice_date(instrument: Instrument, month: str) -> date | None:
    """Return the first day on which a holder may receive a delivery notice; None if trading ends before."""
    if instrument.first_notice is None:
        return None
    return last_of_month_before(calendar(instrument.calendar), _first_of(month))


def last_trade_at(instrument: Instrument, day: date) -> datetime:
    """Return the instant at which trading ends on the last trade date, UTC."""
    if day == NEVER:
        return datetime.combine(NEVER, time(), UTC)
    zone = calendar(instrument.calendar).timezone
    return datetime.combine(day, _LAST_MINUTE[instrument.expiry], zone).astimezone(UTC)


def local_symbol(instrument: Instrument, month: str) -> str:
    """Return the exchange's symbol of a contract month; it repeats every ten years: `202512` of ES is `ESZ5`."""
    if month == SPOT:
        pair = instrument.kind == "CASH"
        return f"{instrument.ib_symbol}.{instrument.currency}" if pair else instrument.ib_symbol
    return f"{instrument.trading_class}{month_code(month)}{month[3]}"


def contract_id(symbol: str, month: str) -> int:
    """Return a number for the contract month that is equal in every process and fits in 31 bits."""
    months = 0 if month == SPOT else (int(month[:4]) - 1970) * 12 + int(month[4:])
    return 100_000_000 + zlib.crc32(symbol.encode()) % 1_000_000 * 2_000 + months


def _first_of(month: str) -> date:
    return date(int(month[:4]), int(month[4:]), 1)


def _third_friday(sessions: SessionCalendar, first: date) -> date:
    return on_or_before(sessions, _third(first, _FRIDAY))


def _imm_monday(sessions: SessionCalendar, first: date) -> date:
    return _back(sessions, _third(first, _WEDNESDAY), 2)


def _before_25th(sessions: SessionCalendar, first: date) -> date:
    return before(sessions, (first - _DAY).replace(day=25), 3)


def _third_last(sessions: SessionCalendar, first: date) -> date:
    return before(sessions, last_of_month(sessions, first), 2)


def _seven_before_last(sessions: SessionCalendar, first: date) -> date:
    return before(sessions, last_of_month(sessions, first), 7)


def _before_15th(sessions: SessionCalendar, first: date) -> date:
    return on_or_before(sessions, first.replace(day=14))


_RULES: dict[Expiry, Callable[[SessionCalendar, date], date]] = {
    "third_friday": _third_friday,
    "imm_monday": _imm_monday,
    "three_business_days_before_25th": _before_25th,
    "third_last_business_day": _third_last,
    "seven_business_days_before_last": _seven_before_last,
    "business_day_before_15th": _before_15th,
    "last_business_day": last_of_month,
}


def _third(first: date, weekday: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 14)


def _back(sessions: SessionCalendar, day: date, number: int) -> date:
    """Return the day `number` business days before `day`, which may be any day."""
    return before(sessions, day - _DAY, number - 1)
