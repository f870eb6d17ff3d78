"""What the gateway says about orders, on the reader thread: events in order of arrival, and rows of open lists.

`ibapi`'s decoder calls these methods. Nothing is sent from here, except by the subscriptions to bars.
"""

from __future__ import annotations

import logging
from datetime import tzinfo
from typing import Any

from g4qc_core.errors import GatewayError, ReadOnlyGateway, UnreadableAnswer
from g4qc_core.ib.advice import Advice
from g4qc_core.ib.codes import FARM_BACK, FARM_LOST, QUOTES_BACK, QUOTES_LOST, SERVERS_BACK, SERVERS_LOST, meaning
from g4qc_core.ib.connection.answer_kinds import AnswerKind
from g4qc_core.ib.connection.pending_answers import NO_REQUEST, Answers, Pending
from g4qc_core.ib.orders import broker_values
from g4qc_core.ib.orders.event_queue import EventQueue
from g4qc_core.ib.orders.gateway_time import GatewayTime
from g4qc_core.ib.orders.live_bars import LiveBars
from g4qc_core.trading.broker import Link, LinkChanged, OrderProblem

log = logging.getLogger(__name__)

_FIRST_REQUEST = 1_000_000_000
_LAST_REQUEST = 2**31 - 1

# A read-only gateway refuses these lists without naming a request.
_CLOSED_TO_READERS = (AnswerKind.OPEN_ORDERS, AnswerKind.COMPLETED_ORDERS, AnswerKind.NEXT_ID)


