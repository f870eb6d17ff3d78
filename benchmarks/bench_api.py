"""Speed of the API, compared with a raw COPY of the same rows and with the plain way to write such an endpoint.

    python benchmarks/bench_api.py [--rows 10000000] [--json FILE]

The server runs in a separate process over the embedded database, like `g4qc api`; the reader discards the data. "Raw"
is binary `COPY ... TO STDOUT` of as many rows from the table of raw minutes, which holds them in the same order.
"Plain" is an endpoint that loads ORM objects of the view `market_data` and returns them as models. The variants take
turns, and the best round counts. A chart's window is 2,000 one-minute candles of an adjusted series over ten years, for
20 clients at once: paced (each sends four requests a second, like a dragged chart) and in a closed loop (each repeats
its request at once, which measures the machine).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from sqlalchemy.orm import DeclarativeBase, Session

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.yardsticks import put
from g4qc_core.bars.columns import BAR_COLUMNS, CLASSES, QUALITY_COLUMNS
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.codec.binary_copy import copy_in
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.storage.tables.bar_views import market_data

MILLION = 1_000_000
ROUNDS = 3
CLIENTS, CANDLES = 20, 2000
PACE_SECONDS, CHART_SECONDS = 0.25, 10
PLAIN_ROWS = 20_000
YEARS = (2015, 2024)
NQ_BEGINS = np.datetime64("2000-01-03T00:00", "us")
MONTHS = ("03", "06", "09", "12")
KINDS = {"symbol": "text", **dict.fromkeys(("contract",), "text"), "trade_date": "date"}
QUALITY = {name: KINDS.get(name, "int4") for name in QUALITY_COLUMNS}


class Base(DeclarativeBase):
    pass


class Bar(Base):
    __table__ = market_data


def minutes(symbol: str, contract: str, times: np.ndarray, days: np.ndarray) -> pd.DataFrame:
    """One contract's bars at these minutes."""
    walk = np.random.default_rng(len(times)).integers(-2, 3, len(times)).cumsum()
    close = 4800 + 0.25 * walk
    frame = pd.DataFrame({"timestamp": pd.DatetimeIndex(times).tz_localize("UTC").as_unit("us"), "open": close})
    frame = frame.assign(high=close + 1, low=close - 1, close=close, volume=100, count=40)
    frame["trade_date"] = days.astype("datetime64[s]")
    return frame.assign(contract=pd.array([contract], dtype="str").repeat(len(frame)))[list(BAR_COLUMNS)]


def fill(stores: Stores, rows: int) -> None:
    """ES over ten years in 40 contracts with their rolls, and NQ as one contract of `rows` bars."""
    instrument = load_registry()["ES"]
    sessions = calendar(instrument.calendar).sessions(date(YEARS[0], 1, 1), date(YEARS[1], 12, 31))
    quarters = [f"{year}{month}" for year in range(YEARS[0], YEARS[1] + 1) for month in MONTHS]
    starts = [sessions[int(at)] for at in np.linspace(0, len(sessions), len(quarters), endpoint=False)]
    for at, contract in enumerate(quarters):
        first = starts[at].trade_date - timedelta(days=10)
        last = starts[at + 1].trade_date if at + 1 < len(starts) else date(YEARS[1], 12, 31)
        own = [s for s in sessions if first <= s.trade_date <= last]
        times = np.concatenate([s.minutes() for s in own])
        days = np.repeat(np.array([s.trade_date for s in own], "datetime64[D]"), [s.length for s in own])
        put(stores.database, "ES", contract, minutes("ES", contract, times, days))
        put_quality(stores, "ES", contract, [s.trade_date for s in own])
    rolls = [
        {
            "symbol": "ES",
            "rule": instrument.roll,
            "position": 0,
            "date": pd.Timestamp(starts[at].trade_date),
            "from_contract": quarters[at - 1],
            "to_contract": quarters[at],
            "from_price": 4800.0,
            "to_price": 4801.0,
            "gap": 1.0,
            "priced_at": pd.Timestamp(starts[at].open).as_unit("us"),
            "source": "rule",
            "note": "",
        }
        for at in range(1, len(quarters))
    ]
    ends = sessions[0].trade_date, sessions[-1].trade_date
    stores.rolls.replace(RollCalendar("ES", instrument.roll, 0, roll_frame(rolls), quarters[-1], *ends))
    for begin in range(0, rows, MILLION):
        times = NQ_BEGINS + np.arange(begin, min(begin + MILLION, rows)) * np.timedelta64(60_000_000, "us")
        put(stores.database, "NQ", "202512", minutes("NQ", "202512", times, times.astype("datetime64[D]")))
    put_quality(stores, "NQ", "202512", [date(2000, 1, 3), date(2030, 1, 1)])
    for number in range(48):
        for contract in ("202403", "202406"):
            put_quality(stores, f"X{number}", contract, [s.trade_date for s in sessions])


