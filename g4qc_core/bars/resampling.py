"""Resampling: longer bars from shorter ones.

Buckets start at the open of their trading interval and end with it at the latest. So 4h bars mean the same on both
sides of a daylight saving change, and no bar spans the hours in which a holiday closes the market. A session bar (1d)
is the whole trade date with all of its intervals.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.schema import DTYPES, UNKNOWN, empty_frame
from g4qc_core.calendars.session_calendar import Session, SessionCalendar
from g4qc_core.errors import InvalidBars
from g4qc_core.timeframes import Timeframe

_MICROSECONDS_A_MINUTE = 60_000_000


def resample(bars: pd.DataFrame, timeframe: Timeframe, calendar: SessionCalendar) -> pd.DataFrame:
    """Return bars of `timeframe` from shorter bars of one instrument, contract by contract.

    Open is the first, high the largest, low the smallest and close the last value; volume and count are sums, or -1 if
    one of the values is unknown. A bucket without bars has no row. A session bar (`1d`) is stamped with the open of its
    session, any other bar with the start of its bucket.

    Args:
        bars: at least `BAR_COLUMNS`, timestamps unique within a contract, rows in any order; the length of the bars
            must divide that of the timeframe.
        timeframe: timeframe of the result.
        calendar: session calendar of the instrument.

    Returns:
        `BAR_COLUMNS`, ascending by contract and timestamp, index 0..n-1.

    Raises:
        InvalidBars: the trade date of a bar has no session in the calendar.
    """
    if bars.empty:
        return empty_frame(BAR_COLUMNS)
    bars = bars.sort_values(["contract", "timestamp"], ignore_index=True)
    buckets = _buckets(bars, timeframe, calendar)
    codes = pd.factorize(bars["contract"])[0]
    starts = np.flatnonzero((np.diff(buckets, prepend=buckets[0] - 1) != 0) | (np.diff(codes, prepend=-1) != 0))
    lasts = np.append(starts[1:], len(bars)) - 1
    stamps = buckets[starts].view("datetime64[us]")
    return pd.DataFrame(
        {
            "contract": bars["contract"].to_numpy()[starts],
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC"),
            "open": bars["open"].to_numpy()[starts],
            "high": np.maximum.reduceat(bars["high"].to_numpy(), starts),
            "low": np.minimum.reduceat(bars["low"].to_numpy(), starts),
            "close": bars["close"].to_numpy()[lasts],
            "volume": _sums(bars["volume"].to_numpy(), starts),
            "count": _sums(bars["count"].to_numpy(), starts),
            "trade_date": bars["trade_date"].to_numpy()[starts],
        }
    ).astype({name: DTYPES[name] for name in BAR_COLUMNS})


def _sums(numbers: np.ndarray, starts: np.ndarray) -> np.ndarray:
    known = np.minimum.reduceat(numbers, starts) >= 0
    return np.where(known, np.add.reduceat(numbers, starts), UNKNOWN)


def _buckets(bars: pd.DataFrame, timeframe: Timeframe, calendar: SessionCalendar) -> np.ndarray:
    """Return the start of each bar's bucket, in microseconds since 1970, UTC."""
    sessions = sessions_of(bars["trade_date"], calendar)
    codes, days = pd.factorize(bars["trade_date"])
    own = [sessions[day.date()] for day in pd.DatetimeIndex(days)]
    opens = microseconds_of([session.open for session in own])[codes]
    if timeframe.is_session:
        return opens
    instants = bars["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").view("int64")
    begins = microseconds_of(sorted(start for session in own for start, _ in session.intervals))
    # The interval that contains the bar, but never an interval of the previous session.
    anchors = np.maximum(begins[np.searchsorted(begins, instants, side="right") - 1], opens)
    length = timeframe.minutes * _MICROSECONDS_A_MINUTE
    return anchors + (instants - anchors) // length * length


def sessions_of(trade_dates: pd.Series, calendar: SessionCalendar) -> dict[date, Session]:
    """Return the session of each trade date of the bars."""
    days = pd.DatetimeIndex(trade_dates.unique())
    sessions = {s.trade_date: s for s in calendar.sessions(days.min().date(), days.max().date())}
    for day in days:
        if day.date() not in sessions:
            raise InvalidBars(
                f"There are bars of trade date {day.date()}, but the calendar '{calendar.name}' has no "
                "session then: validate the raw bars of that day again."
            )
    return sessions


def microseconds_of(instants: list[datetime]) -> np.ndarray:
    """Return UTC instants as int64 microseconds since 1970."""
    return np.array([instant.replace(tzinfo=None) for instant in instants], "datetime64[us]").view("int64")
