"""Runs that do not begin, and runs whose process is gone: each ends at once, with its cause on every surface."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import psutil
import pytest

from g4qc_core.gateway.faults.switches import Faults
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import bare_home
from tests.fixtures.processes import command_line
from tests.fixtures.waiting import PATIENCE, until
from tests.fixtures.web import MONTHS, Up, free_ports, up

pytestmark = pytest.mark.integration

_CANCEL = """mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) {
  __typename ... on Error { message } } }"""


@pytest.fixture(scope="module")
def posted() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a webhook, and the documents posted to it."""
    taken: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", taken
        server.shutdown()


def job(web: Up, run_id: str) -> dict[str, Any]:
    """Return the run as the API describes it."""
    return dict(httpx.get(f"{web.reports}/api/v1/jobs/{run_id}", timeout=PATIENCE).json())


def worker_of(web: Up) -> psutil.Process:
    """The process of the one run that is under way."""
    own = psutil.Process(web.process.pid).children(recursive=True)
    (server,) = [
        p for p in own if "g4qc_pipelines.running.code_server" in (words := command_line(p)) and "guard" not in words[3]
    ]
    (worker,) = [p for p in server.children() if "spawn_main" in " ".join(command_line(p))]
    return worker


def test_a_run_that_does_not_begin_is_started_once_more_and_says_why_it_failed(
    posted: tuple[str, list[dict[str, Any]]],
) -> None:
    address, events = posted
    given = {"symbols": "ES", "first_month": MONTHS[2][:7], "webhook_url": address, **free_ports()}
    # No process imports all that it needs within a second.
    with bare_home(run_start_limit=1, **given) as home, up(home) as web:
        run_id = web.launch(["contracts"], "ES")
        assert web.ended(run_id).status == "FAILURE"
        told = job(web, run_id)
        assert told["state"] == "failed"
        assert told["message"].startswith("The run did not start within 1 s: the machine is busy")
        assert "started once more already" in told["message"]
        assert web.log().count(f"Run {run_id}: The run did not start") >= 1
        until(lambda: [event for event in events if event.get("run") == run_id], "the webhook heard nothing")
        (event,) = [event for event in events if event.get("run") == run_id]
        assert told["message"] in event["text"]
        heard = httpx.get(f"{web.reports}/api/v1/jobs/{run_id}/events", timeout=PATIENCE).text
        assert "It was started once more." in heard
        assert told["message"] in json.dumps(heard) or "started once more already" in heard


@pytest.fixture(scope="module")
def slow() -> Faults:
    """The fault of the gateway of `web`."""
    return Faults()


@pytest.fixture(scope="module")
def web(slow: Faults, synthetic_market: SyntheticMarket) -> Iterator[Up]:
    """A `g4qc up` on a gateway that can be made slow."""
    with SimulatedGateway(synthetic_market, faults=slow, clock=GatewayClock(), max_version=178) as gateway:
        given = {"symbols": "ES", "first_month": MONTHS[2][:7], "ib_host": "127.0.0.1", "ib_port": gateway.port}
        with bare_home(**given, **free_ports()) as home, up(home) as running:
            assert running.materialize(["contracts"], "ES").status == "SUCCESS"
            yield running


def under_way(web: Up, slow: Faults) -> str:
    """A run in the middle of its bars."""
    slow.delay = 30.0
    run_id = web.launch(["raw_bars"], f"ES|{MONTHS[2]}")
    until(lambda: job(web, run_id)["state"] == "running" and "raw_bars" in web.log(), "the run did not begin")
    return run_id


def test_a_run_whose_process_is_killed_fails_at_once_and_the_next_one_has_the_gateway(web: Up, slow: Faults) -> None:
    run_id = under_way(web, slow)
    os.kill(worker_of(web).pid, signal.SIGKILL)
    assert web.ended(run_id).status == "FAILURE"
    assert "signal 9 (SIGKILL)" in job(web, run_id)["message"]
    slow.delay = 0.0
    assert web.materialize(["raw_bars"], f"ES|{MONTHS[2]}").status == "SUCCESS"


def test_a_run_that_is_stopped_by_a_person_ends_as_cancelled(web: Up, slow: Faults) -> None:
    run_id = under_way(web, slow)
    web.ask(_CANCEL, id=run_id)
    assert web.ended(run_id).status == "CANCELED"
    slow.delay = 0.0
