"""One client's session: which answer each request gets, and when.

Keeps the order of events: ready, requests, cancels, limits. The content of an answer comes from `replies` and
`account`; bytes go to `connection`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from g4qc_core.gateway.desk.client_desk import ClientDesk
from g4qc_core.gateway.faults.spanish import spanish
from g4qc_core.gateway.faults.switches import Effect, FaultStage
from g4qc_core.gateway.protocol import client_requests, layouts, replies
from g4qc_core.gateway.protocol.bar_request_rules import Refusal
from g4qc_core.gateway.protocol.connection import Connection
from g4qc_core.gateway.protocol.framing import MalformedFrame, MalformedRequest
from g4qc_core.gateway.protocol.house import House
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.protocol.request_context import NO_ID, RequestContext, read
from g4qc_core.gateway.protocol.request_kinds import RequestKind, kind_of
from g4qc_core.gateway.streams.client_streams import ClientStreams

_LOG = logging.getLogger(__name__)
_MOST_OPEN = 50
_MOST_A_SECOND = 50
_HMDS = "Historical Market Data Service error message:"
_Answer = Callable[[], list[Message]]

_STAGES = {
    client_requests.CONTRACT_DATA: FaultStage.CONTRACTS,
    client_requests.HEAD_TIMESTAMP: FaultStage.HEAD,
    client_requests.HISTORICAL_DATA: FaultStage.HISTORY,
    client_requests.CURRENT_TIME: FaultStage.TIME,
    client_requests.PLACE_ORDER: FaultStage.ORDER,
    client_requests.CANCEL_ORDER: FaultStage.CANCEL,
    client_requests.GLOBAL_CANCEL: FaultStage.CANCEL,
}


class ClientSession:
    """Serves one connected client until it leaves.

    Attributes:
        client_id: the client's id once it is ready, None before.
    """

    def __init__(self, connection: Connection, house: House) -> None:
        self.client_id: int | None = None
        self._connection = connection
        self._house = house
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: dict[int, asyncio.Task[None]] = {}
        self._heads: set[int] = set()
        self._subscribed: set[tuple[int, int]] = set()
        self._streams = ClientStreams(connection, house, self._begin, self._answer)
        self._arrivals: deque[float] = deque(maxlen=_MOST_A_SECOND)
        self._orders = ClientDesk(connection, house, self._begin)
        connection.on_half_open = lambda: house.leave(self)
        self._handlers: dict[int, Callable[[list[str], Effect], Awaitable[None]]] = {
            client_requests.CONTRACT_DATA: self._contracts,
            client_requests.HISTORICAL_DATA: self._bars,
            client_requests.CANCEL_HISTORICAL_DATA: self._cancel_bars,
            client_requests.HEAD_TIMESTAMP: self._head,
            client_requests.CANCEL_HEAD_TIMESTAMP: self._cancel_head,
            **self._streams.handlers,
        }

    async def serve(self) -> None:
        """Answer requests until the client leaves or breaks the protocol, then cancel all tasks."""
        try:
            while await self._serve_one():
                pass
        finally:
            self._house.desk.leave(self._orders)
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def error(self, request_id: int, code: int, text: str) -> None:
        """Send an error or a notice; id -1 means that it is about no request."""
        await self._connection.send(replies.error(request_id, code, text, self._house.clock.now()))

    def stop_streams(self) -> None:
        """Make the open streams silent for good, and forget the reports that wait."""
        self._streams.stop()
        self._orders.forget()

    async def _serve_one(self) -> bool:
        try:
            fields = await self._received()
            self._house.seen(self, fields)
            code = client_requests.Fields(fields).integer()
        except MalformedRequest as error:
            if self.client_id is None:
                raise MalformedFrame(f"before START_API, {error}") from None
            await self._unreadable(NO_ID, error)
            return True
        if self._house.director.faults.enforce_rates and self._too_fast():
            text = "Max rate of messages per second has been exceeded:max=50 rec=51 (1)"
            await self.error(NO_ID, 100, text)
            return False
        if code == client_requests.START_API:
            return await self._start_or_refuse(fields[1:])
        if self.client_id is None:
            raise MalformedFrame(f"message {code} came before START_API")
        effect = self._house.director.effect(_STAGES.get(code, FaultStage.OTHER))
        await self._connection.begin(effect)
        if not effect.unanswered:
            await self._answer_or_refuse(code, fields[1:], effect)
        return True

    async def _received(self) -> list[str]:
        try:
            return await self._connection.receive()
        except MalformedFrame as error:
            if self.client_id is not None:
                await self.error(NO_ID, 320, f"Error reading request: {error}: the connection closes")
            raise

    async def _answer_or_refuse(self, code: int, fields: list[str], effect: Effect) -> None:
        kind = kind_of(code)
        request_id = kind.request_id(fields, self._connection.version)
        try:
            if (handler := self._handlers.get(code)) is not None:
                await handler(fields, effect)
            else:
                await self._others(kind, fields, effect)
        except MalformedRequest as error:
            await self._unreadable(request_id, error)

    async def _unreadable(self, request_id: int, cause: MalformedRequest) -> None:
        await self.error(request_id, 320, f"Error reading request: {cause}")

    async def _start_or_refuse(self, fields: list[str]) -> bool:
        try:
            return await self._start(fields)
        except MalformedRequest as error:
            await self._unreadable(NO_ID, error)
            return True

    async def _start(self, fields: list[str]) -> bool:
        client_id = client_requests.Fields(fields[1:]).integer()
        effect = self._house.director.effect(FaultStage.START)
        await self._connection.begin(effect)
        if effect.unanswered:
            return True
        await asyncio.sleep(effect.delay)
        error = effect.error
        if error is None and (self.client_id is not None or not self._house.join(self, client_id)):
            error = (326, "Unable to connect as the client id is already in use. Retry with a unique client id.")
        if error is not None:
            await self.error(NO_ID, *error)
            return False
        self.client_id = client_id
        now, desk = self._house.clock.now(), self._house.desk
        await self._connection.send(
            Message(layouts.MANAGED_ACCOUNTS, {"accounts": self._house.market.account}),
            Message(layouts.NEXT_VALID_ID, {"order_id": max(desk.broker.next_id(client_id) - effect.ids_back, 1)}),
            *(replies.error(NO_ID, code, text, now) for code, text in self._house.director.greeting),
            effect=effect,
        )
        desk.join(self._orders, client_id)
        return True

    async def _others(self, kind: RequestKind, fields: list[str], effect: Effect) -> None:
        house, version = self._house, self._connection.version
        request_id, values = read(kind.fields(version), fields)
        assert self.client_id is not None
        asked = RequestContext(
            kind.name,
            request_id,
            values,
            self.client_id,
            version,
            house.market,
            house.quotes,
            house.clock.now(),
            self._subscribed,
            fields,
            effect,
            house.desk,
            self._orders,
        )
        house.desk.catch_up()
        await self._orders.empty()
        await self._answer(request_id, effect, lambda: kind.answer(asked))

    async def _contracts(self, fields: list[str], effect: Effect) -> None:
        request = client_requests.contract_request(fields, self._connection.version)
        house = self._house
        await self._answer(
            request.request_id,
            effect,
            lambda: replies.contracts(house.market, request, house.clock.now(), effect.expiry_zone),
        )

    async def _bars(self, fields: list[str], effect: Effect) -> None:
        request = client_requests.bars_request(fields)
        await self._admit(request.request_id, effect, lambda: self._answer_bars(request, effect))

    def _answer_bars(self, request: client_requests.BarsRequest, effect: Effect) -> list[Message]:
        if request.keep_up_to_date and effect.updates_error is not None:
            raise Refusal(*effect.updates_error)
        now = self._house.clock.now()
        answer = replies.bars(self._house.market, request, now, self._connection.version, effect.misshape)
        if request.keep_up_to_date:
            self._streams.prepare_updates(request, now)
        return answer

    async def _head(self, fields: list[str], effect: Effect) -> None:
        request = client_requests.head_request(fields)
        await self._admit(request.request_id, effect, lambda: self._answer_head(request, effect))

    def _answer_head(self, request: client_requests.HeadRequest, effect: Effect) -> list[Message]:
        answer = replies.head_timestamp(self._house.market, request, self._house.clock.now(), effect.head_text)
        # The real gateway counts it as open until the client cancels it.
        self._heads.add(request.request_id)
        return answer

    async def _cancel_bars(self, fields: list[str], _: Effect) -> None:
        request_id = client_requests.Fields(fields[1:]).integer()
        ended = self._streams.end(client_requests.HISTORICAL_DATA, request_id)
        if await self._cancel(request_id) or ended:
            await self.error(request_id, 162, f"{_HMDS}API historical data query cancelled: {request_id}")
        else:
            await self.error(request_id, 366, f"No historical data query found for ticker id:{request_id}")

    async def _cancel_head(self, fields: list[str], _: Effect) -> None:
        request_id = client_requests.Fields(fields).integer()
        answered = request_id in self._heads
        self._heads.discard(request_id)
        if not await self._cancel(request_id) and not answered:
            await self.error(request_id, 300, f"Can't find EId with tickerId:{request_id}")

    async def _cancel(self, request_id: int) -> bool:
        task = self._open.pop(request_id, None)
        if task is None:
            return False
        task.cancel()
        await asyncio.wait({task})
        return True

    async def _admit(self, request_id: int, effect: Effect, answer: _Answer) -> None:
        """Answer a cancellable query of history, or refuse it because of other open requests."""
        others = self._open.keys() | self._heads | self._streams.ids(client_requests.HISTORICAL_DATA)
        if effect.error is None and request_id in others:
            await self.error(request_id, 386, "Duplicate ticker id")
        elif effect.error is None and len(others) >= _MOST_OPEN:
            text = f"Only {_MOST_OPEN} simultaneous API historical data requests allowed."
            await self.error(request_id, 322, f"Error processing request.-'bM' : cause - {text}")
        else:
            self._open[request_id] = self._begin(self._query(request_id, effect, answer))

    async def _answer(self, request_id: int, effect: Effect, answer: _Answer) -> None:
        """Answer at once, or in a task if the answer is delayed, so that it does not block other requests."""
        query = self._query(request_id, effect, answer)
        if effect.held or effect.delay:
            self._begin(query)
        else:
            await query

    def _begin(self, query: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(query)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _query(self, request_id: int, effect: Effect, answer: _Answer) -> None:
        try:
            if effect.held:
                await self._house.held.wait()
            if effect.delay:
                await asyncio.sleep(effect.delay)
            messages = self._made(request_id, effect, answer)
            # From here on the answer cannot be cancelled: half a message would garble all later ones.
            self._open.pop(request_id, None)
            if effect.end is None and not effect.then:
                await self._orders.empty()
            await self._connection.send(*messages, effect=effect)
            self._streams.start(client_requests.HISTORICAL_DATA, request_id)
        except OSError:
            _LOG.debug("the client left before request %s was answered", request_id)
        except Exception as error:  # noqa: BLE001 - as in `_made`
            _LOG.exception("the answer to request %s cannot be written", request_id)
            await self.error(request_id, *_failed(error))

    def _made(self, request_id: int, effect: Effect, answer: _Answer) -> list[Message]:
        try:
            if effect.error is None:
                return replies.garbled(answer()) if effect.garbled else answer()
            code, text = effect.error
        except Refusal as refusal:
            code, text = refusal.code, refusal.text
        except Exception as error:  # noqa: BLE001 - a defect here must reach the client as a failure, not as silence
            _LOG.exception("request %s failed", request_id)
            code, text = _failed(error)
        named = request_id if effect.names_request else NO_ID
        said = spanish(code, text) if effect.spanish else text
        return [replies.error(named, code, said, self._house.clock.now())]

    def _too_fast(self) -> bool:
        # Real time, whatever the gateway's clock: this concerns the wire.
        now = time.monotonic()
        full = len(self._arrivals) == _MOST_A_SECOND and now - self._arrivals[0] < 1.0
        self._arrivals.append(now)
        return full


def _failed(error: Exception) -> tuple[int, str]:
    return 162, f"{_HMDS}the simulated gateway failed: {error!r}"
