"""A client of bare sockets, so that tests see every field of every frame."""

from __future__ import annotations

import socket
import struct
from types import TracebackType

from g4qc_core.gateway.simulated_gateway import SimulatedGateway

TIMEOUT = 20.0


class RawClient:
    """A connection to a gateway that speaks in lists of fields.

    Args:
        start: shake hands and send START_API, and read what follows up to the last piece of news.
    """

    def __init__(self, gateway: SimulatedGateway, newest: int = 157, client_id: int = 1, *, start: bool = True) -> None:
        self.socket = socket.create_connection((gateway.host, gateway.port), timeout=TIMEOUT)
        self.greeting: list[list[str]] = []
        self.version = 0
        if start:
            self.shake_hands(newest)
            self.send(71, 2, client_id, "")
            while not self.greeting or "2158" not in self.greeting[-1]:
                self.greeting.append(self.receive())

    def shake_hands(self, newest: int, oldest: int = 100) -> list[str]:
        offer = f"v{oldest}..{newest}".encode()
        self.socket.sendall(b"API\0" + struct.pack(">I", len(offer)) + offer)
        answer = self.receive()
        self.version = int(answer[0])
        return answer

    def send(self, *fields: object) -> None:
        body = "".join(f"{field}\0" for field in fields).encode()
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def receive(self) -> list[str]:
        """The next frame's fields; raises EOFError when the gateway closed."""
        (length,) = struct.unpack(">I", self.exactly(4))
        body = self.exactly(length)
        assert body.endswith(b"\0")
        return body[:-1].decode("ascii").split("\0")

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise EOFError(f"{len(data)} of {size} bytes came")
            data += part
        return data

    def ask_contracts(self, request_id: int = 1, **query: object) -> list[list[str]]:
        """The frames that answer a contract query, up to its end or its error."""
        issuer = [""] if self.version >= 176 else []
        self.send(9, 8, request_id, *contract(**query), "", "", *issuer)
        return self._until({"52", "4"})

    def ask_bars(self, request_id: int = 1, **request: object) -> list[list[str]]:
        """The frames that answer a request for bars, up to the last one."""
        self.send_bars(request_id, **request)
        ends = {"108", "4", "106"} if self.version >= 196 else {"17", "4", "106"}
        return self._until(ends)

    def send_bars(
        self,
        request_id: int = 1,
        end: str = "",
        size: str = "1 min",
        duration: str = "1 D",
        rth: int = 0,
        what: str = "TRADES",
        fmt: int = 2,
        live: int = 0,
        **query: object,
    ) -> None:
        self.send(20, request_id, *contract(**query), end, size, duration, rth, what, fmt, live, "")

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _until(self, codes: set[str]) -> list[list[str]]:
        frames = [self.receive()]
        while frames[-1][0] not in codes or _is_warning(frames[-1]):
            frames.append(self.receive())
        return frames


def contract(
    con_id: int = 0,
    symbol: str = "ES",
    kind: str = "FUT",
    month: str = "",
    multiplier: str = "",
    exchange: str = "CME",
    currency: str = "USD",
    local_symbol: str = "",
    trading_class: str = "",
    expired: int = 0,
    strike: str = "0.0",
) -> list[object]:
    """The thirteen contract fields of a request."""
    exchanges = [exchange, ""]
    return [
        con_id,
        symbol,
        kind,
        month,
        strike,
        "",
        multiplier,
        *exchanges,
        currency,
        local_symbol,
        trading_class,
        expired,
    ]


def rows(frames: list[list[str]]) -> list[list[str]]:
    """The bars of a reply, eight fields each."""
    data = next(f for f in frames if f[0] == "17")
    fields = data[3:] if len([f for f in frames if f[0] == "108"]) else data[5:]
    return [fields[at : at + 8] for at in range(0, len(fields), 8)]


def _is_warning(frame: list[str]) -> bool:
    return frame[0] == "4" and "2174" in frame
