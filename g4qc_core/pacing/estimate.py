"""Estimates of how long planned requests take, by simulating the rules. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from g4qc_core.pacing.rules import Ending, PacedRequest, PacingRules, Sent
from g4qc_core.pacing.schedule import earliest, matters

UNKNOWN_ANSWER = timedelta(seconds=2)
"""Assumed duration of an answer until one was measured: users report this for a week of minutes of one contract."""

# Only this many requests are simulated; each further one is assumed to take the average of the last half of them.
_SIMULATED = 500


def typical_answer(history: Sequence[Sent]) -> timedelta:
    """Return the median duration of the history's answered requests, or `UNKNOWN_ANSWER` if there are none."""
    durations = [
        s.finished_at - s.sent_at
        for s in history
        if s.request.kind.is_history and s.ending is Ending.ANSWERED and s.finished_at is not None
    ]
    return timedelta(seconds=median(span.total_seconds() for span in durations)) if durations else UNKNOWN_ANSWER


def estimate(
    requests: Sequence[PacedRequest],
    history: Sequence[Sent],
    now: datetime,
    rules: PacingRules,
    answer: timedelta | None = None,
) -> datetime:
    """Return when the last request will be answered, if they are sent one after another and no others are sent.

    Args:
        requests: the planned requests, in order.
        history: the requests that the account sent; open ones are assumed to end in time.
        now: UTC.
        rules: the gateway's pacing rules.
        answer: duration of one answer; None: `typical_answer` of the history.
    """
    answer = typical_answer(history) if answer is None else answer
    marks, at = [now], now
    sent = [s for s in history if s.finished_at is not None]
    for request in requests[:_SIMULATED]:
        sent = [s for s in sent if matters(s, request.kind, at, rules)]
        turn = earliest(sent, request, at, rules)
        begins = turn.at or at
        at = begins + answer
        sent.append(Sent(request, begins, at, Ending.ANSWERED))
        marks.append(at)
    half = len(marks) // 2
    rest = len(requests) - _SIMULATED
    return at if rest <= 0 else at + (at - marks[half]) / (len(marks) - 1 - half) * rest
