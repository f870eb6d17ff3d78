"""The streams of one session: which are open, the faults of their messages, and their end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from g4qc_core.gateway.faults.switches import FaultStage, Silence
from g4qc_core.gateway.protocol.bar_request_rules import validate
from g4qc_core.gateway.protocol.client_requests import HISTORICAL_DATA, BarsRequest
from g4qc_core.gateway.protocol.connection import Connection
from g4qc_core.gateway.protocol.contract_refusal import the_only_one
from g4qc_core.gateway.protocol.house import House
from g4qc_core.gateway.streams.bar_updates import BarUpdates
from g4qc_core.gateway.streams.stream import Stream, StreamMessage, play

_LOG = logging.getLogger(__name__)

_QUIET = {
    HISTORICAL_DATA: (Silence.HISTORY, Silence.DATA, Silence.REQUESTS),
}
_QUIET_OTHERS = (Silence.DATA, Silence.REQUESTS)


@dataclass
class _Open:
    stream: Stream
    since: datetime
    task: asyncio.Task[None] | None = None
    stopped: bool = False


class ClientStreams:
    """The open streams of a client.

    Args:
        connection: the client's connection.
        house: the gateway's market, quotes, clock and faults.
        begin: runs a coroutine as a task that ends with the session.
    """

    def __init__(
        self,
        connection: Connection,
        house: House,
        begin: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
    ) -> None:
        self._connection = connection
        self._house = house
        self._begin = begin
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
            found.task = self._begin(self._play(code, found))

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

    async def _play(self, code: int, opened: _Open) -> None:
        try:
            await play(opened.stream, opened.since, self._house.clock, partial(self._deliver, code, opened))
        except OSError:
            _LOG.debug("the client left its stream")
        except Exception:
            _LOG.exception("a stream failed")
            raise

    async def _deliver(self, code: int, opened: _Open, messages: list[StreamMessage]) -> None:
        for message in messages:
            if not self._is_quiet(code, opened):
                await self._send(opened, message)

    def _is_quiet(self, code: int, opened: _Open) -> bool:
        faults = self._house.director.faults
        return opened.stopped or faults.streams_down or faults.silence in _QUIET.get(code, _QUIET_OTHERS)

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
        if effect.delay:
            self._begin(_later(effect.delay, sending))
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
