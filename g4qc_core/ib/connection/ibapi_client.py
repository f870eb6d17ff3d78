"""One connection to TWS or IB Gateway, and blocking requests over it.

`ibapi` encodes the requests and decodes the answers. The socket, the reader thread, deadlines and the ends of requests
are implemented here, because those of `ibapi` lose data, wait forever and fail silently. Works with `ibapi` 9.81.1 and
the 10.x builds of the same module name, on the text protocol only. A client serves one connection; its answers are
`ibapi`'s own objects, which `parsing` translates.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from ibapi.client import EClient
from ibapi.contract import Contract as IbContract

from g4qc_core.errors import GatewayDisconnected, GatewayError, GatewayTimeout, GatewayUnavailable, UnreadableAnswer
from g4qc_core.ib.advice import ACCOUNT, Advice
from g4qc_core.ib.connection.answer_kinds import AWAITED, AnswerKind
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.connection.decoding import CONTRACT, TolerantDecoder, contract_named, request_of
from g4qc_core.ib.connection.dialling import NEWEST, OLDEST, open_wire
from g4qc_core.ib.connection.pending_answers import Answers, Pending
from g4qc_core.ib.connection.tcp_wire import BadFrame, Wire
from g4qc_core.ib.history_requests import HistoryQuery

log = logging.getLogger(__name__)

# Older protocols have no message for them, and no build of ibapi that stops there can read one.
_SCHEDULES = 165

_SERVERS_LOST_PATIENCE = 60.0
_FARM_PATIENCE = 60.0
# seconds that an answer may still take after the gateway reported part of it as unavailable
_DOUBT_PATIENCE = 15.0

# ibapi logs every request at INFO and every field at DEBUG: thousands of records per request under a verbose root
# logger.
if logging.getLogger("ibapi").level == logging.NOTSET:
    logging.getLogger("ibapi").setLevel(logging.WARNING)


class IbClient:
    """A ready connection; create one with `IbClient.connect`.

    Methods may be called from several threads. Each raises the matching `GatewayError` within the deadline:
    `request_timeout` seconds without progress, where an arriving bar or a part of a long answer is progress.
    """

    def __init__(
        self, wire: Wire, address: str, protocol: int, client_id: int, request_timeout: float, advice: Advice
    ) -> None:
        self.protocol = protocol
        self._wire = wire
        self._address = address
        self._timeout = request_timeout
        self._heartbeat = min(15.0, request_timeout / 3)
        self._pinged_at: float | None = None
        self._answers = self._new_answers(address, advice)
        self._request_ids = itertools.count(1)
        self._time_keys = itertools.count(-2, -1)
        self._api = EClient(self._answers)
        self._api.conn = wire
        self._api.clientId = client_id
        self._api.serverVersion_ = protocol
        self._api.setConnState(EClient.CONNECTED)
        self._decoder = TolerantDecoder(self._answers, protocol)
        self._reader = threading.Thread(target=self._read, name=f"ib-reader-{address}", daemon=True)

    @classmethod
    def connect(
        cls,
        host: str,
        port: int,
        client_id: int,
        connect_timeout: float,
        request_timeout: float,
        max_protocol: int = NEWEST,
        advice: Advice = ACCOUNT,
    ) -> Self:
        """Connect, and return when the gateway is ready for requests; see `IbSource` for the arguments.

        Raises:
            GatewayUnavailable: nothing listens, or the peer stays silent.
            ClientTooOld: the gateway speaks only protocols newer than this client.
            GatewayRefused: the peer is no gateway that this client can talk to.
            ClientIdInUse: another session has this client id.
        """
        address = f"{host}:{port}"
        deadline = time.monotonic() + connect_timeout
        build = Build.installed()
        newest, too_old = build.spoken(max_protocol), partial(build.too_old, allowed=max_protocol)
        wire, protocol = open_wire(host, port, OLDEST, newest, connect_timeout, advice, too_old)
        try:
            client = cls(wire, address, protocol, client_id, request_timeout, advice)
            client._start(deadline, connect_timeout)
        except BaseException:
            wire.disconnect()
            raise
        return client

    @property
    def accounts(self) -> list[str]:
        """The accounts that the gateway manages, at least one."""
        return self._answers.accounts

    @property
    def connected(self) -> bool:
        """False once the connection has ended, for any reason."""
        return self._wire.isConnected() and not self._answers.ended

    def close(self) -> None:
        """End the connection, its thread and open requests; harmless the second time."""
        self._answers.end(GatewayDisconnected(f"The connection to the gateway at {self._address} was closed here."))
        self._wire.disconnect()
        if self._reader.is_alive() and self._reader is not threading.current_thread():
            self._reader.join()

    def current_time(self) -> int:
        """Return the gateway's clock, in whole seconds since 1970 UTC."""
        key = next(self._time_keys)
        return self._ask(key, AnswerKind.TIME, "The gateway's clock", lambda _: self._api.reqCurrentTime())[0]

    def contract_details(self, subject: str, contract: IbContract) -> list[Any]:
        """Return `ContractDetails` of all matching contracts; `subject` begins the text of an error.

        Raises:
            UnreadableAnswer: one of them cannot be read.
        """
        found = self.contracts_described(subject, contract)
        for why in (entry.unreadable for entry in found if hasattr(entry, "unreadable")):
            raise UnreadableAnswer(f"{subject}: {why}.")
        return found

    def contracts_described(self, subject: str, contract: IbContract) -> list[Any]:
        """Return the same; unreadable details name their contract and have an attribute `unreadable`, the reason."""
        found = self._ask(
            next(self._request_ids),
            AnswerKind.CONTRACTS,
            subject,
            lambda request_id: self._api.reqContractDetails(request_id, contract),
        )
        if not found:  # if there is none, a gateway reports an error (200)
            raise UnreadableAnswer(f"{subject}: the gateway ended its list without a contract.")
        return found

    def head_timestamp(self, subject: str, contract: IbContract, what: str = "TRADES") -> str:
        """Return the start of the contract's bars as the gateway writes it, usually seconds since 1970 UTC."""
        self._await_farms(subject)
        key = next(self._request_ids)
        try:
            return self._ask(
                key, AnswerKind.HEAD, subject, lambda i: self._api.reqHeadTimeStamp(i, contract, what, 0, 2)
            )[0]
        finally:
            # An answered head timestamp still counts as an open request of history until it is cancelled.
            self._api.cancelHeadTimeStamp(key)

    def history(self, subject: str, contract: IbContract, query: HistoryQuery, what: str = "TRADES") -> list[Any]:
        """Return `BarData` of all hours, times as seconds since 1970 UTC; may be empty."""

        def send(request_id: int) -> None:
            self._api.reqHistoricalData(
                request_id, contract, query.end, query.duration, query.bar_size, what, 0, 2, False, []
            )

        self._await_farms(subject)
        return self._ask(next(self._request_ids), AnswerKind.BARS, subject, send, self._api.cancelHistoricalData)

    @property
    def supports_schedules(self) -> bool:
        """True if both ends of this connection support historical schedules."""
        return self.protocol >= _SCHEDULES

    def schedule(self, subject: str, contract: IbContract, end: str, duration: str) -> tuple[list[Any], str]:
        """Return `HistoricalSession` of the window in all hours, and the name of the time zone of their times."""

        def send(request_id: int) -> None:
            self._api.reqHistoricalData(request_id, contract, end, duration, "1 day", "SCHEDULE", 0, 2, False, [])

        self._await_farms(subject)
        return self._ask(next(self._request_ids), AnswerKind.SCHEDULE, subject, send, self._api.cancelHistoricalData)[0]

    def _new_answers(self, address: str, advice: Advice) -> Answers:
        return Answers(address, advice)

    def _start(self, deadline: float, timeout: float) -> None:
        self._reader.start()
        self._api.startApi()
        ready = self._answers.ready
        if not ready.done.wait(max(0.0, deadline - time.monotonic())):
            self.close()
            raise GatewayUnavailable(
                f"The gateway at {self._address} took the connection but was not ready within {timeout:g} s: "
                f"{self._answers.advice.ready}."
            )
        if ready.error is not None:
            self.close()
            if isinstance(ready.error, GatewayDisconnected):
                raise GatewayUnavailable(f"{str(ready.error)[:-1]} before it was ready: try again.")
            raise ready.error

    def _await_farms(self, subject: str) -> None:
        patience = min(_FARM_PATIENCE, self._timeout)
        if self._answers.farms_up.wait(patience):
            return
        # Send the next request anyway: a missed notice that a farm is back must not block requests forever.
        down = ", ".join(sorted(self._answers.forget_farms()))
        raise GatewayUnavailable(
            f"{subject}: Interactive Brokers' farm of historical data ({down}) is down, and was not back within "
            f"{patience:g} s; it comes back by itself, try again later."
        )

    def _ask(
        self,
        key: int,
        awaits: AnswerKind,
        subject: str,
        send: Callable[[int], None],
        cancel: Callable[[int], None] | None = None,
    ) -> list[Any]:
        pending = self._answers.open(key, subject, awaits)
        try:
            send(key)
            self._wait(pending)
        finally:
            self._answers.forget(key)
            if cancel is not None and not pending.done.is_set():
                cancel(key)
        return pending.rows

    def _wait(self, pending: Pending) -> None:
        asked_at = time.monotonic()
        progress, since = self._progress(pending), asked_at
        while not pending.done.wait(min(0.25, self._heartbeat / 2)):
            now = time.monotonic()
            if self._progress(pending) != progress:
                progress, since = self._progress(pending), now
            self._check_servers(pending, asked_at, now)
            if now - since >= (min(_DOUBT_PATIENCE, self._timeout) if pending.doubt else self._timeout):
                raise pending.doubt or GatewayTimeout(
                    f"{pending.subject}: no answer within {self._timeout:g} s{self._last_notice()}."
                )
            self._check_pulse(now)
        if pending.error is not None:
            raise pending.error

    def _progress(self, pending: Pending) -> tuple[int, int]:
        return len(pending.rows), self._wire.unfinished

    def _check_servers(self, pending: Pending, asked_at: float, now: float) -> None:
        # Each request waits on its own: a missed notice that servers are back must not block requests forever.
        lost_at = self._answers.servers_lost_at
        if lost_at is not None and now - max(lost_at, asked_at) >= min(_SERVERS_LOST_PATIENCE, self._timeout):
            raise GatewayUnavailable(
                f"{pending.subject}: the gateway has lost its own connection to Interactive Brokers; "
                "it comes back by itself, try again later."
            )

    def _check_pulse(self, now: float) -> None:
        # A peer that vanished without a FIN leaves an open socket on which nothing ever arrives.
        pinged_at = self._pinged_at
        if now - self._wire.heard_at < self._heartbeat:
            self._pinged_at = None
        elif pinged_at is None:
            self._pinged_at = now
            self._api.reqCurrentTime()
        elif now - pinged_at >= self._heartbeat:
            silence = now - self._wire.heard_at
            self._end(GatewayDisconnected(f"The gateway at {self._address} has been silent for {silence:.3g} s."))

    def _read(self) -> None:
        reason = "closed the connection"
        try:
            for frame in self._wire.frames():
                self._dispatch(frame)
        except GatewayError as error:
            reason = str(error)
        except BadFrame as error:
            reason = f"sent what is no message ({error})"
        except OSError as error:
            # A peer that hangs up before reading shows as a reset or a failed send: the same as a plain end.
            if not isinstance(error, ConnectionError) and self._wire.isConnected():
                reason = f"broke the connection ({error})"
        except Exception as error:  # without this thread no request would ever be answered
            log.exception("The answers of the gateway at %s are no longer read.", self._address)
            reason = f"sent what ended the reader of its answers ({type(error).__name__}: {error})"
        self._end(GatewayDisconnected(f"The gateway at {self._address} {reason}{self._last_notice()}."))

    def _dispatch(self, frame: bytes) -> None:
        try:
            self._decoder.read(frame)
        except Exception as error:  # noqa: BLE001 - one message that cannot be read must not end the connection
            self._doubt(frame, error)

    def _doubt(self, frame: bytes, error: Exception) -> None:
        """Fail the request of an unreadable answer, or mark one contract of several; the connection continues."""
        head = frame.partition(b"\0")[0]
        if head not in AWAITED:
            log.warning("A message %r of the gateway cannot be read: %r", head[:10], error)
            return
        about = f"the gateway sent a message {head.decode()} that cannot be read ({type(error).__name__}: {error})"
        log.warning("%s: %r", about, frame[:200])
        request = request_of(frame, self.protocol)
        if head == CONTRACT and request is not None:
            # One contract of several: the others are kept, and this one is marked as unreadable.
            self._answers.unreadable_contract(request, contract_named(frame, self.protocol, about), about)
        else:
            self._answers.unreadable(request, AWAITED[head], about)

    def _end(self, error: GatewayDisconnected) -> None:
        self._answers.end(error)
        self._wire.disconnect()

    def _last_notice(self) -> str:
        return f" (its last notice is {self._answers.notice})" if self._answers.notice else ""
