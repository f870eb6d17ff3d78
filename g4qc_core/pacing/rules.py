"""What a rule of pacing is: windows of time that hold so many requests, a limit of open ones, and pauses after trouble.

Knows the form of rules and of a history, no numbers of any gateway. Instants are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PacedKind(StrEnum):
    """What a request is to the rules."""

    SMALL = "small"
    """History in bars of thirty seconds or less."""
    LARGE = "large"
    """All other history: longer bars, head timestamps."""
    MESSAGE = "message"
    """Anything else that is sent, answered at once."""

    @property
    def is_history(self) -> bool:
        """True for what is open for a while, and what pauses hold back."""
        return self is not PacedKind.MESSAGE


HISTORY = frozenset({PacedKind.SMALL, PacedKind.LARGE})
EVERYTHING = frozenset(PacedKind)


class Same(StrEnum):
    """Which requests a window counts together: those of the same account, contract, or the very same ones."""

    ACCOUNT = "account"
    CONTRACT = "contract"
    REQUEST = "request"


class Ending(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    """Anything but the other three, an error included: the gateway was willing."""
    TIMEOUT = "timeout"
    """No answer within the deadline; one alone means nothing."""
    THROTTLED = "throttled"
    """A second time-out in a row, which is how a gateway slows down whom it does not want to hear."""
    VIOLATION = "violation"
    """The gateway said that it was asked too much."""


TROUBLE = frozenset({Ending.THROTTLED, Ending.VIOLATION})


@dataclass(frozen=True)
class PacedRequest:
    """A request as the rules see it.

    Attributes:
        account: who is counted: one login at one gateway.
        contract: contract, exchange and type of ticks, as one text; empty for messages.
        fingerprint: equal for requests that the gateway calls identical.
        weight: how often it counts in windows that weigh.
    """

    account: str
    kind: PacedKind
    contract: str = ""
    fingerprint: str = ""
    weight: int = 1

    def shares(self, other: PacedRequest, same: Same) -> bool:
        """True when a window of this sameness counts both, of one account, together."""
        if same is Same.ACCOUNT:
            return True
        return self.contract == other.contract and (same is Same.CONTRACT or self.fingerprint == other.fingerprint)


@dataclass(frozen=True)
class Sent:
    """A request that went out; `finished_at` and `ending` are None while it is open."""

    request: PacedRequest
    sent_at: datetime
    finished_at: datetime | None = None
    ending: Ending | None = None


@dataclass(frozen=True)
class Window:
    """At most `limit` requests of these kinds in any half-open span of `seconds`.

    Attributes:
        name: for people, like "small bars in ten minutes".
        weighs: a request counts as often as its weight says; one that weighs more than the limit counts as the limit.
    """

    name: str
    limit: int
    seconds: float
    kinds: frozenset[PacedKind]
    same: Same
    weighs: bool = False

    def cost(self, request: PacedRequest) -> int:
        """How much of the limit the request uses."""
        return min(request.weight, self.limit) if self.weighs else 1


@dataclass(frozen=True)
class PacingRules:
    """All rules of one gateway.

    Trouble (a violation, or two time-outs in a row) stops all history for `first_pause` seconds, trouble again for
    `pause_growth` times as long, up to `longest_pause`. Until `calm` seconds have passed after the last pause, windows
    are longer and open requests fewer: by `slower` for each trouble, at most `most_slower` times.

    Attributes:
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
        """How long nothing is asked after so many troubles in a row, at least one."""
        return timedelta(seconds=min(self.longest_pause, self.first_pause * self.pause_growth ** min(troubles - 1, 9)))

    def slowness(self, troubles: int) -> int:
        """How many times as long windows are after so many troubles in a row."""
        return min(self.most_slower, self.slower ** min(troubles, 9))

    def windows_of(self, kind: PacedKind) -> list[Window]:
        """The windows that count requests of this kind."""
        return [window for window in self.windows if kind in window.kinds]

    def horizon(self, kind: PacedKind) -> timedelta:
        """How far back a request of this kind may have to look for others."""
        longest = max((window.seconds for window in self.windows_of(kind)), default=0.0)
        return timedelta(seconds=longest * self.most_slower)

    @property
    def trouble_horizon(self) -> timedelta:
        """How long trouble can matter: twice over, so that trouble in a row is seen as such."""
        return timedelta(seconds=2 * (self.longest_pause + self.calm))
