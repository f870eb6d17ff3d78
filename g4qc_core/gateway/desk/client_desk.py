"""One client at the order desk: its subscriptions, and the messages that it has not asked for, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from g4qc_core.gateway.faults.switches import FaultStage
from g4qc_core.gateway.protocol.layouts import Message

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """Messages to a client that it has not asked for.

    Attributes:
        stage: the kind of event, for faults.
    """

    stage: FaultStage
    messages: tuple[Message, ...]


class ClientDesk:
    """A connected client, as the order desk sees it.

    Args:
        send: sends a report over the client's connection; raises OSError when the client is gone.
        error: makes the message of an error about a request or an order.

    Attributes:
        client_id: the client's id, -1 before it is known.
        version: protocol version of the connection.
        hears_all: True: it hears of the orders of all clients.
        subscriptions: fields of the requests that are subscriptions, by message code and request id.
    """

    def __init__(self, send: Callable[[Report], Awaitable[None]], error: Callable[[int, int, str], Message]) -> None:
        self.client_id = -1
        self.version = 0
        self.hears_all = False
        self.subscriptions: dict[tuple[int, int], tuple[object, ...]] = {}
        self._send = send
        self._error = error
        self._outbox: asyncio.Queue[Report] = asyncio.Queue()

    def post(self, *messages: Message, stage: FaultStage = FaultStage.OTHER) -> None:
        """Send messages after those that wait."""
        self._outbox.put_nowait(Report(stage, messages))

    def post_order(self, opened: Message, status: Message) -> None:
        """Send an order's terms and its status."""
        self.post(opened)
        self.post(status)

    def post_fill(self, execution: Message, commission: Message) -> None:
        """Send a fill and its cost."""
        self.post(execution)
        self.post(commission)

    def post_error(self, request_id: int, code: int, text: str) -> None:
        """Send an error about an order."""
        self.post(self._error(request_id, code, text))

    async def empty(self) -> None:
        """Wait until everything that was posted so far has been sent."""
        await self._outbox.join()

    async def run(self) -> None:
        """Send what is posted, until cancelled; what a client that is gone misses is lost."""
        while True:
            report = await self._outbox.get()
            try:
                await self._send(report)
            except OSError:
                _LOG.debug("client %s left before it heard of its orders", self.client_id)
            finally:
                self._outbox.task_done()
