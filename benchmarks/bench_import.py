"""How fast files are imported, against the server's own COPY of as many raw bars.

    python benchmarks/bench_import.py [--years 10] [--json FILE]

One instrument, one-minute bars of all its sessions, in one file of FirstRate's layout, as Parquet of G4QC's, and as the
same text once more. "Store" reads the file by its recorded plan and stores its bars with their entries in the ledger;
"plan" is the reading before it, which finds the doubts. Each runs in a process of its own, whose memory peak is
measured. The raw COPY sends prepared bytes into an empty table of raw bars of the same server.
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
from time import perf_counter
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


def raw_copy(bars: pd.DataFrame, database: Database) -> float:
    """Rows per second of the server's COPY into its table of raw minutes."""
    rows = bars.assign(series=1, wap=np.nan, received_row=np.arange(len(bars)), request_id=1)
    for name in ("open", "high", "low", "close"):
        rows[name] = np.rint(rows[name] * 4).astype("int64")
    ready = b"".join(encode(STEPS, rows, {}))
    columns = ", ".join(f'"{name}"' for name in STEPS)
    best = 0.0
    for _ in range(ROUNDS):
        with database.transaction() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("TRUNCATE raw_minutes")
            begin = perf_counter()
            cursor.copy_expert(f"COPY raw_minutes ({columns}) FROM STDIN (FORMAT binary)", BytesIO(ready), 1 << 18)
        best = max(best, len(bars) / (perf_counter() - begin))
    with database.transaction() as connection:
        connection.connection.cursor().execute("TRUNCATE raw_minutes")
    return best


def imported(queue: Any, home: str, path: Path) -> None:
    """Plan and store a file; tell the seconds of both, and the memory beyond that of an idle process, MiB."""
    registry, settings = load_registry(), Settings(home=Path(home), ib_host="127.0.0.1")
    server = embedded_server(Path(home))
    stores = Stores(Database(server.url("postgres")))
    idle = peak()
    begin = perf_counter()
    plan = plan_import(ImportRequest(path, symbol="ES", month="202512"), load_profiles(), registry)
    planned = perf_counter()
    begun = begin_import(plan, ImportWish(path, accept=True), settings, stores, datetime.now(UTC))
    stored = recorded_import(begun.number, stores)
    months = {one.month for one in stores.imports.months(stored.id)}
    started = perf_counter()
    store_import(stored, registry["ES"], months, registry, stores, lambda _: None)
    ended = perf_counter()
    memory = peak() - idle
    queue.put((planned - begin, ended - started, memory))
    stores.database.close()
    server.leave()


def alone(home: str, path: Path) -> tuple[float, float, float]:
    """Seconds of the plan, of storing, and memory, MiB."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue()
    process = context.Process(target=imported, args=(queue, home, path))
    process.start()
    found: tuple[float, float, float] = queue.get()
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
        copied = figures["raw_copy"] = raw_copy(bars, database)
        print(f"raw COPY   {copied:12,.0f} rows/s, {len(bars):,} rows")
        for name, path in write(bars, Path(folder)).items():
            if name == "kibot":
                continue
            planned, seconds, mib = alone(home, path)
            speed, both = len(bars) / seconds, len(bars) / (planned + seconds)
            figures[name] = {"store": speed, "of_copy": speed / copied, "with_plan": both / copied, "mib": mib}
            print(
                f"{name:10} store {speed:12,.0f} rows/s {speed / copied:5.2f} of COPY; with its plan "
                f"{both / copied:5.2f}; {mib:5.0f} MiB"
            )
        figures["raw_copy_after"] = raw_copy(bars, database)
        print(f"raw COPY   {figures['raw_copy_after']:12,.0f} rows/s at the end")
        database.close()
        server.leave()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
