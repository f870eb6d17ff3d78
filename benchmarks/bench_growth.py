"""What a minute costs: bytes of the tables and their indices, and the time to write, validate, derive and read it.

    python benchmarks/bench_growth.py [--years 2] [--json FILE]

Minutes of ES go the way of an extraction: answers of a gateway of one session each, validation and derivation by month.
The embedded server runs as it does for users. On the TimescaleDB server of the tests, a database with hypertables and
one with plain tables hold the same bars, and readers take turns, so that only the kind of table differs. TimescaleDB's
community licence compresses a contract's bars in a build for Node.js, which serves for sizes, not for speeds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_writes import servers
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.futures.segments import Segment
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_reader import BarQuery
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables.bars import HYPERTABLES
from g4qc_core.timeframes import DERIVED
from tests.core.bars.builders import es_contract
from tests.fixtures.community import community_database, why_no_community

ES = load_registry()["ES"]
HOURS = calendar(ES.calendar)
FIRST = date(2022, 1, 3)
ROUNDS = 5
SIZES = text(
    "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = 'r' AND n.nspname IN ('public', '_timescaledb_internal')"
)


def quarters(years: float) -> list[tuple[Contract, date, date]]:
    """Contracts with the first and last trade date of their bars: the quarter before they end, and two weeks."""
    found = []
    for number in range(int(4 * years)):
        year, month = FIRST.year + number // 4, 3 * (number % 4 + 1)
        ends = date(year, month, 15)
        found.append((es_contract(f"{year}{month:02d}", ends + timedelta(days=2)), ends - timedelta(days=105), ends))
    return found


def minutes(opened: datetime, closed: datetime, random: np.random.Generator) -> pd.DataFrame:
    """The minutes of a session, all traded: a walk in ticks, volumes and averages as a market has them."""
    times = pd.date_range(opened, closed, freq="min", inclusive="left").as_unit("us")
    count = len(times)
    close = 4800 + 0.25 * np.cumsum(random.integers(-3, 4, count))
    opens = np.roll(close, 1)
    opens[0] = close[0]
    high = np.maximum(opens, close) + 0.25 * random.integers(0, 3, count)
    low = np.minimum(opens, close) - 0.25 * random.integers(0, 3, count)
    volume = random.integers(1, 900, count)
    bars = pd.DataFrame({"timestamp": times, "open": opens, "high": high, "low": low, "close": close})
    bars = bars.assign(volume=volume, wap=np.round((high + low + close) / 3, 4), count=volume // 3 + 1)
    return bars[list(RAW_COLUMNS)]


def fill(stores: Stores, years: float) -> dict[str, float]:
    """Write, validate and derive everything; return the number of minutes, and seconds for each kind of work."""
    random, lives = np.random.default_rng(5), quarters(years)
    now = datetime.combine(lives[-1][2], datetime.min.time(), UTC) + timedelta(days=30)
    stores.contracts.merge([contract for contract, _, _ in lives], now)
    spent = {"minutes": 0.0, "raw": 0.0, "validated": 0.0, "derived": 0.0}
    for contract, first, last in lives:
        for session in HOURS.sessions(first, last):
            closed = min(session.close, contract.last_trade_at)
            bars = minutes(session.open, closed, random)
            key = ("ES", contract.month, "1min", session.open, session.close)
            entry = LedgerEntry(*key, Outcome.DATA, now, 1, whole=True)
            begin = perf_counter()
            stores.raw.write(contract, bars, entry)
            spent["raw"] += perf_counter() - begin
            spent["minutes"] += len(bars)
    months = pd.date_range(lives[0][1].replace(day=1), lives[-1][2], freq="MS")
    for month in months:
        window = month_window(month.date())
        begin = perf_counter()
        validate_month(ES, *window, stores)
        spent["validated"] += perf_counter() - begin
        begin = perf_counter()
        for timeframe in DERIVED:
            derive_month(ES, *window, timeframe, stores)
        spent["derived"] += perf_counter() - begin
    return spent


def sizes(database: Database) -> dict[str, int]:
    """Return the bytes of each table with its indices; chunks count as tables."""
    with database.transaction() as connection:
        return {row[0]: int(row[1]) for row in connection.execute(SIZES) if row[1] > 100_000}


def reads(stores: Stores, years: int) -> dict[str, Callable[[], int]]:
    """Return ways to read, by name."""
    lives = quarters(years)
    segments = [
        Segment(
            one.month,
            datetime.combine(first, datetime.min.time(), UTC),
            datetime.combine(last, datetime.min.time(), UTC),
        )
        for one, first, last in lives
    ]
    middle = segments[len(segments) // 2]

    def stream(timeframe: str, **more: Any) -> int:
        query = BarQuery("ES", timeframe, more.pop("segments", segments), **more)
        return sum(len(batch) for batch in stores.bar_batches.batches(query))

    return {
        "all minutes": lambda: stream("1min"),
        "65,536 minutes": lambda: stream("1min", segments=segments, limit=65_536),
        "the newest 65,536": lambda: stream("1min", limit=65_536, newest_first=True),
        "2,000 minutes": lambda: stream("1min", segments=[middle], limit=2_000),
        "all hours": lambda: stream("1h"),
        "a month as a frame": lambda: len(
            stores.bars.bars("ES", "1min", middle.start, middle.start + timedelta(days=30))
        ),
        "count": lambda: ((found := stores.bar_batches.extent("ES", "1min", segments)) and found.bars) or 0,
    }


@contextmanager
def database(url: Any, name: str, plain: bool = False) -> Iterator[Database]:
    """A migrated database, dropped at the end; `plain` keeps TimescaleDB out of it."""
    server = Database(url)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    made, enable = Database(url.set(database=name)), migrations.enable_timescale
    try:
        if plain:
            migrations.enable_timescale = lambda _: None
        migrations.upgrade(made)
        yield made
    finally:
        migrations.enable_timescale = enable
        made.close()
        with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.close()


def report(name: str, stores: Stores, spent: dict[str, float]) -> dict[str, Any]:
    found = sizes(stores.database)
    total = sum(size for table, size in found.items() if not table.startswith(("g4qc", "pg_")))
    minutes = spent["minutes"]
    shown = {table: round(size / minutes, 1) for table, size in sorted(found.items(), key=lambda one: -one[1])[:8]}
    speeds = {kind: round(minutes / spent[kind]) for kind in ("raw", "validated", "derived")}
    print(f"{name}: {minutes:,.0f} minutes, {total / minutes:.1f} bytes a minute {shown}; minutes per second {speeds}")
    return {"minutes": minutes, "bytes_a_minute": total / minutes, "tables": shown, "speeds": speeds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    results: dict[str, Any] = {}
    with servers() as found:
        with database(found["embedded"], "growth") as made:
            stores = Stores(made)
            results["embedded"] = report("embedded", stores, fill(stores, given.years))
        if "timescale" in found:
            url = found["timescale"]
            with database(url, "hyper") as hyper, database(url, "plain", plain=True) as plain:
                both = {"hypertable": Stores(hyper), "plain": Stores(plain)}
                for name, stores in both.items():
                    results[name] = report(name, stores, fill(stores, given.years))
                    with stores.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                        connection.execute(text("ANALYZE"))
                results["reads"] = compared(both, given.years)
    if reason := why_no_community():
        print(f"No compression here: {reason}.")
    else:
        with community_database() as made:
            results["compressed"] = compressed(Stores(made))
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")


def compressed(stores: Stores) -> dict[str, Any]:
    """Return the bytes a minute of the bars of a contract before and after all of their chunks are compressed."""
    fill(stores, 0.25)
    plain = stores.growth.size()
    with stores.database.transaction() as connection:
        for table in HYPERTABLES:
            connection.execute(text(f"SELECT compress_chunk(c, true) FROM show_chunks('{table}') c"))
        parts = {
            table: connection.scalar(text(f"SELECT hypertable_size('{table}')")) / plain.minutes
            for table in HYPERTABLES
        }
    size = stores.growth.size()
    print(
        f"community: {size.minutes:,} minutes, {plain.bytes_a_minute:.1f} bytes a minute, {size.bytes_a_minute:.1f} "
        f"compressed {parts} {size.compression}"
    )
    return {"minutes": size.minutes, "plain": plain.bytes_a_minute, "bytes_a_minute": size.bytes_a_minute} | parts


def compared(both: dict[str, Stores], years: int) -> dict[str, dict[str, float]]:
    """Return the best milliseconds of each way to read, by kind of table; the kinds take turns."""
    ways = {kind: reads(stores, years) for kind, stores in both.items()}
    best: dict[str, dict[str, float]] = {}
    for _ in range(ROUNDS):
        for name in ways["plain"]:
            rows = set()
            for kind, own in ways.items():
                begin = perf_counter()
                rows.add(own[name]())
                took = 1000 * (perf_counter() - begin)
                best.setdefault(name, {})[kind] = min(took, best.get(name, {}).get(kind, took))
            assert len(rows) == 1, rows
    for name, kinds in best.items():
        print(f"{name:20} " + "  ".join(f"{kind} {took:8.1f} ms" for kind, took in kinds.items()))
    return best


if __name__ == "__main__":
    main()
