"""What the rules say about the history of one account: when a request may go, and what is used. Pure functions.

A request counts in a window of `seconds` until exactly that long after it was sent. With a history that lies in the
past every rule only loosens as time passes: the earliest permitted instant is the latest that any rule asks for.
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
    """When a request may go.

    Attributes:
        at: the earliest permitted instant; None where an open request has to end first.
        because: the rule that asks for the wait, for people; empty where there is none.
    """

    at: datetime | None
    because: str = ""


@dataclass(frozen=True)
class BackOff:
    """Trouble in a row: how often, until when nothing is asked, and until when it is remembered."""

    troubles: int
    until: datetime
    remembered_until: datetime


def back_off(history: Iterable[Sent], rules: PacingRules, now: datetime) -> BackOff | None:
    """The back-off that is in force or still remembered at `now`.

    Requests that were open at the time of a violation fail with it or after it: what is heard of in a pause makes it
    end later, and is no trouble of its own.
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
    """When the request may go, if nothing else is sent before.

    Args:
        history: what the account sent, nothing of it after `now`; what is older than `rules.horizon` of the request's
            kind may be left out, except open requests and trouble within `rules.trouble_horizon`.
    """
    held = back_off(history, rules, now) if request.kind.is_history else None
    if held is None:
        return _earliest(history, request, now, rules, 1)
    turn = _earliest(history, request, now, rules, rules.slowness(held.troubles))
    if turn.at is not None and held.until > turn.at:
        return Turn(held.until, BACK_OFF)
    if turn.at is None or turn.at <= held.remembered_until:
        return turn
    later = _earliest(history, request, held.remembered_until, rules, 1)
    return Turn(max(later.at or turn.at, held.remembered_until), turn.because)


def used(history: Iterable[Sent], window: Window, request: PacedRequest, now: datetime, slowness: int = 1) -> int:
    """How much of the window is used at `now` by requests that it counts together with this one."""
    return sum(cost for _, cost in _counted(history, window, request, now, slowness))


def open_requests(history: Iterable[Sent]) -> int:
    """Requests of history that have not ended."""
    return sum(s.finished_at is None and s.request.kind.is_history for s in history)


def judged(ending: Ending, previous: Ending | None) -> Ending:
    """How a request ended, given how the account's request of history before it did."""
    if ending is Ending.TIMEOUT and previous in (Ending.TIMEOUT, Ending.THROTTLED):
        return Ending.THROTTLED
    return ending


def matters(sent: Sent, kind: PacedKind, now: datetime, rules: PacingRules) -> bool:
    """False when `earliest` of a request of this kind does not have to know of this one at `now`, nor later."""
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
