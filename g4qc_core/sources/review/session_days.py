"""The trade dates of many bars, without a frame."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from g4qc_core.calendars.session import instant_of
from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.reading.bar_times import DAY

OUTSIDE = -(2**62)
"""Stands for the trade date of a bar that no session contains."""


def session_days(starts: np.ndarray, hours: SessionCalendar) -> np.ndarray:
    """Return the trade date of each bar as days since 1970 (int64); `OUTSIDE` outside every trading interval.

    Args:
        starts: microseconds since 1970, UTC (int64), in any order.
        hours: the sessions.
    """
    if not len(starts):
        return np.array([], np.int64)
    first, last = (datetime.fromtimestamp(int(edge) / 1_000_000, UTC) for edge in (starts.min(), starts.max()))
    sessions = hours.sessions_between(first, last + timedelta(minutes=1))
    spans = [(session.trade_date, span) for session in sessions for span in session.intervals]
    edges = np.array([instant_of(edge) for _, span in spans for edge in span], "datetime64[us]").astype(np.int64)
    days = np.array([day for day, _ in spans], "datetime64[D]").astype(np.int64)
    values = np.full(len(edges) + 1, OUTSIDE)
    values[1::2] = days
    if (starts[1:] >= starts[:-1]).all():
        begins = np.searchsorted(starts, edges)
        return np.repeat(values, np.diff(begins, prepend=0, append=len(starts)))
    return values[np.searchsorted(edges, starts, side="right")]


def trade_days(starts: np.ndarray, instrument: Instrument) -> np.ndarray:
    """Return the trade dates of bars as days since 1970 (int64); outside every session, the day in UTC.

    Args:
        starts: microseconds since 1970, UTC (int64), in any order.
        instrument: with its sessions.
    """
    return or_utc_days(session_days(starts, calendar(instrument.calendar)), starts)


def or_utc_days(days: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return what `session_days` gave for these starts, with the day in UTC outside every session."""
    return np.where(days == OUTSIDE, starts // DAY, days)
