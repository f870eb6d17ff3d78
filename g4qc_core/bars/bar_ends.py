"""When a bar is complete: the end of its bucket by the session calendar, not by its label.

A session bar ends with its session, also on a short day. Any other bar ends after its length, or with its trading
interval if that comes first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.bars.resampling import microseconds_of, sessions_of
from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.timeframes import Timeframe

_MICROSECONDS_A_MINUTE = 60_000_000


def bar_ends(bars: pd.DataFrame, timeframe: Timeframe, calendar: SessionCalendar) -> np.ndarray:
    """Return the end of each bar, int64 microseconds since 1970, UTC.

    Args:
        bars: n rows with timestamp (bar start) and trade_date.
        timeframe: of the bars.
        calendar: session calendar of their instrument.

    Raises:
        InvalidBars: the trade date of a bar has no session in the calendar.
    """
    if bars.empty:
        return np.empty(0, np.int64)
    sessions = sessions_of(bars["trade_date"], calendar)
    codes, days = pd.factorize(bars["trade_date"])
    own = [sessions[day.date()] for day in pd.DatetimeIndex(days)]
    closes = microseconds_of([session.close for session in own])[codes]
    if timeframe.is_session:
        return closes
    starts = bars["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").view("int64")
    stops = microseconds_of(sorted(stop for session in own for _, stop in session.intervals))
    # The end of the interval that contains the bar: the first one after its start.
    until = stops[np.minimum(np.searchsorted(stops, starts, side="right"), len(stops) - 1)]
    return np.minimum(starts + timeframe.minutes * _MICROSECONDS_A_MINUTE, np.minimum(until, closes))
