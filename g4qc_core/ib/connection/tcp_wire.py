"""One TCP connection to a gateway: dialling, the handshake, and frames of bytes.

Replaces the connection and reader of `ibapi`, which lose bytes when a read of 4096 bytes is followed by a pause, wait
forever for a silent peer, and keep the process alive with a non-daemon thread. A `Wire` has the methods that
`ibapi.client.EClient` calls on its connection: `sendMsg`, `isConnected`, `disconnect`.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

MAX_FRAME = 0xFFFFFF

_HEADER = struct.Struct(">I")
_CHUNK = 1 << 16


class BadFrame(OSError):
    """Received bytes are no frame of this protocol."""


class Wire:
    """A connected socket that carries length-prefixed frames.

    Attributes:
        heard_at: `time.monotonic()` of the last bytes received.
        unfinished: bytes received of an incomplete frame; while it grows, an answer is arriving.
        greeting: the peer's own time in its answer to the handshake, like `20251122 12:00:00 CST`; empty without one.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.heard_at = time.monotonic()
        self.unfinished = 0
        self.greeting = ""
        self._socket = connected
        self._buffer = bytearray()
        self._sending = threading.Lock()
        self._open = True

    @classmethod
    def dial(cls, host: str, port: int, timeout: float) -> Wire:
        """Return a connection to the address, within `timeout` seconds; raises OSError."""
        connected = socket.create_connection((host, port), timeout=timeout)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(connected)

    def shake_hands(self, newest: int, timeout: float) -> list[bytes]:
        """Offer protocol versions up to `newest` and return the fields of the answer, at least one.

        Raises:
            TimeoutError: no answer arrived within `timeout` seconds.
            BadFrame: the answer is no frame.
            ConnectionError: the peer hung up.
        """
        offer = f"v100..{newest}".encode("ascii")
        self.sendMsg(b"API\0" + _HEADER.pack(len(offer)) + offer)
        frame = self._first_frame(time.monotonic() + timeout)
        self._socket.settimeout(None)
        fields = frame.split(b"\0")
        self.greeting = b"".join(fields[1:2]).decode("utf-8", "replace")
        return fields

    def frames(self) -> Iterator[bytes]:
        """Yield frames without their length until the connection ends; raises OSError when it breaks."""
        while True:
            yield from self._complete()
            if not self._receive():
                return

    def sendMsg(self, message: bytes) -> int:
        """Send the whole message, or close the connection: half a message would garble every later one."""
        with self._sending:
            try:
                self._socket.sendall(message)
            except OSError:
                self.disconnect()
                return 0
        return len(message)

    def isConnected(self) -> bool:
        """Return False once the connection has ended."""
        return self._open

    def disconnect(self) -> None:
        """Close the connection and wake its reader; harmless the second time."""
        if self._open:
            self._open = False
            # A close alone leaves a blocked recv blocked; a shutdown ends it. It fails if the peer closed first.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _first_frame(self, deadline: float) -> bytes:
        while True:
            for frame in self._complete():
                return frame
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            if not self._receive():
                raise ConnectionResetError("the peer closed the connection during the handshake")

    def _complete(self) -> Iterator[bytes]:
        while len(self._buffer) >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._buffer)
            if length > MAX_FRAME:
                raise BadFrame(f"a frame claims {length} bytes")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                break
            frame = bytes(self._buffer[_HEADER.size : end])
            del self._buffer[:end]
            yield frame
        self.unfinished = len(self._buffer)

    def _receive(self) -> bool:
        data = self._socket.recv(_CHUNK)
        self.heard_at = time.monotonic()
        self._buffer += data
        return bool(data)
