"""How fast files are imported, against the server's own COPY of as many raw bars.

    python benchmarks/bench_import.py [--years 10] [--json FILE]

One instrument, one-minute bars of all its sessions, in one file of FirstRate's layout, as Parquet of G4QC's, and as the
same text once more. "Store" reads the file by its recorded plan and stores its bars with their entries in the ledger;
"plan" is the reading before it, which finds the doubts. Each runs in a process of its own, whose memory peak is
measured. The raw COPY sends prepared bytes into an empty table of raw bars of the same server. On a machine that does
other work, too, compare the seconds of the processors, those of the server included, rather than the speeds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_sources import made, peak, write
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.imports.import_plan import ImportRequest, plan_import
from g4qc_core.services.imports.import_start import ImportWish, begin_import
from g4qc_core.services.imports.import_storing import recorded_import, store_import
from g4qc_core.settings import Settings
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.raw_rows import STEPS
from g4qc_core.storage.codec.binary_copy import encode
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import Stores

ROUNDS = 2


def server_seconds(database: Database) -> float:
    """Seconds of the processors that the server has used, all of its processes together."""
    with database.transaction() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    fields = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    first = int(fields[backend][1])
    own = [one for pid, one in fields.items() if pid == first or (one and int(one[1]) == first)]
    # User and system time of living processes, and of the children that have ended.
    return sum(sum(map(int, one[11:13])) for one in own if one) / 100 + sum(map(int, fields[first][13:15])) / 100


def _stat(path: Path) -> list[str]:
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def raw_copy(bars: pd.DataFrame, database: Database) -> tuple[float, float]:
    """Rows per second of the server's COPY into its table of raw minutes, and seconds of the processors."""
    rows = bars.assign(series=1, wap=np.nan, received_row=np.arange(len(bars)), request_id=1)
    for name in ("open", "high", "low", "close"):
        rows[name] = np.rint(rows[name] * 4).astype("int64")
    ready = b"".join(encode(STEPS, rows, {}))
    columns = ", ".join(f'"{name}"' for name in STEPS)
    best, least = 0.0, float("inf")
    for _ in range(ROUNDS):
        used = server_seconds(database) + process_time()
        with database.transaction() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("TRUNCATE raw_minutes")
            begin = perf_counter()
            cursor.copy_expert(f"COPY raw_minutes ({columns}) FROM STDIN (FORMAT binary)", BytesIO(ready), 1 << 18)
        best = max(best, len(bars) / (perf_counter() - begin))
        least = min(least, server_seconds(database) + process_time() - used)
    with database.transaction() as connection:
        connection.connection.cursor().execute("TRUNCATE raw_minutes")
    return best, least


def imported(queue: Any, home: str, path: Path) -> None:
    """Plan and store a file; tell what `alone` returns."""
    registry, settings = load_registry(), Settings(home=Path(home), ib_host="127.0.0.1")
    server = embedded_server(Path(home))
    stores = Stores(Database(server.url("postgres")))
    idle = peak()
    used = server_seconds(stores.database) + process_time()
    begin = perf_counter()
    plan = plan_import(ImportRequest(path, symbol="ES", month="202512"), load_profiles(), registry)
    planned, used_by_plan = perf_counter(), server_seconds(stores.database) + process_time()
    memory_of_plan = peak() - idle
    begun = begin_import(plan, ImportWish(path, accept=True), settings, stores, datetime.now(UTC))
    stored = recorded_import(begun.number, stores)
    months = {one.month for one in stores.imports.months(stored.id)}
    started = perf_counter()
    store_import(stored, registry["ES"], months, registry, stores, lambda _: None)
    ended = perf_counter()
    used_by_all = server_seconds(stores.database) + process_time()
    queue.put(
        {
            "plan_seconds": planned - begin,
            "store_seconds": ended - started,
            "plan_processor_seconds": used_by_plan - used,
            "store_processor_seconds": used_by_all - used_by_plan,
            "plan_mib": memory_of_plan,
            "mib": peak() - idle,
        }
    )
    stores.database.close()
    server.leave()


def alone(home: str, path: Path) -> dict[str, float]:
    """Seconds of plan and of storing, by the clock and of the processors, and memory beyond an idle process, MiB."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue()
    process = context.Process(target=imported, args=(queue, home, path))
    process.start()
    found: dict[str, float] = queue.get()
    process.join()
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--years", type=int, default=10)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    bars = made(given.years)
    figures: dict[str, Any] = {"rows": len(bars), "at": datetime.now(UTC).isoformat()}
    with tempfile.TemporaryDirectory() as folder:
        home = str(Path(folder) / "home")
        server = embedded_server(Path(home))
        database = Database(server.url("postgres"))
        migrations.upgrade(database)
        copied, used = figures["raw_copy"], figures["raw_copy_processor_seconds"] = raw_copy(bars, database)
        print(f"raw COPY   {copied:12,.0f} rows/s, {len(bars):,} rows, {used:.2f} s of processors")
        for name, path in write(bars, Path(folder)).items():
            if name == "kibot":
                continue
            found = alone(home, path)
            store, both = found["store_seconds"], found["store_seconds"] + found["plan_seconds"]
            busy = found["store_processor_seconds"], found["plan_processor_seconds"]
            speed, with_plan = len(bars) / store / copied, len(bars) / both / copied
            figures[name] = {**found, "of_copy": speed, "with_plan": with_plan}
            print(
                f"{name:10} store {len(bars) / store:12,.0f} rows/s {speed:5.2f} of COPY, with its plan "
                f"{with_plan:5.2f}; of processors {used / busy[0]:5.2f}, {used / sum(busy):5.2f} "
                f"({busy[1]:.2f} + {busy[0]:.2f} s); plan {found['plan_mib']:5.0f} MiB, all {found['mib']:5.0f} MiB"
            )
        figures["raw_copy_after"], _ = raw_copy(bars, database)
        print(f"raw COPY   {figures['raw_copy_after']:12,.0f} rows/s at the end")
        database.close()
        server.leave()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
