"""How fast files of vendors are read, against the server's own COPY of as many bars.

    python benchmarks/bench_sources.py [--years 10] [--json FILE]

One instrument, one-minute bars of all its sessions, written once as CSV with local times (FirstRate's layout), as CSV
with date and time apart (Kibot's), and as Parquet (G4QC's). "Read" turns a file into bars with their contracts in UTC;
"review" also judges them, as a dry run does. Each runs in a process of its own, whose memory peak is measured. The raw
COPY sends prepared bytes into the embedded server's table of raw minutes, so it measures only the server.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.yardsticks import alone, peak, raw_copy
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.file_review import ReviewRequest, pieces_of, review_files
from g4qc_core.storage import migrations
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server

ROUNDS = 3


def made(years: int) -> pd.DataFrame:
    """One-minute bars of all sessions of ES, as one contract."""
    sessions = calendar(load_registry()["ES"].calendar).sessions(date(2025 - years, 1, 1), date(2024, 12, 31))
    starts = np.concatenate([session.minutes() for session in sessions])
    days = np.concatenate([np.full(session.length, np.datetime64(session.trade_date, "s")) for session in sessions])
    close = 5000 + 0.25 * np.cumsum(np.random.default_rng(7).integers(-2, 3, len(starts)))
    frame = pd.DataFrame({"timestamp": pd.DatetimeIndex(starts).tz_localize("UTC"), "open": close})
    frame = frame.assign(high=close + 0.5, low=close - 0.5, close=close, volume=100, count=40, trade_date=days)
    return frame.assign(contract="202512").astype({"contract": "str"})


def write(bars: pd.DataFrame, folder: Path) -> dict[str, Path]:
    """Write the files, by profile."""
    local = bars["timestamp"].dt.tz_convert("America/New_York").dt.tz_localize(None)
    values = {name: pa.array(bars[name]) for name in ("open", "high", "low", "close", "volume")}
    plain = csv.WriteOptions(include_header=False, quoting_style="none")
    paths = {name: folder / name / file for name, file in (("firstrate", "ES_Z25_1min.txt"), ("kibot", "ESZ25.txt"))}
    for path in paths.values():
        path.parent.mkdir()
    texts = pa.array(local.dt.strftime("%Y-%m-%d %H:%M:%S"))
    csv.write_csv(pa.table({"timestamp": texts, **values}), paths["firstrate"], plain)
    days, clock = pa.array(local.dt.strftime("%m/%d/%Y")), pa.array(local.dt.strftime("%H:%M"))
    csv.write_csv(pa.table({"date": days, "time": clock, **values}), paths["kibot"], plain)
    paths["g4qc"] = folder / "symbol=ES/timeframe=1min/contract=202512/month=2025-01/bars.parquet"
    paths["g4qc"].parent.mkdir(parents=True)
    table = pa.table({"timestamp": pa.array(bars["timestamp"]), **values, "count": pa.array(bars["count"])})
    parquet.write_table(table, paths["g4qc"])
    return paths


def measured(work: Callable[[str, Path], int], name: str, path: Path) -> tuple[float, float]:
    """Rows per second of work, and the memory that it needs beyond an idle process, MiB."""
    load_profiles(), load_registry()
    before = peak()
    begin = perf_counter()
    rows = work(name, path)
    speed = rows / (perf_counter() - begin)
    return speed, peak() - before


def read(name: str, path: Path) -> int:
    notes = ReadNotes()
    root = path.parents[3] if name == "g4qc" else path
    for _ in pieces_of(ReviewRequest(source_files(root), load_profiles()[name], load_registry()), notes):
        pass
    return notes.rows


def review(name: str, path: Path) -> int:
    root = path.parents[3] if name == "g4qc" else path
    found = review_files(ReviewRequest(source_files(root), load_profiles()[name], load_registry()))
    assert found.doubts == ()
    return found.notes.rows


def copied(bars: pd.DataFrame, home: Path) -> float:
    """Rows per second of the embedded server's COPY of as many raw minutes."""
    server = embedded_server(home)
    database = Database(server.url("postgres"))
    migrations.upgrade(database)
    speed, _ = raw_copy(bars, database, ROUNDS)
    database.close()
    server.leave()
    return speed


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--years", type=int, default=10)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    bars = made(given.years)
    figures: dict[str, Any] = {"rows": len(bars), "at": datetime.now(UTC).isoformat()}
    with tempfile.TemporaryDirectory() as folder:
        unread = figures["raw_copy"] = copied(bars, Path(folder) / "home")
        for name, path in write(bars, Path(folder)).items():
            for work in (read, review):
                rounds = [alone(measured, work, name, path) for _ in range(ROUNDS)]
                speed, memory = max(rounds)[0], min(one[1] for one in rounds)
                figures[f"{name}_{work.__name__}"] = {
                    "rows_per_second": speed,
                    "of_copy": speed / unread,
                    "mib": memory,
                }
                print(
                    f"{name:10} {work.__name__:7} {speed:12,.0f} rows/s {speed / unread:6.2f} of COPY {memory:6.0f} MiB"
                )
    print(f"raw COPY           {unread:12,.0f} rows/s, {len(bars):,} rows")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
