"""Planning: which sessions of a contract still have to be asked for, by what was answered before.

Knows sessions, contracts and answers. Must not know how answers are stored, nor how a source is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from g4qc_core.bars.gap_confirmation import APART, CONFIRMED, doubted
from g4qc_core.bars.windows import Window, Windows, among, minutes_of, possible, within
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.instruments.registry import Contract

_AHEAD = timedelta(hours=1)
"""Clocks may differ by as much; an answer given later than that from now was given by a clock that was wrong."""

Bars = Callable[[datetime, datetime], "pd.Series | pd.DatetimeIndex"]
"""Gives the starts of a contract's stored raw bars in `[start, end)`, UTC, any order; called only where it matters."""


@dataclass(frozen=True)
class Answer:
    """The source answered about `[start, end)` at the instant `at`, all UTC.

    One that is `whole` leaves nothing about its window in doubt, and counts as two.
    """

    start: datetime
    end: datetime
    at: datetime
    whole: bool = False


@dataclass(frozen=True)
class Need:
    """A session that has to be asked for, and the part `[start, end)` in which the contract can have bars."""

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
    """The sessions that are not done, each with the window to ask for.

    A session is done when it had closed at `until` and every minute that the contract could have traded in it,
    known outages aside, was answered: twice where it is silent for an hour and not known to be thin, and twice
    throughout where it has no raw bar at all. Sources restate bars after the close: `settled_after` the close (None:
    never) it takes one more answer, given then or later. A session in which the contract could not trade, because it
    had expired or had not begun, is done from the start; one that is still open is asked for up to the last full
    minute before `until`, and never done. What was answered in the future, by a clock that was wrong, is no answer.

    Args:
        sessions: ascending.
        until: the source's clock.
        head: start of the contract's first bar ever, where it is known; nothing is asked before it.
    """
    needs: list[Need] = []
    unsure: list[tuple[Need, list[Answer]]] = []
    answers = [a for a in answers if a.at <= until + _AHEAD]
    for session in sessions:
        window = possible(session, contract, until, head)
        if window is None:
            continue
        need = Need(session, *window)
        own = [a for a in answers if a.start < need.end and a.end > need.start]
        over_at = min(session.close, contract.last_trade_at)
        if until < over_at or not _covered(need, _newest(own, over_at, settled_after, until)):
            needs.append(need)
        elif not any(a.whole and _holds(a, need) for a in own):
            unsure.append((need, own))
    if unsure:
        stored = pd.DatetimeIndex(bars(unsure[0][0].start, unsure[-1][0].end)).sort_values()
        needs += [need for need, own in unsure if not _known(need, own, stored)]
    return sorted(needs, key=lambda need: need.start)


def leaves_no_doubt(
    contract: Contract,
    sessions: Iterable[Session],
    bars: pd.Series | pd.DatetimeIndex,
    window: Window,
    head: datetime | None = None,
) -> bool:
    """True when an answer with these bars tells by itself of every minute in its window.

    It holds the sessions that it touches to their ends, each of them has bars, and none is silent for an hour unless
    it is known to be thin.
    """
    start, end = window
    starts = pd.DatetimeIndex(bars)
    for session in sessions:
        held = possible(session, contract, session.close, head)
        if held is None or held[1] <= start or end <= held[0]:
            continue
        if held[0] < start or end < held[1] or doubted(among(_tradable(session, held), starts)).any():
            return False
    return True


def separate(answers: Iterable[Answer]) -> list[Answer]:
    """The answers, by time, without those that only say again what one said shortly before.

    They may all come from one outage of the source, and confirm nothing.
    """
    kept: list[Answer] = []
    for answer in sorted(answers, key=lambda a: a.at):
        if answer.whole or not any(_repeats(answer, earlier) for earlier in kept):
            kept.append(answer)
    return kept


def _repeats(answer: Answer, earlier: Answer) -> bool:
    return earlier.start <= answer.start and answer.end <= earlier.end and answer.at < earlier.at + APART


def _newest(answers: list[Answer], over_at: datetime, settled_after: timedelta | None, until: datetime) -> list[Answer]:
    """Those of the answers that tell the bars as they now are: once they have settled, the answers given since."""
    if settled_after is None or until < over_at + settled_after:
        return answers
    return [a for a in answers if a.at >= over_at + settled_after]


def _covered(need: Need, answers: Sequence[Answer]) -> bool:
    return any(_holds(a, need) for a in answers) or bool((_depth(need, answers) > 0).all())


def _known(need: Need, answers: Sequence[Answer], stored: pd.DatetimeIndex) -> bool:
    first, last = stored.searchsorted([pd.Timestamp(need.start), pd.Timestamp(need.end)])
    minutes = _tradable(need.session, (need.start, need.end))
    wanted = np.where(doubted(among(minutes, stored[first:last])), CONFIRMED, 1)
    return bool((_depth(need, separate(answers)) >= wanted).all())


def _depth(need: Need, answers: Iterable[Answer]) -> np.ndarray:
    """How often each of the need's minutes was answered."""
    minutes = _tradable(need.session, (need.start, need.end))
    return Windows((a.start, a.end) for a in answers for _ in range(CONFIRMED if a.whole else 1)).holding(minutes)


def _tradable(session: Session, window: Window) -> np.ndarray:
    minutes = minutes_of(session, window)
    return minutes[~within(minutes, (*session.halts, *session.outages))]


def _holds(answer: Answer, need: Need) -> bool:
    return answer.start <= need.start and need.end <= answer.end
