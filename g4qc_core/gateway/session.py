"""One client's session: which answer each request gets.

Knows the order of things: ready, requests, cancels, limits. Values come from `answers`, bytes go to `connection`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

from g4qc_core.gateway import answers, history, layouts, requests
from g4qc_core.gateway.clock import GatewayClock
from g4qc_core.gateway.connection import Connection
from g4qc_core.gateway.faults import Faults, Silence
from g4qc_core.gateway.lookup import find
from g4qc_core.gateway.market import Listing, Market
from g4qc_core.gateway.validation import SCHEDULE, Refusal, validate
from g4qc_core.gateway.wire import MalformedFrame

_LOG = logging.getLogger(__name__)
_MOST_OPEN = 50
_MOST_A_SECOND = 50
_NO_ID = -1
_READY = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefnj"),
)


class Session:
    """Serves one connected client until it leaves.

    Args:
        join: called with the client id; false where another session has it.
        held: set whenever requests that wait in silence may be answered.
        seen: called with every message.
    """

    def __init__(
        self,
        connection: Connection,
        market: Market,
        clock: GatewayClock,
        faults: Faults,
        join: Callable[[int], bool],
        held: asyncio.Event,
        seen: Callable[[list[str]], None],
    ) -> None:
        self._connection = connection
        self._market = market
        self._clock = clock
        self._faults = faults
        self._join = join
        self._held = held
        self._seen = seen
        self._queries: dict[int, asyncio.Task[None]] = {}
        self._heads: set[int] = set()
        self._ready = False
        self._arrivals: deque[float] = deque(maxlen=_MOST_A_SECOND)
        self._handlers: dict[int, Callable[[list[str]], Awaitable[None]]] = {
            requests.CONTRACT_DATA: self._contract_details,
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
            for task in self._queries.values():
                task.cancel()
            await asyncio.gather(*self._queries.values(), return_exceptions=True)

    async def error(self, request_id: int, code: int, text: str) -> None:
        """Sends an error or a piece of news; id -1 is about no request."""
        epoch_ms = int(self._clock.now().timestamp() * 1000)
        await self._connection.send(
            layouts.ERROR, request_id=request_id, error_code=code, text=text, time_ms=epoch_ms
        )

    async def _serve_one(self) -> bool:
        code, *fields = await self._connection.receive()
        if not code.isdecimal():
            raise MalformedFrame(f"{code!r} is no message code")
        self._seen([code, *fields])
        if self._faults.enforce_rates and self._too_fast():
            await self.error(
                _NO_ID, 100, "Max rate of messages per second has been exceeded:max=50 rec=51 (1)"
            )
            return False
        if int(code) == requests.START_API:
            return await self._start(fields)
        if not self._ready:
            raise MalformedFrame(f"message {code} came before START_API")
        if self._faults.silence == Silence.REQUESTS:
            return True
        if int(code) == requests.HISTORICAL_DATA and self._faults.closes_now():
            return False
        await self._dispatch(int(code), fields)
        return True

    async def _dispatch(self, code: int, fields: list[str]) -> None:
        handler = self._handlers.get(code)
        if handler is not None:
            await handler(fields)
        elif not await answers.account(
            code, fields, self._connection, self._market.account, self._clock.now()
        ):
            await self._unserved(code, fields)

    async def _unserved(self, code: int, fields: list[str]) -> None:
        refusal = answers.UNSERVED.get(code)
        if refusal is None:
            _LOG.debug("message %s is not served", code)
            return
        request_id = requests.Fields(fields[refusal.id_at :]).integer()
        await self.error(request_id, refusal.code, refusal.text)

    async def _start(self, fields: list[str]) -> bool:
        read = requests.Fields(fields)
        read.integer()
        client_id = read.integer()
        if self._faults.silence == Silence.START:
            return True
        if self._ready or not self._join(client_id):
            await self.error(
                _NO_ID,
                326,
                "Unable to connect as the client id is already in use. Retry with a unique client id.",
            )
            return False
        self._ready = True
        await self._connection.send(layouts.MANAGED_ACCOUNTS, accounts=self._market.account)
        await self._connection.send(layouts.NEXT_VALID_ID, order_id=1)
        for code, text in _READY:
            await self.error(_NO_ID, code, text)
        return True

    async def _contract_details(self, fields: list[str]) -> None:
        request = requests.contract_request(fields, self._connection.version)
        if await self._planned_error(request.request_id):
            return
        found = find(self._market, request.contract, self._clock.now())
        if not found:
            await self.error(request.request_id, 200, "No security definition has been found for the request")
            return
        for listing in found:
            details = answers.contract_details(listing, request.contract.sec_type, self._clock.now())
            await self._connection.send(layouts.CONTRACT_DATA, request_id=request.request_id, **details)
        await self._connection.send(layouts.CONTRACT_DATA_END, request_id=request.request_id)

    async def _bars(self, fields: list[str]) -> None:
        request = requests.bars_request(fields)
        if await self._admitted(request.request_id):
            self._start_query(request.request_id, self._answer_bars(request))

    async def _answer_bars(self, request: requests.BarsRequest) -> None:
        query = validate(request, self._connection.version)
        listing = self._only(request.contract)
        if query.warning is not None:
            await self.error(request.request_id, query.warning.code, query.warning.text)
        now, version = self._clock.now(), self._connection.version
        if query.what == SCHEDULE:
            schedule = history.schedule(listing, query, now)
            await answers.send_schedule(self._connection, request.request_id, listing, schedule)
        else:
            reply = history.bars(self._market, listing, query, now, version)
            await answers.send_bars(self._connection, request.request_id, listing, reply)

    async def _head(self, fields: list[str]) -> None:
        request = requests.head_request(fields)
        if await self._admitted(request.request_id):
            self._start_query(request.request_id, self._answer_head(request))

    async def _answer_head(self, request: requests.HeadRequest) -> None:
        listing = self._only(request.contract)
        text = answers.head_timestamp(self._market, listing, request, self._clock.now())
        # The real gateway counts it as open until the client cancels it.
        self._heads.add(request.request_id)
        await self._connection.send(layouts.HEAD_TIMESTAMP, request_id=request.request_id, timestamp=text)

    async def _cancel_bars(self, fields: list[str]) -> None:
        read = requests.Fields(fields)
        read.integer()
        request_id = read.integer()
        task = self._queries.get(request_id)
        if task is None:
            await self.error(request_id, 366, f"No historical data query found for ticker id:{request_id}")
            return
        await self._stop(task)
        await self.error(
            request_id,
            162,
            f"Historical Market Data Service error message:API historical data query cancelled: {request_id}",
        )

    async def _cancel_head(self, fields: list[str]) -> None:
        request_id = requests.Fields(fields).integer()
        self._heads.discard(request_id)
        if (task := self._queries.get(request_id)) is not None:
            await self._stop(task)

    async def _admitted(self, request_id: int) -> bool:
        if await self._planned_error(request_id):
            return False
        if request_id in self._queries or request_id in self._heads:
            await self.error(request_id, 386, "Duplicate ticker id")
            return False
        if len(self._queries) + len(self._heads) >= _MOST_OPEN:
            text = f"Only {_MOST_OPEN} simultaneous API historical data requests allowed."
            await self.error(request_id, 322, f"Error processing request.-'bM' : cause - {text}")
            return False
        return True

    async def _planned_error(self, request_id: int) -> bool:
        error = self._faults.take_error()
        if error is not None:
            await self.error(request_id, *error)
        return error is not None

    def _start_query(self, request_id: int, answer: Awaitable[None]) -> None:
        task = asyncio.create_task(self._query(request_id, answer))
        self._queries[request_id] = task
        task.add_done_callback(lambda _: self._queries.pop(request_id, None))

    async def _query(self, request_id: int, answer: Awaitable[None]) -> None:
        try:
            if self._faults.silence == Silence.HISTORY:
                await self._held.wait()
            if self._faults.delay:
                await asyncio.sleep(self._faults.delay)
            await answer
        except Refusal as refusal:
            await self.error(request_id, refusal.code, refusal.text)
        except OSError:
            _LOG.debug("the client left before request %s was answered", request_id)
        except Exception:  # a defect in one answer must reach the client as a failure, never as silence
            _LOG.exception("request %s failed", request_id)
            await self.error(request_id, 162, "Historical Market Data Service error message:internal error")
        finally:
            if asyncio.iscoroutine(answer):
                answer.close()

    async def _stop(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def _only(self, query: requests.ContractQuery) -> Listing:
        found = find(self._market, query, self._clock.now())
        if not found:
            raise Refusal(200, "No security definition has been found for the request")
        if len(found) > 1:
            raise Refusal(200, f"The contract description specified for {query.symbol} is ambiguous.")
        return found[0]

    def _too_fast(self) -> bool:
        # Real time, whatever the gateway's clock says: this is about the wire.
        now = time.monotonic()
        full = len(self._arrivals) == _MOST_A_SECOND and now - self._arrivals[0] < 1.0
        self._arrivals.append(now)
        return full
