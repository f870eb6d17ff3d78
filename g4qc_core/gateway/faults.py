"""What a gateway can be told to do wrong, switch by switch.

Plain data: a test sets a switch before or between requests, and the gateway looks at it when it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Silence(StrEnum):
    """From where on the gateway says nothing more, though it keeps the connection."""

    NEVER = "never"
    HANDSHAKE = "handshake"
    """It accepts the connection and never answers the handshake."""
    START = "start"
    """It shakes hands and never says that it is ready."""
    HISTORY = "history"
    """It answers all but bars and head timestamps; `SimulatedGateway.release` answers those that wait."""
    REQUESTS = "requests"
    """It answers nothing after it said that it is ready, the time included."""


@dataclass(frozen=True)
class Stall:
    """A pause in the middle of an answer, after exactly `after_bytes` of it."""

    after_bytes: int
    seconds: float


@dataclass
class Faults:
    """The switches; all off is a gateway that behaves.

    Attributes:
        silence: see `Silence`.
        enforce_rates: more than 50 messages in a second end in error 100 and a closed connection.
        delay: seconds before each answer with bars.
        stall: pause in the next answer with bars; used up by it.
        cut_after_bytes: close the connection after so many bytes of the next answer with bars; used up by it.
        close_after_requests: close the connection when so many more requests for bars came; counts down.
        next_error: code and text that answer the next request that carries an id; used up by it.
    """

    silence: Silence = Silence.NEVER
    enforce_rates: bool = False
    delay: float = 0.0
    stall: Stall | None = None
    cut_after_bytes: int | None = None
    close_after_requests: int | None = None
    next_error: tuple[int, str] | None = None

    def take_stall(self) -> Stall | None:
        """The stall, which is then off."""
        taken, self.stall = self.stall, None
        return taken

    def take_cut(self) -> int | None:
        """The place of the cut, which is then off."""
        taken, self.cut_after_bytes = self.cut_after_bytes, None
        return taken

    def take_error(self) -> tuple[int, str] | None:
        """The error, which is then off."""
        taken, self.next_error = self.next_error, None
        return taken

    def closes_now(self) -> bool:
        """Counts one request for bars; true when the connection shall close on it."""
        if self.close_after_requests is None:
            return False
        self.close_after_requests -= 1
        if self.close_after_requests > 0:
            return False
        self.close_after_requests = None
        return True
