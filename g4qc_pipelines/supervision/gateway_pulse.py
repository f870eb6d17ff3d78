"""The pulse of a gateway: whether it answers the handshake, checked without blocking."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

_HELLO = b"API\0" + struct.pack(">I", 9) + b"v100..200"
_EVERY_SECONDS = 5.0


class Pulse:
    """A check every five seconds; one check lasts until it is answered.

    Args:
        host: address of the gateway.
        port: its port.
        patience: seconds without an answer after which the gateway counts as hanging.
        clock: monotonic seconds; replaced in tests.
    """

    def __init__(self, host: str, port: int, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = (host, port)
        self._patience = patience
        self._clock = clock
        self._asked_at = clock()
        self._socket: socket.socket | None = None

    @property
    def asking(self) -> bool:
        """True while a check awaits its answer."""
        return self._socket is not None

    def trouble(self) -> str | None:
        """Describe a hanging gateway in words; None while it answers or may still answer. Does not block."""
        now = self._clock()
        if self._socket is None:
            if now - self._asked_at >= _EVERY_SECONDS:
                self._ask(now)
        elif select.select([self._socket], [], [], 0)[0]:
            self.stop()
        elif now - self._asked_at >= self._patience:
            return f"has answered nothing for {self._patience:g} s"
        return None

    def stop(self) -> None:
        """End the check in progress; the next one begins later."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._asked_at = self._clock()

    def _ask(self, now: float) -> None:
        self._asked_at = now
        # A gateway that cannot be reached has ended; its process reports that.
        with suppress(OSError):
            asking = socket.create_connection(self._address, timeout=1.0)
            asking.sendall(_HELLO)
            self._socket = asking
