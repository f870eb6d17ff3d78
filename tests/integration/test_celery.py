"""Runs whose steps are executed by workers of a real broker: killed workers and a silent broker cost no bar."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pandas as pd
import psutil
import pytest
from sqlalchemy import create_engine, text

from g4qc_core.gateway.faults.switches import Faults
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_pipelines.named_jobs import BAR_ASSETS
from tests.fixtures.broker import Broker, running_broker
from tests.fixtures.home import Home, home_on
from tests.fixtures.waiting import until
from tests.fixtures.web import MONTHS, Up, free_ports, up

pytestmark = pytest.mark.integration

_EVENTS = """query($id: ID!) { runOrError(runId: $id) { ... on Run { status
  eventConnection(limit: 1000) { events { __typename ... on MessageEvent { message stepKey } } } } } }"""
_BARS = "SELECT contract, timeframe, timestamp, open, high, low, close, volume FROM market_data ORDER BY 1, 2, 3"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@pytest.fixture(scope="module")
def slow() -> Faults:
    """The fault of the gateway."""
    return Faults()


@pytest.fixture(scope="module")
def web(slow: Faults, broker: Broker, synthetic_market: SyntheticMarket, home_template: str) -> Iterator[Up]:
    """A `g4qc up` that executes no step itself, on a gateway that can be made slow."""
    with SimulatedGateway(synthetic_market, faults=slow, clock=GatewayClock(), max_version=178) as gateway:
        given = {"symbols": "ES", "first_month": MONTHS[1][:7], "ib_host": "127.0.0.1", "ib_port": gateway.port}
        spread = {"executor": "celery", "celery_broker": broker.url}
        with home_on(home_template, **given, **spread, **free_ports()) as home, up(home) as running:
            yield running


@contextmanager
def working(home: Home, name: str) -> Iterator[subprocess.Popen[str]]:
    """A worker that is ready."""
    with home.started("worker", "--name", name) as process:
        assert process.stderr is not None
        assert any(f"{name}@" in line and "ready" in line for line in process.stderr)
        yield process


def killed(worker: subprocess.Popen[str]) -> None:
    """Kill a worker with all its processes."""
    for process in [*psutil.Process(worker.pid).children(recursive=True), worker]:
        os.kill(process.pid, signal.SIGKILL)
    worker.wait()


def log(web: Up, run_id: str) -> list[tuple[str, str]]:
    """The events of a run: step and message."""
    events = web.ask(_EVENTS, id=run_id)["runOrError"]["eventConnection"]["events"]
    return [(event.get("stepKey") or "", event.get("message") or "") for event in events]


def bars(web: Up) -> pd.DataFrame:
    """Every bar of every timeframe."""
    engine = create_engine(web.home.database)
    found = pd.read_sql(text(_BARS), engine)
    engine.dispose()
    return found


def begun(web: Up, run_id: str, step: str) -> bool:
    """Whether a worker executes a step."""
    return any(key == step and "Started execution" in said for key, said in log(web, run_id))


def test_the_steps_of_a_run_are_executed_by_workers(web: Up) -> None:
    with working(web.home, "one"), working(web.home, "two"):
        assert web.materialize(["contracts"], "ES").status == "SUCCESS"
        run_id = web.launch(BAR_ASSETS, f"ES|{MONTHS[1]}")
        assert web.ended(run_id).status == "SUCCESS"
    submitted = {key for key, said in log(web, run_id) if "Submitting celery task" in said}
    assert set(BAR_ASSETS) <= submitted
    assert len(bars(web)) > 0


def test_a_worker_that_is_killed_costs_no_bar(web: Up, slow: Faults) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(working(web.home, "first"))
        slow.delay = 600.0
        run_id = web.launch(["raw_bars", "bars_1min"], f"ES|{MONTHS[2]}")
        until(lambda: begun(web, run_id, "raw_bars"), "the step did not begin")
        killed(first)
        slow.delay = 0.0
        stack.enter_context(working(web.home, "second"))
        assert web.ended(run_id).status == "SUCCESS"
    assert any("is given to another one" in said for _, said in log(web, run_id))


def test_a_broker_that_is_silent_for_a_while_costs_nothing(web: Up, broker: Broker, slow: Faults) -> None:
    before = bars(web)
    with working(web.home, "third"):
        slow.delay = 1.0
        run_id = web.launch(["raw_bars", "bars_1min"], f"ES|{MONTHS[1]}")
        until(lambda: begun(web, run_id, "raw_bars"), "the step did not begin")
        broker.stop()
        # The step goes on meanwhile, and ends.
        until(lambda: any(key == "raw_bars" and "Finished execution" in said for key, said in log(web, run_id)), "-")
        broker.go_on()
        slow.delay = 0.0
        assert web.ended(run_id).status == "SUCCESS"
    pd.testing.assert_frame_equal(bars(web), before)


def test_a_step_that_the_broker_loses_is_handed_out_again(web: Up, broker: Broker) -> None:
    run_id = web.launch(["raw_bars", "bars_1min"], f"ES|{MONTHS[1]}")
    until(lambda: any("Submitting celery task" in said for _, said in log(web, run_id)), "the step was not handed out")
    broker.forget()
    with working(web.home, "fourth"):
        assert web.ended(run_id).status == "SUCCESS"
    assert any("The broker has lost the step" in said for _, said in log(web, run_id))


def test_a_run_says_that_no_worker_is_there(web: Up) -> None:
    run_id = web.launch(["raw_bars"], f"ES|{MONTHS[1]}")
    until(lambda: any("No worker answers" in said for _, said in log(web, run_id)), "the run does not say it")
    with working(web.home, "fifth"):
        assert web.ended(run_id).status == "SUCCESS"
