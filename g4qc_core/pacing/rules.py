"""Pacing rules: request limits per window of time, a limit of open requests, and pauses after violations.

This module defines rules and the history that they count; the numbers of a gateway are elsewhere. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PacedKind(StrEnum):
    """The class of a request for the rules."""

    SMALL = "small"
    """Historical bars of thirty seconds or less."""
    LARGE = "large"
    """All other historical data: longer bars, head timestamps."""
    MESSAGE = "message"
    """Any other message; it is answered at once."""

    @property
    def is_history(self) -> bool:
        """True for requests that stay open until they are answered and that pauses delay."""
        return self is not PacedKind.MESSAGE


HISTORY = frozenset({PacedKind.SMALL, PacedKind.LARGE})
EVERYTHING = frozenset(PacedKind)


class Same(StrEnum):
    """Which requests a window counts together: those of one account, one contract, or identical ones."""

    ACCOUNT = "account"
    CONTRACT = "contract"
    REQUEST = "request"


class Ending(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    """Any answer that is not one of the other three, errors included."""
    TIMEOUT = "timeout"
    """No answer within the deadline; a single timeout means nothing."""
    THROTTLED = "throttled"
    """A second timeout in a row, which is how a gateway throttles a client."""
    VIOLATION = "violation"
    """The gateway reported a pacing violation."""


TROUBLE = frozenset({Ending.THROTTLED, Ending.VIOLATION})


@dataclass(frozen=True)
class PacedRequest:
    """A request as the rules see it.

    Attributes:
        account: one login at one gateway.
        kind: the request's class.
        contract: contract, exchange and tick type as one text; empty for messages.
        fingerprint: equal for requests that the gateway considers identical.
        weight: how many requests it counts as in windows with `weighs`.
    """

    account: str
    kind: PacedKind
    contract: str = ""
    fingerprint: str = ""
    weight: int = 1

    def shares(self, other: PacedRequest, same: Same) -> bool:
        """Return True if a window with this `same` counts both requests of one account together."""
        if same is Same.ACCOUNT:
            return True
        return self.contract == other.contract and (same is Same.CONTRACT or self.fingerprint == other.fingerprint)


@dataclass(frozen=True)
class Sent:
    """A request that was sent; `finished_at` and `ending` are None while it is open."""

    request: PacedRequest
    sent_at: datetime
    finished_at: datetime | None = None
    ending: Ending | None = None


@dataclass(frozen=True)
class Window:
    """A limit of requests in any half-open span of time.

    Attributes:
        name: shown to the user, like "small bars in ten minutes".
        limit: largest number of requests within the span.
        seconds: length of the span.
        kinds: the kinds of requests that it counts.
        same: which requests it counts together.
        weighs: whether a request counts as its weight, at most `limit`, instead of 1.
    """

    name: str
    limit: int
    seconds: float
    kinds: frozenset[PacedKind]
    same: Same
    weighs: bool = False

    def cost(self, request: PacedRequest) -> int:
        """Return how much of the limit the request uses."""
        return min(request.weight, self.limit) if self.weighs else 1


@dataclass(frozen=True)
class PacingRules:
    """All rules of one gateway.

    Trouble, which is a violation or two timeouts in a row, pauses all history requests: for `first_pause` seconds the
    first time, then each time `pause_growth` times longer, up to `longest_pause`. Until `calm` seconds have passed
    after the last pause, windows are longer and the limit of open requests is lower: by the factor `slower` for each
    trouble, at most `most_slower`.

    Attributes:
        windows: the limits by time.
        open_limit: history requests that may be open at once.
    """

    windows: tuple[Window, ...]
    open_limit: int
    first_pause: float = 60.0
    pause_growth: float = 10.0
    longest_pause: float = 600.0
    calm: float = 1800.0
    slower: int = 2
    most_slower: int = 4

    def pause(self, troubles: int) -> timedelta:
        """Return the length of the pause after this many troubles in a row, at least one."""
        return timedelta(seconds=min(self.longest_pause, self.first_pause * self.pause_growth ** min(troubles - 1, 9)))

    def slowness(self, troubles: int) -> int:
        """Return the factor by which windows are longer after this many troubles in a row."""
        return min(self.most_slower, self.slower ** min(troubles, 9))

    def windows_of(self, kind: PacedKind) -> list[Window]:
        """Return the windows that count requests of this kind."""
        return [window for window in self.windows if kind in window.kinds]

    def horizon(self, kind: PacedKind) -> timedelta:
        """Return the age from which older requests cannot delay a request of this kind."""
        longest = max((window.seconds for window in self.windows_of(kind)), default=0.0)
        return timedelta(seconds=longest * self.most_slower)

    @property
    def trouble_horizon(self) -> timedelta:
        """The age from which trouble is ignored: twice a pause, so that a second trouble in a row is recognized."""
        return timedelta(seconds=2 * (self.longest_pause + self.calm))
