"""Conversion of the ends of a window, which are trade dates or instants, to instants in UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import lru_cache

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, SessionCalendar, calendar
from g4qc_core.errors import UsageError
from g4qc_core.futures.segments import BEGINNING, END
from g4qc_core.instruments.registry import Instrument

Moment = date | datetime
"""A trade date, or an instant in UTC."""

# An unescaped plus arrives as a space: 2026-10-05T13:30:00 00:00.
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$")


def window_of(instrument: Instrument, first: Moment | None, last: Moment | None) -> tuple[datetime, datetime]:
    """Convert two moments to the instants `[start, end)`.

    A trade date covers its whole session, and the last one is inclusive; the last instant is exclusive.

    Raises:
        UsageError: the window is reversed.
    """
    hours = calendar(instrument.calendar)
    start = BEGINNING if first is None else edge(first, hours, opening=True)
    end = END if last is None else edge(last, hours, opening=False)
    if first is not None and last is not None and _reversed(first, last, end < start):
        raise UsageError(f"The window is reversed: it ends on {last}, before it begins on {first}.")
    return start, end


def edge(moment: Moment, hours: SessionCalendar, *, opening: bool) -> datetime:
    """Return the instant where a moment begins (`opening`) or ends a window; for a trade date, its session's edge."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    if not 1990 <= moment.year <= 2100:
        return BEGINNING if moment.year < 1990 else END
    return _session_edge(moment, hours, opening)


def _reversed(first: Moment, last: Moment, edges: bool) -> bool:
    """Return True if the last moment is before the first; days without a session are an empty window."""
    if isinstance(first, datetime) and isinstance(last, datetime):
        return last < first
    return edges if isinstance(first, datetime) or isinstance(last, datetime) else last < first


@lru_cache(maxsize=4096)
def _session_edge(day: date, hours: SessionCalendar, opening: bool) -> datetime:
    """Return the open of the first session on or after the day, or the close of the last one on or before it."""
    if opening:
        following = hours.sessions(day, day + LONGEST_CLOSURE)
        return following[0].open if following else END
    earlier = hours.sessions(day - LONGEST_CLOSURE, day)
    return earlier[-1].close if earlier else BEGINNING


def parse_moment(text: str | None) -> Moment | None:
    """Parse a trade date or an instant, which is UTC unless it names a zone.

    Raises:
        UsageError: it is neither.
    """
    if text is None:
        return None
    try:
        with suppress(ValueError):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"'{text}' is no date: write a trade date like 2026-10-31, or an instant like 2026-10-05T13:30:00Z."
        ) from None
