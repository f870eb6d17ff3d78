"""Searches on a Dask cluster against the same search on this machine: seconds, efficiency, and what each part costs.

    python benchmarks/bench_cluster.py [--years 10] [--sets 10000] [--workers 1,2,4] [--timeframe 1min] [--json FILE]

The bars are synthetic: a random walk of one contract of ES. Scheduler and workers are processes of this machine, as
`dask scheduler` and `dask worker --no-nanny --nthreads 1` start them, so that they share its processors with the
process that searches. Sets are evaluated and their outcomes collected, without the database; then each part is
measured alone: the overhead of a chunk, the bytes of the bars and how long they take to a worker, and what outcomes
cost on their way into the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from distributed import Client

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_continuous import server
from benchmarks.bench_writes import fresh
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.child_process import UserFiles
from g4qc_core.research.cluster.cluster_pool import ClusterPool
from g4qc_core.research.cluster.parcel import Parcel
from g4qc_core.research.pools.set_pool import SetPool, evaluated
from g4qc_core.research.pools.worker_pool import WorkerPool
from g4qc_core.research.search.kept_sample import KeptSample
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.research.search.searcher import TriedSet
from g4qc_core.services.research.trial_rows import trial_row
from g4qc_core.storage.result_stores.trial_blocks import TrialOrigin, store_trials

MINUTES = {"1min": 1, "5min": 5, "1h": 60}
SESSION = 23 * 60
BLOCK = 1_000


def bars(years: int, timeframe: str) -> pd.DataFrame:
    """A random walk of ES, 252 sessions a year of 23 hours."""
    each = SESSION // MINUTES[timeframe]
    n = 252 * years * each
    days = np.busday_offset("2015-01-05", np.arange(n) // each)
    at = np.arange(n) % each * MINUTES[timeframe]
    stamps = days.astype("datetime64[us]") + at * np.timedelta64(1, "m")
    random = np.random.default_rng(7)
    closes = 16_000 + np.cumsum(random.integers(-2, 3, n))
    closes += 4 * max(0, 100 - int(closes.min()))
    opens = np.concatenate(([closes[0]], closes[:-1]))
    tick = 0.25
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            "open": opens * tick,
            "high": np.maximum(opens, closes) * tick,
            "low": np.minimum(opens, closes) * tick,
            "close": closes * tick,
            "volume": np.full(n, 100, np.int64),
            "contract": pd.Categorical.from_codes(np.zeros(n, np.int8), ["202603"]).astype(str),
            "trade_date": days.astype("datetime64[s]"),
            "factor": np.ones(n),
            "adjustment": np.zeros(n),
        }
    )


def sets(count: int) -> list[tuple[int, dict[str, int]]]:
    """Sets of a moving-average cross."""
    side = round(count**0.5)
    values = product(range(2, side + 2), range(side + 10, side + 10 + 5 * side, 5))
    return [(number, {"fast": fast, "slow": slow}) for number, (fast, slow) in enumerate(values)]


class Cluster:
    """A scheduler, and workers of one thread each."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._processes = folder, list[subprocess.Popen[bytes]]()
        file = folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        while not (file.exists() and file.read_text().endswith("}")):
            time.sleep(0.1)
        self.address = json.loads(file.read_text())["address"]

    def _start(self, what: str, *options: str) -> None:
        dask = Path(sys.executable).with_name("dask")
        log = (self._folder / f"{what}-{len(self._processes)}.log").open("wb")
        own = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
        self._processes.append(
            subprocess.Popen([dask, what, *options], env=own, stdout=log, stderr=log, cwd=self._folder)
        )

    def grow(self, workers: int) -> None:
        """Start workers until there are so many."""
        with Client(self.address, set_as_default=False) as client:
            for at in range(len(client.nthreads()), workers):
                local = ["--local-directory", str(self._folder / f"w{at}")]
                self._start("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard", *local)
            client.wait_for_workers(workers)

    def end(self) -> None:
        """End all processes."""
        for one in self._processes:
            one.kill()
            one.wait()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster without a worker."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder))
        try:
            yield made
        finally:
            made.end()


def timed(pool: SetPool, given: list[tuple[int, dict[str, int]]]) -> tuple[dict[str, float], list[SetOutcome]]:
    """Seconds until the first outcome and for all others, and the outcomes; returns are kept as a search keeps them."""
    kept, found = KeptSample(), list[SetOutcome]()
    with pool:
        began = perf_counter()
        list(evaluated(pool.outcomes(given[:2])))
        ready = perf_counter()
        for one in evaluated(pool.outcomes(given, wanted=kept.wants)):
            if one.returns is not None:
                kept.offer(one.number, one.returns)
            found.append(one)
        ended = perf_counter()
    return {"start": ready - began, "search": ended - ready}, found


def overhead(address: str, arguments: Mapping[str, Any]) -> float:
    """Median seconds from one outcome to the next when each set is a chunk, less those of the set itself."""
    one = [(0, {"fast": 5, "slow": 60})]
    with ClusterPool(arguments, address, places=1) as pool:
        list(evaluated(pool.outcomes(one)))
        far = rounds(lambda: list(evaluated(pool.outcomes(one))))
    with WorkerPool(arguments, 1) as here:
        list(evaluated(here.outcomes(one)))
        near = rounds(lambda: list(evaluated(here.outcomes(one))))
    return far - near


