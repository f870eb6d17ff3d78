"""The rules applied to the history of one account: when a request may be sent, and how much is used. Pure functions.

A request counts in a window of `seconds` until exactly that long after it was sent. Without further requests every rule
only loosens over time, so the earliest permitted instant is the latest that any rule demands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.pacing.rules import TROUBLE, Ending, PacedKind, PacedRequest, PacingRules, Sent, Window

OPEN = "open requests"
BACK_OFF = "the pause after a pacing violation"


@dataclass(frozen=True)
class Turn:
    """When a request may be sent.

    Attributes:
        at: the earliest permitted instant, UTC; None if an open request has to end first.
        because: name of the rule that demands the wait, shown to the user; empty if there is none.
    """

    at: datetime | None
    because: str = ""


@dataclass(frozen=True)
class BackOff:
    """Number of troubles in a row, the end of the pause, and the end of the slower period after it."""

    troubles: int
    until: datetime
    remembered_until: datetime


def back_off(history: Iterable[Sent], rules: PacingRules, now: datetime) -> BackOff | None:
    """Return the back-off that is in force or remembered at `now`.

    Requests that were open at the time of a violation fail with it or shortly after it: a trouble during a pause
    prolongs the pause and does not count as another trouble.
    """
    found: BackOff | None = None
    for at in sorted(s.finished_at for s in history if s.ending in TROUBLE and s.finished_at is not None):
        troubles = found.troubles if found is not None and at < found.remembered_until else 0
        if found is None or at >= found.until:
            troubles += 1
        until = at + rules.pause(troubles)
        found = BackOff(troubles, until, until + timedelta(seconds=rules.calm))
    return found if found is not None and now < found.remembered_until else None


def earliest(history: Sequence[Sent], request: PacedRequest, now: datetime, rules: PacingRules) -> Turn:
    """Return when the request may be sent, if nothing else is sent before.

    Args:
        history: the account's requests, none after `now`. Requests older than `rules.horizon` of the request's kind
            may be left out, except open ones and trouble within `rules.trouble_horizon`.
        request: the request to send.
        now: UTC.
        rules: the gateway's pacing rules.
    """
    pause = back_off(history, rules, now) if request.kind.is_history else None
    if pause is None:
        return _earliest(history, request, now, rules, 1)
    turn = _earliest(history, request, now, rules, rules.slowness(pause.troubles))
    if turn.at is not None and pause.until > turn.at:
        return Turn(pause.until, BACK_OFF)
    if turn.at is None or turn.at <= pause.remembered_until:
        return turn
    later = _earliest(history, request, pause.remembered_until, rules, 1)
    return Turn(max(later.at or turn.at, pause.remembered_until), turn.because)


def used(history: Iterable[Sent], window: Window, request: PacedRequest, now: datetime, slowness: int = 1) -> int:
    """Return how much of the window is used at `now` by requests that it counts together with this one."""
    return sum(cost for _, cost in _counted(history, window, request, now, slowness))


def open_requests(history: Iterable[Sent]) -> int:
    """Return the number of history requests that have not ended."""
    return sum(s.finished_at is None and s.request.kind.is_history for s in history)


def judged(ending: Ending, previous: Ending | None) -> Ending:
    """Return how a request ended, given the ending of the account's previous history request."""
    if ending is Ending.TIMEOUT and previous in (Ending.TIMEOUT, Ending.THROTTLED):
        return Ending.THROTTLED
    return ending


def matters(sent: Sent, kind: PacedKind, now: datetime, rules: PacingRules) -> bool:
    """Return False if this request cannot delay a request of the kind at `now` or later."""
    if sent.finished_at is None:
        return True
    if sent.ending in TROUBLE and sent.finished_at > now - rules.trouble_horizon:
        return True
    return sent.sent_at > now - rules.horizon(kind)


def _earliest(history: Sequence[Sent], request: PacedRequest, now: datetime, rules: PacingRules, slowness: int) -> Turn:
    if request.kind.is_history and open_requests(history) >= max(1, rules.open_limit // slowness):
        return Turn(None, OPEN)
    turn = Turn(now)
    for window in rules.windows_of(request.kind):
        at = _room(history, window, request, now, slowness)
        if turn.at is not None and at > turn.at:
            turn = Turn(at, window.name)
    return turn


def _room(history: Sequence[Sent], window: Window, request: PacedRequest, now: datetime, slowness: int) -> datetime:
    counted = _counted(history, window, request, now, slowness)
    too_much = sum(cost for _, cost in counted) + window.cost(request) - window.limit
    at = now
    for sent_at, cost in sorted(counted):
        if too_much <= 0:
            break
        at, too_much = sent_at + _length(window, slowness), too_much - cost
    return at


def _counted(
    history: Iterable[Sent], window: Window, request: PacedRequest, now: datetime, slowness: int
) -> list[tuple[datetime, int]]:
    since = now - _length(window, slowness)
    return [
        (s.sent_at, window.cost(s.request))
        for s in history
        if s.sent_at > since and s.request.kind in window.kinds and request.shares(s.request, window.same)
    ]


def _length(window: Window, slowness: int) -> timedelta:
    return timedelta(seconds=window.seconds * slowness)
