"""Time to compute the gap classes of one instrument-year of minutes, with the answers and failures of a ledger.

    python benchmarks/bench_quality.py [--sessions 252] [--json FILE]

The data are ES of 2025, every fiftieth minute without a bar, answered by trade weeks, with a hundred failed requests:
once unchanged, and once with a silent gap of two hours in each session, so that every answer needs confirmation. The
best round counts. The map of the sessions and its picture are measured, too, because every partition has them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.bars.columns import CLASSES
from g4qc_core.bars.day_map import by_month, day_map
from g4qc_core.bars.day_map_picture import day_map_png
from g4qc_core.bars.minute_classes import session_quality
from tests.core.bars.builders import EQUITY, es_contract

CONTRACT = es_contract("202603")
ROUNDS = 5
FAILED = 100
SILENCE = 120  # minutes


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
    sessions = EQUITY.sessions(date(2025, 1, 1), date(2025, 12, 31))[: given.sessions]
    spans = [session.minutes() for session in sessions]
    minutes = np.concatenate(spans)
    traded = minutes[np.arange(len(minutes)) % 50 != 0]
    silent = np.concatenate([np.delete(span, slice(300, 300 + SILENCE)) for span in spans])
    weeks = [(five[0].open, five[-1].close) for five in (sessions[at : at + 5] for at in range(0, len(sessions), 5))]
    failed = [(s.open, s.open + timedelta(hours=2)) for s in sessions[:FAILED]]
    until = sessions[-1].close + timedelta(days=1)
    bad = pd.DatetimeIndex(minutes[::50][:200]).tz_localize("UTC")
    figures: dict[str, float] = {}
    for name, starts in (("as it stands", traded), ("every session doubted", silent)):
        good = pd.DatetimeIndex(starts).tz_localize("UTC")

        def classify(good: pd.DatetimeIndex = good) -> pd.DataFrame:
            return session_quality(CONTRACT, sessions, good, bad, weeks, failed, until)

        figures[name] = best(classify)
        counts = ", ".join(f"{classify()[kind].sum():,} {kind}" for kind in CLASSES if classify()[kind].sum())
        print(f"{name:<22}{len(minutes):>9,} minutes  {figures[name]:6.3f} s  {counts}")
    quality = classify()
    figures["map"] = best(lambda: day_map(quality))
    figures["picture"] = best(lambda: day_map_png(by_month(day_map(quality)), "ES"))
    print(
        f"{'map':<22}{len(quality):>9,} sessions {figures['map']:6.3f} s, with its picture {figures['picture']:.3f} s"
    )
    if given.json is not None:
        given.json.write_text(json.dumps(figures | {"minutes": len(minutes)}), "utf-8")


if __name__ == "__main__":
    main()
