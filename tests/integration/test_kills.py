"""A hundred kills over one backfill: no chunk is lost, no bar is doubled, and a kill costs one request at most."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, create_engine, text

from g4qc_core.gateway.faults.switches import Faults, Stall
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import Home
from tests.fixtures.waiting import PATIENCE
from tests.integration.extractor import SESSIONS, run
from tests.integration.test_kill import HALVES, SEED, rows

pytestmark = pytest.mark.integration

KILLS = 100
DEADLINE = PATIENCE
BARS = "SELECT symbol, contract, timestamp, open, high, low, close, volume, wap, count FROM raw_bars"
LEDGER = "SELECT symbol, contract, timeframe, window_start, window_end, outcome, bars, content_hash FROM ib_requests"
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'test'
"""
WAITS_FOR_THE_TABLE = "SELECT 1 FROM pg_locks WHERE relation = 'raw_minutes'::regclass AND NOT granted"


class Life:
    """One extraction in a process that can be killed; the process that forked it reports its end."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write("go\n")
        parent.stdin.flush()
        self._told = parent.stdout
        self.pid = int(self._told.readline())

    def killed(self) -> bool:
        """Kills it; False when it had ended before."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        code = self.ended()
        assert code in (-signal.SIGKILL, 0), f"it ended by itself with {code}"
        return code != 0

    def ended(self) -> int:
        """Waits for its end; the exit code, or the signal's number with a minus."""
        return int(self._told.readline())


@contextmanager
def extractors(home: Home, gateway: SimulatedGateway) -> Iterator[subprocess.Popen[str]]:
    url = home.database.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.integration.extractor", url, str(gateway.port)]
    folder = Path(__file__).parents[2]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        yield parent
    finally:
        parent.communicate(timeout=DEADLINE)


def chunks(gateway: SimulatedGateway) -> list[tuple[str, ...]]:
    """Return every request for bars (message 20) that the gateway has received, without its number."""
    return [tuple(fields[2:]) for _, fields in list(gateway.received) if fields[0] == "20"]


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def kill_somewhere(life: Life, before: int, gateway: SimulatedGateway, faults: Faults, chance: random.Random) -> bool:
    """Lets it finish some requests, and kills it: at any time, or in the middle of the reply to the next one."""
    wait_until(lambda: len(chunks(gateway)) >= before + chance_of_progress(chance))
    faults.stall = Stall(chance.randrange(1, 60_000), 0.1)
    time.sleep(chance.uniform(0, 0.12))
    return life.killed()


def chance_of_progress(chance: random.Random) -> int:
    return chance.choice([0, 0, 1, 1, 2])


def kill_in_its_transaction(life: Life, connection: Connection) -> bool:
    """Kill it when its ledger entry is written and its bars are not: a lock on the table holds them back."""
    with connection.begin():
        connection.execute(text("LOCK TABLE raw_minutes IN EXCLUSIVE MODE"))
        wait_until(lambda: connection.execute(text(WAITS_FOR_THE_TABLE)).first() is not None)
        return life.killed()


def test_a_backfill_that_is_killed_a_hundred_times_ends_as_an_undisturbed_one(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    chance = random.Random(SEED)
    faults = Faults(delay=0.01)
    gateway, calm_gateway = make_gateway(faults=faults, max_version=178), make_gateway(max_version=178)
    home, calm = make_home(), make_home()
    assert run(calm.database.render_as_string(hide_password=False), calm_gateway.port).requests == len(SESSIONS)
    least = chunks(calm_gateway)
    engine = create_engine(home.database, connect_args={"application_name": "test"})
    watching = engine.execution_options(isolation_level="AUTOCOMMIT")
    kills, in_transaction = 0, 0
    with extractors(home, gateway) as parent, engine.connect() as connection, watching.connect() as watch:
        while kills < KILLS:
            before = chunks(gateway)
            life = Life(parent)
            if chance.random() < 0.3:
                struck = kill_in_its_transaction(life, connection)
                in_transaction += struck
            else:
                struck = kill_somewhere(life, len(before), gateway, faults, chance)
            kills += struck
            assert struck, f"the backfill was over after {kills} kills"
            # What it sent last may still be under way to the tables.
            wait_until(lambda: watch.scalar(text(OTHERS)) == 0)
            again = set(chunks(gateway)[len(before) :]) & set(before)
            assert len(again) <= 1
        faults.stall, faults.delay = None, 0.0
        last = Life(parent)
        assert last.ended() == 0
    engine.dispose()
    assert rows(home, HALVES).empty
    assert in_transaction >= KILLS // 5
    asked = chunks(gateway)
    assert set(asked) == set(least)
    assert len(asked) <= len(least) + kills
    for query in (BARS, LEDGER):
        found, expected = (rows(one, query) for one in (home, calm))
        columns = list(found.columns)
        pd.testing.assert_frame_equal(
            found.sort_values(columns, ignore_index=True), expected.sort_values(columns, ignore_index=True)
        )
    assert len(rows(home, BARS)) > 100_000
