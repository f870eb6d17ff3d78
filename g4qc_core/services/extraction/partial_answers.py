"""The parts of an answer's window that can be trusted if some of its bars cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import Session, SessionCalendar


@dataclass(frozen=True)
class TrustedPart:
    """`[start, end)`, UTC; readable if every bar in it could be read."""

    start: datetime
    end: datetime
    readable: bool


def readable_parts(
    request: BarRequest, lost: Iterable[datetime | None], calendar: SessionCalendar
) -> list[TrustedPart]:
    """Split the request's window: each session with an unreadable bar, and the spans between them.

    If an unreadable bar's session is unknown, no part is trustworthy.

    Args:
        request: the request.
        lost: starts of the unreadable bars, UTC; None if a start cannot be read either.
        calendar: of the contract.
    """
    sessions = calendar.sessions_between(request.start, request.end)
    hit = []
    for start in lost:
        own = None if start is None else _session_of(sessions, start)
        if own is None:
            return [TrustedPart(request.start, request.end, readable=False)]
        hit.append(own)
    parts, begin = [], request.start
    for session in sorted(set(hit), key=lambda s: s.open):
        first, last = max(session.open, request.start), min(session.close, request.end)
        if calendar.sessions_between(begin, first):
            parts.append(TrustedPart(begin, first, readable=True))
        parts.append(TrustedPart(first, last, readable=False))
        begin = last
    if begin < request.end and calendar.sessions_between(begin, request.end):
        parts.append(TrustedPart(begin, request.end, readable=True))
    return parts


def _session_of(sessions: Sequence[Session], instant: datetime) -> Session | None:
    return next((s for s in sessions if s.open <= instant < s.close), None)
