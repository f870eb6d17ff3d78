"""The simulated gateway's own messages, recorded from the wire, and answers made of them.

Scripted peers send them out of place.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.timeframes import ONE_MINUTE
from tests.fixtures.gateway import NOW

ES = load_registry()["ES"]
START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

_SIZES = 164
# Place of a request's id in its answers, by message id: before protocol 164, and since. The time names no request.
_PLACES = {"10": (2, 1), "52": (2, 2), "17": (1, 1), "108": (1, 1), "88": (1, 1), "106": (1, 1), "4": (2, 2)}
# Message ids of the answers by the message id of the request; a schedule is a request of history (20), too.
_ANSWERS = {"49": ["49"], "9": ["10", "52"], "87": ["88"], "20": ["17", "108"], "SCHEDULE": ["106"]}


@dataclass(frozen=True)
class Recorded:
    """The legal messages of one protocol: fields by message id, and the contract and the bars that they are about."""

    protocol: int
    messages: dict[str, list[bytes]]
    contract: Contract
    window: BarRequest

    def spelled(self, head: str, request: object) -> list[bytes]:
        """Fields of the recorded message, as an answer to that request."""
        fields = list(self.messages[head])
        if head in _PLACES:
            fields[_PLACES[head][self.protocol >= _SIZES]] = str(request).encode()
        return fields

    def answer(self, asked: Sequence[str]) -> list[bytes]:
        """Return the frames of the complete legal answer to a request, given its fields; none if it has no answer."""
        kind = "SCHEDULE" if "SCHEDULE" in asked else asked[0]
        heads = [head for head in _ANSWERS.get(kind, ()) if head in self.messages]
        return [framed(self.spelled(head, id_of(asked))) for head in heads]


def id_of(asked: Sequence[str]) -> str:
    """Id of a request; 0 for one of the time."""
    return {"9": asked[2:3], "20": asked[1:2], "87": asked[1:2]}.get(asked[0], ["0"])[0]


def framed(fields: Sequence[bytes]) -> bytes:
    """A message with its length."""
    body = b"".join(field + b"\0" for field in fields)
    return struct.pack(">I", len(body)) + body


def record(protocol: int) -> Recorded:
    """Ask a simulated gateway for everything once, and keep its messages."""
    clock = GatewayClock(NOW, frozen=True)
    with (
        SimulatedGateway(SyntheticMarket({"ES": ES}), clock=clock, max_version=protocol) as gateway,
        tapped((gateway.host, gateway.port)) as (port, heard),
        IbSource("127.0.0.1", port, 11, 20, 20, max_protocol=protocol) as source,
    ):
        contract = next(one for one in source.chain(ES) if one.month == "202612")
        window = BarRequest(contract, ONE_MINUTE, START, START + timedelta(minutes=3))
        source.server_time()
        source.head_timestamp(contract)
        source.bars(window)
        source.trading_sessions(contract)
    return Recorded(protocol, {fields[0].decode(): fields for fields in messages_of(heard)}, contract, window)


def messages_of(heard: bytearray) -> Iterator[list[bytes]]:
    at = 0
    while at < len(heard):
        (length,) = struct.unpack_from(">I", heard, at)
        yield bytes(heard[at + 4 : at + 4 + length]).split(b"\0")[:-1]
        at += 4 + length


@contextmanager
def tapped(target: tuple[str, int]) -> Iterator[tuple[int, bytearray]]:
    """Yield a port that leads to the target, and all that the target sends to it."""
    heard = bytearray()

    def pump(source: socket.socket, sink: socket.socket, *, keep: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if keep:
                    heard.extend(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def serve(listener: socket.socket) -> None:
        near, _ = listener.accept()
        with near, socket.create_connection(target) as far:
            back = threading.Thread(target=pump, args=(far, near), kwargs={"keep": True})
            back.start()
            pump(near, far, keep=False)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
    thread.join()
