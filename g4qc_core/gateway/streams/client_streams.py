"""The streams of one session: which are open, the faults of their messages, and their end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from g4qc_core.gateway.faults.switches import Effect, FaultStage, Silence
from g4qc_core.gateway.protocol import layouts, replies
from g4qc_core.gateway.protocol.bar_request_rules import HMDS, Refusal, validate
from g4qc_core.gateway.protocol.client_requests import (
    CANCEL_MARKET_DATA,
    CANCEL_REAL_TIME_BARS,
    HISTORICAL_DATA,
    MARKET_DATA,
    REAL_TIME_BARS,
    BarsRequest,
    Fields,
)
from g4qc_core.gateway.protocol.connection import Connection
from g4qc_core.gateway.protocol.contract_refusal import the_only_one
from g4qc_core.gateway.protocol.house import House
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.streams.bar_updates import BarUpdates
from g4qc_core.gateway.streams.market_data import MarketData
from g4qc_core.gateway.streams.real_time_bars import RealTimeBars
from g4qc_core.gateway.streams.stream import Stream, StreamMessage, play
from g4qc_core.gateway.streams.stream_requests import (
    MarketDataRequest,
    RealTimeBarsRequest,
    check_market_data,
    check_real_time_bars,
    market_data_request,
    real_time_bars_request,
)

_LOG = logging.getLogger(__name__)

_MOST_TICKERS = 100
_QUIET = (Silence.DATA, Silence.REQUESTS)

Handler = Callable[[list[str], Effect], Awaitable[None]]
Answer = Callable[[int, Effect, Callable[[], list[Message]]], Awaitable[None]]


@dataclass
class _Open:
    stream: Stream
    since: datetime
    task: asyncio.Task[None] | None = None
    stopped: bool = False


class ClientStreams:
    """The open streams of a client.

    Attributes:
        handlers: by message code, what serves the requests that begin or end a stream.

    Args:
        connection: the client's connection.
        house: the gateway's market, quotes, clock and faults.
        begin: runs a coroutine as a task that ends with the session.
        answer: answers a request by its id, with its fault and the function that makes the messages.
    """

    def __init__(
        self,
        connection: Connection,
        house: House,
        begin: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
        answer: Answer,
    ) -> None:
        self._connection = connection
        self._house = house
        self._begin = begin
        self._answer = answer
        self.handlers: dict[int, Handler] = {
            MARKET_DATA: self._market_data,
            CANCEL_MARKET_DATA: partial(self._cancel, MARKET_DATA),
            REAL_TIME_BARS: self._real_time_bars,
            CANCEL_REAL_TIME_BARS: partial(self._cancel, REAL_TIME_BARS),
        }
        self._open: dict[tuple[int, int], _Open] = {}

    def ids(self, code: int) -> set[int]:
        """Return the ids of the open streams that a kind of request has begun."""
        return {request_id for kind, request_id in self._open if kind == code}

    def prepare_updates(self, request: BarsRequest, now: datetime) -> None:
        """Open the stream that follows the answer to a request for bars, as of the instant of that answer.

        Raises:
            Refusal: as for the request itself.
        """
        version = self._connection.version
        query, listing = validate(request, version), the_only_one(self._house.market, request.contract, now)
        stream = BarUpdates(self._house.market, listing, query, request.request_id, now, version)
        self._open[HISTORICAL_DATA, request.request_id] = _Open(stream, now)

    def start(self, code: int, request_id: int) -> None:
        """Start the stream of a request if one was prepared and is still wanted."""
        found = self._open.get((code, request_id))
        if found is not None and found.task is None:
            found.task = self._begin(self._play(code, request_id, found))

    def end(self, code: int, request_id: int) -> bool:
        """End a stream; return False if there is none."""
        found = self._open.pop((code, request_id), None)
        if found is not None and found.task is not None:
            found.task.cancel()
        return found is not None

    def stop(self) -> None:
        """Make every open stream silent for good, although it stays open."""
        for found in self._open.values():
            found.stopped = True

    async def _market_data(self, fields: list[str], effect: Effect) -> None:
        request = market_data_request(fields)
        await self._answer(request.request_id, effect, lambda: self._open_market_data(request))
        self.start(MARKET_DATA, request.request_id)

    def _open_market_data(self, request: MarketDataRequest) -> list[Message]:
        check_market_data(request)
        self._check_place(request.request_id)
        house, now = self._house, self._house.clock.now()
        listing = the_only_one(house.market, request.contract, now)
        stream = MarketData(house.market, house.quotes, listing, request.request_id)
        first = stream.first(now)
        if request.snapshot:
            return [*first, Message(layouts.TICK_SNAPSHOT_END, {"request_id": request.request_id})]
        self._open[MARKET_DATA, request.request_id] = _Open(stream, now)
        return first

    async def _real_time_bars(self, fields: list[str], effect: Effect) -> None:
        request = real_time_bars_request(fields)
        await self._answer(request.request_id, effect, lambda: self._open_real_time_bars(request))
        self.start(REAL_TIME_BARS, request.request_id)

    def _open_real_time_bars(self, request: RealTimeBarsRequest) -> list[Message]:
        check_real_time_bars(request)
        self._check_place(request.request_id)
        now = self._house.clock.now()
        listing = the_only_one(self._house.market, request.contract, now)
        if request.what == "TRADES" and listing.contract.kind == "CASH":
            raise Refusal(420, "Invalid Real-time Query:No market data permissions for trades of a currency pair")
        stream = RealTimeBars(self._house.market, listing, request, now)
        self._open[REAL_TIME_BARS, request.request_id] = _Open(stream, now)
        return []

    def _check_place(self, request_id: int) -> None:
        taken = self.ids(MARKET_DATA) | self.ids(REAL_TIME_BARS)
        if request_id in taken:
            raise Refusal(322, "Error processing request.-'bW' : cause - Duplicate ticker id")
        if len(taken) >= _MOST_TICKERS:
            raise Refusal(101, "Max number of tickers has been reached")

    async def _cancel(self, code: int, fields: list[str], effect: Effect) -> None:
        request_id = Fields(fields[1:]).integer()

        def cancel() -> list[Message]:
            if not self.end(code, request_id):
                raise Refusal(300, f"Can't find EId with tickerId:{request_id}")
            return []

        await self._answer(request_id, effect, cancel)

    async def _play(self, code: int, request_id: int, opened: _Open) -> None:
        try:
            await play(opened.stream, opened.since, self._house.clock, partial(self._deliver, code, opened))
        except OSError:
            _LOG.debug("the client left its stream %s", request_id)
        except Exception as error:  # noqa: BLE001 - a defect here must reach the client as a failure, not as silence
            _LOG.exception("stream %s failed", request_id)
            self._open.pop((code, request_id), None)
            text = f"{HMDS}the simulated gateway failed: {error!r}"
            await self._connection.send(replies.error(request_id, 162, text, self._house.clock.now()))

    async def _deliver(self, code: int, opened: _Open, messages: list[StreamMessage]) -> None:
        for message in messages:
            if not self._is_quiet(code, opened):
                await self._send(opened, message)

    def _is_quiet(self, code: int, opened: _Open) -> bool:
        faults = self._house.director.faults
        history_is = code == HISTORICAL_DATA and faults.silence is Silence.HISTORY
        return opened.stopped or faults.streams_down or history_is or faults.silence in _QUIET

    async def _send(self, opened: _Open, item: StreamMessage) -> None:
        if item.off is None:
            await self._connection.send(item.message)
            return
        ends = (FaultStage.BAR_END,) if item.ends_bar else ()
        effect = self._house.director.effect(FaultStage.BAR_UPDATE, *ends)
        await self._connection.begin(effect)
        opened.stopped |= effect.stopped
        if opened.stopped or effect.unanswered:
            return
        message = item.off(effect.ticks_off) if effect.ticks_off else item.message
        sending = self._connection.send(*[message] * (2 if effect.twice else 1), effect=effect)
        if effect.delay or effect.stall is not None:
            # A task of its own: the end of the stream must not cut the message in two.
            late = self._begin(_later(effect.delay, sending))
            if not effect.delay:
                await asyncio.wait({late})
        else:
            await sending


async def _later(seconds: float, sending: Coroutine[None, None, None]) -> None:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        sending.close()
        raise
    try:
        await sending
    except OSError:
        _LOG.debug("the client left before a late message")
