"""The port at which a gateway's client waits for its turn.

Implementations: `memory.MemoryPacer` (one process) and `g4qc_core.storage.pacing_store.PacingStore` (all processes of a
database). They answer "now" or "not before then"; the waiting itself is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from g4qc_core.errors import GatewayTimeout, PacingViolation
from g4qc_core.pacing.rules import Ending, PacedRequest, PacingRules, Sent
from g4qc_core.pacing.schedule import Turn

# Poll interval in seconds: there is no notification when another process's request ends.
_POLL_SECONDS = 0.25
_SHORTEST_SLEEP = 0.001

Tell = Callable[[Turn, float], None]
"""Called before a wait with the turn and the seconds until then."""


@dataclass(frozen=True)
class Slot:
    """Permission to send one request, valid from `attempt` until `release`."""

    id: int
    request: PacedRequest
    sent_at: datetime


class Pacer(Protocol):
    """Decides when requests may be sent. Thread-safe.

    Attributes:
        rules: the rules that it applies.
    """

    rules: PacingRules

    def now(self) -> datetime:
        """Return the time of the clock that all users of the account's history share, UTC."""

    def sleep(self, seconds: float) -> None:
        """Sleep by that clock, at most this long."""

    def attempt(self, request: PacedRequest) -> Slot | Turn:
        """Take a slot if the request may be sent now, and count it as sent; else return when to try again."""

    def release(self, slot: Slot, ending: Ending) -> None:
        """Record how the request ended; for a message, or when called again, do nothing."""

    def history(self, account: str) -> list[Sent]:
        """Return the account's requests that a rule can still count, by `sent_at`."""


def reserve(pacer: Pacer, request: PacedRequest, tell: Tell | None = None) -> Slot:
    """Sleep until the request's turn and take its slot; the caller must send it at once.

    Args:
        pacer: decides whose turn it is.
        request: the request to send.
        tell: called before each wait whose reason or end is new.
    """
    announced: Turn | None = None
    while isinstance(turn := pacer.attempt(request), Turn):
        wait = _POLL_SECONDS if turn.at is None else (turn.at - pacer.now()).total_seconds()
        if tell is not None and turn != announced:
            tell(turn, max(wait, 0.0))
            announced = turn
        pacer.sleep(max(wait, _SHORTEST_SLEEP))
    return turn


@contextmanager
def paced(pacer: Pacer, request: PacedRequest, tell: Tell | None = None) -> Iterator[Slot]:
    """Wait for the request's turn, then run the block, which sends the request and waits for its answer.

    The block's exception decides how the request ended: after a PacingViolation, or two timeouts in a row, all
    clients of the account pause for a while.

    Args:
        pacer: decides whose turn it is.
        request: the request to send.
        tell: called before each wait whose reason or end is new.

    Yields:
        The slot of the request.
    """
    slot = reserve(pacer, request, tell)
    ending = Ending.ANSWERED
    try:
        yield slot
    except PacingViolation:
        ending = Ending.VIOLATION
        raise
    except GatewayTimeout:
        ending = Ending.TIMEOUT
        raise
    finally:
        pacer.release(slot, ending)
