"""Business days: the days on which the exchange settles, which are exactly the trade dates of a calendar.

A holiday with a short session is not a business day: its trades settle on the next one. Every rule that counts business
days uses this module.
"""

from __future__ import annotations

from datetime import date, timedelta

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, SessionCalendar
from g4qc_core.errors import UsageError

_DAY = timedelta(days=1)


def on_or_before(calendar: SessionCalendar, day: date) -> date:
    """Return the day itself, or the last business day before it.

    Raises:
        UsageError: the calendar has none in the two weeks before.
    """
    return _some(calendar, day - LONGEST_CLOSURE, day)[-1]


def on_or_after(calendar: SessionCalendar, day: date) -> date:
    """Return the day itself, or the first business day after it.

    Raises:
        UsageError: the calendar has none in the two weeks after.
    """
    return _some(calendar, day, day + LONGEST_CLOSURE)[0]


def before(calendar: SessionCalendar, day: date, number: int) -> date:
    """Return the business day `number` business days earlier; another day counts as the business day before it."""
    reach = LONGEST_CLOSURE + timedelta(days=2 * number)
    return _some(calendar, day - reach, day)[-1 - number]


def last_of_month(calendar: SessionCalendar, month: date) -> date:
    """Return the last business day of the month that contains `month`."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return on_or_before(calendar, following - _DAY)


def last_of_month_before(calendar: SessionCalendar, month: date) -> date:
    """Return the last business day of the month before the one that contains `month`."""
    return on_or_before(calendar, month.replace(day=1) - _DAY)


def _some(calendar: SessionCalendar, first: date, last: date) -> list[date]:
    days = [session.trade_date for session in calendar.sessions(first, last)]
    if not days:
        raise UsageError(
            f"The calendar '{calendar.name}' has no session from {first} to {last}: check it in the calendars file."
        )
    return days
