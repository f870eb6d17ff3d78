"""A search through `g4qc search`: seconds, the ratio to one run of backtesting.py, and memory by the number of sets.

    python benchmarks/bench_search.py [--years 10] [--sets 10000] [--workers 2] [--timeframe 1min] [--json FILE]

The bars are synthetic: a random walk of one-minute bars of ES over quarterly contracts. The command runs as a user runs
it, in a process of its own: it reads the bars, evaluates the sets, stores every trial, confirms the ten best ones by
backtesting.py and computes what the best is worth. A tenth of the sets is searched first, for the memory of the parent.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_continuous import ES, HOURS, SEEN, bars, chain, server
from benchmarks.bench_writes import fresh
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.resampling import resample
from g4qc_core.futures.chain import front_periods
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.instruments.registry import load_registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe

CASH = 100_000_000
GOAL = 60


def fill(stores: Stores, years: int, name: str) -> None:
    """Write the bars of each contract in front and around its rolls, and the roll calendar."""
    contracts = chain(2025 - years, 2025)
    stores.contracts.merge(contracts, SEEN)
    around, near, level = timedelta(days=21), [], 16_000
    for at, period in enumerate(front_periods(contracts, ES, HOURS)[4:]):
        sessions = HOURS.sessions(period.start - around, min(period.end + around, period.contract.last_trade_date))
        own = bars(period.contract.month, sessions, 4000.0)
        steps = np.random.default_rng(at).integers(-2, 3, len(own)).cumsum()
        steps -= np.rint(np.linspace(0, steps[-1], len(own))).astype(np.int64)
        close = (level + steps) * 0.25
        own = own.assign(open=close, high=close + 0.25, low=close - 0.25, close=close)
        edges = pd.to_datetime([period.start - around, period.start + around, period.end - around, period.end + around])
        days = own["trade_date"]
        near.append(own[days.between(edges[0], edges[1]) | days.between(edges[2], edges[3])])
        for kind in {"1min", name}:
            kept = own if kind == "1min" else resample(own, timeframe(kind), HOURS)
            window = sessions[0].open, sessions[-1].close
            held = stores.bars.bars("ES", kind, *window)
            stores.bars.replace_bars("ES", kind, *window, pd.concat([held, kept], ignore_index=True))
    made = RollMaker(pd.concat(near), contracts, ES, HOURS).calendar(parse_rule(ES.roll))
    stores.rolls.replace(made)


def search(environment: dict[str, str], sets: int, workers: int, name: str) -> dict[str, float]:
    """Run the command; return its seconds, those of its search, and the largest memory of its own process in MiB."""
    side = math.isqrt(sets)
    command = [sys.executable, "-m", "g4qc_pipelines.cli", "search", "sma_cross", "--instrument", "ES"]
    command += ["--timeframe", name, "--cash", str(CASH), "--workers", str(workers), "--constraint", ""]
    last = side + 10 + 5 * (sets // side - 1)
    command += ["--param", f"fast=2:{side + 1}:1", "--param", f"slow={side + 10}:{last}:5"]
    begin, largest, lines = perf_counter(), 0, []
    with tempfile.TemporaryFile("w+") as errors, tempfile.TemporaryFile("w+") as output:
        process = psutil.Popen([*command, "--json"], env=environment, stdout=output, stderr=errors, text=True)
        while process.poll() is None:
            try:
                largest = max(largest, process.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.05)
        seconds = perf_counter() - begin
        errors.seek(0)
        lines = errors.read()
        assert process.wait() == 0, lines
        output.seek(0)
        found = json.load(output)
    assert found["counts"]["tried"] == side * (sets // side), found["counts"]
    took = found["summary"]["seconds"]
    return {
        "tried": found["counts"]["tried"],
        "command": seconds,
        "search": took["search"],
        "confirmation": took["confirmation"],
        "mib": largest / 2**20,
    }


def reference(stores: Stores, name: str) -> tuple[float, int]:
    """Return the seconds of one run of backtesting.py on the same bars, and their number."""
    spec = BacktestSpec.asked({"strategy": "sma_cross", "instrument": "ES", "timeframe": name, "cash": CASH})
    registry = load_registry()
    read = read_bars(spec, registry, stores)
    arguments = run_arguments(spec, read, registry["ES"])
    begin = perf_counter()
    run_backtest(**arguments, engine_name="backtesting")
    return perf_counter() - begin, len(read.series)


def main() -> None:
    """Fill a fresh database, search, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeframe", default="1min")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    with server() as url, fresh(url) as database, tempfile.TemporaryDirectory() as home:
        stores = Stores(database)
        fill(stores, given.years, given.timeframe)
        one, rows = reference(stores, given.timeframe)
        own = {name: value for name, value in os.environ.items() if not re.match("G4QC_", name)}
        address = database.url.render_as_string(hide_password=False)
        environment = own | {"G4QC_HOME": home, "G4QC_DATABASE_URL": address}
        few = search(environment, max(4, given.sets // 10), given.workers, given.timeframe)
        many = search(environment, given.sets, given.workers, given.timeframe)
    print(f"{rows:,} bars, {given.workers} workers; one run of backtesting.py: {one:.1f} s")
    print(f"{'sets':>8}{'search':>10}{'ms a set, core':>16}{'times faster':>14}{'confirmed in':>14}{'parent MiB':>12}")
    for found in (few, many):
        a_set = found["search"] * given.workers / found["tried"]
        print(
            f"{found['tried']:>8,.0f}{found['search']:>8.1f} s{a_set * 1000:>16.2f}{one / a_set:>14,.0f}"
            f"{found['confirmation']:>12.1f} s{found['mib']:>12.0f}"
        )
    print(f"goal: {GOAL} s for the search of 10,000 sets on ten years, and memory that does not grow")
    if given.json:
        given.json.write_text(json.dumps({"one": one, "bars": rows, "few": few, "many": many}, indent=1) + "\n")


if __name__ == "__main__":
    main()
