"""The port at which whoever asks a gateway waits for a turn.

Implementations: `memory.MemoryPacer` (one process) and `g4qc_core.storage.pacing_store.PacingStore` (all processes of a
database). They only say "now" or "not before then"; the waiting is here, once.
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

# Nobody says when an open request of another process ends: it is looked for this often.
_LOOK_AGAIN = 0.25
_SHORTEST_NAP = 0.001

Tell = Callable[[Turn, float], None]
"""Hears of a wait before it begins: the turn, and the seconds until then."""


@dataclass(frozen=True)
class Slot:
    """Leave to send one request, from `attempt` until `release`."""

    id: int
    request: PacedRequest
    sent_at: datetime


class Pacer(Protocol):
    """Says whose turn it is. Safe in several threads.

    Attributes:
        rules: those that it keeps.
    """

    rules: PacingRules

    def now(self) -> datetime:
        """The clock that all who share the account's history share, UTC."""

    def sleep(self, seconds: float) -> None:
        """Lets that clock go on for so long, or for a shorter time."""

    def attempt(self, request: PacedRequest) -> Slot | Turn:
        """A slot when the request may go at this instant, which counts as sent then; else when to try again."""

    def release(self, slot: Slot, ending: Ending) -> None:
        """The request has ended; a second time, or for a message, it does nothing."""

    def history(self, account: str) -> list[Sent]:
        """What the account sent, as far back as any rule looks, by `sent_at`."""


def reserve(pacer: Pacer, request: PacedRequest, tell: Tell | None = None) -> Slot:
    """Waits for the request's turn, asleep, and takes it; send at once."""
    told: Turn | None = None
    while isinstance(turn := pacer.attempt(request), Turn):
        wait = _LOOK_AGAIN if turn.at is None else (turn.at - pacer.now()).total_seconds()
        if tell is not None and turn != told:
            tell(turn, max(wait, 0.0))
            told = turn
        pacer.sleep(max(wait, _SHORTEST_NAP))
    return turn


@contextmanager
def paced(pacer: Pacer, request: PacedRequest, tell: Tell | None = None) -> Iterator[Slot]:
    """The block sends the request and waits for its answer, when its turn has come.

    What the block raises tells how the request ended: a PacingViolation holds back everybody for a while, as do two
    time-outs in a row.
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
