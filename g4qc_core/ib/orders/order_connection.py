"""A connection that trades: the client of `connection`, with events, lists to their end, and a pulse of its own."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ibapi.execution import ExecutionFilter

from g4qc_core.errors import GatewayDisconnected
from g4qc_core.ib.advice import Advice
from g4qc_core.ib.connection.answer_kinds import AnswerKind
from g4qc_core.ib.connection.decoding import request_of
from g4qc_core.ib.connection.ibapi_client import IbClient
from g4qc_core.ib.connection.tcp_wire import Wire
from g4qc_core.ib.orders.event_queue import EventQueue
from g4qc_core.ib.orders.gateway_time import GatewayTime
from g4qc_core.ib.orders.live_bars import LiveBars
from g4qc_core.ib.orders.order_callbacks import OrderCallbacks
from g4qc_core.ib.orders.order_encoding import traded_contract
from g4qc_core.ib.times import zone_in
from g4qc_core.trading.broker import TradedContract

# Kinds of the lists whose messages name no request, or whose loss matters although nobody asked.
_ABOUT_ORDERS: dict[bytes, AnswerKind | None] = {
    b"3": None,
    b"4": None,
    b"5": AnswerKind.OPEN_ORDERS,
    b"9": AnswerKind.NEXT_ID,
    b"11": AnswerKind.EXECUTIONS,
    b"53": AnswerKind.OPEN_ORDERS,
    b"55": AnswerKind.EXECUTIONS,
    b"59": AnswerKind.EXECUTIONS,
    b"61": AnswerKind.POSITIONS,
    b"62": AnswerKind.POSITIONS,
    b"101": AnswerKind.COMPLETED_ORDERS,
    b"102": AnswerKind.COMPLETED_ORDERS,
}
# Place of the request id in the messages of live bars.
_LIVE = {b"50": 2, b"90": 1, b"17": 1}

_EXECUTION = b"11"


class OrderConnection(IbClient):
    """A ready connection with events; create one with `OrderConnection.connect`.

    Attributes:
        events: what the gateway tells, in order of arrival; the last one is the end of the connection.
        clock: the gateway's clock.
        streams: the subscriptions to bars.
    """

    def __init__(
        self, wire: Wire, address: str, protocol: int, client_id: int, request_timeout: float, advice: Advice
    ) -> None:
        self.events = EventQueue()
        self.clock = GatewayTime()
        self._connected_by = client_id
        self._zone = zone_in(wire.greeting) or UTC
        super().__init__(wire, address, protocol, client_id, request_timeout, advice)
        self.streams = self.callbacks.streams = LiveBars(self, self.events.put)
        self._listing = threading.Lock()
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name=f"ib-pulse-{address}", daemon=True)

    @property
    def callbacks(self) -> OrderCallbacks:
        """What the gateway has told so far."""
        assert isinstance(self._answers, OrderCallbacks)
        return self._answers

    def close(self) -> None:
        """End the connection, its threads and open requests; harmless the second time."""
        self._stopped.set()
        super().close()
        if self._watcher.is_alive() and self._watcher is not threading.current_thread():
            self._watcher.join()

    def send(self, message: bytes, about: str) -> None:
        """Send an encoded message.

        Raises:
            GatewayDisconnected: the connection has ended; unless it had ended before, the message may have left.
        """
        self.check_connected(about)
        if not self._wire.sendMsg(message):
            raise GatewayDisconnected(
                f"{about}: the connection to the gateway at {self._address} broke while the message was sent, "
                "so that it may or may not have arrived."
            )

    def check_connected(self, about: str) -> None:
        """Raise GatewayDisconnected if the connection has ended."""
        if not self.connected:
            raise GatewayDisconnected(f"{about}: the connection to the gateway at {self._address} has ended.")

    def current(self) -> datetime:
        """Return the gateway's clock, UTC; asks in the background if its last answer is old."""
        if self.clock.due() and self.connected:
            self._api.reqCurrentTime()
        return self.clock.now()

    def listed(
        self,
        kind: AnswerKind,
        subject: str,
        send: Callable[[int], None],
        cancel: Callable[[int], None] | None = None,
        key: int | None = None,
    ) -> list[Any]:
        """Return the rows of a list, complete to its end.

        Args:
            kind: of the list; there is one question at a time.
            subject: begins the text of an error.
            send: sends the question with its id.
            cancel: ends the subscription that the question began.
            key: id of the question, an order id that is used by it; None: a new one.
        """
        with self._listing:
            if key is not None:
                self.callbacks.use(key)
            request_id = self.new_id() if key is None else key
            try:
                return self._ask(request_id, kind, subject, send)
            finally:
                if cancel is not None and self.connected:
                    cancel(request_id)

    def open_orders(self) -> list[Any]:
        """Return the open orders of all clients, with repetitions."""
        return self.listed(AnswerKind.OPEN_ORDERS, "The open orders", lambda _: self._api.reqAllOpenOrders())

    def completed_orders(self) -> list[Any]:
        """Return the completed orders."""
        return self.listed(
            AnswerKind.COMPLETED_ORDERS, "The completed orders", lambda _: self._api.reqCompletedOrders(False)
        )

    def executions(self) -> list[Any]:
        """Return the executions and the costs that came with them."""
        return self.listed(
            AnswerKind.EXECUTIONS, "The executions", lambda i: self._api.reqExecutions(i, ExecutionFilter())
        )

    def positions(self) -> list[Any]:
        """Return the positions, with repetitions."""
        return self.listed(
            AnswerKind.POSITIONS,
            "The positions",
            lambda _: self._api.reqPositions(),
            lambda _: self._api.cancelPositions(),
        )

    def account_values(self, tags: str) -> list[tuple[str, str, str]]:
        """Return account, tag and value of the figures named by `tags`, comma-separated."""
        return self.listed(
            AnswerKind.ACCOUNT_VALUES,
            "The values of the account",
            lambda i: self._api.reqAccountSummary(i, "All", tags),
            lambda i: self._api.cancelAccountSummary(i),
        )

    def fresh_order_id(self) -> int:
        """Return the next valid order id, asked anew."""
        self.listed(AnswerKind.NEXT_ID, "The next order id", lambda _: self._api.reqIds(-1))
        return self.callbacks.next_order_id

    def new_id(self) -> int:
        """Return an id that was never used on this connection."""
        return next(self._request_ids)

    def ask_bars(self, request_id: int, contract: TradedContract, duration: str, *, live: bool) -> None:
        """Ask for the minutes of a past duration, and for updates if `live`."""
        self._api.reqHistoricalData(
            request_id, traded_contract(contract), "", duration, "1 min", "TRADES", 0, 2, live, []
        )

    def ask_five_seconds(self, request_id: int, contract: TradedContract) -> None:
        """Ask for five-second bars."""
        self._api.reqRealTimeBars(request_id, traded_contract(contract), 5, "TRADES", False, [])

    def cancel_bars(self, request_id: int) -> None:
        """End a request of `ask_bars`."""
        if self.connected:
            self._api.cancelHistoricalData(request_id)

    def cancel_five_seconds(self, request_id: int) -> None:
        """End a request of `ask_five_seconds`."""
        if self.connected:
            self._api.cancelRealTimeBars(request_id)

    def _new_answers(self, address: str, advice: Advice) -> OrderCallbacks:
        return OrderCallbacks(address, advice, self._connected_by, self.events, self.clock, self._zone)

    def _start(self, deadline: float, timeout: float) -> None:
        super()._start(deadline, timeout)
        self._request_ids = itertools.count(self.callbacks.request_ids.start)
        self._watcher.start()
        try:
            self.current_time()
        except BaseException:
            self.close()
            raise

    def _watch(self) -> None:
        """Notice a peer that vanished, also while nobody asks for anything."""
        while not self._stopped.wait(min(0.25, self._heartbeat / 4)) and self.connected:
            self._check_pulse(time.monotonic())

    def _doubt(self, frame: bytes, error: Exception) -> None:
        head = frame.partition(b"\0")[0]
        super()._doubt(frame, error)
        about = f"the gateway sent a message {head.decode('ascii', 'replace')[:10]} that cannot be read ({error})"
        if head in _ABOUT_ORDERS:
            request = request_of(frame, self.protocol) if head != _EXECUTION else _number(frame, 1)
            # A range searches for what is no integer one by one.
            named = request if request is not None and request in self.callbacks.request_ids else None
            self.callbacks.lost_message(_ABOUT_ORDERS[head], named, about)
        elif head in _LIVE:
            self.streams.end(_number(frame, _LIVE[head]) or 0, f"{about[:1].upper()}{about[1:]}.")


def _number(frame: bytes, place: int) -> int | None:
    fields = frame.split(b"\0", place + 1)
    try:
        return int(fields[place])
    except (IndexError, ValueError):
        return None
