"""One client at the order desk: its subscriptions, and the reports that it has not asked for, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from g4qc_core.gateway.broker.booked_order import BookedFill
from g4qc_core.gateway.faults.switches import Correction, FaultStage, Silence
from g4qc_core.gateway.protocol import replies
from g4qc_core.gateway.protocol.connection import Connection
from g4qc_core.gateway.protocol.layouts import Message

if TYPE_CHECKING:
    from g4qc_core.gateway.protocol.house import House
    from g4qc_core.gateway.protocol.request_context import RequestContext

_LOG = logging.getLogger(__name__)
_LONGEST_BEHIND = 1.0


@dataclass(frozen=True)
class Report:
    """Messages to a client that it has not asked for.

    Attributes:
        stage: the kind of event, for faults.
        fill: the execution that they tell, if they do.
    """

    stage: FaultStage
    messages: tuple[Message, ...]
    fill: BookedFill | None = None


class ClientDesk:
    """A connected client, as the order desk sees it.

    Args:
        connection: the client's connection.
        house: the gateway's clock, faults and desk.
        begin: runs a coroutine as a task that ends with the session.

    Attributes:
        client_id: the client's id, -1 before it is known.
        hears_all: True: it hears of the orders of all clients.
        subscriptions: fields of the requests that are subscriptions, by message code and request id.
    """

    def __init__(
        self,
        connection: Connection,
        house: House,
        begin: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
    ) -> None:
        self.client_id = -1
        self.hears_all = False
        self.subscriptions: dict[tuple[int, int], tuple[object, ...]] = {}
        self._connection = connection
        self._house = house
        self._begin = begin
        self._outbox: asyncio.Queue[Report] = asyncio.Queue()
        self._behind: list[Report] = []
        self._kept: list[Report] = []
        self._forgot_at: datetime | None = None

    @property
    def version(self) -> int:
        """Protocol version of the connection."""
        return self._connection.version

    def open(self, client_id: int) -> None:
        """Begin to send what is posted."""
        self.client_id = client_id
        self._begin(self._run())

    def post(self, *messages: Message, stage: FaultStage = FaultStage.OTHER, fill: BookedFill | None = None) -> None:
        """Send messages after those that wait."""
        self._outbox.put_nowait(Report(stage, messages, fill))

    def post_order(self, opened: Message, status: Message) -> None:
        """Send an order's terms and its status."""
        self.post(opened, stage=FaultStage.OPEN_ORDER)
        self.post(status, stage=FaultStage.ORDER_STATUS)

    def post_fill(self, fill: BookedFill, execution: Message, commission: Message) -> None:
        """Send a fill and its cost."""
        self.post(execution, stage=FaultStage.EXECUTION, fill=fill)
        self.post(commission, stage=FaultStage.COMMISSION)

    def post_error(self, request_id: int, code: int, text: str) -> None:
        """Send an error about an order."""
        self.post(replies.error(request_id, code, text, self._house.clock.now()))

    def forget(self) -> None:
        """Lose the reports and the orders that wait for the end of an outage."""
        self._kept.clear()
        self._forgot_at = self._house.clock.now()

    def is_forgotten(self, asked: RequestContext) -> bool:
        """Return True for a request that waited in an outage after which nothing was kept."""
        return asked.effect.held and self._forgot_at is not None and asked.now <= self._forgot_at

    async def empty(self) -> None:
        """Wait until everything that was posted so far has been sent, or is late by a fault."""
        await self._outbox.join()

    async def _run(self) -> None:
        while True:
            report = await self._outbox.get()
            try:
                await self._deliver(report)
            except OSError:
                _LOG.debug("client %s left before it heard of its orders", self.client_id)
            finally:
                self._outbox.task_done()

    async def _deliver(self, report: Report) -> None:
        if self._kept or self._house.director.faults.silence is Silence.DATA:
            self._keep(report)
            return
        effect = self._house.director.effect(report.stage)
        await self._connection.begin(effect)
        if effect.correction is not None and report.fill is not None:
            self._begin(self._correct(report.fill, effect.correction))
        if effect.unanswered:
            return
        if effect.behind:
            self._behind.append(report)
            self._begin(self._catch_up_later())
            return
        if effect.delay:
            self._begin(self._send_later(report, effect.delay))
            return
        await self._connection.send(*report.messages * (2 if effect.twice else 1), effect=effect)
        await self._send_behind()

    def _keep(self, report: Report) -> None:
        self._kept.append(report)
        if len(self._kept) == 1:
            self._begin(self._send_kept())

    async def _send_kept(self) -> None:
        await self._house.held.wait()
        kept, self._kept = self._kept, []
        for report in kept:
            self.post(*report.messages, stage=report.stage, fill=report.fill)

    async def _send_behind(self) -> None:
        waiting, self._behind = self._behind, []
        for report in waiting:
            await self._connection.send(*report.messages)

    async def _catch_up_later(self) -> None:
        await asyncio.sleep(_LONGEST_BEHIND)
        await self._safely(self._send_behind())

    async def _send_later(self, report: Report, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._safely(self._connection.send(*report.messages))

    async def _correct(self, fill: BookedFill, correction: Correction) -> None:
        await asyncio.sleep(correction.seconds)
        await self.empty()
        self._house.desk.broker.correct(fill, correction.ticks)
        self._house.desk.tell()

    async def _safely(self, sending: Coroutine[None, None, None]) -> None:
        try:
            await sending
        except OSError:
            _LOG.debug("client %s left before a late report", self.client_id)
