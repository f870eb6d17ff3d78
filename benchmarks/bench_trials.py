"""The page of a search with 100,000 trials, in a real headless browser: the longest task of the page for what one does.

    python benchmarks/bench_trials.py [--trials 100000] [--rounds 5] [--home FOLDER] [--json FILE]

The trials are synthetic: three parameters on a grid, six figures, one trial in twenty not ranked. A task holds the page
up as long as it takes: nothing moves and no key is answered meanwhile. Its length is that of the clock, and that of the
processor, which other work on the machine burdens less. Each number is the longest task of a round: the median of the
rounds, and the worst.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from bench_api import free_port, kept_home, process
from bench_pages import SIZE, browser
from playwright.sync_api import Browser, Page

from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.result_stores.trial_blocks import SearchTrial
from g4qc_core.storage.stores import Stores, open_stores

FIGURES = ("sharpe", "total_return", "max_drawdown", "trades", "profit_factor")
SIDES = {"fast": 100, "slow": 50, "stop": 20}
AT = datetime(2026, 1, 5, tzinfo=UTC)
BLOCK = 10_000
PAUSE, SETTLED = 150, 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path, help="folder to keep the trials in, and to find them in the next time")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    with kept_home(given.home) as home, serving(home, given.trials) as address, browser() as chromium:
        figures = measure(chromium, address, given.rounds)
    print(f"{'milliseconds':<24}{'clock: median':>16}{'worst':>8}{'processor: median':>20}{'worst':>8}")
    for name, rounds in figures.items():
        told = [(median(some), max(some)) for some in zip(*rounds, strict=True)]
        print(f"{name:<24}{told[0][0]:>16.0f}{told[0][1]:>8.0f}{told[1][0]:>20.0f}{told[1][1]:>8.0f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


@contextmanager
def serving(home: Path, count: int) -> Iterator[str]:
    """The API over a search of so many trials; gives the address of its page."""
    with open_stores(Settings(_env_file=None, home=home)) as stores:  # type: ignore[call-arg]
        search, port = f"{count:032x}", free_port()
        if stores.searches.find(search) is None:
            print("filling ...", flush=True)
            fill(stores, search, count)
        url = stores.database.url.render_as_string(hide_password=False)
        environment = {"G4QC_HOME": str(home), "G4QC_DATABASE_URL": url, "G4QC_API_RATE_LIMIT": "0"}
        with process("-m", "g4qc_pipelines.cli", "api", "--port", f"{port}", port=port, environment=environment):
            yield f"http://127.0.0.1:{port}/search?id={search}"


def fill(stores: Stores, search: str, count: int) -> None:
    """Store a search that has ended, with its trials."""
    space = {name: f"1:{side}:1" for name, side in SIDES.items()}
    spec = {"backtest": "sma_cross_es", "objective": "+sharpe", "parameters": space}
    backtest = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "parameters": {}}
    record = SearchRecord(search, "bench", "sma_cross", spec, backtest, "v1", "1", "running", AT, planned=count)
    record = stores.searches.begin(record)
    made = trials(count)
    unmet = sum(one.state == "unmet" for one in made)
    best = max((one for one in made if one.state == "ranked"), key=lambda one: one.objective or 0.0)
    told = {"number": best.number, "objective": best.objective, "parameters": best.parameters, "metrics": best.metrics}
    ended = replace(record, state="done", counts={"tried": count, "unmet": unmet}, seconds=60.0, ended_at=AT, best=told)
    for begin in range(0, count, BLOCK):
        stores.searches.add(record, made[begin : begin + BLOCK], AT)
    stores.searches.update(replace(ended, summary={}))


def trials(count: int) -> list[SearchTrial]:
    """Sets in a random order, with figures that are smooth over the grid, and noise."""
    chance = np.random.default_rng(1)
    places = chance.permutation(math.prod(SIDES.values()))[:count]
    grid = np.unravel_index(places, tuple(SIDES.values()))
    hill = sum(np.sin(3.0 * axis / side) for axis, side in zip(grid, SIDES.values(), strict=True))
    figures = {name: np.round(hill + chance.normal(0, 0.3, count), 6) for name in FIGURES}
    figures["trades"] = chance.integers(10, 2_000, count).astype(float)
    met = chance.random(count) > 0.05
    found = []
    for at in range(count):
        metrics = {name: float(values[at]) for name, values in figures.items()}
        parameters = {name: int(axis[at]) + 1 for name, axis in zip(SIDES, grid, strict=True)}
        state, words = ("ranked", "") if met[at] else ("unmet", "too few trades")
        found.append(SearchTrial(at, state, words, metrics["sharpe"], f"{count}-{at}", parameters, metrics))
    return found


def measure(chromium: Browser, address: str, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The longest task, by the clock and by the processor, of each action and round."""
    figures: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        page = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]
        for name, act in ACTS.items():
            with tasks(chromium, page) as found:
                act(page, address)
            figures.setdefault(name, []).append((max(one for one, _ in found), max(one for _, one in found)))
        page.close()
    return figures


