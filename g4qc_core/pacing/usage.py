"""What an account has used of its rules, and what is left: for people and programs that look on. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.pacing.rules import PacedRequest, PacingRules, Same, Sent, Window
from g4qc_core.pacing.schedule import back_off, open_requests, used


@dataclass(frozen=True)
class WindowUse:
    """A window at one instant; of windows a contract or a request, the one that is used most."""

    name: str
    seconds: float
    used: int
    limit: int

    @property
    def left(self) -> int:
        """What may still be asked within the window."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class Usage:
    """An account at one instant.

    Attributes:
        paused_until: nothing is asked before; None where no pause is in force.
        slower: how many times as long windows are as usual.
        last_sent_at: of the newest request; None where there is none.
    """

    windows: tuple[WindowUse, ...]
    open: int
    open_limit: int
    paused_until: datetime | None
    slower: int
    last_sent_at: datetime | None


def usage(history: Sequence[Sent], now: datetime, rules: PacingRules) -> Usage:
    """What is used at `now`, by the history of one account."""
    held = back_off(history, rules, now)
    slower = rules.slowness(held.troubles) if held is not None else 1
    return Usage(
        windows=tuple(_use(window, history, now, slower) for window in rules.windows),
        open=open_requests(history),
        open_limit=max(1, rules.open_limit // slower),
        paused_until=held.until if held is not None and now < held.until else None,
        slower=slower,
        last_sent_at=max((s.sent_at for s in history), default=None),
    )


def _use(window: Window, history: Sequence[Sent], now: datetime, slower: int) -> WindowUse:
    since = now - timedelta(seconds=window.seconds * slower)
    asked = {_seen_as(s.request, window.same): s.request for s in history if s.sent_at > since}
    most = max((used(history, window, request, now, slower) for request in asked.values()), default=0)
    return WindowUse(window.name, window.seconds * slower, most, window.limit)


def _seen_as(request: PacedRequest, same: Same) -> tuple[str, ...]:
    of_contract = () if same is Same.ACCOUNT else (request.contract,)
    return (*of_contract, request.fingerprint) if same is Same.REQUEST else of_contract
