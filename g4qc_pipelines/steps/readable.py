"""The parts of an answer's window that can be believed where some of its bars cannot be read.

Knows sessions. Must not know what becomes of the parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from g4qc_core.bars.source import BarRequest
from g4qc_core.sessions import Session, SessionCalendar


@dataclass(frozen=True)
class Part:
    """`[start, end)`, UTC; readable where every bar of it could be read."""

    start: datetime
    end: datetime
    readable: bool


def readable_parts(request: BarRequest, lost: Iterable[datetime | None], calendar: SessionCalendar) -> list[Part]:
    """The request's window in parts: each session with a bar that cannot be read, and what lies between them.

    One that says nothing about its session leaves no part to believe.

    Args:
        lost: starts of the bars that cannot be read, UTC; None where that cannot be read either.
    """
    sessions = calendar.sessions_between(request.start, request.end)
    hit = []
    for start in lost:
        own = None if start is None else _holding(sessions, start)
        if own is None:
            return [Part(request.start, request.end, readable=False)]
        hit.append(own)
    parts, begin = [], request.start
    for session in sorted(set(hit), key=lambda s: s.open):
        first, last = max(session.open, request.start), min(session.close, request.end)
        if calendar.sessions_between(begin, first):
            parts.append(Part(begin, first, readable=True))
        parts.append(Part(first, last, readable=False))
        begin = last
    if begin < request.end and calendar.sessions_between(begin, request.end):
        parts.append(Part(begin, request.end, readable=True))
    return parts


def _holding(sessions: Sequence[Session], instant: datetime) -> Session | None:
    return next((s for s in sessions if s.open <= instant < s.close), None)
