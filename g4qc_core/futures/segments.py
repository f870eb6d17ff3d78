"""The continuous series in pieces: which contract is read from when to when, and what is added to its prices.

`futures.continuous` joins bars that are in memory; this says what to read, so that a series of any length can be read a
piece at a time. Knows rolls and sessions. Must not know bars or where they are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from g4qc_core.errors import BacktestRefused, InvalidBars, UsageError
from g4qc_core.futures.continuous import Adjustment, additive_adjustments
from g4qc_core.futures.rolls import roll_problems
from g4qc_core.sessions import SessionCalendar

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Segment:
    """Bars of one contract that start in `[start, end)`, UTC, and the points to add to their prices.

    `adjustment` is NaN where a later roll's gap is unknown.
    """

    contract: str
    start: datetime
    end: datetime
    adjustment: float = 0.0


def series_segments(rolls: pd.DataFrame, adjustment: Adjustment, sessions: SessionCalendar) -> list[Segment]:
    """The segments of the series that the roll calendar describes, ascending and without holes.

    The adjustment is anchored at the last contract of the calendar, so that windows of the series fit together.

    Args:
        rolls: `ROLL_COLUMNS`, at least one, ascending by date.

    Raises:
        InvalidBars: the rolls do not say which contract is in front.
    """
    problems = roll_problems(rolls)
    if problems:
        raise InvalidBars(f"The roll calendar is broken: {problems[0]} Materialize it again.")
    opens = [_open(day, sessions) for day in rolls["date"]]
    contracts = [str(rolls["from_contract"].iloc[0]), *map(str, rolls["to_contract"])]
    added = np.zeros(len(contracts))
    if adjustment is Adjustment.ADDITIVE:
        added = additive_adjustments(rolls["gap"].to_numpy())
    edges = [BEGINNING, *opens, END]
    return [Segment(contract, edges[at], edges[at + 1], float(added[at])) for at, contract in enumerate(contracts)]


def within(segments: Sequence[Segment], start: datetime, end: datetime) -> list[Segment]:
    """The parts of the segments that lie in `[start, end)`.

    Raises:
        BacktestRefused: the prices of one cannot be adjusted, because a later roll's gap is unknown.
    """
    found = []
    for segment in segments:
        first, last = max(segment.start, start), min(segment.end, end)
        if first < last:
            if np.isnan(segment.adjustment):
                raise BacktestRefused(
                    f"The gap of a roll after the contract {segment.contract} is unknown, so that its prices cannot be "
                    "adjusted: choose adjustment 'none', or a window after that roll."
                )
            found.append(Segment(segment.contract, first, last, segment.adjustment))
    return found


def _open(day: pd.Timestamp, sessions: SessionCalendar) -> datetime:
    session = sessions.session(day.date())
    if session is None:
        raise UsageError(f"The roll calendar names {day:%Y-%m-%d}, which has no session: materialize it again.")
    return session.open
