"""Paths of a Monte Carlo simulation: seconds and memory, and the ratios to a plain loop and to plain numpy.

    python benchmarks/bench_monte_carlo.py [--paths 10000] [--sessions 2520] [--workers 2] [--json FILE]

The sample is synthetic. Every way draws blocks of the same mean length and computes the final equity, the largest
drawdown and the longest time under water of each path. The plain loop runs a share of the paths and is scaled up; plain
numpy holds all paths at once. Runs of the strategy in the compiled engine are measured on hourly bars of a random walk.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.monte_carlo.engine_scenarios import EngineScenarios
from g4qc_core.research.monte_carlo.monte_carlo_spec import OF_ENGINE, MonteCarloSpec
from g4qc_core.research.monte_carlo.simulated_paths import PathPlan, simulate

BLOCK = 5.0
PLAIN_PATHS = 40
BARS_A_SESSION = 23
GOAL = 10


def plain_loop(values: list[float], paths: int, sessions: int) -> list[tuple[float, float, int]]:
    """Draw and walk paths as one writes it first."""
    draw, found = random.Random(1), []
    for _ in range(paths):
        equity = highest = 1.0
        deepest, run, longest, at = 0.0, 0, 0, 0
        for step in range(sessions):
            at = draw.randrange(len(values)) if step == 0 or draw.random() < 1 / BLOCK else (at + 1) % len(values)
            equity *= 1 + values[at]
            if equity >= highest:
                highest, run = equity, 0
            else:
                run += 1
                longest, deepest = max(longest, run), min(deepest, equity / highest - 1)
        found.append((equity, deepest, longest))
    return found


def plain_numpy(values: np.ndarray, paths: int, sessions: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw all paths at once with numpy; the longest time under water is left out."""
    draw = np.random.default_rng(1)
    begins = draw.random((paths, sessions)) < 1 / BLOCK
    begins[:, 0] = True
    starts = draw.integers(0, len(values), (paths, sessions))
    steps = np.arange(sessions)
    last = np.maximum.accumulate(np.where(begins, steps, 0), axis=1)
    order = (np.take_along_axis(starts, last, axis=1) + steps - last) % len(values)
    equity = np.cumprod(1 + values[order], axis=1)
    highest = np.maximum(np.maximum.accumulate(equity, axis=1), 1.0)
    return equity[:, -1], (equity / highest - 1).min(axis=1)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of some work, and the largest memory that it allocated at once, in MiB."""
    begin = perf_counter()
    work()
    seconds = perf_counter() - begin
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, peak / 2**20


def scenario_seconds(sessions: int, runs: int) -> dict[str, float]:
    """Return the milliseconds of one run of the strategy for each kind of change."""
    n, es = sessions * BARS_A_SESSION, load_registry()["ES"]
    walk = 20_000 + np.random.default_rng(2).integers(-12, 13, n).cumsum()
    days = np.busday_offset("2015-01-05", np.arange(n) // BARS_A_SESSION)
    stamps = days.astype("datetime64[us]") + (np.arange(n) % BARS_A_SESSION) * np.timedelta64(1, "h")
    close = (walk - walk.min() + 8_000) * 0.25
    bars = pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            **dict.fromkeys(("open", "high", "low", "close"), close),
            "volume": np.full(n, 100),
            "contract": "202512",
            "trade_date": days.astype("datetime64[s]"),
            "factor": 1.0,
            "adjustment": 0.0,
        }
    )
    backtest = BacktestSpec.asked(
        {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": 100_000_000,
         "parameters": {"fast": 20, "slow": 100}}
    )  # fmt: skip
    spec = MonteCarloSpec.asked({"result": backtest.name, "runs": runs})
    engine = EngineScenarios(spec, backtest, Evaluator(backtest, bars, es, data_version="v", roll_rule="r"), es)
    found = {}
    for simulation in OF_ENGINE:
        list(engine.run(simulation))
        begin = perf_counter()
        list(engine.run(simulation))
        found[simulation] = (perf_counter() - begin) / runs * 1000
    return found


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paths", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=2_520)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    values = np.random.default_rng(0).normal(0.0004, 0.01, given.sessions)
    simulate(PathPlan(values, 1.0, True, paths=10, block=BLOCK))
    ways: dict[str, Any] = {}
    for workers in dict.fromkeys((1, given.workers)):
        plan = PathPlan(values, 1.0, True, paths=given.paths, block=BLOCK)
        ways[f"ours, {workers} worker{'s' * (workers > 1)}"] = measured(lambda plan=plan, w=workers: simulate(plan, w))  # type: ignore[misc]
    ten = PathPlan(values, 1.0, True, paths=10 * given.paths, block=BLOCK)
    ways["ours, ten times the paths"] = measured(lambda: simulate(ten, given.workers))
    ways["plain numpy"] = measured(lambda: plain_numpy(values, given.paths, given.sessions))
    loop, memory = measured(lambda: plain_loop(values.tolist(), PLAIN_PATHS, given.sessions))
    ways["plain loop, scaled up"] = loop * given.paths / PLAIN_PATHS, memory
    base = ways["ours, 1 worker"][0]
    print(f"{given.paths:,} paths x {given.sessions:,} sessions, goal {GOAL} s")
    for name, (seconds, mib) in ways.items():
        each = given.paths * (10 if "ten" in name else 1)
        print(
            f"{name:<28}{seconds:>9.2f} s{seconds / each * 1e6:>9.1f} us a path{seconds / base:>9.1f}x{mib:>9.1f} MiB"
        )
    runs = scenario_seconds(given.sessions, 40)
    print(f"a run of the strategy on {given.sessions * BARS_A_SESSION:,} bars, ms: ", end="")
    print(", ".join(f"{name} {value:.1f}" for name, value in runs.items()))
    if given.json:
        given.json.write_text(json.dumps({"ways": ways, "runs": runs}, indent=2))


if __name__ == "__main__":
    main()
