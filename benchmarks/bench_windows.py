"""Windows of a long history, each searched: seconds, time a set, and the ratio to one whole backtest a set.

    python benchmarks/bench_windows.py [--years 10] [--windows 20] [--sets 1000] [--workers 2] [--json FILE]

The bars are synthetic: a random walk of one-minute bars of ES over quarterly contracts. Each window has a warm-up
(`trade_from`), is cut out of the whole history, prepared once by each worker, and evaluated by `Evaluator`. The goal is
20 windows of 1,000 sets over ten years in a minute on two processors.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import load_registry

GOAL = 60
WARM_UP = 2
_A_SESSION, _A_YEAR = 1380, 252
_ES = load_registry()["ES"]
_GIVEN = {"data_version": "v", "roll_rule": "r"}

# Read by processes that begin as copies of this one, as the workers of a search read a file of bars.
_history: dict[str, pd.DataFrame] = {}


def history(years: int) -> pd.DataFrame:
    """Return one-minute bars of a random walk, a contract a quarter (`CONTINUOUS_COLUMNS`)."""
    sessions = years * _A_YEAR
    n = sessions * _A_SESSION
    closes = np.maximum(16_000 + np.cumsum(np.random.default_rng(1).integers(-2, 3, n)), 4_000)
    opens = np.concatenate(([16_000], closes[:-1]))
    days = np.busday_offset("2015-01-05", np.arange(sessions))
    minutes = (np.arange(_A_SESSION) * np.timedelta64(1, "m")).astype("timedelta64[us]")
    stamps = (days.astype("datetime64[us]")[:, None] + minutes[None]).ravel()
    quarter = np.arange(n) // (n // (4 * years) + 1)
    months = np.array([f"{2015 + one // 4}{3 * (one % 4) + 3:02d}" for one in range(4 * years)])
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            "open": opens * 0.25,
            "high": np.maximum(opens, closes) * 0.25,
            "low": np.minimum(opens, closes) * 0.25,
            "close": closes * 0.25,
            "volume": np.full(n, 100, np.int64),
            "contract": months[quarter],
            "trade_date": np.repeat(days.astype("datetime64[s]"), _A_SESSION),
            "factor": np.ones(n),
            "adjustment": np.zeros(n),
        }
    )


def window_specs(bars: pd.DataFrame, windows: int, train: int) -> list[BacktestSpec]:
    """Return the spec of each window, evenly spread over the history."""
    days = pd.DatetimeIndex(bars["trade_date"].unique())
    base = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1min", "cash": 100_000_000}
    found = []
    for first in np.linspace(0, len(days) - train - WARM_UP, windows).astype(int):
        ends = {"from": first, "trade_from": first + WARM_UP, "to": first + WARM_UP + train - 1}
        found.append(BacktestSpec.asked(base | {name: f"{days[at]:%Y-%m-%d}" for name, at in ends.items()}))
    return found


def sets_of(number: int) -> list[dict[str, int]]:
    """Return so many sets of averages of up to a session and a half."""
    return [{"fast": 5 + 2 * (at % 20), "slow": 60 + 20 * (at // 20)} for at in range(number)]


def evaluate(specs: list[BacktestSpec], sets: list[dict[str, int]], share: slice) -> list[float]:
    """Evaluate a share of the sets in each window; return seconds of preparation and of the sets, and their Sharpes."""
    prepared = evaluated = total = 0.0
    for spec in specs:
        evaluator, begin = Evaluator(spec, _history["bars"], _ES, **_GIVEN), process_time()
        evaluator.evaluate(sets[0])
        prepared += process_time() - begin
        begin = process_time()
        for one in sets[share]:
            found = evaluator.evaluate(one)
            assert not found.refused, found.refused
            total += found.metrics["sharpe"] or 0.0
        evaluated += process_time() - begin
    return [prepared, evaluated, total]


def main() -> None:
    """Evaluate all windows on the workers, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("years", 10), ("windows", 20), ("sets", 1_000), ("workers", 2), ("train", 504)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    _history["bars"] = bars = history(asked.years)
    specs, sets = window_specs(bars, asked.windows, asked.train), sets_of(asked.sets)
    evaluate(specs[:1], sets[:1], slice(1))
    begin = process_time()
    for one in sets[:3]:
        run_backtest(specs[0].model_copy(update={"parameters": one}), bars, _ES, **_GIVEN)
    whole = (process_time() - begin) / 3
    shares = [slice(at, None, asked.workers) for at in range(asked.workers)]
    begin = perf_counter()
    with multiprocessing.get_context("fork").Pool(asked.workers) as pool:
        told = pool.starmap(evaluate, [(specs, sets, share) for share in shares])
    seconds = perf_counter() - begin
    prepared, evaluated = (sum(one[at] for one in told) for at in (0, 1))
    each = evaluated / (len(specs) * len(sets))
    found = {
        "bars": len(bars),
        "windows": len(specs),
        "sets": len(sets),
        "workers": asked.workers,
        "seconds": seconds,
        "processor_seconds": prepared + evaluated,
        "preparation": prepared / len(specs) / asked.workers,
        "a_set": each,
        "whole_backtest": whole,
        "times_faster": whole / each,
    }
    print(f"{len(bars):,} bars, {len(specs)} windows of {asked.train} sessions, {len(sets):,} sets each")
    print(f"{seconds:.1f} s on {asked.workers} workers, {found['processor_seconds']:.1f} s of processor time")
    print(f"preparation {1e3 * found['preparation']:.0f} ms a window, {1e3 * each:.2f} ms a set")
    print(f"a whole backtest: {1e3 * whole:.0f} ms a set, {found['times_faster']:.0f} times as long")
    if (asked.years, asked.windows, asked.sets, asked.workers) == (10, 20, 1_000, 2):
        alone = found["processor_seconds"] / asked.workers
        print(f"goal: {GOAL} s; {alone:.0f} s on processors without other work")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
