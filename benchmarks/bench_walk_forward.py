"""A walk-forward analysis of ten instrument-years: seconds, memory, and the ratio to a plain loop of `run_backtest`.

    python benchmarks/bench_walk_forward.py [--years 10] [--windows 20] [--sets 1000] [--workers 2] [--timeframe 1h]
        [--confirm] [--json FILE]

The bars are those of `bench_search`: a random walk of one-minute bars of ES over quarterly contracts. The analysis runs
as the service runs it: it reads the bars, searches each window in workers, stores every trial, runs each choice on its
test, stores it, and computes the outcome. The plain loop runs some sets of the first window by `run_backtest` and is
extrapolated to all. A quarter of the sets is run first, for the memory of the parent.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_continuous import server
from benchmarks.bench_search import CASH, fill
from benchmarks.bench_writes import fresh
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.walk_forward.walk_forward_plan import plan_walk_forward
from g4qc_core.services.research.walk_forward.walk_forward_run import WalkForwardRun
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores

GOAL = 60
_LOOPED = 12


class Memory:
    """The largest memory of this process while the block runs, in MiB."""

    def __enter__(self) -> Memory:
        self.largest, self._ended = 0.0, threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(0.05):
            self.largest = max(self.largest, own.memory_info().rss / 2**20)


def spec_of(name: str, sets: int, windows: int, workers: int, confirm: bool) -> WalkForwardSpec:
    """Return the spec: as many sets of a moving-average cross."""
    side = math.isqrt(sets)
    last = side + 10 + 5 * (sets // side - 1)
    search = {
        "backtest": {"strategy": "sma_cross", "instrument": "ES", "timeframe": name, "cash": CASH},
        "parameters": {"fast": f"2:{side + 1}:1", "slow": f"{side + 10}:{last}:5"},
        "constraints": [],
    }
    fields = {"search": search, "windows": windows, "workers": workers, "confirm": confirm}
    return WalkForwardSpec.asked({**fields, "name": f"bench-{sets}-{workers}"})


def measure(stores: Stores, home: Path, spec: WalkForwardSpec) -> dict[str, float]:
    """Run the analysis and return its seconds by stage, its trials and the memory of this process."""
    settings, registry = Settings(_env_file=None, home=home), load_registry()  # type: ignore[call-arg]
    with Memory() as memory:
        begin = perf_counter()
        plan = plan_walk_forward(spec, settings, registry, stores)
        planned = perf_counter()
        run = WalkForwardRun(plan, settings, registry, stores)
        tests, since = 0.0, None
        for event in run.events():
            # A window ends with the event after that of its test.
            tests += 0.0 if since is None else perf_counter() - since
            since = perf_counter() if event.stage.endswith("test") else None
        ended = perf_counter()
    windows = stores.studies.frame(run.record.id, "windows")
    return {
        "tried": float(windows["tried"].sum()),
        "windows": len(windows),
        "train_sessions": int(windows["train_sessions"].iloc[0]),
        "plan": planned - begin,
        "tests": tests,
        "seconds": ended - begin,
        "mib": memory.largest,
    }


def plain_loop(stores: Stores, home: Path, spec: WalkForwardSpec) -> float:
    """Return the seconds of one set in a plain loop of `run_backtest` over the first window's training."""
    settings, registry = Settings(_env_file=None, home=home), load_registry()  # type: ignore[call-arg]
    plan = plan_walk_forward(spec, settings, registry, stores)
    first, last = plan.windows[0].train_days
    training = plan.backtest.model_copy(update={"first": first, "last": last})
    arguments = run_arguments(training, plan.bars.read(first, last), registry["ES"])
    space, took = plan.search.space, []
    for number in range(_LOOPED + 1):
        chosen = space.at(number * (space.size // (_LOOPED + 1)))
        begin = perf_counter()
        try:
            run_backtest(**{**arguments, "spec": training.model_copy(update={"parameters": chosen})})
        except G4qcError:
            continue
        took.append(perf_counter() - begin)
    # The first one compiles.
    return sum(took[1:]) / len(took[1:])


def main() -> None:
    """Fill a database, run a quarter of the sets and then all, and print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--windows", type=int, default=20)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeframe", default="1h")
    parser.add_argument("--confirm", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with server() as url, fresh(url) as database, tempfile.TemporaryDirectory() as home:
        stores = Stores(database)
        fill(stores, given.years, given.timeframe)
        asked = (given.windows, given.workers, given.confirm)
        few = measure(stores, Path(home), spec_of(given.timeframe, given.sets // 4, *asked))
        spec = spec_of(given.timeframe, given.sets, *asked)
        found = measure(stores, Path(home), spec)
        each = plain_loop(stores, Path(home), spec)
    found |= {"mib_of_a_quarter": few["mib"], "loop_a_set": each}
    found["ratio"] = each * found["tried"] / found["seconds"]
    print(f"{given.years} years of {given.timeframe}, {found['windows']} windows, {found['tried']:,.0f} trials")
    parts = f"of which plan {found['plan']:.1f}, tests {found['tests']:.1f}"
    print(f"analysis {found['seconds']:.1f} s (goal {GOAL} s), {parts}")
    print(f"plain loop of run_backtest {1000 * each:.1f} ms a set: {found['ratio']:.0f} times as long")
    print(f"memory of the parent {found['mib']:,.0f} MiB, with a quarter of the sets {few['mib']:,.0f} MiB")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
