"""An import that is killed between two contracts and run again: the tables are those of an undisturbed one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from tests.core.sources.made_bars import sessions_of, walk
from tests.core.sources.vendor_files import PROFILES, REGISTRY, write_as
from tests.fixtures.home import Home
from tests.fixtures.waiting import PATIENCE, until

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ES = REGISTRY["ES"]
DAYS = sessions_of(ES, date(2025, 8, 28), date(2025, 9, 3))
TABLES = {
    "raw_bars": "symbol, contract, source, timestamp, open, high, low, close, volume, wap, count, file, received_row",
    "raw_bar_revisions": "symbol, contract, timestamp, close",
    "market_data": "symbol, contract, timeframe, timestamp, open, high, low, close, volume, count, trade_date",
    "ib_requests": "symbol, contract, window_start, window_end, outcome, bars, content_hash, source, import_id, file",
    "imports": "id, source, recipe, rows, doubts",
    "import_months": "import_id, symbol, contract, month, minutes, inserted, unchanged, revised, withdrawn",
    "session_quality": "symbol, contract, trade_date, expected, traded, failed, quarantined",
    "rolls": "symbol, date, from_contract, to_contract, gap",
}
WAITS = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('raw ES 202512', 0))"
STORED = "SELECT count(*) FROM import_months WHERE stored_at IS NOT NULL"
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def rows(engine: Engine, table: str) -> list[str]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {TABLES[table]} FROM {table}")).all()
    return sorted(map(str, found))


def answer(engine: Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(query)))


def test_a_killed_import_goes_on_and_ends_as_an_undisturbed_one(make_home: Callable[..., Home], tmp_path: Path) -> None:
    for month in ("202509", "202512"):
        write_as(PROFILES["kibot"], walk(ES, DAYS, month), ES, tmp_path)
    killed, calm = make_home(), make_home()
    engines = [create_engine(home.database, poolclass=NullPool) for home in (killed, calm)]
    command = ("import", str(tmp_path), "--synthetic")
    with engines[0].connect() as holder, killed.started(*command) as child:
        # The second contract waits for its turn, so that the first one is stored and the second one is not.
        holder.execute(text(TURN))
        until(lambda: answer(engines[0], WAITS) or child.poll() is not None, "the second contract waits for its turn")
        assert child.poll() is None, child.communicate()
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(PATIENCE)
        holder.rollback()
    # The first contract has two months, of which the one that was being written is lost with its process.
    until(lambda: answer(engines[0], OTHERS) == 0, "the server has seen the end of the process")
    assert answer(engines[0], STORED) == 2
    for home in (killed, calm):
        done = home.run(*command)
        assert done.code == 0, done.errors
    for table in TABLES:
        assert rows(engines[0], table) == rows(engines[1], table), table
    assert len(rows(engines[0], "raw_bars")) == 2 * sum(session.length for session in DAYS)
    for engine in engines:
        engine.dispose()
