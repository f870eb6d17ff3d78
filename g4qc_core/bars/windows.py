"""Windows of time counted in whole minutes: which minutes of a session can have bars, and which windows hold them.

Minutes are plain arrays of `datetime64[us]`, UTC. Knows sessions and contracts. Must not know what a window stands for.
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
"""A minute, as arrays of minutes count it."""

_ALMOST_A_MINUTE = timedelta(minutes=1) - timedelta.resolution


class Windows:
    """Windows of time, as far as they hold whole minutes."""

    def __init__(self, windows: Iterable[Window]) -> None:
        pairs = [(_instant(start + _ALMOST_A_MINUTE), _instant(end)) for start, end in windows]
        edges = np.array(pairs, "datetime64[us]").reshape(-1, 2).astype("datetime64[m]").astype("datetime64[us]")
        edges = edges[edges[:, 0] < edges[:, 1]]
        self._starts, self._ends = np.sort(edges[:, 0]), np.sort(edges[:, 1])

    def holding(self, minutes: np.ndarray) -> np.ndarray:
        """How many of the windows hold each minute."""
        begun = np.searchsorted(self._starts, minutes, side="right")
        return begun - np.searchsorted(self._ends, minutes, side="right")


def possible(session: Session, contract: Contract, until: datetime, head: datetime | None = None) -> Window | None:
    """The part of the session, in whole minutes, in which the contract can have finished bars, or None.

    It begins and ends within a trading interval; breaks between intervals may lie inside.

    Args:
        until: the source's clock.
        head: start of the contract's first bar ever, where it is known.
    """
    start = max(session.open, head) if head is not None else session.open
    end = min(session.close, contract.last_trade_at, until)
    start, end = (moment.replace(second=0, microsecond=0) for moment in (start, end))
    parts = [(max(start, opens), min(end, closes)) for opens, closes in session.intervals]
    held = [part for part in parts if part[0] < part[1]]
    return (held[0][0], held[-1][1]) if held else None


def minutes_of(session: Session, window: Window | None) -> np.ndarray:
    """Return the starts of the minutes of the session's trading intervals that lie in the window."""
    if window is None:
        return np.array([], "datetime64[us]")
    minutes = session.all_minutes()
    return minutes[(minutes >= _instant(window[0])) & (minutes < _instant(window[1]))]


def within(minutes: np.ndarray, windows: Iterable[Window]) -> np.ndarray:
    """Which of the minutes lie in one of the windows; `bool`."""
    return Windows(windows).holding(minutes) > 0


def among(minutes: np.ndarray, timestamps: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Which of the minutes are among the timestamps (UTC, any order); `bool`."""
    instants = pd.DatetimeIndex(timestamps).tz_convert(None).to_numpy("datetime64[us]")
    return np.isin(minutes, instants)


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