def put_quality(stores: Stores, symbol: str, contract: str, days: list[date]) -> None:
    """Write quality rows in which every minute traded."""
    counts = {"expected": 1380, **dict.fromkeys(CLASSES, 0), "traded": 1380}
    frame = pd.DataFrame({"trade_date": np.array(days, "datetime64[s]")}).assign(**counts)
    with stores.database.transaction() as connection:
        cursor = connection.connection.cursor()
        copy_in(cursor, "session_quality", QUALITY, frame, symbol=symbol, contract=contract)


@contextmanager
def kept_home(folder: Path | None = None) -> Iterator[Path]:
    """Give a home with its embedded server: the folder, which stays, or a new one, which is deleted at the end."""
    home = folder or Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    try:
        yield home
    finally:
        embedded_server(home).leave()
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def process(*command: str, port: int, environment: dict[str, str]) -> Iterator[psutil.Process]:
    """Yield a server in a separate process, once it listens."""
    child = subprocess.Popen([sys.executable, *command], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert child.poll() is None, "the server ended by itself"
            time.sleep(0.1)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(30)


def read(port: int, path: str, accept: str = "application/json") -> int:
    """Reads an answer to its end and throws it away; returns its bytes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Accept": accept})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    size = 0
    while piece := answer.read(1 << 20):
        size += len(piece)
    connection.close()
    return size


def raw(database: Database, rows: int) -> None:
    """The same rows by COPY, into nothing."""
    query = (
        "COPY (SELECT timestamp, open, high, low, close, volume, count FROM raw_minutes WHERE series = "
        f"(SELECT id FROM bar_series WHERE symbol = 'NQ' AND source = '{GATEWAY}') ORDER BY timestamp LIMIT {rows}) "
        "TO STDOUT (FORMAT binary)"
    )
    with database.transaction() as connection, open(os.devnull, "wb") as nothing:
        connection.connection.cursor().copy_expert(query, nothing)


def measure_streams(database: Database, port: int, plain_port: int) -> dict[str, float]:
    """Bars a second of every way to get a million of them."""
    end = (NQ_BEGINS + np.timedelta64(MILLION, "m")).astype("datetime64[m]")
    path = f"/api/v1/data/NQ?contract=202512&end_date={end}:00Z&format="
    best: dict[str, float] = {}

    def timed(way: str, act: Callable[[], object], rows: int = MILLION) -> None:
        begin = time.perf_counter()
        act()
        best[way] = max(best.get(way, 0.0), rows / (time.perf_counter() - begin))

    for _ in range(ROUNDS):
        timed("raw", lambda: raw(database, MILLION))
        for form in ("arrow", "parquet", "csv", "json"):
            timed(form, lambda form=form: read(port, path + form))  # type: ignore[misc]
        timed("plain", lambda: read(plain_port, f"/bars?limit={PLAIN_ROWS}"), PLAIN_ROWS)
    return best


def measure_memory(server: psutil.Process, port: int, rows: int) -> dict[str, float]:
    """Memory of the server while it streams all bars, MB: early on, at the end, and at most."""
    samples: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            samples.append(server.memory_info().rss / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    read(port, "/api/v1/data/NQ?contract=202512&format=arrow")
    done.set()
    watcher.join()
    tenth = max(1, len(samples) // 10)
    early, late = max(samples[tenth : 2 * tenth] or samples), max(samples[-tenth:])
    return {"rows": rows, "early": early, "late": late, "peak": max(samples)}


def window(end: datetime) -> str:
    """Address of the candles that a chart shows before that instant."""
    until = f"{end:%Y-%m-%dT%H:%M}Z"
    return f"/api/v1/data/ES?timeframe=1min&adjustment=additive&order=desc&limit={CANDLES}&end_date={until}"


def measure_first(port: int) -> float:
    """Milliseconds of the first window after the server's start, when it works out which contract is when in front."""
    begin = time.perf_counter()
    read(port, window(datetime(YEARS[0] + 5, 6, 1, tzinfo=UTC)))
    return (time.perf_counter() - begin) * 1000


def measure_charts(port: int, pause: float) -> dict[str, float]:
    """Milliseconds of a window of candles, `CLIENTS` of them at once."""
    taken: list[float] = []
    until = time.monotonic() + CHART_SECONDS

    def client(number: int) -> None:
        dice = random.Random(number)
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        time.sleep(dice.random() * pause)
        while time.monotonic() < until:
            at = datetime(YEARS[0], 3, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(9 * 365 * 1440))
            begin = time.perf_counter()
            connection.request("GET", window(at))
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - begin) * 1000)
            assert answer.status == 200
            time.sleep(max(0.0, pause - taken[-1] / 1000))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"requests": len(taken), **{f"p{p}": float(np.percentile(taken, p)) for p in (50, 95, 99)}}


