"""How fast bars get in and out, against the fastest and the plainest way to do the same on the same server.

    python benchmarks/bench_writes.py [--rows 500000] [--json FILE]

Each way writes the same rows into the same table, that of derived bars, whose prices are steps. The raw COPY gets its
bytes ready-made, so it measures the server alone; the row-by-row inserts are those of an ORM session that flushes each
object. pandas reads the view that users know. Ways take turns, and the best of the
rounds counts, because a machine is only ever slowed down. The embedded server runs as it does for users; TimescaleDB as
the tests bring it up (or where `G4QC_TEST_TIMESCALE_URL` points).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
from sqlalchemy import URL, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Session

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.yardsticks import MARKET_STEPS, copied, in_quarters, prepared
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.tables.bars import market_bars
from tests.fixtures.timescale import VARIABLE, timescale_server, why_not

START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ROUNDS = 3
ORM_ROWS = 5_000


class Base(DeclarativeBase):
    pass


class Bar(Base):
    __table__ = market_bars


def bars(rows: int) -> pd.DataFrame:
    """1-minute bars of two contracts, `rows` in all."""
    times = pd.date_range(START, periods=rows // 2, freq="min").as_unit("us")
    close = 4800 + 0.25 * np.random.default_rng(7).integers(-400, 400, len(times))
    one = pd.DataFrame({"timestamp": times, "open": close, "high": close + 1, "low": close - 1, "close": close})
    one = one.assign(volume=100, count=40, trade_date=times.tz_localize(None).normalize().as_unit("s"))
    both = pd.concat([one.assign(contract=month) for month in ("202403", "202406")], ignore_index=True)
    return both[list(BAR_COLUMNS)].astype({"contract": "str"})


def measure(database: Database, frame: pd.DataFrame) -> dict[str, float]:
    """Rows per second of every way, and the memory that a write and a read add."""
    store = BarStore(database)
    series = pd.factorize(frame["contract"])[0] + 1
    ready = prepared(MARKET_STEPS, frame, series)
    rows = in_quarters(frame, series)[list(MARKET_STEPS)].head(ORM_ROWS).to_dict("records")

    def empty() -> None:
        with database.transaction() as connection:
            connection.execute(text("TRUNCATE market_bars"))

    def raw_copy() -> None:
        copied(database, "market_bars", MARKET_STEPS, ready)

    def replace() -> None:
        store.replace_bars("ES", "1min", START, END, frame)

    def orm() -> None:
        with database.translated(), Session(database.engine) as session, session.begin():
            for row in rows:
                session.add(Bar(**row))
                session.flush()

    def read() -> None:
        assert len(store.bars("ES", "1min", START, END)) == len(frame)

    def read_pandas() -> None:
        names = ", ".join(BAR_COLUMNS)
        query = (
            f"SELECT {names} FROM market_data WHERE symbol = 'ES' AND timeframe = '1min' ORDER BY contract, timestamp"
        )
        assert len(pd.read_sql(query, database.engine)) == len(frame)

    best: dict[str, float] = {}

    def timed(way: str, act: Callable[[], None], rows: int) -> None:
        begin = perf_counter()
        act()
        best[way] = max(best.get(way, 0.0), rows / (perf_counter() - begin))

    for _ in range(ROUNDS):
        empty()
        timed("orm_row_by_row", orm, len(rows))
        empty()
        timed("raw_copy", raw_copy, len(frame))
        empty()
        timed("replace_empty_slice", replace, len(frame))
        timed("replace_full_slice", replace, len(frame))
        timed("read", read, len(frame))
        timed("read_pandas", read_pandas, len(frame))
    best["replace_to_raw_copy"] = best["replace_empty_slice"] / best["raw_copy"]
    best["replace_to_orm"] = best["replace_empty_slice"] / best["orm_row_by_row"]
    best["read_to_pandas"] = best["read"] / best["read_pandas"]
    return best


@contextmanager
def servers() -> Iterator[dict[str, URL]]:
    """Addresses by name: embedded always, timescale where it can be had."""
    home = Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    embedded = embedded_server(home)
    found = {"embedded": embedded.url("postgres")}
    try:
        if os.environ.get(VARIABLE):
            yield found | {"timescale": parse_url(os.environ[VARIABLE], VARIABLE)}
        elif reason := why_not():
            print(f"No TimescaleDB here: {reason}.")
            yield found
        else:
            with timescale_server() as url:
                yield found | {"timescale": parse_url(url, VARIABLE)}
    finally:
        embedded.leave()
        shutil.rmtree(home)


@contextmanager
def fresh(server: URL, migrated: bool = True) -> Iterator[Database]:
    """A migrated database on the server, or one without a schema, dropped at the end."""
    name = f"bench_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(server.set(database=name))
    try:
        if migrated:
            migrations.upgrade(database)
        yield database
    finally:
        database.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    frame = bars(given.rows)
    results: dict[str, Any] = {"rows": len(frame)}
    with servers() as found:
        for name, url in found.items():
            with fresh(url) as database:
                results[name] = measure(database, frame)
    results["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show(results)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")


def show(results: dict[str, Any]) -> None:
    """The numbers as a table: a row a way, a column a server."""
    names = [name for name, value in results.items() if isinstance(value, dict)]
    print(f"{results['rows']:,} rows, rows per second (goals: 0.8 of the raw COPY, 30 times the ORM)")
    print(" " * 22 + "".join(f"{name:>14}" for name in names))
    for way in results[names[0]]:
        digits = ",.2f" if "_to_" in way else ",.0f"
        print(f"{way:22}" + "".join(f"{results[name][way]:>14{digits}}" for name in names))
    print(f"peak memory of this process: {results['peak_memory_mb']:,.0f} MB")


if __name__ == "__main__":
    main()
