"""Time and memory of the statistics of many trials: overfitting, effective trials, superior ability, and others.

    python benchmarks/bench_statistics.py [--trials 10000] [--sessions 250] [--json FILE]

Times are processor seconds as ratios to one product of the matrix of session returns with its transpose (sessions x
trials x sessions), measured in the same run, because seconds differ between machines. Memory is the rise of the peak of
the process over what it holds with the matrix. Goals: CSCV with 16 blocks (12,870 choices) holds no array of choices x
trials; the effective number clusters at most a sample; everything within 15 s of processor time for 10,000 trials.

Each part runs in a process of its own, so that one peak does not hide another.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.research.comparison import compare_returns
from g4qc_core.research.overfitting.backtest_overfitting import overfitting_probability
from g4qc_core.research.overfitting.effective_trials import effective_trials
from g4qc_core.research.overfitting.superior_ability import superior_ability
from g4qc_core.research.surface.surface_report import surface_of

GROUPS = 60


def returns(trials: int, sessions: int) -> np.ndarray:
    """Session returns of trials in groups that move together, as the sets of a grid do."""
    rng = np.random.default_rng(1)
    common = rng.normal(0, 0.01, (sessions, GROUPS))[:, rng.integers(0, GROUPS, trials)]
    return 0.9 * common + 0.44 * rng.normal(0, 0.01, (sessions, trials))


def cscv(trials: int, sessions: int, matrix: np.ndarray) -> str:
    found = overfitting_probability(matrix, 16, wide=True)
    return f"{found.choices:,} choices, probability {found.probability:.2f}"


def effective(trials: int, sessions: int, matrix: np.ndarray) -> str:
    found = effective_trials(matrix, wide=True)
    return f"{found.count} of {trials:,}, from a sample of {found.clustered:,} ({GROUPS} groups)"


def superior(trials: int, sessions: int, matrix: np.ndarray) -> str:
    found = superior_ability(matrix[:, :10_000], wide=True)
    return f"p = {found.p_value:.2f}, {found.draws:,} draws of {found.tested:,} trials"


def surface(trials: int, sessions: int, matrix: np.ndarray) -> str:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({name: rng.integers(0, 12, trials) for name in ("fast", "slow", "stop", "hold")})
    found = surface_of(frame.assign(sharpe=matrix.mean(axis=0)), "sharpe")
    return f"{len(found.pairs)} heat maps, {len(found.optima)} optima"


def comparison(trials: int, sessions: int, matrix: np.ndarray) -> str:
    days = pd.bdate_range("2024-01-01", periods=sessions)
    found = compare_returns(pd.Series(matrix[:, 0], days), pd.Series(matrix[:, 1], days))
    return f"{found.draws:,} draws of two results"


PARTS = {one.__name__: one for one in (cscv, effective, superior, surface, comparison)}


def measured(name: str, trials: int, sessions: int) -> dict[str, Any]:
    """Time and memory of one part, in this process."""
    PARTS[name](40, 40, returns(40, 40))  # Imports are no part of it.
    matrix = returns(trials, sessions)
    start = process_time()
    for _ in range(5):
        matrix @ matrix.T
    unit = (process_time() - start) / 5
    before = peak()
    start = process_time()
    words = PARTS[name](trials, sessions, matrix)
    seconds = process_time() - start
    return {
        "part": name,
        "result": words,
        "seconds": seconds,
        "ratio": seconds / unit,
        "memory": peak() - before,
        "matrix": matrix.nbytes / 2**20,
    }


def peak() -> float:
    """The most memory that the process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=250)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = []
    for name in PARTS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found.append(pool.apply(measured, (name, asked.trials, asked.sessions)))
        one = found[-1]
        print(
            f"{name:<12}{one['seconds']:>7.2f} s{one['ratio']:>9.0f} products{one['memory']:>8.0f} MiB above the "
            f"matrix ({one['matrix']:.0f} MiB): {one['result']}"
        )
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