def rounds(work: Callable[[], object], times: int = 25) -> float:
    """Median seconds of a work."""
    took = []
    for _ in range(times):
        began = perf_counter()
        work()
        took.append(perf_counter() - began)
    return median(took)


def hand_out(address: str, packed: bytes, workers: int) -> dict[str, float]:
    """Seconds to bring the bars to the first worker, and from it to the others."""
    with Client(address, set_as_default=False) as client:
        there = list(client.nthreads())[:workers]
        began = perf_counter()
        parcel = client.scatter(packed, workers=[there[0]], hash=False)
        first = perf_counter()
        client.gather([client.submit(len, parcel, workers=[one], pure=False) for one in there])
        return {"first": first - began, "others": perf_counter() - first}


def stored(outcomes: list[SetOutcome], arguments: Mapping[str, Any]) -> dict[str, float]:
    """Microseconds a trial to read its outcome from a worker's answer, and to store it by COPY in blocks."""
    sent = pickle.dumps([one.without_returns() for one in outcomes], protocol=5)
    began = perf_counter()
    pickle.loads(sent)
    read = perf_counter() - began
    spec = arguments["spec"]
    tried = [TriedSet(one.number, one.parameters, "ranked", objective=1.0, score=1.0, fingerprint=one.fingerprint,
                      metrics=one.metrics, shape=one.shape) for one in outcomes]  # fmt: skip
    origin = TrialOrigin(spec.strategy, spec.instrument, spec.timeframe, "walk_forward", "0" * 32)
    with server() as url, fresh(url) as database:
        began = perf_counter()
        for at in range(0, len(tried), BLOCK):
            rows = [trial_row(one, spec, "v1", "code") for one in tried[at : at + BLOCK]]
            store_trials(database, origin, rows, datetime.now(UTC))
        wrote = perf_counter() - began
    return {
        "bytes": len(sent) / len(outcomes),
        "bytes_with_returns": len(pickle.dumps(outcomes[:100], protocol=5)) / 100,
        "read_us": read / len(outcomes) * 1e6,
        "store_us": wrote / len(outcomes) * 1e6,
    }


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--timeframe", default="1min", choices=list(MINUTES))
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    fields = {"strategy": "sma_cross", "instrument": "ES", "timeframe": given.timeframe, "cash": 100_000_000}
    arguments: dict[str, Any] = {
        "spec": BacktestSpec.asked(fields),
        "bars": bars(given.years, given.timeframe),
        "instrument": load_registry()["ES"],
        "data_version": "v1",
        "roll_rule": "volume",
    }
    asked, places = sets(given.sets), [int(one) for one in given.workers.split(",")]
    packed = Parcel.of(arguments, UserFiles(None, None)).packed()
    load = os.getloadavg()[0]
    print(f"{len(arguments['bars']):,} bars, {len(asked):,} sets, {os.cpu_count()} processors, load {load:.1f}")
    found: dict[str, Any] = {"bars": len(arguments["bars"]), "packed": len(packed), "runs": {}}
    print(f"{'':<22}{'start':>9}{'search':>10}{'ms a set':>10}{'against one':>13}")
    outcomes: list[SetOutcome] = []
    first = 0.0
    with cluster() as made:
        pools: list[tuple[str, int, Callable[[], SetPool]]] = [
            (f"local, {n}", n, lambda n=n: WorkerPool(arguments, n))
            for n in (1, 2)  # type: ignore[misc]
        ]
        pools += [(f"cluster, {n}", n, lambda: ClusterPool(arguments, made.address)) for n in places]
        for name, n, opened in pools:
            if name.startswith("cluster"):
                made.grow(n)
            took, same = timed(opened(), asked)
            assert not outcomes or [one.fingerprint for one in same] == [one.fingerprint for one in outcomes]
            outcomes, first = same, first or took["search"]
            found["runs"][name] = took
            each = took["search"] / len(asked) * 1000
            begun, ran = took["start"], took["search"]
            print(f"{name:<22}{begun:>7.1f} s{ran:>8.1f} s{each:>10.2f}{first / ran:>12.2f}x")
        found["chunk"] = overhead(made.address, arguments)
        found["hand_out"] = hand_out(made.address, packed, max(places))
    found["trial"] = stored(outcomes, arguments)
    moved = found["hand_out"]
    print(f"a chunk costs {found['chunk'] * 1000:.0f} ms more than its sets")
    print(f"bars: {len(packed) / 2**20:,.1f} MiB; {moved['first']:.2f} s to the first worker, {moved['others']:.2f} s "
          f"to {max(places) - 1} others")  # fmt: skip
    trial = found["trial"]
    print(f"a trial: {trial['bytes']:,.0f} bytes, {trial['bytes_with_returns']:,.0f} with its session returns; "
          f"{trial['read_us']:.0f} us to read, {trial['store_us']:.0f} us to store")  # fmt: skip
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
