"""Daemon, web server and code server as docker-compose.yml starts them: one that is lost leaves no run behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest
import yaml
from sqlalchemy import URL

from g4qc_core.gateway.faults.switches import Faults
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import home_on
from tests.fixtures.waiting import until
from tests.fixtures.web import MONTHS, Up, free_ports

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parent.parent.parent
_WORKSPACE = """load_from:
  - grpc_server: {{host: 127.0.0.1, port: {port}, location_name: g4qc}}
"""


def composed(service: str, own: Mapping[str, str]) -> list[str]:
    """The command of a service in docker-compose.yml behind `g4qc`, on this machine, with values of our own."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    program, *words = services[service]["command"]
    assert program == "g4qc"
    return [{"0.0.0.0": "127.0.0.1", **own}.get(word, word) for word in words]


class Apart:
    """The three servers, each a process of its own."""

    def __init__(self, web: Up, port: int, stack: ExitStack) -> None:
        self.web, self._port, self._stack = web, port, stack
        self.code = self.start_code()

    def start_code(self) -> subprocess.Popen[str]:
        """Start the code server."""
        self.code = self._stack.enter_context(self.web.home.started(*composed("code", {"4000": str(self._port)})))
        return self.code

    def kill_code(self) -> None:
        """Kill the code server and the processes of its runs, as the end of its container does."""
        for process in [*psutil.Process(self.code.pid).children(recursive=True), self.code]:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        self.code.wait()


@pytest.fixture
def slow() -> Faults:
    return Faults()


@pytest.fixture
def apart(slow: Faults, synthetic_market: SyntheticMarket, home_template: URL) -> Iterator[Apart]:
    ports = free_ports()
    port = free_ports()["api_port"]
    with SimulatedGateway(synthetic_market, faults=slow, clock=GatewayClock(), max_version=178) as gateway:
        given = {"symbols": "ES", "first_month": MONTHS[2][:7], "ib_host": "127.0.0.1", "ib_port": gateway.port}
        with home_on(home_template, **given, **ports) as home, ExitStack() as stack:
            workspace = home.folder / "workspace.yaml"
            workspace.write_text(_WORKSPACE.format(port=port))
            own = {"/opt/g4qc/workspace.yaml": str(workspace), "3000": str(ports["dagster_port"])}
            web = stack.enter_context(home.started(*composed("webserver", own)))
            apart = Apart(Up(home, web, []), port, stack)
            stack.enter_context(home.started(*composed("daemon", own)))
            until(lambda: loaded(apart.web), "the graph is not served")
            yield apart


def loaded(web: Up) -> bool:
    """Whether the web server has the graph; once it has none, it is told to look again."""
    with suppress(httpx.HTTPError, OSError, AssertionError):
        reload = 'mutation { reloadRepositoryLocation(repositoryLocationName: "g4qc") { __typename } }'
        web.ask(reload)
        return bool(web.ask("{ assetNodes { assetKey { path } } }")["assetNodes"])
    return False


def test_a_run_of_a_code_server_that_is_lost_ends_and_the_next_one_has_the_gateway(apart: Apart, slow: Faults) -> None:
    web = apart.web
    assert web.materialize(["contracts"], "ES").status == "SUCCESS"
    slow.delay = 600.0
    run_id = web.launch(["raw_bars"], f"ES|{MONTHS[2]}")
    state = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
    until(lambda: web.ask(state, id=run_id)["runOrError"]["status"] == "STARTED", "the run did not begin")
    apart.kill_code()
    assert web.ended(run_id).status == "FAILURE"
    slow.delay = 0.0
    apart.start_code()
    until(lambda: loaded(web), "the graph is not served again")
    assert web.materialize(["raw_bars"], f"ES|{MONTHS[2]}").status == "SUCCESS"
