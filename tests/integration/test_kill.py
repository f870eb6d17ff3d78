"""Bad luck: a process that is killed or interrupted loses nothing, doubles nothing, and leaves nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pandas as pd
import psutil
import pytest
from sqlalchemy import create_engine, text

from g4qc_core.gateway.faults.switches import Faults
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import Home, bare_home
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration

# The roll from U6 to Z6 is in it: two contracts, six requests.
SEPTEMBER = ("extract", "ES", "--from", "2026-09-01", "--to", "2026-09-30")
REQUESTS = 6
SEED = 20261122

# Values that may differ between two histories with the same end: numbers and instants of the requests.
TABLES = {
    "raw_bars": "symbol, contract, timestamp, open, high, low, close, volume, wap, count",
    "market_data": "*",
    "session_quality": "*",
    "quarantined_bars": "*",
    "rolls": "symbol, date, from_contract, to_contract, gap",
}
MARKET_DATA = "SELECT 1 FROM market_data LIMIT 1"
# Bars that an entry of the ledger claims and the table lacks, or the other way round: half an answer.
HALVES = """
    SELECT l.id FROM ib_requests l LEFT JOIN (SELECT request_id, count(*) n FROM raw_bars GROUP BY 1) r
    ON r.request_id = l.id WHERE coalesce(r.n, 0) <> l.bars
"""


def rows(home: Home, query: str) -> pd.DataFrame:
    engine = create_engine(home.database)
    with engine.connect() as connection:
        found = pd.read_sql(text(query), connection)
    engine.dispose()
    return found


def tables(home: Home) -> dict[str, pd.DataFrame]:
    """The tables that two histories must agree on, in one order."""
    found = {name: rows(home, f"SELECT {columns} FROM {name}") for name, columns in TABLES.items()}
    return {name: frame.sort_values(list(frame.columns), ignore_index=True) for name, frame in found.items()}


def wait_until(happened: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    """Returns when it happened, or when the process ended first."""
    deadline = time.monotonic() + PATIENCE
    while child.poll() is None and not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def asked(gateway: SimulatedGateway) -> int:
    """Requests for bars that the gateway has seen; message 20 is one."""
    return sum(fields[0] == "20" for _, fields in list(gateway.received))


def test_a_command_that_is_killed_ends_in_the_tables_of_an_undisturbed_one_when_it_is_given_again(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    chance = random.Random(SEED)
    faults = Faults()
    gateway = make_gateway(faults=faults, max_version=178)
    home, calm = (make_home(ib_host="127.0.0.1", ib_port=gateway.port) for _ in range(2))
    moment = chance.randrange(1, REQUESTS)
    for happened in (lambda: asked(gateway) >= moment, lambda: len(rows(home, MARKET_DATA)) > 0):
        # An answer that comes late or at once: the kill falls before it, into its writing, or behind it.
        faults.delay = chance.choice([0.0, 0.15, 0.3])
        with home.started(*SEPTEMBER) as child:
            wait_until(happened, child)
            time.sleep(chance.uniform(0, 0.3))
            assert child.poll() is None, child.communicate()
            child.kill()
            child.wait()
        assert rows(home, HALVES).empty
    faults.delay = 0.0
    for one in (home, calm):
        done = one.run(*SEPTEMBER)
        assert done.code == 0, done.errors
    assert rows(home, HALVES).empty
    expected = tables(calm)
    assert len(expected["raw_bars"]) > 40_000
    for name, found in tables(home).items():
        pd.testing.assert_frame_equal(found, expected[name], obj=name)


def left_behind(home: Home) -> list[str]:
    """Return the processes that work in the home or have it in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            about = [*process.cmdline(), *process.environ().values()]
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if process.pid != os.getpid() and any(str(home.folder) in part for part in about):
            found.append(f"{process.pid} {process.name()}")
    return found


@pytest.fixture
def bare() -> Iterator[Home]:
    with bare_home() as home:
        yield home


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_stops_everything_that_it_started(bare: Home, number: signal.Signals) -> None:
    with bare.started("demo") as child:
        assert child.stderr is not None
        # The chain of ES is known, and its bars are being fetched.
        assert any("contracts" in line for line in child.stderr)
        assert len(left_behind(bare)) >= 3  # the command, the gateway, the database
        # A terminal signals all processes of its group, not only the command.
        os.killpg(child.pid, number)
        _, errors = child.communicate(timeout=PATIENCE)
        assert child.returncode == 130, errors
        assert "Stopped." in errors
        assert "Traceback" not in errors
    assert left_behind(bare) == []
