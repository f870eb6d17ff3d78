"""The sessions of a contract that still have to be requested, given the answers so far.

This is the second of the three modules that decide which requests are made: `answers` comes before, `plan` follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from g4qc_core.bars.gap_confirmation import CONFIRMED, minutes_to_confirm
from g4qc_core.bars.windows import Window, Windows, in_windows, minutes_of, tradable_window, with_bars
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.extraction.answers import Answer, independent_answers

# Clocks may differ by this much. An answer from a later time was dated by a wrong clock and does not count.
_CLOCK_TOLERANCE = timedelta(hours=1)

Bars = Callable[[datetime, datetime], "pd.Series | pd.DatetimeIndex"]
"""Returns the starts of a contract's stored raw bars in `[start, end)`, UTC, in any order."""


@dataclass(frozen=True)
class Need:
    """A session to request, and the part `[start, end)`, UTC, of it in which the contract can have bars."""

    session: Session
    start: datetime
    end: datetime


def needed_sessions(
    contract: Contract,
    sessions: Iterable[Session],
    bars: Bars,
    answers: Sequence[Answer],
    until: datetime,
    head: datetime | None = None,
    settled_after: timedelta | None = None,
) -> list[Need]:
    """Return the sessions that are not done, by time, each with its window.

    A session is done when it had closed at `until` and every minute in which the contract could trade was answered,
    except for known outages. Some minutes take `CONFIRMED` answers: silences of an hour in a session that is not known
    to be thin, and all minutes of a session without any raw bar. Sources restate bars after the close, so a session
    also takes one answer given `settled_after` its close or later.

    A session outside the contract's life is never needed. A session that is still open is always needed, up to the last
    full minute before `until`.

    Args:
        contract: the contract of the sessions.
        sessions: ascending.
        bars: called only if the answers leave doubt.
        answers: about the contract, in any order.
        until: time by the source's clock, UTC.
        head: start of the contract's first bar, UTC; None if unknown. Nothing before it is needed.
        settled_after: time after a session's close; None: one answer at any time is enough.
    """
    needs: list[Need] = []
    unsure: list[tuple[Need, list[Answer]]] = []
    answers = [a for a in answers if a.at <= until + _CLOCK_TOLERANCE]
    for session in sessions:
        window = tradable_window(session, contract, until, head)
        if window is None:
            continue
        need = Need(session, *window)
        own = [a for a in answers if a.start < need.end and a.end > need.start]
        over_at = min(session.close, contract.last_trade_at)
        if until < over_at or not _is_covered(need, _settled(own, over_at, settled_after, until)):
            needs.append(need)
        elif not any(a.whole and _covers(a, need) for a in own):
            unsure.append((need, own))
    if unsure:
        stored = pd.DatetimeIndex(bars(unsure[0][0].start, unsure[-1][0].end)).sort_values()
        needs += [need for need, own in unsure if not _is_confirmed(need, own, stored)]
    return sorted(needs, key=lambda need: need.start)


def leaves_no_doubt(
    contract: Contract,
    sessions: Iterable[Session],
    bars: pd.Series | pd.DatetimeIndex,
    window: Window,
    head: datetime | None = None,
) -> bool:
    """Return True if an answer with these bars is conclusive for every minute in its window.

    It is if the window contains each session it touches to its end, each of them has bars, and none is silent for an
    hour unless it is known to be thin.

    Args:
        contract: the contract of the bars.
        sessions: those that overlap the window.
        bars: starts of the answer's bars, UTC.
        window: the requested window.
        head: start of the contract's first bar, UTC; None if unknown.
    """
    start, end = window
    starts = pd.DatetimeIndex(bars)
    for session in sessions:
        part = tradable_window(session, contract, session.close, head)
        if part is None or part[1] <= start or end <= part[0]:
            continue
        if part[0] < start or end < part[1] or minutes_to_confirm(with_bars(_tradable(session, part), starts)).any():
            return False
    return True


def _settled(given: list[Answer], over_at: datetime, settled_after: timedelta | None, until: datetime) -> list[Answer]:
    """Return the answers that describe the final bars: if the session has settled, those given since."""
    if settled_after is None or until < over_at + settled_after:
        return given
    return [a for a in given if a.at >= over_at + settled_after]


def _is_covered(need: Need, given: Sequence[Answer]) -> bool:
    return any(_covers(a, need) for a in given) or bool((_answer_counts(need, given) > 0).all())


def _is_confirmed(need: Need, given: Sequence[Answer], stored: pd.DatetimeIndex) -> bool:
    first, last = stored.searchsorted([pd.Timestamp(need.start), pd.Timestamp(need.end)])
    minutes = _tradable(need.session, (need.start, need.end))
    required = np.where(minutes_to_confirm(with_bars(minutes, stored[first:last])), CONFIRMED, 1)
    return bool((_answer_counts(need, independent_answers(given)) >= required).all())


def _answer_counts(need: Need, given: Iterable[Answer]) -> np.ndarray:
    """Return the number of answers about each of the need's minutes."""
    minutes = _tradable(need.session, (need.start, need.end))
    return Windows((a.start, a.end) for a in given for _ in range(CONFIRMED if a.whole else 1)).count_at(minutes)


def _tradable(session: Session, window: Window) -> np.ndarray:
    minutes = minutes_of(session, window)
    return minutes[~in_windows(minutes, (*session.halts, *session.outages))]


def _covers(answer: Answer, need: Need) -> bool:
    return answer.start <= need.start and need.end <= answer.end
