"""How long the upgrade of a database from schema 0022 takes, whose bars revision 0023 carries over into new tables.

    python benchmarks/bench_migration.py [--years 5] [--from 0022] [--json FILE]

The benchmark stores minutes of ES and all longer timeframes as schema 0022 kept them: a raw minute, and a validated one
that equals it, except for one in a thousand, which validation left out. Two contracts have bars for some weeks of each
quarter. The upgrade goes to the newest schema, on the embedded server as it runs for users, and on the TimescaleDB
server of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd
from alembic import command
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_growth import ES, HOURS, minutes, quarters
from benchmarks.bench_writes import fresh, servers
from benchmarks.yardsticks import server_seconds
from g4qc_core.bars.columns import BAR_COLUMNS, RAW_BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.storage import migrations
from g4qc_core.storage.codec.binary_copy import copy_in
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.server.database import Database
from g4qc_core.timeframes import DERIVED, ONE_MINUTE

RAW = kinds_of(("symbol", *RAW_BAR_COLUMNS, "request_id", "received_at"))
MARKET = kinds_of(("symbol", "timeframe", *BAR_COLUMNS))
REQUEST = text(
    "INSERT INTO ib_requests (symbol, contract, timeframe, what, window_start, window_end, outcome, bars, "
    "requested_at, duration_ms) "
    "VALUES (:symbol, :contract, '1min', 'TRADES', :first, :last, 'data', :bars, :last, 1) RETURNING id"
)
SHOWN = text("SELECT count(*), sum(volume) FROM market_data")


def fill(database: Database, years: int) -> int:
    """Store bars as the former schema kept them; return the number of raw minutes."""
    random, written = np.random.default_rng(5), 0
    for contract, first, last in quarters(years):
        sessions = HOURS.sessions(first, last)
        parts = [minutes(one.open, one.close, random).assign(trade_date=one.trade_date) for one in sessions]
        raw = pd.concat(parts, ignore_index=True).assign(contract=contract.month, received_at=datetime.now(UTC))
        raw["trade_date"] = pd.to_datetime(raw["trade_date"]).astype("datetime64[s]")
        good = raw[random.random(len(raw)) >= 0.001][list(BAR_COLUMNS)].astype({"contract": "str"})
        window = {"first": sessions[0].open, "last": sessions[-1].close}
        with database.transaction() as connection:
            key = {"symbol": ES.symbol, "contract": contract.month, "bars": len(raw)} | window
            request, cursor = connection.scalar(REQUEST, key), connection.connection.cursor()
            written += copy_in(cursor, "raw_bars", RAW, raw, symbol=ES.symbol, request_id=request)
            for timeframe in (ONE_MINUTE, *DERIVED):
                own = good if timeframe is ONE_MINUTE else resample(good, timeframe, HOURS)
                copy_in(cursor, "market_data", MARKET, own, symbol=ES.symbol, timeframe=timeframe.name)
    return written


def measure(database: Database, years: int, revision: str) -> dict[str, Any]:
    """Fill a database of the former schema, and upgrade it."""
    migrations.enable_timescale(database)
    with database.transaction() as connection:
        command.upgrade(migrations._config(connection), revision)
    figures: dict[str, Any] = {"minutes": fill(database, years)}
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    before, figures["bytes before"] = shown(database), size(database)
    begin, used = perf_counter(), server_seconds(database) + process_time()
    figures["to"] = migrations.upgrade(database)
    figures["seconds"] = round(perf_counter() - begin, 1)
    figures["seconds of processors"] = round(server_seconds(database) + process_time() - used, 1)
    figures["minutes a second"] = round(figures["minutes"] / figures["seconds"])
    figures["bytes after"] = size(database)
    assert shown(database) == before
    return figures | {"load": os.getloadavg()}


def shown(database: Database) -> tuple[Any, ...]:
    """Return number and volume of the bars of all timeframes."""
    with database.transaction() as connection:
        return tuple(connection.execute(SHOWN).one())


def size(database: Database) -> int:
    """Return the bytes of the database."""
    with database.transaction() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--from", dest="revision", default="0022")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    results: dict[str, Any] = {}
    with servers() as found:
        for name, url in found.items():
            with fresh(url, migrated=False) as database:
                results[name] = measure(database, given.years, given.revision)
                print(name, json.dumps(results[name]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
