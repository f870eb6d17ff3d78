"""`@stoqey/ib`, a client for Node.js, trades and follows bars on the simulated gateway."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway

HOME = Path(__file__).resolve().parents[2] / "node_clients"
NOON = datetime(2026, 11, 18, 18, 0, 2, tzinfo=UTC)
SPEED = 20.0
TIMEOUT = 120.0


@pytest.mark.parametrize("version", [157, 178])
def test_it_changes_cancels_and_fills_orders_and_hears_streams(
    make_gateway: Callable[..., SimulatedGateway], version: int
) -> None:
    node = shutil.which("node")
    if node is None or not (HOME / "node_modules").is_dir():
        pytest.skip("Node.js or its packages are absent: run `npm ci` in tests/node_clients")
    gateway = make_gateway(max_version=version, clock=GatewayClock(NOON, speed=SPEED))
    script = [node, "follow_and_trade.mjs", gateway.host, str(gateway.port)]
    done = subprocess.run(script, cwd=HOME, capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr
    heard = json.loads(done.stdout)
    assert (heard["version"], heard["localSymbol"]) == (version, "ESZ6")
    assert heard["bars"].startswith("finished-20261118")
    assert heard["updated"]
    assert heard["realTimeBar"]["low"] <= heard["realTimeBar"]["open"] <= heard["realTimeBar"]["high"]
    assert heard["changedTo"] == -90
    assert heard["filled"] == {"filled": 2, "remaining": 0, "price": heard["execution"]["price"]}
    assert heard["execution"]["shares"] == 2
    assert heard["execution"]["side"] == "BOT"
    assert heard["feeOfTheFill"]
    assert heard["position"] == 2
    # Its own cancellations, which the gateway confirms.
    assert [code for _, code, _ in heard["errors"]] == [162, 202]
