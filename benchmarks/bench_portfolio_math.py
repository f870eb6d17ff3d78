"""Weights, whole contracts and the report of a portfolio: ratios to skfolio and to trying every combination.

    python benchmarks/bench_portfolio_math.py [--instruments 10] [--sessions 500] [--rounds 5] [--json FILE]

Times are processor seconds of this process, the median of the rounds, each beside its counterpart in the same run,
because seconds differ between machines. What is imported and compiled once is no part of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.research.portfolio.analysis.portfolio_frames import portfolio_frames, portfolio_summary
from g4qc_core.research.portfolio.contracts.whole_contracts import every_combination, tradable_contracts
from g4qc_core.research.portfolio.report.portfolio_page import PortfolioPage, render_portfolio
from g4qc_core.research.portfolio.weights.instrument_weights import instrument_weights
from tests.core.research.portfolio.portfolio_accounts import synthetic_account
from tests.core.research.portfolio.test_whole_contracts import problem

QUESTIONS = 50


def returns(instruments: int, sessions: int) -> np.ndarray:
    """Session returns with one common source."""
    rng = np.random.default_rng(7)
    common = rng.normal(0, 1, (sessions, 1)) * rng.uniform(-0.3, 1, instruments)
    return (common + rng.normal(0, 1, (sessions, instruments))) * 0.01 * rng.uniform(0.3, 3, instruments)


def library(name: str, matrix: np.ndarray) -> Callable[[], Any]:
    """The same weights by skfolio."""
    from skfolio import RiskMeasure, optimization

    frame, options = pd.DataFrame(matrix), {"risk_measure": RiskMeasure.VARIANCE}

    def fit() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(optimization, name)(**options).fit(frame)

    return fit


def seconds(run: Callable[[], Any], rounds: int) -> float:
    """Median of the processor seconds of a call, after one that is not counted."""
    run()
    found = []
    for _ in range(rounds):
        start = process_time()
        run()
        found.append(process_time() - start)
    return median(found)


def parts(instruments: int, sessions: int) -> dict[str, tuple[Callable[[], Any], Callable[[], Any] | None]]:
    """Each measured function and its counterpart."""
    matrix = returns(instruments, sessions)
    small = [problem(seed, 5) for seed in range(QUESTIONS)]
    large = [problem(seed, instruments, tight=True) for seed in range(QUESTIONS)]
    account = synthetic_account(sessions=sessions)
    page = PortfolioPage("bench", "USD", account.cash, portfolio_frames(account), portfolio_summary(account))
    return {
        "equal risk, skfolio": (lambda: instrument_weights("equal_risk", matrix), library("RiskBudgeting", matrix)),
        "least variance, skfolio": (
            lambda: instrument_weights("minimum_variance", matrix),
            library("MeanRisk", matrix),
        ),
        "hierarchical, skfolio": (
            lambda: instrument_weights("hierarchical", matrix),
            library("HierarchicalRiskParity", matrix),
        ),
        f"{QUESTIONS} searches of 5, every combination": (
            lambda: [tradable_contracts(**one) for one in small],
            lambda: [every_combination(**one) for one in small],
        ),
        f"{QUESTIONS} searches of {instruments} with margin": (
            lambda: [tradable_contracts(**one) for one in large],
            None,
        ),
        "frames": (lambda: portfolio_frames(account), None),
        "report": (lambda: render_portfolio(page), None),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instruments", type=int, default=10)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = []
    for name, (ours, theirs) in parts(asked.instruments, asked.sessions).items():
        own = seconds(ours, asked.rounds)
        other = None if theirs is None else seconds(theirs, asked.rounds)
        found.append({"part": name, "seconds": own, "compared": other})
        beside = "" if other is None else f"{other * 1e3:>10.2f} ms, ratio {other / own:.1f}"
        print(f"{name:<44}{own * 1e3:>10.2f} ms{beside}")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
