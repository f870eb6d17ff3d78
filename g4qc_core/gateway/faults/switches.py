"""Switches for faults, set by tests, and the effect of a fault on one request.

Plain data. A switch is set before or between requests; a `fault_script` does the same for the nth request, an instant
or a probability. Both end in an `Effect`, which is all that sessions and connections look at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from g4qc_core.gateway.faults.misshapes import AS_IT_IS, Misshape

AFTER = sys.maxsize
"""As a number of bytes: after the whole answer."""


class FaultStage(StrEnum):
    """A point in a client's session at which a fault can happen."""

    CONNECT = "connect"
    HANDSHAKE = "handshake"
    START = "start"
    CONTRACTS = "contracts"
    HEAD = "head"
    HISTORY = "history"
    TIME = "time"
    BAR_UPDATE = "bar_update"
    """A message of a stream of bars."""
    BAR_END = "bar_end"
    """The last message about a bar; it is a `BAR_UPDATE`, too."""
    ORDER = "order"
    """The placing or changing of an order."""
    CANCEL = "cancel"
    """The cancellation of an order, or of all."""
    OPEN_ORDER = "open_order"
    """A report of an order's terms that the client has not asked for; so are the next three."""
    ORDER_STATUS = "order_status"
    EXECUTION = "execution"
    COMMISSION = "commission"
    OTHER = "other"
    """Other cancellations, and requests about an account; a script cannot name it."""


class Silence(StrEnum):
    """The point from which the gateway sends nothing more, although the connection stays open."""

    NEVER = "never"
    HANDSHAKE = "handshake"
    """It accepts the connection and never answers the handshake."""
    START = "start"
    """It completes the handshake and never reports that it is ready."""
    HISTORY = "history"
    """It answers all but bars and head timestamps; `SimulatedGateway.release` answers those that wait."""
    DATA = "data"
    """It answers neither these nor requests for contracts; they wait, and so do orders and reports about them."""
    REQUESTS = "requests"
    """It answers nothing after it has reported that it is ready, not even requests for the time."""


class End(StrEnum):
    """How a connection ends."""

    CLOSE = "close"
    MUTE = "mute"
    """It stays open, and nothing is sent on it any more."""
    HALF_OPEN = "half_open"
    """It stays open, and nothing is sent or read on it any more, not even the client's close."""


@dataclass(frozen=True)
class Stall:
    """A pause in the middle of an answer, after exactly `after_bytes` of it."""

    after_bytes: int
    seconds: float


@dataclass(frozen=True)
class Correction:
    """The correction of an execution, by so many ticks, after so many seconds."""

    ticks: int
    seconds: float


@dataclass(frozen=True)
class Effect:
    """The faults of one request and its answer; the default is none.

    Attributes:
        unanswered: the request gets no answer.
        held: the request waits for `SimulatedGateway.release`.
        delay: seconds before the answer.
        error: code and text of an error that replaces the answer.
        names_request: the error carries the request's id; otherwise it is about no request.
        spanish: errors are in Spanish.
        misshape: defects of the bars.
        garbled: the answer has a malformed message.
        head_text: text sent as the start of a contract's bars; None: the actual start.
        expiry_zone: time zone of last trades; None: the exchange's.
        stall: a pause in the answer.
        end: how the connection ends.
        end_after: bytes of the answer that are sent before the end; None: before anything happens; `AFTER`: after all.
        then: called after the answer.
        behind: the report comes after the next one.
        refused: code and text with which an order is not taken.
        rejected: code and text with which an order that was taken is rejected.
        largest_fill: most contracts of one execution of the order.
        fill_pause: seconds of the gateway's clock between these executions.
        fills_instead: the order that is to be cancelled fills.
        correction: the correction of the execution.
        ids_back: by how much the next valid id is too low.
        updates_error: code and text of an error that answers a request for bars that are kept up to date.
        twice: the message of a stream comes twice.
        stopped: the stream says nothing more, although it stays open.
        ticks_off: ticks by which the last price of a stream's bar is wrong.
    """

    unanswered: bool = False
    held: bool = False
    delay: float = 0.0
    error: tuple[int, str] | None = None
    names_request: bool = True
    spanish: bool = False
    misshape: Misshape = AS_IT_IS
    garbled: bool = False
    head_text: str | None = None
    expiry_zone: str | None = None
    stall: Stall | None = None
    end: End | None = None
    end_after: int | None = None
    then: tuple[Callable[[], None], ...] = ()
    behind: bool = False
    refused: tuple[int, str] | None = None
    rejected: tuple[int, str] | None = None
    largest_fill: int | None = None
    fill_pause: float = 0.0
    fills_instead: bool = False
    correction: Correction | None = None
    ids_back: int = 0
    updates_error: tuple[int, str] | None = None
    twice: bool = False
    stopped: bool = False
    ticks_off: int = 0


