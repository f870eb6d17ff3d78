"""One client's socket: handshake, frames in, messages out with backpressure, and the faults of the wire.

Knows versions and bytes. Must not know what a message means.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

from g4qc_core.gateway import wire
from g4qc_core.gateway.faults import Faults
from g4qc_core.gateway.layouts import OLDEST, Message, encode
from g4qc_core.gateway.validation import GATEWAY_ZONE

_CHUNK = 1 << 16
_GOODBYE = 0.5


class Connection:
    """A connected client.

    Attributes:
        version: the negotiated protocol version; 0 before the handshake.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, faults: Faults) -> None:
        self.version = 0
        self._reader = reader
        self._writer = writer
        self._faults = faults
        self._sending = asyncio.Lock()

    async def shake_hands(self, newest: int, now: datetime) -> None:
        """Agrees on a version: the lower one of `newest` and the highest that the client offers.

        Raises:
            MalformedFrame: the client's first bytes are no handshake, or there is no version in common.
        """
        lowest, highest = await wire.read_offer(self._reader)
        version = min(newest, highest)
        if version < max(OLDEST, lowest):
            raise wire.MalformedFrame(f"the client speaks versions {lowest} to {highest}, we {OLDEST} to {newest}")
        self.version = version
        local = now.astimezone(GATEWAY_ZONE)
        await self._write(wire.frame([str(version), f"{local:%Y%m%d %H:%M:%S %Z}"]))

    async def receive(self) -> list[str]:
        """The fields of the next message; raises as `wire.read_request`."""
        return await wire.read_request(self._reader)

    async def ignore(self) -> None:
        """Reads and forgets until the client leaves."""
        while await self._reader.read(_CHUNK):
            pass

    async def send(self, message: Message) -> None:
        """Sends one message; raises OSError when the client is gone."""
        await self._write(encode(message, self.version))

    async def send_bars(self, message: Message) -> None:
        """Sends one message, and stalls or ends in the middle of it when the faults say so."""
        frame = encode(message, self.version)
        stall, cut = self._faults.take_stall(), self._faults.take_cut()
        if stall is None and cut is None:
            await self._write(frame)
            return
        async with self._sending:
            if stall is not None:
                await self._write_chunks(frame[: stall.after_bytes])
                await asyncio.sleep(stall.seconds)
                frame = frame[stall.after_bytes :]
            await self._write_chunks(frame[:cut])
        if cut is not None:
            self._writer.close()
            raise ConnectionAbortedError("cut, as the faults want it")

    async def close(self) -> None:
        """Closes the socket; a client that does not read any more is not waited for."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), _GOODBYE)
        self._writer.transport.abort()

    async def _write(self, data: bytes) -> None:
        async with self._sending:
            await self._write_chunks(data)

    async def _write_chunks(self, data: bytes) -> None:
        for at in range(0, len(data), _CHUNK):
            self._writer.write(data[at : at + _CHUNK])
            await self._writer.drain()
