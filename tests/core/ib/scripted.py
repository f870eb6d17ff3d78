"""A scripted peer on a real socket: it sends exactly the bytes that a test gives it.

It plays the faults of a connection. Answers with a meaning come from the simulated gateway.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

Play = Callable[["Peer"], None]

EXPIRY = "20251219 08:30 US/Central"


def frame(*fields: object) -> bytes:
    """A message with its length."""
    body = "".join(f"{field}\0" for field in fields).encode("ascii")
    return struct.pack(">I", len(body)) + body


def error(request_id: object, code: int, text: str) -> bytes:
    return frame(4, 2, request_id, code, text)


def bar(start: int, price: float = 100.25, volume: object = 7) -> tuple[object, ...]:
    """The eight fields of a bar that starts at `start` (seconds since 1970)."""
    return (start, price, price + 1, price - 1, price + 0.5, volume, price + 0.125, 3)


def history(request_id: object, *bars: tuple[object, ...]) -> bytes:
    return frame(17, request_id, "start", "end", len(bars), *(field for b in bars for field in b))


def contract_data(request_id: object, **changes: object) -> bytes:
    """The ES December 2025 contract as protocol 157 spells it, with `changes`."""
    known = {
        "symbol": "ES",
        "sec_type": "FUT",
        "expiry": EXPIRY,
        "strike": 0,
        "right": "",
        "exchange": "CME",
        "currency": "USD",
        "local_symbol": "ESZ5",
        "market_name": "ES",
        "trading_class": "ES",
        "con_id": 495512563,
        "min_tick": 0.25,
        "size_multiplier": 100,
        "multiplier": 50,
        "order_types": "LMT",
        "exchanges": "CME",
        "magnifier": 1,
        "under_con_id": 11004968,
        "long_name": "E-mini S&P 500",
        "primary": "",
        "month": "202512",
        "industry": "",
        "category": "",
        "subcategory": "",
        "zone": "US/Central",
        "hours": "",
        "liquid": "",
        "ev_rule": "",
        "ev_multiplier": "",
        "ids": 0,
        "group": 2147483647,
        "under_symbol": "ES",
        "under_type": "IND",
        "rules": "67",
        "real_expiry": "20251219",
        "stock_type": "",
    }
    assert changes.keys() <= known.keys()
    return frame(10, 8, request_id, *(known | changes).values())


class Peer:
    """The peer's end of one connection."""

    def __init__(self, connected: socket.socket, stopping: threading.Event) -> None:
        self.socket = connected
        self.stopping = stopping
        self._buffer = b""

    def send(self, *messages: bytes) -> None:
        self.socket.sendall(b"".join(messages))

    def read(self) -> list[str]:
        """The fields of the next message; raises ConnectionError at the end."""
        (length,) = struct.unpack(">I", self._take(4))
        return self._take(length).decode("ascii").split("\0")[:-1]

    def read_until(self, message_id: int) -> list[str]:
        """The next message of that id, heartbeats and others before it dropped."""
        while (fields := self.read())[0] != str(message_id):
            pass
        return fields

    def shake_hands(self, version: int = 157) -> str:
        """Answers the handshake; returns what the client offered."""
        assert self._take(4) == b"API\0"
        (length,) = struct.unpack(">I", self._take(4))
        offer = self._take(length).decode("ascii")
        self.send(frame(version, "20251122 12:00:00 CST"))
        return offer

    def start(self, account: str = "SIM000001", version: int = 157) -> None:
        """Handshake, then ready."""
        self.shake_hands(version)
        self.read_until(71)
        self.send(frame(15, 1, account), frame(9, 1, 1), error(-1, 2104, "Market data farm connection is OK"))

    def serve_time(self, now: int) -> None:
        """Answers one request for the time."""
        self.read_until(49)
        self.send(frame(49, 1, now))

    def hang(self) -> None:
        """Send nothing until the test is over."""
        self.stopping.wait()

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError
            self._buffer += data
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken


@contextlib.contextmanager
def scripted(*plays: Play) -> Iterator[int]:
    """A server that plays one script a connection, in order, and the last one again; yields its port."""
    stopping = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    peers: list[tuple[threading.Thread, socket.socket]] = []

    def perform(play: Play, connected: socket.socket) -> None:
        with connected, contextlib.suppress(OSError):
            play(Peer(connected, stopping))

    def accept() -> None:
        remaining = list(plays)
        while not stopping.is_set():
            try:
                connected, _ = listener.accept()
            except OSError:
                return
            play = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            thread = threading.Thread(target=perform, args=(play, connected), daemon=True)
            thread.start()
            peers.append((thread, connected))

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread, connected in peers:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
            thread.join()
