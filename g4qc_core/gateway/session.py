"""One client's session: which answer each request gets, and when.

Knows the order of things: ready, requests, cancels, limits. What is in an answer comes from `answers` and `account`,
bytes go to `connection`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from g4qc_core.gateway import account, answers, layouts, requests
from g4qc_core.gateway.clock import GatewayClock
from g4qc_core.gateway.connection import Connection
from g4qc_core.gateway.director import Director
from g4qc_core.gateway.faults import Effect, Stage
from g4qc_core.gateway.layouts import Message
from g4qc_core.gateway.market import Market
from g4qc_core.gateway.spanish import spanish
from g4qc_core.gateway.validation import Refusal
from g4qc_core.gateway.wire import MalformedFrame

_LOG = logging.getLogger(__name__)
_MOST_OPEN = 50
_MOST_A_SECOND = 50
_NO_ID = -1
_HMDS = "Historical Market Data Service error message:"
_Answer = Callable[[], list[Message]]

_STAGES = {
    requests.CONTRACT_DATA: Stage.CONTRACTS,
    requests.HEAD_TIMESTAMP: Stage.HEAD,
    requests.HISTORICAL_DATA: Stage.HISTORY,
    requests.CURRENT_TIME: Stage.TIME,
}
_READY = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefnj"),
)


@dataclass(frozen=True)
class House:
    """What all sessions of a gateway share.

    Attributes:
        director: says what goes wrong.
        join: called when a client names its id; false where another session has it.
        leave: called when a session does not hold its id any more.
        seen: called with every message.
        held: set for a moment when requests that wait in silence shall be answered.
    """

    market: Market
    clock: GatewayClock
    director: Director
    join: Callable[[Session, int], bool]
    leave: Callable[[Session], None]
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
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: dict[int, asyncio.Task[None]] = {}
        self._heads: set[int] = set()
        self._arrivals: deque[float] = deque(maxlen=_MOST_A_SECOND)
        connection.on_half_open = lambda: house.leave(self)
        self._handlers: dict[int, Callable[[list[str], Effect], Awaitable[None]]] = {
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
        if self._house.director.faults.enforce_rates and self._too_fast():
            text = "Max rate of messages per second has been exceeded:max=50 rec=51 (1)"
            await self.error(_NO_ID, 100, text)
            return False
        if code == requests.START_API:
            return await self._start(fields[1:])
        if self.client_id is None:
            raise MalformedFrame(f"message {code} came before START_API")
        effect = self._house.director.effect(_STAGES.get(code, Stage.OTHER))
        await self._connection.begin(effect)
        if not effect.unanswered:
            await self._dispatch(code, fields[1:], effect)
        return True

    async def _start(self, fields: list[str]) -> bool:
        client_id = requests.Fields(fields[1:]).integer()
        effect = self._house.director.effect(Stage.START)
        await self._connection.begin(effect)
        if effect.unanswered:
            return True
        await asyncio.sleep(effect.delay)
        error = effect.error
        if error is None and (self.client_id is not None or not self._house.join(self, client_id)):
            error = (326, "Unable to connect as the client id is already in use. Retry with a unique client id.")
        if error is not None:
            await self.error(_NO_ID, *error)
            return False
        self.client_id = client_id
        now = self._house.clock.now()
        await self._connection.send(
            Message(layouts.MANAGED_ACCOUNTS, {"accounts": self._house.market.account}),
            Message(layouts.NEXT_VALID_ID, {"order_id": 1}),
            *(answers.error(_NO_ID, code, text, now) for code, text in _READY),
            effect=effect,
        )
        return True

    async def _dispatch(self, code: int, fields: list[str], effect: Effect) -> None:
        if (handler := self._handlers.get(code)) is not None:
            await handler(fields, effect)
            return
        house = self._house
        if (messages := account.answer(code, fields, house.market.account, house.clock.now())) is not None:
            await self._answer(_NO_ID, effect, lambda: messages)
        elif (refusal := account.UNSERVED.get(code)) is not None:
            request_id = requests.Fields(fields[refusal.id_at :]).integer()
            await self.error(request_id, refusal.code, refusal.text)
        else:
            _LOG.debug("message %s is not served", code)

    async def _contracts(self, fields: list[str], effect: Effect) -> None:
        request = requests.contract_request(fields, self._connection.version)
        house = self._house
        await self._answer(
            request.request_id,
            effect,
            lambda: answers.contracts(house.market, request, house.clock.now(), effect.expiry_zone),
        )

    async def _bars(self, fields: list[str], effect: Effect) -> None:
        request = requests.bars_request(fields)
        house, version = self._house, self._connection.version
        await self._admit(
            request.request_id,
            effect,
            lambda: answers.bars(house.market, request, house.clock.now(), version, effect.misshape),
        )

    async def _head(self, fields: list[str], effect: Effect) -> None:
        request = requests.head_request(fields)
        await self._admit(request.request_id, effect, lambda: self._answer_head(request, effect))

    def _answer_head(self, request: requests.HeadRequest, effect: Effect) -> list[Message]:
        answer = answers.head_timestamp(self._house.market, request, self._house.clock.now(), effect.head_text)
        # The real gateway counts it as open until the client cancels it.
        self._heads.add(request.request_id)
        return answer

    async def _cancel_bars(self, fields: list[str], _: Effect) -> None:
        request_id = requests.Fields(fields[1:]).integer()
        if await self._cancel(request_id):
            await self.error(request_id, 162, f"{_HMDS}API historical data query cancelled: {request_id}")
        else:
            await self.error(request_id, 366, f"No historical data query found for ticker id:{request_id}")

    async def _cancel_head(self, fields: list[str], _: Effect) -> None:
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

    async def _admit(self, request_id: int, effect: Effect, answer: _Answer) -> None:
        """Answers a query of history, which may be cancelled meanwhile, or refuses it for what else is open."""
        if effect.error is None and request_id in (self._open.keys() | self._heads):
            await self.error(request_id, 386, "Duplicate ticker id")
        elif effect.error is None and len(self._open) + len(self._heads) >= _MOST_OPEN:
            text = f"Only {_MOST_OPEN} simultaneous API historical data requests allowed."
            await self.error(request_id, 322, f"Error processing request.-'bM' : cause - {text}")
        else:
            self._open[request_id] = self._begin(self._query(request_id, effect, answer))

    async def _answer(self, request_id: int, effect: Effect, answer: _Answer) -> None:
        """Answers at once, unless the answer shall come late: others must not wait for it."""
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
            # From here on it cannot be cancelled: half a message would garble all that follow.
            self._open.pop(request_id, None)
            await self._connection.send(*messages, effect=effect)
        except OSError:
            _LOG.debug("the client left before request %s was answered", request_id)

    def _made(self, request_id: int, effect: Effect, answer: _Answer) -> list[Message]:
        try:
            if effect.error is None:
                return answers.garbled(answer()) if effect.garbled else answer()
            code, text = effect.error
        except Refusal as refusal:
            code, text = refusal.code, refusal.text
        except Exception as error:  # noqa: BLE001 - a defect of ours must reach the client as a failure, not as silence
            _LOG.exception("request %s failed", request_id)
            code, text = 162, f"{_HMDS}the simulated gateway failed: {error!r}"
        named = request_id if effect.names_request else _NO_ID
        said = spanish(code, text) if effect.spanish else text
        return [answers.error(named, code, said, self._house.clock.now())]

    def _too_fast(self) -> bool:
        # Real time, whatever the gateway's clock says: this is about the wire.
        now = time.monotonic()
        full = len(self._arrivals) == _MOST_A_SECOND and now - self._arrivals[0] < 1.0
        self._arrivals.append(now)
        return full
