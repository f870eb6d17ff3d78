"""Windows of 2,000 candles over ten years: JSON of another commit, JSON and binary columns of this one, side by side.

    python benchmarks/bench_candles.py [--other FOLDER] [--home FOLDER] [--rounds 3] [--json FILE]

The bars are those of `bench_pages.py`. Each server runs in a process of its own over a copy of the same database, and
the ways take turns, so that other work on the machine burdens all alike. 20 clients ask for windows at random places:
paced (four a second each, 80 together, like dragged charts), paced three times as fast, and in a closed loop, which
shows the limit of the machine. Clients, servers and the database share the processors, and so does whatever else runs:
the processor time of an answer, of the server and its connections to the database, depends little on that.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import psutil
from bench_api import CANDLES, CLIENTS, YEARS, free_port, kept_home, process
from sqlalchemy import URL, create_engine

from g4qc_core.storage.server.embedded import embedded_server

SECONDS = 8
PACES = {"80 a second": CLIENTS / 80, "240 a second": CLIENTS / 240, "closed loop": 0.0}
ROOT = Path(__file__).resolve().parents[1]
_FILL = """
import sys; sys.path.insert(0, "benchmarks")
from bench_pages import filled
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
with open_stores(Settings(_env_file=None)) as stores:
    filled(stores)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--other", type=Path, help="folder of another commit to compare with")
    parser.add_argument("--home", type=Path, help="folder to keep the bars in, and to find them in the next time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    with kept_home(given.home) as home, serving(home, given.other) as ways:
        figures = measured(ways, given.rounds)
    show(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


@dataclass(frozen=True)
class Way:
    """A server, the name of its database, and the format to ask for."""

    port: int
    server: psutil.Process
    database: str
    form: str

    def seconds(self) -> float:
        """Processor seconds of the server and of its connections to the database so far."""
        title = f" {self.database} "
        known = [one for one in psutil.process_iter(["cmdline"]) if title in " ".join(one.info["cmdline"] or [])]
        backends = [one for one in known if (one.info["cmdline"] or [""])[0].startswith("postgres:")]
        return sum(one.cpu_times().user + one.cpu_times().system for one in (self.server, *backends))


@contextmanager
def serving(home: Path, other: Path | None) -> Iterator[dict[str, Way]]:
    """The servers; gives the ways to ask them, by name."""
    with ExitStack() as stack:
        postgres, ways = embedded_server(home), {}
        now = postgres.url("g4qc_now").render_as_string(hide_password=False)
        if other is not None:
            url = postgres.url("g4qc_other").render_as_string(hide_password=False)
            fill(url, other)
            copy(postgres.url("postgres"), "g4qc_other", "g4qc_now")
            ways["JSON, other"] = Way(*stack.enter_context(api(url, other)), "g4qc_other", "json")
        fill(now, ROOT)
        port, server = stack.enter_context(api(now, ROOT))
        yield ways | {one: Way(port, server, "g4qc_now", one.lower()) for one in ("JSON", "columns")}


def fill(url: str, tree: Path) -> None:
    """Bring the database to the schema of a tree, and write the bars unless they are there."""
    environment = {**os.environ, "PYTHONPATH": f"{tree}", "G4QC_DATABASE_URL": url}
    for command in (("-P", "-m", "g4qc_pipelines.cli", "db", "upgrade"), ("-c", _FILL)):
        subprocess.run([sys.executable, *command], cwd=tree, env=environment, check=True)


def copy(server: URL, source: str, target: str) -> None:
    """Replace a database by a copy of another one."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {target} TEMPLATE {source}")
    engine.dispose()


@contextmanager
def api(url: str, tree: Path) -> Iterator[tuple[int, psutil.Process]]:
    """The API of a tree over a database; gives its port and process."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="g4qc-bench-") as home:
        environment = {"G4QC_HOME": home, "G4QC_DATABASE_URL": url, "G4QC_API_RATE_LIMIT": "0"}
        environment["PYTHONPATH"] = f"{tree}"
        command = ("-P", "-m", "g4qc_pipelines.cli", "api", "--port", f"{port}")
        with process(*command, port=port, environment=environment) as server:
            yield port, server


def measured(ways: dict[str, Way], rounds: int) -> dict[str, dict[str, list[dict[str, float]]]]:
    """Return the figures of each pace and way, one entry a round."""
    for way in ways.values():
        load(way, 0.0, [f"warm {number}" for number in range(CLIENTS)], 2)
    figures: dict[str, dict[str, list[dict[str, float]]]] = {}
    for turn in range(rounds):
        for pace, pause in PACES.items():
            for name, way in ways.items():
                seeds = [f"{turn} {pace} {name} {number}" for number in range(CLIENTS)]
                figures.setdefault(pace, {}).setdefault(name, []).append(load(way, pause, seeds))
    return figures


def load(way: Way, pause: float, seeds: list[str], seconds: float = SECONDS) -> dict[str, float]:
    """Answers a second, and milliseconds of an answer, while every client asks for its own windows."""
    taken: list[float] = []
    begun, used = time.monotonic(), way.seconds()

    def client(seed: str) -> None:
        dice = random.Random(seed)
        connection = HTTPConnection("127.0.0.1", way.port, timeout=60)
        due = begun + dice.random() * pause
        while due < begun + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            at = datetime(YEARS[0], 3, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(9 * 365 * 1440))
            begin = time.perf_counter()
            connection.request("GET", window(at, way.form))
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - begin) * 1000)
            assert answer.status == 200
            due = max(due + pause, time.monotonic())

    threads = [threading.Thread(target=client, args=(seed,)) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(taken) / (time.monotonic() - begun)
    used = (way.seconds() - used) * 1000 / len(taken)
    return {"rate": rate, "processor": used, **{f"p{p}": float(np.percentile(taken, p)) for p in (50, 95, 99)}}


def window(end: datetime, form: str) -> str:
    """Address of the candles that a chart shows before that instant."""
    asked = f"timeframe=1min&adjustment=additive&order=desc&limit={CANDLES}&end_date={end:%Y-%m-%dT%H:%M}Z"
    return f"/api/v1/data/ES?{asked}&format={form}"


def show(figures: dict[str, dict[str, list[dict[str, float]]]]) -> None:
    for pace, ways in figures.items():
        print(pace)
        for way, rounds in ways.items():
            for one in rounds:
                times = ", ".join(f"{name} {one[name]:.0f}" for name in ("p50", "p95", "p99"))
                print(f"  {way:<12} {one['rate']:>6.0f} a second; ms {times}; processor {one['processor']:.1f}")


if __name__ == "__main__":
    main()
