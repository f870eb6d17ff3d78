"""How fast stored bars are written in each layout, and how much memory that needs, against plain reading.

    python benchmarks/bench_export.py [--years 10] [--json FILE]

One contract with one-minute bars of all sessions, in the embedded server. Each layout runs in a process of its own with
the bar reader of an export, and its memory peak is measured; "read" takes the same batches and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_sources import KINDS, made, peak
from g4qc_core.futures.segments import Segment
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sources.layouts.bar_layout import ExportedSeries
from g4qc_core.sources.layouts.known_layouts import LAYOUTS
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_reader import BarQuery, BarReader
from g4qc_core.storage.codec.binary_copy import encode
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.timeframes import ONE_MINUTE

ROUNDS = 2


def measured(queue: Any, url: str, layout: str, folder: Path) -> None:
    """Write the bars in a layout; put rows per second and the memory beyond the start, MiB."""
    series = ExportedSeries(load_registry()["ES"], "202512", ONE_MINUTE)
    batches = BarReader(Database(parse_url(url, "url"))).batches(BarQuery("ES", "1min", [Segment("202512")]))
    before, begin, rows = peak(), perf_counter(), 0

    def counted() -> Any:
        nonlocal rows
        for batch in batches:
            rows += len(batch)
            yield batch

    if layout == "read":
        for _ in counted():
            pass
    else:
        LAYOUTS[layout].write(folder, series, counted())
    queue.put((rows / (perf_counter() - begin), peak() - before))


def alone(url: str, layout: str, folder: Path) -> tuple[float, float]:
    """The same in a process of its own."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue()
    process = context.Process(target=measured, args=(queue, url, layout, folder))
    process.start()
    found: tuple[float, float] = queue.get()
    process.join()
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--years", type=int, default=10)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    bars = made(given.years)
    figures: dict[str, Any] = {"rows": len(bars)}
    with tempfile.TemporaryDirectory() as home:
        server = embedded_server(Path(home) / "home")
        url = server.url("postgres")
        database = Database(url)
        migrations.upgrade(database)
        ready = b"".join(encode(KINDS, bars, {"symbol": "ES", "timeframe": "1min"}))
        with database.transaction() as connection:
            cursor = connection.connection.cursor()
            cursor.copy_expert(
                f"COPY market_data ({', '.join(KINDS)}) FROM STDIN (FORMAT binary)", BytesIO(ready), size=1 << 18
            )
        database.close()
        for layout in ("read", *LAYOUTS):
            rounds = []
            for number in range(ROUNDS):
                folder = Path(home) / f"{layout}{number}"
                folder.mkdir()
                rounds.append(alone(url.render_as_string(hide_password=False), layout, folder))
            figures[layout] = {"rows_per_second": max(rounds)[0], "mib": min(one[1] for one in rounds)}
            print(f"{layout:10} {figures[layout]['rows_per_second']:12,.0f} rows/s {figures[layout]['mib']:6.0f} MiB")
        server.leave()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
