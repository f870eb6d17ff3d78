"""One client's socket: handshake, incoming frames, outgoing messages with backpressure, and faults of the framing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from g4qc_core.gateway.faults.switches import NOTHING_WRONG, Effect, End
from g4qc_core.gateway.protocol import framing
from g4qc_core.gateway.protocol.bar_request_rules import GATEWAY_ZONE
from g4qc_core.gateway.protocol.layouts import OLDEST, Message, encode

_CHUNK = 1 << 16
_GOODBYE = 0.5


class Connection:
    """A connected client.

    Attributes:
        version: the negotiated protocol version; 0 before the handshake.
        on_half_open: called when nothing is read any more, not even the client's goodbye.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.version = 0
        self.on_half_open: Callable[[], None] = lambda: None
        self._reader = reader
        self._writer = writer
        self._sending = asyncio.Lock()
        self._mute = False
        self._deaf = False

    async def shake_hands(self, newest: int, now: datetime, effect: Callable[[], Effect]) -> None:
        """Agree on a version: the lower one of `newest` and the client's highest.

        Args:
            newest: highest version of this gateway.
            now: the gateway's clock, sent with the answer.
            effect: called once the offer has arrived; returns the fault of the answer.

        Raises:
            MalformedFrame: the client's first bytes are no handshake, or no version is common to both.
        """
        lowest, highest = await framing.read_offer(self._reader)
        version = min(newest, highest)
        if version < max(OLDEST, lowest):
            raise framing.MalformedFrame(f"the client speaks versions {lowest} to {highest}, we {OLDEST} to {newest}")
        self.version = version
        wrong = effect()
        await self.begin(wrong)
        await asyncio.sleep(wrong.delay)
        local = now.astimezone(GATEWAY_ZONE)
        await self._deliver(framing.frame([str(version), f"{local:%Y%m%d %H:%M:%S %Z}"]), wrong)

    async def receive(self) -> list[str]:
        """Return the fields of the next message; raises as `framing.read_request`."""
        fields = await framing.read_request(self._reader)
        await self._sleep_if_deaf()
        return fields

    async def begin(self, effect: Effect) -> None:
        """Close the connection if the fault asks for it before any answer; raises OSError then."""
        if effect.end is not None and effect.end_after is None:
            self._finish(effect.end)
        await self._sleep_if_deaf()

    async def send(self, *messages: Message, effect: Effect = NOTHING_WRONG) -> None:
        """Send the messages as one answer with its fault; raises OSError when the client is gone."""
        await self._deliver(b"".join(encode(message, self.version) for message in messages), effect)

    async def close(self) -> None:
        """Close the socket without waiting for a client that has stopped reading."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), _GOODBYE)
        self._writer.transport.abort()

    async def _deliver(self, data: bytes, effect: Effect) -> None:
        ends = effect.end is not None and effect.end_after is not None
        async with self._sending:
            sent = 0
            if effect.stall is not None:
                sent = effect.stall.after_bytes
                await self._write(data[:sent])
                await asyncio.sleep(effect.stall.seconds)
            await self._write(data[sent : effect.end_after] if ends else data[sent:])
            for action in effect.then:
                action()
            if ends and effect.end is not None:
                self._finish(effect.end)

    def _finish(self, end: End) -> None:
        if end is End.CLOSE:
            self._writer.close()
            raise ConnectionAbortedError("closed, as the faults want it")
        self._mute = True
        if end is End.HALF_OPEN:
            self._deaf = True
            self._writer.transport.pause_reading()  # type: ignore[attr-defined]
            self.on_half_open()

    async def _sleep_if_deaf(self) -> None:
        if self._deaf:
            await asyncio.Event().wait()

    async def _write(self, data: bytes) -> None:
        for at in range(0, len(data), _CHUNK):
            if self._mute:
                return
            self._writer.write(data[at : at + _CHUNK])
            await self._writer.drain()
