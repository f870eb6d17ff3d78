"""The gateway's answers, matched to the requests that await them.

`ibapi`'s decoder calls the methods of `Answers` on the reader thread; the caller of a request waits on a `Pending`.
Both spellings of the callbacks that changed between `ibapi` 9.81 and 10.x are supported. Nothing is sent from here.
"""

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ibapi.wrapper import EWrapper

from g4qc_core.errors import GatewayDisconnected, GatewayError, PacingViolation, RequestCancelled, UnreadableAnswer
from g4qc_core.ib.advice import ACCOUNT, Advice, advice_for, origin_of
from g4qc_core.ib.codes import DATA_LOST, FARM_BACK, FARM_LOST, SERVERS_BACK, SERVERS_LOST, meaning
from g4qc_core.ib.connection.answer_kinds import AnswerKind

log = logging.getLogger(__name__)

NO_REQUEST = -1
# A gateway writes an id that is missing as -1 or as the largest integer.
_MISSING = (NO_REQUEST, 2**31 - 1)

# The connection ends, or its requests were too many (100): no open request will be answered.
_ENDS_ALL = (GatewayDisconnected, PacingViolation)


class Pending:
    """An open request: rows as they arrive, then done, or failed with `error`.

    Attributes:
        awaits: kind of answer that the request awaits.
        doubt: error from the gateway that ends the request unless an answer still arrives.
    """

    def __init__(self, subject: str, awaits: AnswerKind) -> None:
        self.subject = subject
        self.awaits = awaits
        self.rows: list[Any] = []
        self.done = threading.Event()
        self.error: GatewayError | None = None
        self.doubt: GatewayError | None = None

    def finish(self, error: GatewayError | None = None) -> None:
        """End the request; the first end counts."""
        if not self.done.is_set():
            self.error = error
            self.done.set()