def measure_coverage(port: int) -> float:
    """Milliseconds of the coverage of 50 instruments over ten years: the median of ten."""
    taken = []
    for _ in range(10):
        begin = time.perf_counter()
        read(port, "/api/v1/coverage")
        taken.append((time.perf_counter() - begin) * 1000)
    return float(np.median(taken))


def serve_plain(url: str, port: int) -> None:
    """The plain endpoint: objects of an ORM, returned as models."""
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel, ConfigDict

    class Shown(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        timestamp: datetime
        open: float
        high: float
        low: float
        close: float
        volume: int

    database, app = Database(parse_url(url, "url")), FastAPI()

    @app.get("/bars")
    def bars(limit: int) -> dict[str, Any]:
        with Session(database.engine) as session:
            found = session.query(Bar).filter_by(symbol="NQ", timeframe="1min", contract="202512")
            # Without an end, the view would sort all bars.
            early = found.filter(Bar.timestamp < NQ_BEGINS.item().replace(tzinfo=UTC) + timedelta(minutes=limit))
            rows = early.order_by(Bar.timestamp).all()
            data = [Shown.model_validate(row) for row in rows]
        return {"symbol": "NQ", "timeframe": "1min", "records": len(data), "data": data}

    uvicorn.run(app, port=port, log_level="warning")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10 * MILLION)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    parser.add_argument("--plain", nargs=2, metavar=("URL", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.plain:
        serve_plain(given.plain[0], int(given.plain[1]))
        return
    with kept_home() as home:
        results = measure(home, given.rows)
    show(results)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")


def measure(home: Path, rows: int) -> dict[str, Any]:
    settings = Settings(_env_file=None, home=home)  # type: ignore[call-arg]
    port, plain_port = free_port(), free_port()
    with open_stores(settings) as stores:
        print("filling ...", flush=True)
        fill(stores, rows)
        with stores.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        url = stores.database.url.render_as_string(hide_password=False)
        environment = {"G4QC_HOME": str(home), "G4QC_DATABASE_URL": url, "G4QC_API_RATE_LIMIT": "0"}
        api = ("-m", "g4qc_pipelines.cli", "api", "--port", f"{port}")
        with (
            process(*api, port=port, environment=environment) as server,
            process(__file__, "--plain", url, f"{plain_port}", port=plain_port, environment={}),
        ):
            results: dict[str, Any] = {"streams": measure_streams(stores.database, port, plain_port)}
            results["memory"] = measure_memory(server, port, rows)
            results["first chart"] = measure_first(port)
            results["charts paced"] = measure_charts(port, PACE_SECONDS)
            results["charts closed loop"] = measure_charts(port, 0.0)
            results["coverage"] = measure_coverage(port)
    return results


def show(results: dict[str, Any]) -> None:
    streams = results["streams"]
    print(f"{MILLION:,} bars, bars a second; share of raw (goals: arrow 0.5, parquet 0.3), times plain (goal: json 10)")
    for way, rate in streams.items():
        print(f"{way:10}{rate:>14,.0f}{rate / streams['raw']:>8.2f}{rate / streams['plain']:>8.1f}")
    memory = results["memory"]
    print(
        f"memory of the server over {memory['rows']:,} bars, MB: {memory['early']:.0f} early, {memory['late']:.0f} late"
    )
    print(f"the first window of a chart: {results['first chart']:.0f} ms")
    for way in ("charts paced", "charts closed loop"):
        one = results[way]
        times = ", ".join(f"{name} {one[name]:.0f}" for name in ("p50", "p95", "p99"))
        print(f"{way}: {one['requests']} windows, ms {times} (goal: p95 50)")
    print(f"coverage of 50 instruments over ten years: {results['coverage']:.0f} ms (goal 300)")


if __name__ == "__main__":
    main()
