"""The faults that a gateway can have, and bad clients, which cannot harm it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from g4qc_core.errors import PortTaken, UsageError
from g4qc_core.gateway.faults.switches import Faults, Silence, Stall
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway, run
from tests.core.gateway.raw_client import RawClient, rows

Make = Callable[..., SimulatedGateway]
WEEK = {"month": "202612", "duration": "1 W", "end": "20261120-22:00:00"}


def test_a_silent_handshake_never_comes(make_gateway: Make) -> None:
    with RawClient(make_gateway(faults=Faults(silence=Silence.HANDSHAKE)), start=False) as client:
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.shake_hands(157)


def test_a_silent_start_shakes_hands_and_is_never_ready(make_gateway: Make) -> None:
    with RawClient(make_gateway(faults=Faults(silence=Silence.START)), start=False) as client:
        assert client.shake_hands(157)[0] == "157"
        client.send(71, 2, 1, "")
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.receive()


def test_silent_requests_are_never_answered(make_gateway: Make) -> None:
    gateway = make_gateway(faults=Faults(silence=Silence.REQUESTS))
    with RawClient(gateway) as client:
        client.send(49, 1)
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.receive()
    assert (1, ["49", "1"]) in gateway.received


def test_silent_history_still_tells_the_time_and_answers_late(make_gateway: Make) -> None:
    gateway = make_gateway(faults=Faults(silence=Silence.HISTORY))
    with RawClient(gateway) as client:
        client.send_bars(5, month="202612")
        client.send(49, 1)
        assert client.receive()[0] == "49"
        gateway.release()
        assert client.receive()[:2] == ["17", "5"]


@pytest.mark.slow
def test_a_stall_pauses_after_exactly_so_many_bytes(make_gateway: Make) -> None:
    gateway = make_gateway(faults=Faults(stall=Stall(after_bytes=2 * 4096, seconds=0.5)))
    with RawClient(gateway) as client:
        client.send_bars(5, **WEEK)
        head = client.exactly(8192)
        client.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
        client.socket.settimeout(20)
        (length,) = struct.unpack(">I", head[:4])
        body = head[4:] + client.exactly(length - 8188)
        assert body.count(b"\0") == 5 + 8 * 6900


def test_a_cut_ends_the_connection_inside_a_frame(make_gateway: Make) -> None:
    gateway = make_gateway(faults=Faults(cut_after_bytes=5000))
    with RawClient(gateway) as client:
        client.send_bars(5, **WEEK)
        assert len(client.exactly(5000)) == 5000
        with pytest.raises(EOFError):
            client.exactly(1)
    with RawClient(gateway) as client:
        assert len(rows(client.ask_bars(**WEEK))) == 6900


def test_the_connection_closes_at_the_nth_request_for_bars(make_gateway: Make) -> None:
    with RawClient(make_gateway(faults=Faults(close_after_requests=2))) as client:
        assert client.ask_bars(month="202612")[0][0] == "17"
        with pytest.raises((EOFError, ConnectionResetError)):
            client.ask_bars(month="202612")


def test_a_planned_error_answers_one_request(make_gateway: Make) -> None:
    gateway = make_gateway(faults=Faults(next_error=(162, "pacing violation")))
    with RawClient(gateway) as client:
        assert client.ask_bars(6, month="202612") == [["4", "2", "6", "162", "pacing violation"]]
        assert client.ask_bars(6, month="202612")[0][0] == "17"


def test_a_delay_comes_before_the_answer_and_not_before_the_time(make_gateway: Make) -> None:
    with RawClient(make_gateway(faults=Faults(delay=0.2))) as client:
        client.send_bars(5, month="202612")
        client.send(49, 1)
        assert [client.receive()[0], client.receive()[0]] == ["49", "17"]


def test_news_reaches_every_client(make_gateway: Make) -> None:
    gateway = make_gateway()
    with RawClient(gateway, client_id=1) as one, RawClient(gateway, client_id=2) as two:
        gateway.announce(1100, "Connectivity between IB and Trader Workstation has been lost.")
        assert one.receive()[2:4] == two.receive()[2:4] == ["-1", "1100"]


def test_clients_can_be_thrown_out_and_come_back(make_gateway: Make) -> None:
    gateway = make_gateway()
    with RawClient(gateway) as client:
        gateway.disconnect_clients()
        with pytest.raises((EOFError, ConnectionResetError)):
            client.receive()
    with RawClient(gateway) as client:
        assert client.ask_bars(month="202612")[0][0] == "17"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"API\0" + struct.pack(">I", 5) + b"hello",
        b"API\0\xff\xff\xff\xff",
        b"API\0" + struct.pack(">I", 9) + b"v100..157" + struct.pack(">I", 0),
        b"API\0" + struct.pack(">I", 9) + b"v100..157" + struct.pack(">I", 3) + b"abc",
        b"API\0" + struct.pack(">I", 9) + b"v100..157" + struct.pack(">I", 4) + b"71\0x\0"[:4],
        b"API\0" + struct.pack(">I", 9) + b"v100..157" + struct.pack(">I", 5) + b"49\x001\0",
        b"API\0" + struct.pack(">I", 9) + b"v100..157" + struct.pack(">I", 0x7FFFFFFF),
    ],
)
def test_a_malformed_client_is_dropped_and_others_are_served(make_gateway: Make, sent: bytes) -> None:
    gateway = make_gateway()
    with RawClient(gateway) as good, RawClient(gateway, start=False) as bad:
        bad.socket.sendall(sent)
        assert _read_to_the_end(bad.socket) in (b"", _greeting())
        assert good.ask_bars(month="202612")[0][0] == "17"


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(
    make_gateway: Make, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = make_gateway()
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            client = RawClient(gateway)
            for number in range(20):
                client.send_bars(number, **WEEK)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        with RawClient(gateway, client_id=9) as client:
            assert client.ask_bars(month="202612")[0][0] == "17"
        gateway.close()
    assert not [
        record for record in caplog.records if record.name in ("asyncio", "g4qc_core.gateway.protocol.client_session")
    ]


@pytest.mark.slow
def test_a_client_that_does_not_read_holds_up_nobody(make_gateway: Make) -> None:
    gateway = make_gateway()
    with RawClient(gateway, client_id=1) as lazy, RawClient(gateway, client_id=2) as keen:
        for number in range(40):
            lazy.send_bars(number, **WEEK)
        assert len(rows(keen.ask_bars(**WEEK))) == 6900
        gateway.close()


def test_a_taken_port_is_named(make_gateway: Make, synthetic_market: SyntheticMarket) -> None:
    taken = make_gateway().port
    with pytest.raises(PortTaken, match=str(taken)):
        SimulatedGateway(synthetic_market, port=taken).start()
    with pytest.raises(PortTaken, match=str(taken)):
        run(synthetic_market, port=taken)


@pytest.mark.parametrize("version", [100, 156, 201])
def test_a_version_that_is_not_spoken_is_refused(synthetic_market: SyntheticMarket, version: int) -> None:
    with pytest.raises(UsageError, match="157 to 200"):
        SimulatedGateway(synthetic_market, max_version=version)


def test_a_clock_needs_a_time_zone() -> None:
    with pytest.raises(UsageError, match="time zone"):
        GatewayClock(datetime(2026, 11, 20))  # noqa: DTZ001
    with pytest.raises(UsageError, match="stands"):
        GatewayClock(frozen=True)
    assert GatewayClock().now() <= datetime.now(UTC)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_a_signal(synthetic_market: SyntheticMarket, signum: int) -> None:
    served: list[str] = []

    def ready(gateway: SimulatedGateway) -> None:
        def use() -> None:
            with RawClient(gateway) as client:
                served.append(client.ask_bars(month="202612")[0][0])
                os.kill(os.getpid(), signum)

        threading.Thread(target=use).start()

    run(synthetic_market, port=0, clock=GatewayClock(datetime(2026, 11, 20, 22, 30, tzinfo=UTC)), on_ready=ready)
    assert served == ["17"]


def test_a_gateway_stops_with_its_clients_still_connected(synthetic_market: SyntheticMarket) -> None:
    before = set(threading.enumerate())
    with SimulatedGateway(synthetic_market) as gateway, RawClient(gateway) as client:
        gateway.close()
        with pytest.raises((EOFError, ConnectionResetError)):
            client.receive()
    assert set(threading.enumerate()) <= before


def test_a_gateway_that_stopped_starts_again_on_its_port(make_gateway: Make) -> None:
    gateway = make_gateway()
    port = gateway.port
    with RawClient(gateway):
        gateway.close()
    with pytest.raises(ConnectionRefusedError):
        RawClient(gateway)
    gateway.start()
    assert gateway.port == port
    with RawClient(gateway) as client:
        assert client.ask_bars(month="202612")[0][0] == "17"


def _greeting() -> bytes:
    body = b"157\x0020261120 16:30:00 CST\0"
    return struct.pack(">I", len(body)) + body


def _read_to_the_end(connected: socket.socket) -> bytes:
    data = b""
    while True:
        try:
            part = connected.recv(4096)
        except ConnectionResetError:
            return data
        if not part:
            return data
        data += part
