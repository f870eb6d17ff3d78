"""How fast two sources are compared: minutes a second, beside the time that only reading both sources takes.

    python benchmarks/bench_differences.py [--years 10] [--json FILE]

Minutes of ES of two sources stand on the embedded server, as it runs for users. The second source has what vendors
have: other volumes, prices that differ by a tick in one of a hundred minutes, minutes that are missing, and a clock
that does not know daylight saving. All months are compared and stored one after the other, as the asset does it. The
raw COPY reads the same columns of the same rows and looks at none. Both take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_growth import ES, HOURS, minutes, quarters
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.services.month_keys import months_between
from g4qc_core.services.quality.source_comparison import ComparedSources, compare_sources
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.raw_rows import write_raw
from g4qc_core.storage.bar_stores.series_numbers import series_for
from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

ROUNDS = 3
AMERICA, EUROPE = "America/New_York", "Europe/London"


def of_a_vendor(bars: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The same bars as a vendor has them."""
    other = bars.assign(volume=(bars["volume"] * 0.97).astype("int64"))
    differs = random.random(len(bars)) < 0.01
    other.loc[differs, "high"] += 0.25
    other = other[random.random(len(bars)) >= 0.003]
    times = other["timestamp"]
    zones = [times.dt.tz_convert(zone).dt.tz_localize(None) - times.dt.tz_localize(None) for zone in (AMERICA, EUROPE)]
    apart = zones[1] - zones[0] != timedelta(hours=5)
    return other.assign(timestamp=times.where(~apart, times + timedelta(hours=1)))


def fill(database: Database, years: int) -> tuple[int, date, date]:
    """Write both sources; return the number of overlapping minutes, and the first and last trade date."""
    random, written = np.random.default_rng(5), 0
    lives = [(contract, last - timedelta(days=91), last) for contract, _, last in quarters(years)]
    for contract, first, last in lives:
        sessions = HOURS.sessions(first, last)
        bars = pd.concat([minutes(one.open, one.close, random) for one in sessions], ignore_index=True)
        vendors = of_a_vendor(bars, random)
        written += len(vendors)
        for source, own in (("ib", bars), ("vendor", vendors)):
            own = own.assign(contract=contract.month).drop_duplicates("timestamp").reset_index(drop=True)
            with TimeSlices(database).writing("bench") as (_, cursor):
                series = series_for(cursor, ES.symbol, ONE_MINUTE.name, own, source)
                write_raw(cursor, series[contract.month], own, 1)
    return written, lives[0][1], lives[-1][2]


def compare(stores: Stores, first: date, last: date) -> list[ComparedSources]:
    """Compare and store all months."""
    now = datetime.now(UTC)
    return [compare_sources(ES, *month_window(month), stores, 0.01, now) for month in months_between(first, last)]


def copy(database: Database) -> int:
    """Read the columns of all rows that a comparison needs, as bytes; return their number."""
    size = 0
    with TimeSlices(database).reading() as cursor:
        cursor.execute("SELECT id FROM bar_series WHERE source <> ''")
        for (number,) in cursor.fetchall():
            buffer = BytesIO()
            rows = f"SELECT timestamp, open, high, low, close, volume FROM raw_minutes WHERE series = {number}"
            cursor.copy_expert(f"COPY ({rows}) TO STDOUT (FORMAT binary)", buffer, size=1 << 18)
            size += buffer.getbuffer().nbytes
    return size


def measure(years: int) -> dict[str, Any]:
    """Figures of the best round of each way."""
    with tempfile.TemporaryDirectory(prefix="g4qc-bench-") as home:
        server = embedded_server(Path(home))
        try:
            database = Database(server.url("postgres"))
            migrations.upgrade(database)
            overlapping, first, last = fill(database, years)
            stores, found = Stores(database), []
            seconds: dict[str, list[float]] = {"compared": [], "cpu": [], "copied": []}
            for _ in range(ROUNDS):
                start, spent = perf_counter(), process_time()
                found = compare(stores, first, last)
                seconds["compared"].append(perf_counter() - start)
                seconds["cpu"].append(process_time() - spent)
                start = perf_counter()
                copy(database)
                seconds["copied"].append(perf_counter() - start)
            database.close()
        finally:
            server.leave()
    best = {name: round(min(values), 2) for name, values in seconds.items()}
    verdicts: dict[str, int] = {}
    for month in found:
        for verdict, count in month.verdicts.items():
            verdicts[verdict] = verdicts.get(verdict, 0) + count
    return {
        "overlapping": overlapping,
        "sessions": sum(verdicts.values()),
        "verdicts": verdicts,
        **best,
        "ratio": round(best["compared"] / best["copied"], 2),
        "minutes_a_second": round(overlapping / best["compared"]),
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures = measure(given.years)
    text = json.dumps(figures, indent=2)
    print(text)
    if given.json:
        given.json.write_text(text + "\n")
