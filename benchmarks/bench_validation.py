"""Duration of the validation of one instrument-year of minutes, and of its parts.

    python benchmarks/bench_validation.py [--sessions 252] [--json FILE]

The bars are a random walk on the tick grid over whole sessions of ES, front and next contract around the rolls, once
clean and once with one broken bar in a thousand, because wrong bars cost more than right ones. The best round counts,
because other work only slows the machine down. The ratio is to sorting a copy of the frame by contract and timestamp,
which every validation needs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.bars.validation.validate import validate
from tests.core.bars.builders import EQUITY, ES, es_contract, raw_bars

MONTHS = {"202503": (1, 3), "202506": (3, 6), "202509": (6, 9), "202512": (9, 12)}
CONTRACTS = {month: es_contract(month) for month in MONTHS}
ROUNDS = 5
BROKEN = 0.001


def year(sessions: int) -> pd.DataFrame:
    """Raw bars of the contracts of 2025, of about so many sessions, in no order."""
    days = EQUITY.sessions(date(2025, 1, 1), date(2025, 12, 31))[:sessions]
    frames = []
    for seed, (month, (first, last)) in enumerate(MONTHS.items()):
        own = [s for s in days if first <= s.trade_date.month <= last and s.close < CONTRACTS[month].last_trade_at]
        if own:
            frames.append(raw_bars(month, own, seed))
    return pd.concat(frames, ignore_index=True).sample(frac=1, random_state=7)


def broken(raw: pd.DataFrame) -> pd.DataFrame:
    """The same bars, a few of them with a price that cannot be."""
    rng, worse = np.random.default_rng(7), raw.copy()
    rows = rng.random(len(raw)) < BROKEN
    worse.loc[rows, "high"] += 0.25 * rng.integers(100, 1000, rows.sum())
    rows = rng.random(len(raw)) < BROKEN
    worse.loc[rows, "close"] += 0.1
    return worse


def best(run: Callable[[], object]) -> float:
    """Seconds of the quickest of the rounds."""
    seconds = []
    for _ in range(ROUNDS):
        began = perf_counter()
        run()
        seconds.append(perf_counter() - began)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=252, help="of an instrument's year")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    given = parser.parse_args()
    figures: dict[str, float] = {}
    clean = year(given.sessions)
    floor = best(lambda: clean.sort_values(["contract", "timestamp"], ignore_index=True))
    for name, raw in (("clean", clean), ("broken", broken(clean))):
        seconds = best(lambda raw=raw: validate(raw, ES, CONTRACTS, EQUITY))
        bad = len(validate(raw, ES, CONTRACTS, EQUITY).quarantined)
        figures[name] = seconds
        print(f"{name:<8}{len(raw):>9,} bars  {seconds:6.3f} s  {seconds / floor:5.1f} x sorting  {bad:,} quarantined")
    if given.json is not None:
        given.json.write_text(json.dumps(figures | {"sorting": floor, "bars": len(clean)}), "utf-8")


if __name__ == "__main__":
    main()
