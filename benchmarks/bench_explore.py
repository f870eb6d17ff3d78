"""Exploring a year of one-minute bars by several users at once: the time of each answer, over HTTP.

    python benchmarks/bench_explore.py [--users 5] [--sets 40] [--pause 0.3] [--json FILE]

The bars are synthetic: ES over a year, 350,000 minutes, one contract. Each user moves a slider: sets that nobody tried
before, one after the other, with a pause between an answer and the next set. The server runs in a process of its own,
with an embedded database in which every set is stored as a trial. The ratio compares the 95th percentile with the time
of a whole backtest of the same set in one process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from statistics import quantiles

import httpx
import numpy as np
import pandas as pd
from bench_api import free_port, minutes, process, put_quality
from yardsticks import put

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.settings import load_settings
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import open_stores

SPEC = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1min", "cash": "10000000"}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=5)
    parser.add_argument("--sets", type=int, default=40)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between an answer and the next set")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    try:
        figures = measure(home, given.users, given.sets, given.pause)
    finally:
        embedded_server(home).leave()
        shutil.rmtree(home, ignore_errors=True)
    for name, value in figures.items():
        print(f"{name:<34}{value:>12,.2f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


def measure(home: Path, users: int, sets: int, pause: float) -> dict[str, float]:
    """Fill a home, serve it, and let the users explore."""
    settings = load_settings(home=home, database_url=None)
    with open_stores(settings) as stores:
        instrument = load_registry()["ES"]
        sessions = calendar(instrument.calendar).sessions(date(2025, 1, 1), date(2025, 12, 31))
        times = np.concatenate([one.minutes() for one in sessions])
        days = np.repeat(np.array([one.trade_date for one in sessions], "datetime64[D]"), [s.length for s in sessions])
        put(stores.database, "ES", "202512", minutes("ES", "202512", times, days))
        put_quality(stores, "ES", "202512", [one.trade_date for one in sessions])
        spec = BacktestSpec.asked({**SPEC, "parameters": {"fast": 20, "slow": 100}})
        read = read_bars(spec, load_registry(), stores)
        run_on(spec, read, instrument)
        began = time.perf_counter()
        run_on(spec, read, instrument)
        whole = time.perf_counter() - began
        port = free_port()
        environment = {
            "G4QC_HOME": str(home),
            "G4QC_DATABASE_URL": stores.database.url.render_as_string(hide_password=False),
        }
        with process("-m", "g4qc_pipelines.cli", "api", "--port", str(port), port=port, environment=environment):
            seconds = explored(f"http://127.0.0.1:{port}/api/v1/explore", users, sets, pause)
    percentiles = quantiles(seconds, n=100)
    return {
        "bars": float(len(read.series)),
        "users": float(users),
        "answers": float(len(seconds)),
        "median milliseconds": percentiles[49] * 1000,
        "95th percentile milliseconds": percentiles[94] * 1000,
        "largest milliseconds": max(seconds) * 1000,
        "whole backtest milliseconds": whole * 1000,
        "ratio of the 95th percentile": percentiles[94] / whole,
    }


def explored(url: str, users: int, sets: int, pause: float) -> list[float]:
    """Return the seconds of each answer, without the first one of each process, which prepares the bars."""
    with httpx.Client(timeout=120) as client:
        warm = [threading.Thread(target=ask, args=[client, url, 2, slow, 0]) for slow in range(900, 904)]
        for _ in range(3):
            for one in warm:
                one.start()
            for one in warm:
                one.join()
            warm = [threading.Thread(target=ask, args=[client, url, 2, slow, 0]) for slow in range(910, 914)]
    seconds: list[float] = []

    def user(number: int) -> None:
        chance = np.random.default_rng(number)
        with httpx.Client(timeout=120) as client:
            for at in range(sets):
                time.sleep(float(chance.uniform(0.5, 1.5)) * pause)
                seconds.append(ask(client, url, 5 + at, 100 + number, 500))

    threads = [threading.Thread(target=user, args=[number]) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds


def ask(client: httpx.Client, url: str, fast: int, slow: int, trades: int) -> float:
    """Explore one set; return the seconds of its answer."""
    began = time.perf_counter()
    body = {**SPEC, "parameters": {"fast": fast, "slow": slow}}
    answer = client.post(url, params={"trades": trades}, json=body)
    taken = time.perf_counter() - began
    if answer.status_code != 200:
        print(answer.text, file=sys.stderr)
        raise SystemExit(1)
    assert pd.Series(answer.json()["equity"]["equity"]).notna().all()
    return taken


if __name__ == "__main__":
    main()
