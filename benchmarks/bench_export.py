"""How fast stored bars are written in each layout, and how much memory that needs, against plain reading.

    python benchmarks/bench_export.py [--years 10] [--json FILE]

One contract with one-minute bars of all sessions, in the embedded server. Each layout runs in a process of its own with
the bar reader of an export, and its memory peak is measured; "read" takes the same batches and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_sources import made
from benchmarks.yardsticks import alone, peak, put
from g4qc_core.futures.segments import Segment
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sources.layouts.bar_layout import ExportedSeries
from g4qc_core.sources.layouts.known_layouts import LAYOUTS
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_reader import BarQuery, BarReader
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.timeframes import ONE_MINUTE

ROUNDS = 2


def measured(url: str, layout: str, folder: Path) -> tuple[float, float]:
    """Write the bars in a layout; return rows per second and the memory beyond the start, MiB."""
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
    return rows / (perf_counter() - begin), peak() - before


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
        put(database, "ES", "202512", bars)
        database.close()
        for layout in ("read", *LAYOUTS):
            rounds = []
            for number in range(ROUNDS):
                folder = Path(home) / f"{layout}{number}"
                folder.mkdir()
                rounds.append(alone(measured, url.render_as_string(hide_password=False), layout, folder))
            figures[layout] = {"rows_per_second": max(rounds)[0], "mib": min(one[1] for one in rounds)}
            print(f"{layout:10} {figures[layout]['rows_per_second']:12,.0f} rows/s {figures[layout]['mib']:6.0f} MiB")
        server.leave()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
