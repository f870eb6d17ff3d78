"""How much of its pacing rules an account has used, for status displays. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.pacing.rules import PacedRequest, PacingRules, Same, Sent, Window
from g4qc_core.pacing.schedule import back_off, open_requests, used


@dataclass(frozen=True)
class WindowUse:
    """A window at one instant; for windows by contract or request, the most used one."""

    name: str
    seconds: float
    used: int
    limit: int

    @property
    def left(self) -> int:
        """How much of the limit is left."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class Usage:
    """An account at one instant.

    Attributes:
        windows: use of each window.
        open: open history requests.
        open_limit: most history requests open at once.
        paused_until: end of the pause in force, UTC; None if there is none.
        slower: factor by which windows are longer than usual.
        last_sent_at: time of the newest request, UTC; None if there is none.
    """

    windows: tuple[WindowUse, ...]
    open: int
    open_limit: int
    paused_until: datetime | None
    slower: int
    last_sent_at: datetime | None


def usage(history: Sequence[Sent], now: datetime, rules: PacingRules) -> Usage:
    """Return the use of the rules at `now` (UTC) by the history of one account."""
    pause = back_off(history, rules, now)
    slower = rules.slowness(pause.troubles) if pause is not None else 1
    return Usage(
        windows=tuple(_use(window, history, now, slower) for window in rules.windows),
        open=open_requests(history),
        open_limit=max(1, rules.open_limit // slower),
        paused_until=pause.until if pause is not None and now < pause.until else None,
        slower=slower,
        last_sent_at=max((s.sent_at for s in history), default=None),
    )


def _use(window: Window, history: Sequence[Sent], now: datetime, slower: int) -> WindowUse:
    since = now - timedelta(seconds=window.seconds * slower)
    groups = {_group(s.request, window.same): s.request for s in history if s.sent_at > since}
    most = max((used(history, window, request, now, slower) for request in groups.values()), default=0)
    return WindowUse(window.name, window.seconds * slower, most, window.limit)


def _group(request: PacedRequest, same: Same) -> tuple[str, ...]:
    of_contract = () if same is Same.ACCOUNT else (request.contract,)
    return (*of_contract, request.fingerprint) if same is Same.REQUEST else of_contract