NOTHING_WRONG = Effect()

_WAITING = {
    Silence.HISTORY: (FaultStage.HEAD, FaultStage.HISTORY),
    Silence.DATA: (
        FaultStage.CONTRACTS,
        FaultStage.HEAD,
        FaultStage.HISTORY,
        FaultStage.ORDER,
        FaultStage.CANCEL,
    ),
}
_ID_IN_USE = (326, "Unable to connect as the client id is already in use. Retry with a unique client id.")


@dataclass
class Faults:
    """The switches; with all of them off the gateway has no faults.

    Attributes:
        silence: see `Silence`.
        enforce_rates: more than 50 messages in a second end in error 100 and a closed connection.
        delay: seconds before each answer with bars.
        stall: pause in the answer to the next request for bars; used once.
        cut_after_bytes: bytes of the answer to the next request for bars after which the connection closes; used once.
        close_after_requests: number of further requests for bars until the connection closes; counts down.
        next_error: code and text that answer the next request for contracts, bars or a head timestamp; used once.
        data_error: code and text that answer every request for bars or a head timestamp.
        busy: number of further clients that find their id in use (326); counts down.
        updates_error: code and text that answer every request for bars that are kept up to date.
        streams_down: no stream says anything.
    """

    silence: Silence = Silence.NEVER
    enforce_rates: bool = False
    delay: float = 0.0
    stall: Stall | None = None
    cut_after_bytes: int | None = None
    close_after_requests: int | None = None
    next_error: tuple[int, str] | None = None
    data_error: tuple[int, str] | None = None
    busy: int = 0
    updates_error: tuple[int, str] | None = None
    streams_down: bool = False

    def effect(self, stage: FaultStage) -> Effect:
        """Return the effect of the switches on one request, and reset the single-use switches."""
        if stage is FaultStage.CONNECT:
            return Effect(end=End.MUTE) if self.silence == Silence.HANDSHAKE else NOTHING_WRONG
        if stage is FaultStage.START:
            return self._at_start()
        if self.silence == Silence.REQUESTS:
            return Effect(unanswered=stage is not FaultStage.HANDSHAKE)
        if stage in (FaultStage.ORDER, FaultStage.CANCEL):
            return Effect(held=stage in _WAITING.get(self.silence, ()))
        if stage not in (FaultStage.CONTRACTS, FaultStage.HEAD, FaultStage.HISTORY):
            return NOTHING_WRONG
        effect = self._with_bars() if stage is FaultStage.HISTORY else NOTHING_WRONG
        error = self._take_error() or (self.data_error if stage is not FaultStage.CONTRACTS else None)
        return replace(effect, held=stage in _WAITING.get(self.silence, ()), error=error)

    def _at_start(self) -> Effect:
        if self.silence == Silence.START:
            return Effect(unanswered=True)
        if self.busy <= 0:
            return NOTHING_WRONG
        self.busy -= 1
        return Effect(error=_ID_IN_USE)

    def _with_bars(self) -> Effect:
        if self._closes_now():
            return Effect(end=End.CLOSE)
        stall, self.stall = self.stall, None
        cut, self.cut_after_bytes = self.cut_after_bytes, None
        end = End.CLOSE if cut is not None else None
        refused = self.updates_error
        return Effect(delay=self.delay, stall=stall, end=end, end_after=cut, updates_error=refused)

    def _take_error(self) -> tuple[int, str] | None:
        taken, self.next_error = self.next_error, None
        return taken

    def _closes_now(self) -> bool:
        if self.close_after_requests is None:
            return False
        self.close_after_requests -= 1
        if self.close_after_requests > 0:
            return False
        self.close_after_requests = None
        return True