class OrderCallbacks(Answers):
    """The state of a connection that trades.

    Attributes:
        events: takes the events.
        clock: hears the gateway's clock.
        streams: the subscriptions to bars.
        zone: of times that name none.
        next_order_id: highest next valid id that the gateway told, above the ids used by `use`; 0 before the first.
        read_only: the gateway's refusal of orders, or None.
    """

    streams: LiveBars

    def __init__(
        self, address: str, advice: Advice, client_id: int, events: EventQueue, clock: GatewayTime, zone: tzinfo
    ) -> None:
        super().__init__(address, advice)
        self.events = events
        self.clock = clock
        self.zone = zone
        self.next_order_id = 0
        self.read_only: ReadOnlyGateway | None = None
        self._client_id = client_id
        self._farms_lost: set[str] = set()
        self._servers_lost = False

    @property
    def request_ids(self) -> range:
        """Ids for requests, apart from the ids of orders: an error names one or the other and not which."""
        if self.next_order_id < _FIRST_REQUEST:
            return range(_FIRST_REQUEST, _LAST_REQUEST)
        return range(1, _FIRST_REQUEST)

    def use(self, order_id: int) -> None:
        """Count an order id as used, although no order has it: a second message with it would be a duplicate."""
        self.next_order_id = max(self.next_order_id, order_id + 1)

    def end(self, error: GatewayError) -> None:
        """End the connection; the first end is the last event."""
        super().end(error)
        self.events.close(LinkChanged(Link.ENDED, str(error)))

    def lost_message(self, kind: AnswerKind | None, request: int | None, about: str) -> None:
        """Tell of a message about orders that cannot be read, and fail the list that it belongs to.

        The event is an `OrderProblem` with the order id -1 and code 0: what happened must be asked for.
        """
        for pending in list(self._pending.values()):
            if pending.awaits is kind and (request is None or self._pending.get(request) is pending):
                pending.finish(UnreadableAnswer(f"{pending.subject}: {about}."))
        self.events.put(OrderProblem(NO_REQUEST, 0, f"{about[:1].upper()}{about[1:]}."))

    # ibapi's decoder calls the following methods and chooses their names.

    def nextValidId(self, orderId: int) -> None:
        """Take the next order id; it never falls."""
        self.next_order_id = max(self.next_order_id, orderId)
        super().nextValidId(orderId)
        self._end_list(AnswerKind.NEXT_ID)

    def currentTime(self, time: int) -> None:
        """Take the gateway's clock, in seconds since 1970 UTC."""
        self.clock.heard(time)
        super().currentTime(time)

    def openOrder(self, orderId: int, contract: Any, order: Any, orderState: Any) -> None:
        """Take an open order, of a list or news, or the answer to a question what an order would change."""
        if order.whatIf:
            if orderId in self._pending:
                self._finish(orderId, AnswerKind.WHAT_IF, row=broker_values.margin_effect(orderState))
            return
        if self._is_fraction(contract, order.totalQuantity):
            return
        found = broker_values.open_order(contract, order, orderState)
        self._add_to_list(AnswerKind.OPEN_ORDERS, found)
        self.events.put(found)

    def openOrderEnd(self) -> None:
        """Take the end of a list of open orders."""
        self._end_list(AnswerKind.OPEN_ORDERS)

    def completedOrder(self, contract: Any, order: Any, orderState: Any) -> None:
        """Take a completed order of a list."""
        if not self._is_fraction(contract, order.totalQuantity):
            found = broker_values.completed_order(contract, order, orderState)
            self._add_to_list(AnswerKind.COMPLETED_ORDERS, found)

    def completedOrdersEnd(self) -> None:
        """Take the end of a list of completed orders."""
        self._end_list(AnswerKind.COMPLETED_ORDERS)

    def orderStatus(
        self,
        orderId: int,
        status: str,
        filled: Any,
        remaining: Any,
        avgFillPrice: float,
        permId: int,
        parentId: int,
        lastFillPrice: float,
        clientId: int,
        whyHeld: str,
        mktCapPrice: float,
    ) -> None:
        """Take a report about an order's progress."""
        if clientId != self._client_id and not (broker_values.is_whole(filled) and broker_values.is_whole(remaining)):
            log.info("An order of another client (%s) has fractions of a contract; it is passed over.", clientId)
            return
        self.events.put(
            broker_values.order_status(orderId, permId, clientId, status, filled, remaining, avgFillPrice, whyHeld)
        )

    def execDetails(self, reqId: int, contract: Any, execution: Any) -> None:
        """Take an execution, of a list or news."""
        if self._is_fraction(contract, execution.shares):
            return
        found = broker_values.execution(contract, execution, self.zone, self.clock.now())
        pending = self._pending.get(reqId)
        if pending is not None and pending.awaits is AnswerKind.EXECUTIONS:
            pending.rows.append(found)
        else:
            self.events.put(found)

    def execDetailsEnd(self, reqId: int) -> None:
        """Take the end of a list of executions."""
        self._finish(reqId, AnswerKind.EXECUTIONS)

    def commissionReport(self, commissionReport: Any) -> None:
        """Take the cost of an execution, as `ibapi` spells it until 10.30."""
        found = broker_values.commission(commissionReport)
        self._add_to_list(AnswerKind.EXECUTIONS, found)
        self.events.put(found)

    def commissionAndFeesReport(self, commissionAndFeesReport: Any) -> None:
        """Take the cost of an execution, as `ibapi` spells it since 10.33."""
        self.commissionReport(commissionAndFeesReport)

    def position(self, account: str, contract: Any, position: Any, avgCost: float) -> None:
        """Take a position of a list."""
        if not self._is_fraction(contract, position):
            self._add_to_list(AnswerKind.POSITIONS, broker_values.position(account, contract, position, avgCost))

    def positionEnd(self) -> None:
        """Take the end of a list of positions."""
        self._end_list(AnswerKind.POSITIONS)

    def accountSummary(self, reqId: int, account: str, tag: str, value: str, currency: str) -> None:
        """Take a figure of an account."""
        self._add(reqId, AnswerKind.ACCOUNT_VALUES, (account, tag, value))

    def accountSummaryEnd(self, reqId: int) -> None:
        """Take the end of the figures of the accounts."""
        self._finish(reqId, AnswerKind.ACCOUNT_VALUES)

    def historicalData(self, reqId: int, bar: Any) -> None:
        """Take one bar of an answer."""
        if self.streams.owns(reqId):
            self.streams.take_bar(reqId, bar)
        else:
            super().historicalData(reqId, bar)

    def historicalDataEnd(self, reqId: int, start: str, end: str) -> None:
        """Take the end of an answer with bars."""
        if self.streams.owns(reqId):
            self.streams.take_history_end(reqId)
        else:
            super().historicalDataEnd(reqId, start, end)

    def historicalDataUpdate(self, reqId: int, bar: Any) -> None:
        """Take an update of the bar in progress."""
        self.streams.take_update(reqId, bar)

    def realtimeBar(
        self,
        reqId: int,
        time: int,
        open_: float,
        high: float,
        low: float,
        close: float,
        volume: Any,
        wap: Any,
        count: int,
    ) -> None:
        """Take a bar of five seconds."""
        self.streams.take_five_seconds(reqId, time, (open_, high, low, close), volume)

    @property
    def servers_lost(self) -> bool:
        """True while the gateway is without its connection to Interactive Brokers, as far as it has said."""
        return self._servers_lost

    def _hear(self, code: int, text: str) -> None:
        super()._hear(code, text)
        row = meaning(code, text)
        if code in SERVERS_LOST and not self._servers_lost:
            self._servers_lost = True
            self.events.put(LinkChanged(Link.SERVERS_LOST, f"{code}: {text}"))
        elif code in SERVERS_BACK:
            self._servers_lost = False
            self._farms_lost.clear()
            # The ends come first: who subscribes again when the servers are back must not hear of the old ones.
            self.streams.end_all(f"The gateway was without its servers, and bars may be missing ({code}: {text}).")
            self.events.put(LinkChanged(Link.SERVERS_BACK, f"{code}: {text}"))
        elif code in (FARM_LOST, QUOTES_LOST):
            self._farms_lost.add(_farm(text))
        elif code in (FARM_BACK, QUOTES_BACK):
            self._hear_of_recovery(code, text)
        elif row.error is not None:
            self._hear_of_refusal(row.error, code, text)

    def _hear_of_other(self, key: int, code: int, text: str) -> None:
        if self.streams.owns(key):
            self.streams.take_error(key, meaning(code, text), text)
        elif key in self.request_ids:
            super()._hear_of_other(key, code, text)
        else:
            self._note_refusal(meaning(code, text).error, code, text)
            self.events.put(OrderProblem(key, code, text))

    def _hear_of_recovery(self, code: int, text: str) -> None:
        farm = _farm(text)
        if farm in self._farms_lost:
            self._farms_lost.discard(farm)
            self.streams.end_all(f"A farm was down and is back, and bars may be missing ({code}: {text}).")

    def _hear_of_refusal(self, kind: type[GatewayError], code: int, text: str) -> None:
        error = self._note_refusal(kind, code, text)
        for pending in list(self._pending.values()) if error is not None else ():
            if pending.awaits in _CLOSED_TO_READERS:
                pending.finish(error)
        self.events.put(OrderProblem(NO_REQUEST, code, text))

    def _note_refusal(self, kind: type[GatewayError] | None, code: int, text: str) -> ReadOnlyGateway | None:
        if kind is not ReadOnlyGateway:
            return None
        said = self.advice.meaning(meaning(code, text))
        self.read_only = ReadOnlyGateway(f"{self.ready.subject}: {said} (it says {code}: {text}).", code)
        return self.read_only

    def _is_fraction(self, contract: Any, size: Any) -> bool:
        """Return True for a part of a share or an amount of a currency, which no order of ours has."""
        if contract.secType == "FUT" or broker_values.is_whole(size):
            return False
        log.info("A size of %s in %s is no number of contracts; it is passed over.", size, contract.localSymbol)
        return True

    def _open_list(self, kind: AnswerKind) -> Pending | None:
        return next((one for one in list(self._pending.values()) if one.awaits is kind and not one.done.is_set()), None)

    def _add_to_list(self, kind: AnswerKind, row: object) -> None:
        pending = self._open_list(kind)
        if pending is not None:
            pending.rows.append(row)

    def _end_list(self, kind: AnswerKind) -> None:
        pending = self._open_list(kind)
        if pending is not None:
            pending.finish()


def _farm(text: str) -> str:
    return text.rpartition(":")[2].strip()
