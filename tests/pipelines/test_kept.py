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
from g4qc_core.ib.dialling import probe_gateway
from g4qc_pipelines.commands.kept import KeptGateway
from g4qc_pipelines.commands.watch import Kept
from tests.fixtures.home import Home
from tests.fixtures.waiting import PATIENCE, until


@pytest.fixture
def gateway(home: Home) -> Iterator[KeptGateway]:
    with ExitStack() as stack:
        yield KeptGateway(home.settings, stack, hangs_after=1.0)


def serving() -> psutil.Process:
    own = psutil.Process().children(recursive=True)
    (found,) = [p for p in own if p.cmdline()[1:4] == ["-m", "g4qc_pipelines.cli", "gateway"]]
    return found


@pytest.mark.parametrize(
    ("number", "how"), [(signal.SIGKILL, "was killed (SIGKILL)"), (signal.SIGSTOP, "has answered nothing for 1 s")]
)
def test_a_gateway_that_is_killed_or_frozen_is_back_at_its_address(
    gateway: KeptGateway, number: signal.Signals, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    part, before = gateway.kept(), serving()
    part.look()
    assert capsys.readouterr().out == ""
    before.send_signal(number)
    said: list[str] = []

    def back() -> bool:
        part.look()
        said.append(capsys.readouterr().out)
        return "is back" in "".join(said)

    until(back, "the gateway never came back")
    assert f"The simulated gateway {how}: it is started again ..." in "".join(said)
    assert not before.is_running()
    assert probe_gateway(gateway.host, gateway.port, PATIENCE, SIMULATED) >= 157
    gateway.stop()


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
