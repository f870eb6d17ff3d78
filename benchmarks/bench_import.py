"""How fast files are imported, against the server's own COPY of as many raw bars.

    python benchmarks/bench_import.py [--years 10] [--json FILE]

One instrument, one-minute bars of all its sessions, in one file of FirstRate's layout, as Parquet of G4QC's, and as the
same text once more. "Store" reads the file by its recorded plan and stores its bars with their entries in the ledger;
"plan" is the reading before it, which finds the doubts. Each runs in a process of its own, whose memory peak is
measured. The raw COPY sends prepared bytes into an empty table of raw bars of the same server; the COPY of the text is
what psql does with FirstRate's file as it is, without any check. On a machine that does other work, too, compare the
seconds of the processors, those of the server included, rather than the speeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_sources import made, write
from benchmarks.yardsticks import alone, peak, raw_copy, server_seconds, text_copy
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.imports.import_plan import ImportRequest, plan_import
from g4qc_core.services.imports.import_start import ImportWish, begin_import
from g4qc_core.services.imports.import_storing import recorded_import, store_import
from g4qc_core.settings import Settings
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.storage import migrations
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import Stores

ROUNDS = 2


def imported(home: str, path: Path) -> dict[str, float]:
    """Plan and store a file; return seconds of both, by the clock and of processors, and MiB beyond an idle process."""
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
    stores.database.close()
    server.leave()
    return {
        "plan_seconds": planned - begin,
        "store_seconds": ended - started,
        "plan_processor_seconds": used_by_plan - used,
        "store_processor_seconds": used_by_all - used_by_plan,
        "plan_mib": memory_of_plan,
        "mib": peak() - idle,
    }


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
        copied, used = raw_copy(bars, database, ROUNDS)
        figures |= {"raw_copy": copied, "raw_copy_processor_seconds": used}
        print(f"raw COPY   {copied:12,.0f} rows/s, {len(bars):,} rows, {used:.2f} s of processors")
        paths = write(bars, Path(folder))
        pasted = len(bars) / text_copy(paths["firstrate"], database, ROUNDS)
        figures["text_copy"] = pasted
        print(f"text COPY  {pasted:12,.0f} rows/s, FirstRate's file as it is")
        for name in ("firstrate", "g4qc"):
            path = paths[name]
            found = alone(imported, home, path)
            store, both = found["store_seconds"], found["store_seconds"] + found["plan_seconds"]
            busy = found["store_processor_seconds"], found["plan_processor_seconds"]
            speed, with_plan = len(bars) / store / copied, len(bars) / both / copied
            of_text = len(bars) / both / pasted
            figures[name] = {**found, "of_copy": speed, "with_plan": with_plan, "with_plan_of_text_copy": of_text}
            print(
                f"{name:10} store {len(bars) / store:12,.0f} rows/s {speed:5.2f} of COPY, with its plan "
                f"{with_plan:5.2f}, {of_text:5.2f} of the text's; of processors {used / busy[0]:5.2f}, "
                f"{used / sum(busy):5.2f} ({busy[1]:.2f} + {busy[0]:.2f} s); plan {found['plan_mib']:5.0f} MiB, "
                f"all {found['mib']:5.0f} MiB"
            )
        figures["raw_copy_after"], _ = raw_copy(bars, database, ROUNDS)
        print(f"raw COPY   {figures['raw_copy_after']:12,.0f} rows/s at the end")
        database.close()
        server.leave()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
