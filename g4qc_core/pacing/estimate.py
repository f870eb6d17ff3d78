"""How long planned work will take: its requests, one after another, put through the rules on paper. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from g4qc_core.pacing.rules import Ending, PacedRequest, PacingRules, Sent
from g4qc_core.pacing.schedule import earliest, matters

UNKNOWN_ANSWER = timedelta(seconds=2)
"""How long an answer takes as long as none was seen: a week of minutes of one contract, by report."""

# Of more requests than this, what the last half of them takes is what each of the rest takes.
_WORKED_OUT = 500


def typical_answer(history: Sequence[Sent]) -> timedelta:
    """How long an answer takes, by those that the account was given lately."""
    seen = [
        s.finished_at - s.sent_at
        for s in history
        if s.request.kind.is_history and s.ending is Ending.ANSWERED and s.finished_at is not None
    ]
    return timedelta(seconds=median(span.total_seconds() for span in seen)) if seen else UNKNOWN_ANSWER


def estimate(
    requests: Sequence[PacedRequest],
    history: Sequence[Sent],
    now: datetime,
    rules: PacingRules,
    answer: timedelta | None = None,
) -> datetime:
    """When the last of the requests will be answered, if they are sent one after another and nobody else sends any.

    Args:
        history: what the account sent; requests of it that are open are taken to end in time.
        answer: how long one answer takes; default: `typical_answer` of the history.
    """
    answer = typical_answer(history) if answer is None else answer
    marks, at = [now], now
    sent = [s for s in history if s.finished_at is not None]
    for request in requests[:_WORKED_OUT]:
        sent = [s for s in sent if matters(s, request.kind, at, rules)]
        turn = earliest(sent, request, at, rules)
        begins = turn.at or at
        at = begins + answer
        sent.append(Sent(request, begins, at, Ending.ANSWERED))
        marks.append(at)
    half = len(marks) // 2
    rest = len(requests) - _WORKED_OUT
    return at if rest <= 0 else at + (at - marks[half]) / (len(marks) - 1 - half) * rest
