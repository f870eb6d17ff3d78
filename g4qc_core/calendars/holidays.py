"""US holidays on which an exchange may trade without settling: their names and dates.

CME Group halts on them and resumes in the evening: the trading counts to the next business day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal, get_args

Holiday = Literal[
    "martin_luther_king",
    "presidents_day",
    "memorial_day",
    "juneteenth",
    "independence_day",
    "labor_day",
    "thanksgiving",
]
HOLIDAYS: tuple[Holiday, ...] = get_args(Holiday)

_MONDAY, _THURSDAY = 0, 3
_SATURDAY, _SUNDAY = 5, 6
_DAY = timedelta(days=1)

# CME Group has observed Juneteenth since 2022; the federal holiday is a year older.
_JUNETEENTH_SINCE = 2022


def holidays_of(year: int, names: Collection[Holiday] = HOLIDAYS) -> dict[date, Holiday]:
    """Return the observed dates of these holidays in a year: Saturday moves to Friday, Sunday to Monday."""
    days: dict[Holiday, date] = {
        "martin_luther_king": _nth(year, 1, _MONDAY, 3),
        "presidents_day": _nth(year, 2, _MONDAY, 3),
        "memorial_day": _last(year, 5, _MONDAY),
        "independence_day": _observed(date(year, 7, 4)),
        "labor_day": _nth(year, 9, _MONDAY, 1),
        "thanksgiving": _nth(year, 11, _THURSDAY, 4),
    }
    if year >= _JUNETEENTH_SINCE:
        days["juneteenth"] = _observed(date(year, 6, 19))
    return {days[name]: name for name in HOLIDAYS if name in names and name in days}


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last(year: int, month: int, weekday: int) -> date:
    last = date(year, month + 1, 1) - _DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _observed(day: date) -> date:
    return day + {_SATURDAY: -_DAY, _SUNDAY: _DAY}.get(day.weekday(), timedelta())
