"""The drill at full length: a backfill and a search on a cluster of processes, while its parts are killed.

    uv run python -m benchmarks.bench_drill [--symbols ES,NQ,EC,CL,GC,ZN] [--months 6] [--sets 10000] [--timeframe 1min]
        [--workers 2] [--seed 1] [--json FILE]

It needs Debian's `redis-server`, and nothing else: PostgreSQL, the gateway, the workers and Dask are started as
processes of this machine and ended. It fails if a table is not that of an undisturbed run, if a row was written without
the right to it, or if a run has not ended.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from tests.drill.comparison import compared
from tests.drill.drill import Size

FAULTS = (
    *("kill_worker", "broker_away", "kill_step", "postgres_restarts", "broker_forgets", "kill_worker"),
    *("worker_sleeps", "kill_run", "kill_worker", "postgres_crashes", "broker_away", "broker_forgets"),
)
SEARCH_FAULTS = (
    *("kill_dask_worker", "kill_scheduler", "postgres_restarts", "kill_worker", "broker_away", "kill_dask_worker"),
)


def main() -> None:
    """Run the drill once and print what it found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--symbols", default="ES,NQ,EC,CL,GC,ZN")
    asked.add_argument("--months", type=int, default=6)
    asked.add_argument("--sets", type=int, default=10_000)
    asked.add_argument("--timeframe", default="1min")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--faults", default=",".join(FAULTS))
    asked.add_argument("--search-faults", default=",".join(SEARCH_FAULTS))
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    size = Size(
        given.symbols.split(","),
        given.months,
        given.sets,
        given.timeframe,
        given.workers,
        [one for one in given.faults.split(",") if one],
        [one for one in given.search_faults.split(",") if one],
    )
    began = time.monotonic()
    found = compared(size, given.seed, lambda words: print(f"{time.monotonic() - began:7.1f} s  {words}", flush=True))
    print(json.dumps(asdict(found), indent=1, default=str))
    if given.json:
        given.json.write_text(json.dumps(asdict(found), indent=1, default=str) + "\n")
    assert not found.differing, found.differing
    assert not found.audit.wrong, found.audit.wrong
    assert not found.left, found.left
    assert not found.disturbed.missed, f"the work was over before {found.disturbed.missed}: give it more"


if __name__ == "__main__":
    main()
