"""When a contract month ends, and what it is called: the rules behind `Instrument.expiry`.

Source: contract specifications of CME Group. Where a gateway gives the date, the gateway is right.
"""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import pandas as pd
from pandas.tseries.holiday import AbstractHolidayCalendar, GoodFriday, USFederalHolidayCalendar

from g4qc_core.instruments import Instrument, month_code
from g4qc_core.sessions import SessionCalendar, calendar

_FRIDAY, _WEDNESDAY = 4, 2
_LAST_MINUTE = {"third_friday": time(8, 30), "imm_monday": time(9, 16)}


def last_trade_date(instrument: Instrument, month: str) -> date:
    """The day on which the contract month (`202512`) trades for the last time.

    `third_friday`: the third Friday, or the business day before when that is a holiday. `imm_monday`: the second
    business day before the third Wednesday.
    """
    sessions = calendar(instrument.calendar)
    first = date(int(month[:4]), int(month[4:]), 1)
    if instrument.expiry == "third_friday":
        return _business_day(sessions, _third(first, _FRIDAY))
    day = _third(first, _WEDNESDAY)
    for _ in range(2):
        day = _business_day(sessions, day - timedelta(days=1))
    return day


def last_trade_at(instrument: Instrument, day: date) -> datetime:
    """The instant at which trading ends on the last trade date, UTC."""
    zone = calendar(instrument.calendar).timezone
    return datetime.combine(day, _LAST_MINUTE[instrument.expiry], zone).astimezone(UTC)


def local_symbol(trading_class: str, month: str) -> str:
    """The exchange's name of a contract month; it repeats every ten years: `202512` of ES is `ESZ5`."""
    return f"{trading_class}{month_code(month)}{month[3]}"


def contract_id(symbol: str, month: str) -> int:
    """A number for the contract month that is the same in every process and fits in 31 bits."""
    months = (int(month[:4]) - 1970) * 12 + int(month[4:])
    return 100_000_000 + zlib.crc32(symbol.encode()) % 1_000_000 * 2_000 + months


def _third(first: date, weekday: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 14)


def _business_day(sessions: SessionCalendar, day: date) -> date:
    while day in _holidays() or sessions.session(day) is None:
        day -= timedelta(days=1)
    return day


class _Holidays(AbstractHolidayCalendar):
    # The exchange may hold a short session on these days, but nothing is settled on them.
    rules = [*USFederalHolidayCalendar.rules, GoodFriday]  # noqa: RUF012


@lru_cache(maxsize=1)
def _holidays() -> frozenset[date]:
    days = _Holidays().holidays(pd.Timestamp("1990-01-01"), pd.Timestamp("2060-12-31"))
    return frozenset(day.date() for day in days)