@contextmanager
def tasks(chromium: Browser, page: Page) -> Iterator[list[tuple[float, float]]]:
    """Milliseconds by the clock, and of the processor, of each task of the page within the block."""
    found: list[tuple[float, float]] = []
    chromium.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
    yield found
    page.wait_for_timeout(SETTLED)
    events = json.loads(chromium.stop_tracing())["traceEvents"]
    mains = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    own = [one for one in events if (one["pid"], one["tid"]) in mains and "dur" in one]
    found += [(one["dur"] / 1000, one.get("tdur", 0) / 1000) for one in own if one["name"].endswith("RunTask")]


def load(page: Page, address: str) -> None:
    with page.expect_response("**/surface", timeout=300_000):
        page.goto(address)
        page.locator("div.rows tbody tr").nth(5).wait_for()


def sort(page: Page, _: str) -> None:
    for heading in page.locator("div.rows thead button").all():
        for _press in range(2):
            heading.click()
            page.wait_for_timeout(PAUSE)


def brush(page: Page, _: str) -> None:
    box = above(page)
    for begin, end in ((0.2, 0.9), (0.3, 0.5), (0.15, 0.95)):
        page.mouse.move(box["x"] + box["width"] * begin, box["y"] + box["height"] * begin)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * end, box["y"] + box["height"] * end * 0.9, steps=30)
        page.mouse.up()
        page.wait_for_timeout(PAUSE)


def unfilter(page: Page, _: str) -> None:
    """Drop the brush, and show all trials, then the ranked ones."""
    page.get_by_role("button", name="Show all again").click()
    page.wait_for_timeout(PAUSE)
    for name in (re.compile("^All "), "Ranked"):
        page.get_by_role("button", name=name).click()
        page.wait_for_timeout(PAUSE)


def figure(page: Page, _: str) -> None:
    """Map another figure, over other trials of a cell."""
    choices = page.locator("section.card", has=page.locator(".heat")).locator("select")
    for value in ("max_drawdown", "sharpe"):
        choices.nth(2).select_option(value)
        page.wait_for_timeout(PAUSE)
    for value in ("median", "best"):
        choices.nth(3).select_option(value)
        page.wait_for_timeout(PAUSE)


def scroll(page: Page, _: str) -> None:
    rows = page.locator("div.rows")
    rows.hover(position={"x": 200, "y": 100})
    for _step in range(60):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(16)
    for share in (0.5, 1, 0.25, 0):
        rows.evaluate("(place, share) => { place.scrollTop = share * place.scrollHeight }", share)
        page.wait_for_timeout(PAUSE)


def hover(page: Page, _: str) -> None:
    box = above(page)
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.2)
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] * 0.8, steps=150)


def above(page: Page) -> Any:
    canvas = page.locator("canvas.heat-above").first
    canvas.scroll_into_view_if_needed()
    return canvas.bounding_box()


ACTS = {
    "load": load, "sort": sort, "brush": brush, "unfilter": unfilter, "figure": figure, "scroll": scroll, "hover": hover
}  # fmt: skip


if __name__ == "__main__":
    main()
