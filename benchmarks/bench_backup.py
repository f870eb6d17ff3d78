"""Backup and restore of the embedded database beside pg_dump and pg_restore: seconds and bytes, as ratios.

    uv run python benchmarks/bench_backup.py [--instruments 20] [--months 10] [--json FILE]

Each instrument has minutes of one contract around the clock, raw and validated, and prices that walk by ticks.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.services.backups.backup_run import back_up
from g4qc_core.services.backups.backup_shelf import found_backup
from g4qc_core.services.backups.restore_run import restore
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.migrations import upgrade
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.server.embedded_files import programs

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_SILENT = SilentProgress()


def month_of_bars(number: int, minutes: int, seed: int) -> tuple[pd.DataFrame, datetime, datetime]:
    """Minutes from the beginning of a stretch of 30 days on, with its bounds."""
    start = _FIRST + timedelta(days=30 * number)
    draw = np.random.default_rng([seed, number])
    close = 5_000 + 0.25 * np.cumsum(draw.integers(-3, 4, minutes))
    times = pd.date_range(start, periods=minutes, freq="min").astype("datetime64[us, UTC]")
    bars = pd.DataFrame({"contract": pd.array(["202412"] * minutes, dtype="str"), "timestamp": times})
    bars["open"] = np.roll(close, 1)
    bars["high"] = np.maximum(bars["open"], close) + 0.25 * draw.integers(0, 4, minutes)
    bars["low"] = np.minimum(bars["open"], close) - 0.25 * draw.integers(0, 4, minutes)
    bars["close"] = close
    bars["volume"] = draw.poisson(300, minutes)
    bars["count"] = bars["volume"] // 3
    bars["trade_date"] = times.tz_localize(None).normalize().astype("datetime64[s]")
    return bars[list(BAR_COLUMNS)], start, start + timedelta(days=30)


def fill(database: Database, instruments: int, months: range) -> int:
    """Store minutes of the months of each instrument; return their number."""
    store, stored = BarStore(database), 0
    for number in months:
        for instrument in range(instruments):
            bars, start, end = month_of_bars(number, 43_200, instrument)
            stored += store.replace_bars(f"X{instrument:02d}", "1min", start, end, bars)
    return stored


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instruments", type=int, default=20)
    parser.add_argument("--months", type=int, default=10)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    server = embedded_server(home)
    try:
        figures = measure(home, given.instruments, given.months)
    finally:
        server.leave()
        shutil.rmtree(home)
    for name, value in figures.items():
        print(f"{name:44} {value:,.2f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2))


def measure(home: Path, instruments: int, months: int) -> dict[str, float]:
    """Return the figures."""
    server = embedded_server(home)
    source = Database(server.url("source"))
    upgrade(source)
    rows = fill(source, instruments, range(months))
    target, dump = home / "backups", home / "source.dump"
    settings = {name: settings_for(server.url(name).render_as_string(), home / name) for name in ("source", "goal")}
    now = datetime.now(UTC)

    def back(days: int) -> int:
        return back_up(settings["source"], str(target), now + timedelta(days=days), _SILENT).manifest.written

    def postgres(program: str, *arguments: str) -> None:
        place = ["-h", str(server.socket), "-U", "postgres"]
        subprocess.run([programs(server.data) / program, *place, *arguments], check=True, cwd="/")

    server.url("dumped")
    figures: dict[str, float] = {"million rows": rows / 1e6}
    figures["pg_dump -Fc, seconds"] = timed(lambda: postgres("pg_dump", "-Fc", "-f", str(dump), "source"))
    figures["backup, seconds"] = timed(lambda: back(0))
    figures["pg_restore, seconds"] = timed(lambda: postgres("pg_restore", "-d", "dumped", str(dump)))
    figures["restore and comparison, seconds"] = timed(
        lambda: restore(settings["goal"], *found_backup(str(target)), _SILENT)
    )
    figures["backup / pg_dump"] = figures["backup, seconds"] / figures["pg_dump -Fc, seconds"]
    figures["restore / pg_restore"] = figures["restore and comparison, seconds"] / figures["pg_restore, seconds"]
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    figures["size / pg_dump's"] = size / dump.stat().st_size
    figures["bytes a row"] = size / rows
    fill(source, instruments, range(months, months + 1))
    figures["next backup with a month more / first"] = timed(lambda: back(1)) / figures["backup, seconds"]
    figures["next backup unchanged / first"] = timed(lambda: back(2)) / figures["backup, seconds"]
    source.close()
    return figures


def settings_for(url: str, home: Path) -> Settings:
    """Settings of a database and a home of its own."""
    home.mkdir()
    return Settings(database_url=url, home=home)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
