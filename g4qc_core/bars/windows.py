"""Windows of time in whole minutes: which minutes of a session can have bars, and which windows contain them.

Minutes are arrays of `datetime64[us]`, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from g4qc_core.calendars.session_calendar import Session
from g4qc_core.instruments.registry import Contract

Window = tuple[datetime, datetime]
"""`[start, end)`, UTC."""

MINUTE = np.timedelta64(60_000_000, "us")
"""One minute, in the unit of arrays of minutes."""

_ALMOST_A_MINUTE = timedelta(minutes=1) - timedelta.resolution


class Windows:
    """The whole minutes of windows of time."""

    def __init__(self, windows: Iterable[Window]) -> None:
        pairs = [(_instant(start + _ALMOST_A_MINUTE), _instant(end)) for start, end in windows]
        edges = np.array(pairs, "datetime64[us]").reshape(-1, 2).astype("datetime64[m]").astype("datetime64[us]")
        edges = edges[edges[:, 0] < edges[:, 1]]
        self._starts, self._ends = np.sort(edges[:, 0]), np.sort(edges[:, 1])

    def count_at(self, minutes: np.ndarray) -> np.ndarray:
        """Return the number of windows that contain each minute."""
        begun = np.searchsorted(self._starts, minutes, side="right")
        return begun - np.searchsorted(self._ends, minutes, side="right")


def tradable_window(
    session: Session, contract: Contract, until: datetime, head: datetime | None = None
) -> Window | None:
    """Return the part of the session, in whole minutes, in which the contract can have finished bars, or None.

    It begins and ends in a trading interval, and may contain breaks between intervals.

    Args:
        contract: the contract.
        session: the session.
        until: the source's clock.
        head: start of the contract's first bar ever, if known.
    """
    start = max(session.open, head) if head is not None else session.open
    end = min(session.close, contract.last_trade_at, until)
    start, end = (moment.replace(second=0, microsecond=0) for moment in (start, end))
    parts = [(max(start, opens), min(end, closes)) for opens, closes in session.intervals]
    trading = [part for part in parts if part[0] < part[1]]
    return (trading[0][0], trading[-1][1]) if trading else None


def minutes_of(session: Session, window: Window | None) -> np.ndarray:
    """Return the starts of the minutes of the session's trading intervals that lie in the window."""
    if window is None:
        return np.array([], "datetime64[us]")
    minutes = session.all_minutes()
    return minutes[(minutes >= _instant(window[0])) & (minutes < _instant(window[1]))]


def in_windows(minutes: np.ndarray, windows: Iterable[Window]) -> np.ndarray:
    """Return a mask (bool) of the minutes in at least one of the windows."""
    return Windows(windows).count_at(minutes) > 0


def with_bars(minutes: np.ndarray, timestamps: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Return a mask (bool) of the minutes that are starts of bars, given as UTC timestamps in any order."""
    instants = pd.DatetimeIndex(timestamps).tz_convert(None).to_numpy("datetime64[us]")
    return np.isin(minutes, instants)


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
