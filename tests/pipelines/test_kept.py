"""The parts that `g4qc up` restarts, with real processes: killed, frozen, and one that cannot be started again."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import psutil
import pytest

from g4qc_core.errors import G4qcError, GatewayUnavailable
from g4qc_core.ib.advice import SIMULATED
from g4qc_core.ib.connection.dialling import probe_gateway
from g4qc_pipelines.supervision.kept_services import KeptGateway
from g4qc_pipelines.supervision.watch import Kept
from tests.fixtures.home import Home
from tests.fixtures.processes import command_line
from tests.fixtures.waiting import PATIENCE, until


class Clock:
    """Seconds that only a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gateway(home: Home, clock: Clock) -> Iterator[KeptGateway]:
    with ExitStack() as stack:
        kept = KeptGateway(home.settings, stack, clock)
        yield kept
        kept.stop()


def serving(port: int) -> psutil.Process:
    """Return the process of the gateway that listens on the port; other tests of this process may have their own."""
    own = psutil.Process().children(recursive=True)
    gateways = [p for p in own if command_line(p)[1:4] == ["-m", "g4qc_pipelines.cli", "gateway"]]
    (found,) = [p for p in gateways if any(one.laddr.port == port for one in p.net_connections("tcp"))]
    return found


def test_a_gateway_that_is_killed_is_back_at_its_address(
    gateway: KeptGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    part, before = gateway.kept(), serving(gateway.port)
    before.kill()
    said: list[str] = []

    def back() -> bool:
        part.look()
        said.append(capsys.readouterr().out)
        return "is back" in "".join(said)

    until(back, "the gateway never came back")
    assert "The simulated gateway was killed (SIGKILL): it is started again ..." in "".join(said)
    assert probe_gateway(gateway.host, gateway.port, PATIENCE, SIMULATED) >= 157


def test_a_gateway_that_is_frozen_is_replaced_at_its_address_and_one_that_answers_is_not(
    gateway: KeptGateway, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    part, before = gateway.kept(), serving(gateway.port)
    for _ in range(2):
        clock.now += 6
        part.look()  # asks
        until(lambda: part.look() is None and not gateway.asking, "the gateway never answered")
    clock.now += 60
    assert capsys.readouterr().out == ""
    before.send_signal(signal.SIGSTOP)
    part.look()
    clock.now += 29
    part.look()
    assert capsys.readouterr().out == ""
    clock.now += 1
    part.look()
    said = capsys.readouterr().out
    assert "The simulated gateway has answered nothing for 30 s: it is started again ..." in said
    assert "The simulated gateway is back after " in said
    until(lambda: not before.is_running() or before.status() == psutil.STATUS_ZOMBIE, "the frozen gateway lives on")
    assert probe_gateway(gateway.host, gateway.port, PATIENCE, SIMULATED) >= 157


def test_a_part_that_does_not_start_is_tried_again_and_then_ends_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = [0.0]
    tries: list[float] = []

    def watch() -> None:
        while True:
            part.look()
            clock[0] += 0.5

    def start() -> None:
        tries.append(clock[0])
        raise GatewayUnavailable("Port 4002 is taken.")

    part = Kept("simulated gateway", lambda: "ended", start, "free its port", lambda: clock[0])
    with pytest.raises(G4qcError, match=r"ended 6 times within 10 minutes .*: free its port\."):
        watch()
    assert [later - earlier for earlier, later in pairwise(tries)] == [2, 4, 8, 16]
    assert capsys.readouterr().out.count("does not start: Port 4002 is taken.") == 5


def test_the_address_says_that_the_gateway_is_simulated(gateway: KeptGateway) -> None:
    told = gateway.environment
    assert told == {"G4QC_IB_HOST": "127.0.0.1", "G4QC_IB_PORT": str(gateway.port), "G4QC_IB_SIMULATED": "true"}
    with socket.create_connection((told["G4QC_IB_HOST"], int(told["G4QC_IB_PORT"])), PATIENCE):
        gateway.stop()
