"""The first and the last price of every session of a series: where a continuous file changes contracts, prices jump."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class SessionJump:
    """The step from the last close of a session to the first open of the next one, points.

    Attributes:
        trade_date: of the session that opens.
        points: its first open less the last close before it.
    """

    trade_date: date
    points: float


class SessionEdges:
    """Collects the edges of sessions, whatever the order of the pieces."""

    def __init__(self) -> None:
        self._first: dict[int, tuple[int, float]] = {}
        self._last: dict[int, tuple[int, float]] = {}

    def add(self, days: np.ndarray, starts: np.ndarray, opens: np.ndarray, closes: np.ndarray) -> None:
        """Add bars.

        Args:
            days: trade dates as days since 1970 (int64).
            starts: microseconds since 1970, UTC.
            opens: points.
            closes: points.
        """
        order = np.lexsort((starts, days))
        days, starts, opens, closes = days[order], starts[order], opens[order], closes[order]
        begins = np.flatnonzero(np.concatenate([[True], days[1:] != days[:-1]]))
        ends = np.concatenate([begins[1:], [len(days)]]) - 1
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            day = int(days[begin])
            opened, closed = (int(starts[begin]), float(opens[begin])), (int(starts[end]), float(closes[end]))
            self._first[day] = min(opened, self._first.get(day, opened))
            self._last[day] = max(closed, self._last.get(day, closed))

    def jumps(self) -> list[SessionJump]:
        """Return the jump into every session but the first, ascending."""
        days = sorted(self._first)
        return [SessionJump(_date(day), self._first[day][1] - self._last[before][1]) for before, day in pairwise(days)]

    def days(self) -> tuple[date, date] | None:
        """Return the first and the last trade date; None without bars."""
        return (_date(min(self._first)), _date(max(self._first))) if self._first else None


def _date(number: int) -> date:
    """Return the day of a number of days since 1970."""
    day: date = np.datetime64(number, "D").item()
    return day
