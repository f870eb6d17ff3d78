"""One client's session: which answer each request gets, and when.

Knows the order of things: ready, requests, cancels, limits. What is in an answer comes from `answers` and `account`,
bytes go to `connection`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from g4qc_core.gateway import account, answers, layouts, requests
from g4qc_core.gateway.clock import GatewayClock
from g4qc_core.gateway.connection import Connection
from g4qc_core.gateway.faults import Faults, Silence
from g4qc_core.gateway.layouts import Message
from g4qc_core.gateway.market import Market
from g4qc_core.gateway.validation import Refusal
from g4qc_core.gateway.wire import MalformedFrame

_LOG = logging.getLogger(__name__)
_MOST_OPEN = 50
_MOST_A_SECOND = 50
_NO_ID = -1
_HMDS = "Historical Market Data Service error message:"
_READY = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefnj"),
)


@dataclass(frozen=True)
class House:
    """What all sessions of a gateway share.

    Attributes:
        join: called when a client names its id; false where another session has it.
        seen: called with every message.
        held: set for a moment when requests that wait in silence shall be answered.
    """

    market: Market
    clock: GatewayClock
    faults: Faults
    join: Callable[[Session, int], bool]
    seen: Callable[[Session, list[str]], None]
    held: asyncio.Event


class Session:
    """Serves one connected client until it leaves.

    Attributes:
        client_id: the client's id once it is ready, None before.
    """

    def __init__(self, connection: Connection, house: House) -> None:
        self.client_id: int | None = None
        self._connection = connection
        self._house = house
        self._faults = house.faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: dict[int, asyncio.Task[None]] = {}
        self._heads: set[int] = set()
        self._arrivals: deque[float] = deque(maxlen=_MOST_A_SECOND)
        self._handlers: dict[int, Callable[[list[str]], Awaitable[None]]] = {
            requests.CONTRACT_DATA: self._contracts,
            requests.HISTORICAL_DATA: self._bars,
            requests.CANCEL_HISTORICAL_DATA: self._cancel_bars,
            requests.HEAD_TIMESTAMP: self._head,
            requests.CANCEL_HEAD_TIMESTAMP: self._cancel_head,
        }

    async def serve(self) -> None:
        """Answers requests until the client leaves or breaks the protocol; leaves no task behind."""
        try:
            while await self._serve_one():
                pass
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def error(self, request_id: int, code: int, text: str) -> None:
        """Sends an error or a piece of news; id -1 is about no request."""
        await self._connection.send(answers.error(request_id, code, text, self._house.clock.now()))

    async def _serve_one(self) -> bool:
        fields = await self._connection.receive()
        self._house.seen(self, fields)
        code = requests.Fields(fields).integer()
        if self._faults.enforce_rates and self._too_fast():
            text = "Max rate of messages per second has been exceeded:max=50 rec=51 (1)"
            await self.error(_NO_ID, 100, text)
            return False
        if code == requests.START_API:
            return await self._start(fields[1:])
        if self.client_id is None:
            raise MalformedFrame(f"message {code} came before START_API")
        if self._faults.silence == Silence.REQUESTS:
            return True
        if code == requests.HISTORICAL_DATA and self._faults.closes_now():
            return False
        await self._dispatch(code, fields[1:])
        return True

    async def _start(self, fields: list[str]) -> bool:
        client_id = requests.Fields(fields[1:]).integer()
        if self._faults.silence == Silence.START:
            return True
        if self.client_id is not None or not self._house.join(self, client_id):
            text = "Unable to connect as the client id is already in use. Retry with a unique client id."
            await self.error(_NO_ID, 326, text)
            return False
        self.client_id = client_id
        name = self._house.market.account
        await self._connection.send(Message(layouts.MANAGED_ACCOUNTS, {"accounts": name}))
        await self._connection.send(Message(layouts.NEXT_VALID_ID, {"order_id": 1}))
        for code, text in _READY:
            await self.error(_NO_ID, code, text)
        return True

    async def _dispatch(self, code: int, fields: list[str]) -> None:
        if (handler := self._handlers.get(code)) is not None:
            await handler(fields)
            return
        house = self._house
        if (messages := account.answer(code, fields, house.market.account, house.clock.now())) is not None:
            for message in messages:
                await self._connection.send(message)
        elif (refusal := account.UNSERVED.get(code)) is not None:
            request_id = requests.Fields(fields[refusal.id_at :]).integer()
            await self.error(request_id, refusal.code, refusal.text)
        else:
            _LOG.debug("message %s is not served", code)

    async def _contracts(self, fields: list[str]) -> None:
        request = requests.contract_request(fields, self._connection.version)
        if await self._planned_error(request.request_id):
            return
        try:
            for message in answers.contracts(self._house.market, request, self._house.clock.now()):
                await self._connection.send(message)
        except Refusal as refusal:
            await self.error(request.request_id, refusal.code, refusal.text)

    async def _bars(self, fields: list[str]) -> None:
        request = requests.bars_request(fields)
        if await self._admitted(request.request_id):
            self._begin(request.request_id, lambda: self._answer_bars(request))

    def _answer_bars(self, request: requests.BarsRequest) -> list[Message]:
        return answers.bars(self._house.market, request, self._house.clock.now(), self._connection.version)

    async def _head(self, fields: list[str]) -> None:
        request = requests.head_request(fields)
        if await self._admitted(request.request_id):
            self._begin(request.request_id, lambda: self._answer_head(request))

    def _answer_head(self, request: requests.HeadRequest) -> list[Message]:
        answer = answers.head_timestamp(self._house.market, request, self._house.clock.now())
        # The real gateway counts it as open until the client cancels it.
        self._heads.add(request.request_id)
        return answer

    async def _cancel_bars(self, fields: list[str]) -> None:
        request_id = requests.Fields(fields[1:]).integer()
        if await self._cancel(request_id):
            await self.error(request_id, 162, f"{_HMDS}API historical data query cancelled: {request_id}")
        else:
            await self.error(request_id, 366, f"No historical data query found for ticker id:{request_id}")

    async def _cancel_head(self, fields: list[str]) -> None:
        request_id = requests.Fields(fields).integer()
        self._heads.discard(request_id)
        await self._cancel(request_id)

    async def _cancel(self, request_id: int) -> bool:
        task = self._open.pop(request_id, None)
        if task is None:
            return False
        task.cancel()
        await asyncio.wait({task})
        return True

    async def _admitted(self, request_id: int) -> bool:
        if await self._planned_error(request_id):
            return False
        if request_id in self._open or request_id in self._heads:
            await self.error(request_id, 386, "Duplicate ticker id")
            return False
        if len(self._open) + len(self._heads) >= _MOST_OPEN:
            text = f"Only {_MOST_OPEN} simultaneous API historical data requests allowed."
            await self.error(request_id, 322, f"Error processing request.-'bM' : cause - {text}")
            return False
        return True

    async def _planned_error(self, request_id: int) -> bool:
        error = self._faults.take_error()
        if error is not None:
            await self.error(request_id, *error)
        return error is not None

    def _begin(self, request_id: int, answer: Callable[[], list[Message]]) -> None:
        task = asyncio.create_task(self._query(request_id, answer))
        self._open[request_id] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _query(self, request_id: int, answer: Callable[[], list[Message]]) -> None:
        try:
            if self._faults.silence == Silence.HISTORY:
                await self._house.held.wait()
            if self._faults.delay:
                await asyncio.sleep(self._faults.delay)
            messages = self._made(request_id, answer)
            # From here on it cannot be cancelled: half a message would garble all that follow.
            self._open.pop(request_id, None)
            for message in messages:
                is_bars = message.layout is layouts.HISTORICAL_DATA
                await (self._connection.send_bars if is_bars else self._connection.send)(message)
        except OSError:
            _LOG.debug("the client left before request %s was answered", request_id)

    def _made(self, request_id: int, answer: Callable[[], list[Message]]) -> list[Message]:
        try:
            return answer()
        except Refusal as refusal:
            code, text = refusal.code, refusal.text
        except Exception as error:  # noqa: BLE001 - a defect of ours must reach the client as a failure, not as silence
            _LOG.exception("request %s failed", request_id)
            code, text = 162, f"{_HMDS}the simulated gateway failed: {error!r}"
        return [answers.error(request_id, code, text, self._house.clock.now())]

    def _too_fast(self) -> bool:
        # Real time, whatever the gateway's clock says: this is about the wire.
        now = time.monotonic()
        full = len(self._arrivals) == _MOST_A_SECOND and now - self._arrivals[0] < 1.0
        self._arrivals.append(now)
        return full
