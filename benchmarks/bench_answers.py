"""The page of a result with 11,000 trades, and exploring, in a real headless browser: from the click to the figures.

    python benchmarks/bench_answers.py [--rounds 7] [--home FOLDER] [--json FILE]

The bars are those of `bench_pages.py`. It runs and explores one year of minutes. A result is there when its table
shows the first trades; a slider's answer, when its figures and curves are painted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench_api import kept_home
from bench_pages import SIZE, browser, serving
from playwright.sync_api import Browser, Page

NAME = "eleven-thousand"
YEAR = {"from": "2024-01-02", "to": "2024-12-31", "cash": "100000000"}
RUN = ("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1min", "--name", NAME)
EXPLORED = "/explore?strategy=sma_cross&instrument=ES&timeframe=1min&" + "&".join(f"{k}={v}" for k, v in YEAR.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--home", type=Path, help="folder to keep the bars in, and to find them in the next time")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    with kept_home(given.home) as home, serving(home) as (url, _), browser() as chromium:
        run(home)
        figures = {"result": results(chromium, url, given.rounds), "explore": explored(chromium, url, given.rounds)}
    for name, found in figures.items():
        print(f"{name:<10} ms: median {median(found):,.0f}, least {min(found):,.0f}, largest {max(found):,.0f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


def run(home: Path) -> None:
    """Store the result; one that is stored already stays."""
    options = [part for name, value in YEAR.items() for part in (f"--{name}", value)]
    parameters = ("--param", "fast=10", "--param", "slow=42")
    command = [sys.executable, "-m", "g4qc_pipelines.cli", *RUN, *options, *parameters]
    environment = {**os.environ, "G4QC_HOME": str(home)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def results(chromium: Browser, url: str, rounds: int) -> list[float]:
    """Milliseconds until the page of the result shows its trades, each time with nothing in the browser's cache."""
    with urlopen(f"{url}/api/v1/backtests?name={NAME}") as answer:
        (one, *_) = json.load(answer)["backtests"]
    taken = []
    for _ in range(rounds):
        context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
        page, begun = context.new_page(), time.perf_counter()
        page.goto(f"{url}/backtests?id={one['id']}")
        page.locator("div.rows tbody tr").nth(3).wait_for()
        taken.append((time.perf_counter() - begun) * 1000)
        context.close()
    return taken


def explored(chromium: Browser, url: str, rounds: int) -> list[float]:
    """Milliseconds from a step of a slider to the figures of the new set."""
    page = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(url + EXPLORED)
    slider = page.locator("input[type=range]").first
    slider.wait_for()
    measured(page, None)
    taken = []
    for _ in range(rounds):
        before = page.evaluate(_NEWEST)
        slider.press("ArrowRight")
        taken.append(measured(page, before))
    return taken


_NEWEST = "() => performance.getEntriesByName('explore')[0]?.startTime ?? null"
_DURATION = "() => performance.getEntriesByName('explore')[0].duration"


def measured(page: Page, before: float | None) -> float:
    """Milliseconds of the newest answer, once there is a newer one than that begun at `before`."""
    deadline = time.monotonic() + 120
    while page.evaluate(_NEWEST) == before:
        assert time.monotonic() < deadline, "no answer came"
        page.wait_for_timeout(20)
    page.wait_for_timeout(500)
    return float(page.evaluate(_DURATION))


if __name__ == "__main__":
    main()
