"""Backtests that a person waits for: past the queue, in a fork of the warm parent, ended and cancelled as any run."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import URL, create_engine, text

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import OCTOBER, Home, home_on
from tests.fixtures.processes import command_line
from tests.fixtures.waiting import PATIENCE, until
from tests.fixtures.web import Up, free_ports, up

pytestmark = pytest.mark.integration

_LOG = """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events { __typename
  ... on MessageEvent { message } } } } }"""


@pytest.fixture(scope="module")
def own_home(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """A home with a month of ES."""
    given = {"symbols": "ES", "first_month": f"{OCTOBER[0]:%Y-%m}", **free_ports()}
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port, **given) as home:
        done = home.run("extract", "ES", "--from", f"{OCTOBER[0]}", "--to", f"{OCTOBER[1]}")
        assert done.code == 0, done.errors
        yield home


@pytest.fixture(scope="module")
def quick(own_home: Home) -> Iterator[Up]:
    """A `g4qc up` whose warm parent is ready."""
    with up(own_home) as web:
        until(lambda: warm_parent(web), "the warm parent did not start")
        yield web


def warm_parent(web: Up) -> psutil.Process | None:
    """The process that forks."""
    for found in psutil.Process(web.process.pid).children(recursive=True):
        if any("multiprocessing.forkserver" in part for part in command_line(found)):
            return found
    return None


def start(web: Up, fast: int, slow: int = 40) -> dict[str, Any]:
    spec = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "parameters": {"fast": fast, "slow": slow}}
    answer = httpx.post(f"{web.reports}/api/v1/backtests", json=spec, timeout=PATIENCE)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def job(web: Up, job_id: str) -> dict[str, Any]:
    return dict(httpx.get(f"{web.reports}/api/v1/jobs/{job_id}", timeout=PATIENCE).json())


def over(web: Up, started: dict[str, Any]) -> dict[str, Any]:
    until(lambda: job(web, started["id"])["state"] not in ("queued", "running"), "the job did not end")
    return job(web, started["id"])


def log(web: Up, started: dict[str, Any]) -> list[dict[str, Any]]:
    return list(web.ask(_LOG, id=started["runs"][0])["logsForRun"]["events"])


def process_of(web: Up, started: dict[str, Any]) -> psutil.Process:
    """The process of a run that is under way."""
    found: list[int] = []

    def begun() -> bool:
        said = " ".join(event.get("message") or "" for event in log(web, started))
        found[:] = [int(number) for number in re.findall(r"Started process for run \(pid: (\d+)\)", said)]
        return (bool(found) and "STEP_START" in said) or 'Started execution of step "backtest"' in said

    until(begun, "the run did not begin")
    return psutil.Process(found[0])


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Keep every backtest from storing its result."""
    engine = create_engine(home.database)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE backtests IN EXCLUSIVE MODE"))
        yield
    engine.dispose()


def test_a_backtest_waits_in_no_queue_and_its_process_is_a_fork(quick: Up) -> None:
    started = start(quick, 3)
    assert over(quick, started)["state"] == "succeeded"
    events = log(quick, started)
    assert "RunEnqueuedEvent" not in [event["__typename"] for event in events]
    run = quick.ended(started["runs"][0])
    assert {asset for asset, _ in run.shown} == {"backtest", "backtest_report"}


def test_a_fork_that_is_killed_fails_with_its_cause(quick: Up, own_home: Home) -> None:
    with held(own_home):
        started = start(quick, 4)
        process = process_of(quick, started)
        parent = warm_parent(quick)
        assert parent is not None
        assert process.ppid() == parent.pid
        process.kill()
        ended = over(quick, started)
    assert ended["state"] == "failed"
    assert "signal 9 (SIGKILL)" in ended["message"]


def test_a_fork_that_a_person_stops_ends_as_cancelled(quick: Up, own_home: Home) -> None:
    with held(own_home):
        started = start(quick, 5)
        process = process_of(quick, started)
        httpx.delete(f"{quick.reports}/api/v1/jobs/{started['id']}", timeout=PATIENCE)
        until(lambda: job(quick, started["id"])["state"] == "cancelled", "the job was not cancelled")
    until(lambda: not process.is_running(), "the process goes on")
    assert quick.ended(started["runs"][0]).status == "CANCELED"


def test_more_at_once_than_there_are_places_wait_in_the_queue_and_none_is_lost(quick: Up, own_home: Home) -> None:
    with held(own_home):
        jobs = [start(quick, 6 + number) for number in range(4)]
        until(lambda: sum(job(quick, one["id"])["state"] == "running" for one in jobs) >= 2, "none began")
    assert [over(quick, one)["state"] for one in jobs] == ["succeeded"] * 4
    queued = ["RunEnqueuedEvent" in [event["__typename"] for event in log(quick, one)] for one in jobs]
    assert queued[0] is False
    assert queued[-1] is True


@pytest.mark.parametrize("trouble", [signal.SIGSTOP, signal.SIGKILL])
def test_a_parent_that_hangs_or_is_gone_loses_no_run_and_is_replaced(quick: Up, trouble: signal.Signals) -> None:
    until(lambda: warm_parent(quick), "there is no warm parent")
    before = warm_parent(quick)
    assert before is not None
    os.kill(before.pid, trouble)
    started = start(quick, 12 + trouble)
    assert over(quick, started)["state"] == "succeeded"
    assert [event["__typename"] for event in log(quick, started)].count("RunStartEvent") == 1

    def replaced() -> bool:
        now = warm_parent(quick)
        return now is not None and now.pid != before.pid

    until(replaced, "the parent was not replaced")


def test_a_run_whose_parent_is_killed_ends_once_and_the_next_one_succeeds(quick: Up, own_home: Home) -> None:
    until(lambda: warm_parent(quick), "there is no warm parent")
    with held(own_home):
        started = start(quick, 20)
        process = process_of(quick, started)
        psutil.Process(process.ppid()).kill()
        assert over(quick, started)["state"] == "failed"
        until(lambda: not process.is_running(), "the process goes on")
    assert over(quick, start(quick, 21))["state"] == "succeeded"
