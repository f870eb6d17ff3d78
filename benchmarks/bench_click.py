"""From the request of a backtest to its result: an ordinary 1h backtest under `g4qc up`, as a page starts it.

    python benchmarks/bench_click.py [--rounds 7] [--home FOLDER] [--json FILE]

The home has two months of ES from the simulated gateway; each round is another experiment. The seconds of each round
are those between the request and the first answer that names the job as succeeded, with the parts in between as the
log of the run has them. The ratio compares them with the time of the two steps alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from g4qc_core.services.month_keys import last_full_months

_READY = "Ctrl-C stops everything."
_LOG = """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events { __typename
  ... on MessageEvent { message timestamp stepKey } } } } }"""
_PARTS = {
    "RunStartingEvent": "taken from the queue",
    "RunStartEvent": "begun",
    "RunSuccessEvent": "succeeded",
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pause", type=float, default=6.0, help="seconds between two rounds")
    parser.add_argument("--home", type=Path, help="folder to keep the bars in, and to find them in the next time")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    try:
        with running(home) as (api, dagster):
            rounds = [one_round(api, dagster, number, given.pause) for number in range(given.rounds)]
    finally:
        if given.home is None:
            shutil.rmtree(home)
    names = list(dict.fromkeys(name for found in rounds for name in found))
    figures = {name: round(median(found[name] for found in rounds if name in found), 2) for name in names}
    for name, value in figures.items():
        print(f"{name:<28}{value:>8.2f} s")
    alone = figures["backtest_report ends"] - figures["backtest begins"]
    print(f"{'ratio to the two steps':<28}{figures['seen as succeeded'] / alone:>8.2f}")
    if given.json:
        given.json.write_text(json.dumps({"median": figures, "rounds": rounds}, indent=1) + "\n")


@contextmanager
def running(home: Path) -> Iterator[tuple[str, str]]:
    """Yield the addresses of API and web server of a `g4qc up` in the home, with two months of ES."""
    dagster, api = free_ports()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("G4QC_", "DAGSTER_"))},
        "G4QC_HOME": str(home),
        "G4QC_DAGSTER_PORT": str(dagster),
        "G4QC_API_PORT": str(api),
        "G4QC_SYMBOLS": "ES",
    }
    command = [sys.executable, "-m", "g4qc_pipelines.cli"]
    if not (home / "postgres").exists():
        months = last_full_months(datetime.now(UTC).date(), 2)
        extract = [*command, "extract", "ES", "--from", f"{months[0]}"]
        subprocess.run(extract, env=environment, check=True, cwd=home)
    child = subprocess.Popen([*command, "up"], env=environment, cwd=home, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        if not any(_READY in line for line in child.stdout):
            raise SystemExit("g4qc up did not start")
        yield f"http://127.0.0.1:{api}", f"http://127.0.0.1:{dagster}"
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(60)


def one_round(api: str, dagster: str, number: int, pause: float) -> dict[str, float]:
    """Run one experiment; return the seconds from the request to each part of it."""
    time.sleep(pause)
    spec = {
        "name": f"click-{os.getpid()}-{number}",
        "strategy": "sma_cross",
        "instrument": "ES",
        "timeframe": "1h",
        "parameters": {"fast": 3 + number, "slow": 30 + os.getpid() % 50},
    }
    with httpx.Client(timeout=120) as client:
        began = time.time()
        job: dict[str, Any] = client.post(f"{api}/api/v1/backtests", json=spec).raise_for_status().json()
        found = {"accepted": time.time() - began}
        while job["state"] in ("queued", "running"):
            time.sleep(0.05)
            job = client.get(f"{api}/api/v1/jobs/{job['id']}").raise_for_status().json()
        if job["state"] != "succeeded":
            raise SystemExit(f"the backtest ended as {job['state']}: {job['message']}")
        ended = time.time() - began
        log = client.post(f"{dagster}/graphql", json={"query": _LOG, "variables": {"id": job["runs"][0]}}).json()
    for event in log["data"]["logsForRun"]["events"]:
        at = int(event["timestamp"]) / 1000 - began
        kind, step = event["__typename"], event["stepKey"]
        if kind in _PARTS:
            found[_PARTS[kind]] = at
        elif kind in ("ExecutionStepStartEvent", "ExecutionStepSuccessEvent"):
            found[f"{step} {'begins' if 'Start' in kind else 'ends'}"] = at
        elif "Started process" in (event["message"] or ""):
            found["process started"] = at
    found["seen as succeeded"] = ended
    print({name: round(value, 2) for name, value in found.items()}, file=sys.stderr)
    return found


def free_ports() -> tuple[int, int]:
    """Return two free ports."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


if __name__ == "__main__":
    main()
