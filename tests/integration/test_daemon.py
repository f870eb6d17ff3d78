"""Self-repair by the real daemon: the feed breaks, the sensor finds the gap and launches, the gap is filled, and the
derived data follow.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.resets import in_reset
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.quality.repairs import gaps_of
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.named_jobs import CHAIN_ASSETS
from g4qc_pipelines.runner import ANSWERED_STEP
from tests.fixtures.home import bare_home
from tests.fixtures.waiting import until
from tests.fixtures.web import MONTHS, Up, free_ports, up

pytestmark = pytest.mark.integration

PARTITION = f"ES|{MONTHS[2]}"

SENSOR = {"repositoryName": "__repository__", "repositoryLocationName": "g4qc"}
START = """mutation($s: SensorSelector!) { startSensor(sensorSelector: $s) {
  __typename ... on Sensor { sensorState { status } } ... on PythonError { message } } }"""
LAUNCHED = """query($s: String!) { runsOrError(filter: {tags: [{key: "dagster/sensor_name", value: $s}]}) {
  ... on Runs { results { status jobName runConfigYaml tags { key value } } } } }"""


@pytest.fixture
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


def switch_on(running: Up, sensor: str) -> None:
    """Starts the sensor, as the web UI does."""
    started = running.ask(START, s=SENSOR | {"sensorName": sensor})["startSensor"]
    assert started["__typename"] == "Sensor", started


def launched(running: Up) -> list[dict[str, Any]]:
    """Runs that the sensor `repair` launched over the broken month."""
    runs = running.ask(LAUNCHED, s="repair")["runsOrError"]["results"]
    return [run for run in runs if {"key": "dagster/partition", "value": PARTITION} in run["tags"]]


def test_the_daemon_closes_a_gap_with_one_small_run_and_tells_of_the_failure(
    make_gateway: Callable[..., SimulatedGateway], posted: tuple[str, list[dict[str, Any]]]
) -> None:
    now = datetime.now(UTC)
    if in_reset(now) or in_reset(now + timedelta(minutes=10)):
        # The daemon runs by this machine's clock, and repairs nothing while Interactive Brokers resets its servers.
        pytest.skip("Interactive Brokers resets its servers now: the sensor repair asks for nothing")
    script = FaultScript.parse('[[fault]]\ndo = "error"\ncode = 354\ntext = "no"\non = "history"\nnth = 1\n')
    gateway = make_gateway(script=script, clock=GatewayClock(), max_version=178)
    address, events = posted
    settings = {"ib_host": "127.0.0.1", "ib_port": gateway.port, "symbols": "ES", "webhook_url": address}
    with bare_home(first_month=MONTHS[2][:7], **settings, **free_ports()) as home, up(home) as running:
        assert any(line.startswith("Off ") and "repair" in line for line in running.printed)
        assert running.materialize(CHAIN_ASSETS, "ES").status == "SUCCESS"
        failed = running.materialize(["raw_bars"], PARTITION)
        # Other windows of the month were answered, unless the month has just begun.
        (step,) = failed.failures
        assert step in ("raw_bars", ANSWERED_STEP)
        assert running.materialize(["bars_1min"], PARTITION).status == "SUCCESS"

        switch_on(running, "repair")
        with open_stores(home.settings) as stores:

            def gaps() -> list[Any]:
                """Gaps of the broken month."""
                found = gaps_of(load_registry()["ES"], stores, datetime.now(UTC))
                return [gap for gap in found if gap.trade_date.isoformat()[:7] == MONTHS[2][:7]]

            assert gaps() != []
            until(lambda: any(run["status"] == "SUCCESS" for run in launched(running)), "no repair succeeded")
            assert gaps() == []
        assert len(launched(running)) == 1
        switch_on(running, "follow_up")

        def followed() -> set[str]:
            """Jobs of the runs that the sensor `follow_up` launched and that succeeded."""
            runs = running.ask(LAUNCHED, s="follow_up")["runsOrError"]["results"]
            return {run["jobName"] for run in runs if run["status"] == "SUCCESS"}

        until(lambda: followed() >= {"map_coverage", "reconcile", "update_rolls"}, "nothing followed the repair")
        until(lambda: [event for event in events if event["event"] == "run_failed"], "the webhook heard nothing")
        told = next(event for event in events if event["event"] == "run_failed")
        assert (told["partition"], list(told["steps"])) == (PARTITION, [step])
        assert told["text"].endswith(failed.failures[step])