class Answers(EWrapper):
    """The state of one connection, from every message received on it.

    Attributes:
        ready: pending request that ends when the gateway has sent the next valid id and the accounts.
        accounts: names of the accounts that the gateway manages.
        servers_lost_at: `time.monotonic()` since when the gateway has no connection to Interactive Brokers, or None.
        farms_up: event, set while no farm of historical data is known to be down.
        notice: the gateway's last message that names no request.
        advice: wording of errors, for the kind of gateway that its account shows.
    """

    def __init__(self, address: str, advice: Advice = ACCOUNT) -> None:
        super().__init__()
        self.ready = Pending(f"The gateway at {address}", AnswerKind.READY)
        self.advice = advice
        self.accounts: list[str] = []
        self.servers_lost_at: float | None = None
        self.farms_up = threading.Event()
        self.farms_up.set()
        self.notice = ""
        self._farms_down: set[str] = set()
        self._lock = threading.Lock()
        self._pending: dict[int, Pending] = {}
        self._next_id_known = False
        self._end: GatewayError | None = None

    def open(self, key: int, subject: str, awaits: AnswerKind) -> Pending:
        """Register a request under `key`, used once; raise the error that ended the connection, if it has ended.

        Keys below -1 are requests for the time, whose answer names no request.
        """
        pending = Pending(subject, awaits)
        with self._lock:
            if self._end is not None:
                raise _copy(self._end)
            self._pending[key] = pending
        return pending

    def forget(self, key: int) -> None:
        """Ignore everything that still arrives for this key."""
        with self._lock:
            self._pending.pop(key, None)

    def end(self, error: GatewayError) -> None:
        """End the connection: open and later requests fail with `error`. The first end counts."""
        with self._lock:
            if self._end is not None:
                return
            self._end = error
            waiting = [self.ready, *self._pending.values()]
        for pending in waiting:
            pending.finish(_copy(error))
        self.farms_up.set()

    def forget_farms(self) -> set[str]:
        """Assume that all farms are up until the gateway says otherwise; return those that were down."""
        down, self._farms_down = self._farms_down, set()
        self.farms_up.set()
        return down

    def unreadable(self, key: int | None, kind: AnswerKind | None, about: str) -> None:
        """Fail the request whose answer cannot be read.

        Args:
            key: id of the request; None if the answer names none: the only open request of this kind fails.
            kind: kind of the answer; None for an error, which may belong to any request.
            about: description of the message, for the error.
        """
        waiting = dict(self._pending) if self.ready.done.is_set() else {NO_REQUEST: self.ready}
        if key is None:
            fitting = [one for one in waiting.values() if kind in (None, one.awaits)]
        else:
            fitting = [waiting[key]] if key in waiting else []
        if len(fitting) == 1 or kind is AnswerKind.TIME:
            for pending in fitting:
                pending.finish(UnreadableAnswer(f"{pending.subject}: {about}."))

    def unreadable_contract(self, key: int, entry: Any, about: str) -> None:
        """Keep a contract that cannot be read; its request fails only if the end of the answer does not arrive."""
        pending = self._waiting(key, AnswerKind.CONTRACTS)
        if pending is not None:
            pending.doubt = UnreadableAnswer(f"{pending.subject}: {about}.")
            pending.rows.append(entry)

    @property
    def ended(self) -> bool:
        """The error that ended the connection; None while it is open."""
        return self._end is not None

    # ibapi's decoder calls the following methods and chooses their names.

    def managedAccounts(self, accountsList: str) -> None:
        """Take the accounts of the gateway, comma-separated."""
        names = [name.strip() for name in accountsList.split(",") if name.strip()]
        if self.accounts or not names:
            # The first list counts, because the origin of stored bars depends on it.
            log.info("The gateway names its accounts once more, as %r.", accountsList[:200])
        else:
            self.accounts = names
            self.advice = advice_for(origin_of(self.accounts[0]))
        self._check_ready()

    def nextValidId(self, orderId: int) -> None:
        """Take the next order id, which completes the handshake."""
        self._next_id_known = True
        self._check_ready()

    def currentTime(self, time: int) -> None:
        """Take the gateway's clock, in seconds since 1970 UTC."""
        for key in [k for k in list(self._pending) if k < NO_REQUEST]:
            self._finish(key, AnswerKind.TIME, row=time)

    def contractDetails(self, reqId: int, contractDetails: Any) -> None:
        """Take one contract of an answer."""
        self._add(reqId, AnswerKind.CONTRACTS, contractDetails)

    def contractDetailsEnd(self, reqId: int) -> None:
        """Take the end of an answer with contracts."""
        self._finish(reqId, AnswerKind.CONTRACTS)

    def historicalData(self, reqId: int, bar: Any) -> None:
        """Take one bar of an answer."""
        self._add(reqId, AnswerKind.BARS, bar)

    def historicalDataEnd(self, reqId: int, start: str, end: str) -> None:
        """Take the end of an answer with bars."""
        self._finish(reqId, AnswerKind.BARS)

    def historicalSchedule(
        self, reqId: int, startDateTime: str, endDateTime: str, timeZone: str, sessions: Any
    ) -> None:
        """Take an answer with sessions."""
        self._finish(reqId, AnswerKind.SCHEDULE, row=(sessions, timeZone))

    def headTimestamp(self, reqId: int, headTimestamp: str) -> None:
        """Take the start of a contract's bars."""
        self._finish(reqId, AnswerKind.HEAD, row=headTimestamp)

    def commissionReport(self, commissionReport: Any) -> None:
        """Ignore a fill of another client, as `ibapi` spells it until 10.30."""

    def commissionAndFeesReport(self, commissionAndFeesReport: Any) -> None:
        """Ignore a fill of another client, as `ibapi` spells it since 10.33."""

    def error(self, reqId: int, *details: Any) -> None:
        """Take an error: `(code, text)` in 9.81, `(code, text, json)` to 10.30, `(time, code, text, json)` since."""
        timed = len(details) >= 3 and isinstance(details[1], int)
        code, text = details[1:3] if timed else details[0:2]
        text = " ".join(text.split())
        if reqId in _MISSING:
            self._hear(code, text)
            return
        pending = self._pending.get(reqId)
        if pending is None:
            self._hear_of_other(reqId, code, text)
            return
        row = meaning(code, text)
        if row.error is None:
            log.info("%s: %s (%s: %s)", pending.subject, self.advice.meaning(row), code, text)
        else:
            error = row.error(f"{pending.subject}: {self.advice.meaning(row)} (the gateway says {code}: {text}).", code)
            if row.provisional:
                pending.doubt = error
            else:
                pending.finish(error)

    def _hear(self, code: int, text: str) -> None:
        row = meaning(code, text)
        log.info("The gateway says %s: %s", code, text)
        self.notice = f"{code}: {text}"
        sentence = f"{self.ready.subject}: {self.advice.meaning(row)} (it says {self.notice})."
        if code in SERVERS_LOST:
            self.servers_lost_at = self.servers_lost_at or time.monotonic()
        elif code in (FARM_LOST, FARM_BACK):
            self._hear_of_farm(text.rpartition(":")[2].strip(), down=code == FARM_LOST)
        elif code in SERVERS_BACK:
            self.servers_lost_at = None
            self.forget_farms()
            if code == DATA_LOST:
                self._fail_all(
                    RequestCancelled(f"The gateway lost its open requests ({self.notice}): ask again.", code)
                )
        elif row.error is not None and not self.ready.done.is_set():
            self.ready.finish(row.error(sentence, code))
        elif row.error is not None and issubclass(row.error, _ENDS_ALL):
            # The gateway hangs up some time after this error: the next request needs a new connection.
            self.end(row.error(sentence, code))

    def _hear_of_other(self, key: int, code: int, text: str) -> None:
        """Take an error about an id that no request awaits."""
        log.debug("The gateway says %s of request %s, which nobody waits for: %s", code, key, text)

    def _hear_of_farm(self, name: str, *, down: bool) -> None:
        if down:
            self._farms_down.add(name)
            self.farms_up.clear()
            return
        self._farms_down.discard(name)
        if not self._farms_down:
            self.farms_up.set()

    def _check_ready(self) -> None:
        if self._next_id_known and self.accounts:
            self.ready.finish()

    def misplaced(self, key: int, kind: str) -> None:
        """Fail an open request that is answered with another kind; ignore answers that no request awaits."""
        pending = self._pending.get(key)
        if pending is None or pending.done.is_set():
            log.debug("The gateway sends %s for request %s, which nobody waits for.", kind, key)
        else:
            sentence = f"the gateway answered with {kind} and was asked for {pending.awaits}"
            log.warning("%s: %s.", pending.subject, sentence)
            pending.finish(UnreadableAnswer(f"{pending.subject}: {sentence}."))

    def _waiting(self, key: int, kind: AnswerKind) -> Pending | None:
        """Return the open request that awaits this kind of answer; None if there is none."""
        pending = self._pending.get(key)
        if pending is not None and pending.awaits is kind and not pending.done.is_set():
            return pending
        self.misplaced(key, kind)
        return None

    def _add(self, key: int, kind: AnswerKind, row: Any) -> None:
        pending = self._waiting(key, kind)
        if pending is not None:
            pending.rows.append(row)

    def _finish(self, key: int, kind: AnswerKind, row: Any = None) -> None:
        pending = self._waiting(key, kind)
        if pending is not None:
            if row is not None:
                pending.rows.append(row)
            pending.finish()

    def _fail_all(self, error: GatewayError) -> None:
        with self._lock:
            waiting = list(self._pending.values())
        for pending in waiting:
            pending.finish(_copy(error))


def _copy(error: GatewayError) -> GatewayError:
    # One exception object raised in several threads would mix their tracebacks.
    return type(error)(str(error), error.code)


def _misplaced(name: str) -> Callable[..., None]:
    def answer(self: Answers, reqId: int, *_: Any, **__: Any) -> None:
        self.misplaced(reqId, f"what ibapi calls {name}")

    return answer


# Answers to requests that this client never makes, whose ids may equal those of requests that it makes.
for _name, _method in inspect.getmembers(EWrapper, inspect.isfunction):
    if _name not in vars(Answers) and list(inspect.signature(_method).parameters)[1:2] == ["reqId"]:
        setattr(Answers, _name, _misplaced(_name))
