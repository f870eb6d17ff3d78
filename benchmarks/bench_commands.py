"""Duration of commands, as ratios to `import pandas` in the same run.

    python benchmarks/bench_commands.py [--rounds 5] [--against CHECKOUT] [--json FILE]

Each command is a process over a home that `g4qc demo` filled, with compiled bytecode. `import pandas` is measured
before each command, so that other work on the machine affects both. Figures are medians of the ratios, of wall-clock
seconds and of processor seconds of the command and its children (without the embedded server). `--against` measures
another checkout with its own `.venv`, in turns. Goals in wall-clock seconds: help 0.3, status 2, 1h backtest of two
months 4, an extraction of a session 6.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.calendars.session_calendar import calendar

HERE = Path(__file__).resolve().parents[1]
GOALS = {"--help": 0.3, "status": 2.0, "backtest": 4.0, "extract": 6.0, "second demo": None}


@dataclass(frozen=True)
class Checkout:
    """One version of G4QC, with its own home."""

    programs: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables of its processes; bytecode is written."""
        own = ("G4QC_", "DAGSTER_", "PYTHONDONTWRITEBYTECODE")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return inherited | {"G4QC_HOME": str(self.home)}

    def run(self, *command: str) -> tuple[float, float]:
        """Run one of its programs; return its seconds on the clock and its processor seconds."""
        before, began = os.times(), perf_counter()
        done = subprocess.run(
            [str(self.programs / command[0]), *command[1:]],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
        )
        clock, after = perf_counter() - began, os.times()
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return clock, spent


def commands(day: date) -> dict[str, list[str]]:
    """The measured commands by name; the extraction is of one session."""
    return {
        "--help": ["--help"],
        "status": ["status"],
        "backtest": ["backtest", "sma_cross-ES-1h"],
        "extract": ["extract", "NQ", "--from", f"{day}", "--to", f"{day}"],
        "second demo": ["demo"],
    }


def days(rounds: int) -> list[date]:
    """Sessions before the two months of the demo, the newest first."""
    first = datetime.now(UTC).date().replace(day=1)
    for _ in range(2):
        first = (first - timedelta(days=1)).replace(day=1)
    found = calendar("equity_index").sessions(first - timedelta(days=3 * rounds + 10), first - timedelta(days=1))
    return [session.trade_date for session in reversed(found)][:rounds]


def measure(checkouts: dict[str, Checkout], rounds: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Median ratios on the clock and of the processor, by checkout and command."""
    ratios: dict[str, dict[str, list[tuple[float, float]]]] = {name: defaultdict(list) for name in checkouts}
    for number, day in enumerate(days(rounds), 1):
        print(f"round {number} of {rounds}", file=sys.stderr)
        for name, command in commands(day).items():
            for which, checkout in checkouts.items():
                pandas = checkout.run("python", "-c", "import pandas")
                taken = checkout.run("g4qc", *command)
                ratios[which][name].append((taken[0] / pandas[0], taken[1] / pandas[1]))
    return {
        which: {name: (median(r[0] for r in found), median(r[1] for r in found)) for name, found in of.items()}
        for which, of in ratios.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How long commands take, as ratios to `import pandas`.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path, help="another checkout, with its .venv")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    folder.chmod(0o711)
    programs = {"this": Path(sys.executable).parent}
    if arguments.against is not None:
        programs["other"] = arguments.against.resolve() / ".venv" / "bin"
    try:
        checkouts = {name: Checkout(place, folder / name) for name, place in programs.items()}
        for checkout in checkouts.values():
            checkout.home.mkdir()
            checkout.run("g4qc", "demo")
            checkout.run("g4qc", "status")
        found = measure(checkouts, arguments.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("| ratio to `import pandas`, clock (processor) | " + " | ".join(found) + " | goal |")
    print("|---|" + "---|" * (len(found) + 1))
    for name, goal in GOALS.items():
        cells = " | ".join(f"{of[name][0]:.2f} ({of[name][1]:.2f})" for of in found.values())
        print(f"| `{name}` | {cells} | {goal or ''} |")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2), "utf-8")


if __name__ == "__main__":
    main()
