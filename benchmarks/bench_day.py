"""A day of changes under open pages, in a real headless browser: what the pages keep of it in memory.

    python benchmarks/bench_day.py [--changes 1440] [--visits 200] [--json FILE]

The server tells of changes ten times a second instead of every two seconds; everything else is as it is. Overview,
chart, jobs, search and exploration are open in turn, in one tab, while versions of bars change and jobs begin, as many
in all as minutes of a day. Then the tab goes from page to page. The figures are those of the browser after a forced
collection of garbage. At the end the tab is hidden and shown, and the server ends and begins again: both times a job
began meanwhile, and the seconds are those until the page shows it.
"""

from __future__ import annotations

import argparse
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from bench_api import free_port, kept_home, minutes, put_quality
from bench_pages import SIZE, browser
from bench_trials import fill as fill_search
from playwright.sync_api import CDPSession, Page
from yardsticks import put

from g4qc_core.api.api_keys import ApiKeys
from g4qc_core.api.app import build_app
from g4qc_core.api.dependencies import ApiContext
from g4qc_core.api.http_server import build_server
from g4qc_core.api.routes import events
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.lazy_stores import LazyStores
from g4qc_core.storage.stores import Stores, open_stores
from tests.fixtures.api import MemoryLauncher

# Compiled code is kept too, and is no leak.
PLAIN = "--js-flags=--jitless"
POLL, PACE, JOBS, SETTLED = 0.1, 0.13, 8, 8_000
SEARCH, TRIALS = f"{7:032x}", 2_000
SPEC = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1min", "parameters": {"fast": 20, "slow": 100}}
EXPLORED = "/explore?strategy=sma_cross&instrument=ES&timeframe=1min"
OPEN = {
    "overview": "/",
    "chart": "/chart?symbol=ES&timeframe=1min",
    "jobs": "/runs",
    "search": f"/search?id={SEARCH}",
    "explore": EXPLORED,
}
MEASURED = {"JSHeapUsedSize": "heap", "Nodes": "nodes", "JSEventListeners": "listeners"}
_HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=1440)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    logging.disable()  # the server tells of each stream that its end breaks off
    with kept_home() as home:
        figures = measure(home, given.changes, given.visits)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


def measure(home: Path, changes: int, visits: int) -> dict[str, Any]:
    """Fill a home, and let a tab live through a day."""
    settings = Settings(_env_file=None, home=home)  # type: ignore[call-arg]
    launcher, port = MemoryLauncher(), free_port()
    figures: dict[str, Any] = {}
    with open_stores(settings) as stores, browser(PLAIN) as chromium:
        fill(stores)
        page = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        memory = page.context.new_cdp_session(page)
        day = Day(stores, launcher)
        with serving(settings, launcher, port) as url:
            for name, path in OPEN.items():
                page.goto(f"{url}{path}")
                page.wait_for_timeout(6_000)
                figures[name] = told(name, stay(page, memory, day, changes // len(OPEN)))
            figures["requests"] = sum("/api/v1/" in one for one in asked)
            page.goto(url)
            figures["visits"] = told("visits", visit(page, memory, visits))
            page.goto(f"{url}/runs")
            figures["hidden"] = hidden(page, day)
        day.job()
        page.wait_for_timeout(10_000)
        with serving(settings, launcher, port):
            figures["restarted"] = shown(page, day)
    print({name: figures[name] for name in ("requests", "hidden", "restarted")})
    return figures


def fill(stores: Stores) -> None:
    """A quarter of minutes of one contract, and a search."""
    sessions = calendar(load_registry()["ES"].calendar).sessions(date(2025, 10, 1), date(2025, 12, 31))
    times = np.concatenate([one.minutes() for one in sessions])
    days = np.repeat(np.array([one.trade_date for one in sessions], "datetime64[D]"), [s.length for s in sessions])
    put(stores.database, "ES", "202512", minutes("ES", "202512", times, days))
    put_quality(stores, "ES", "202512", [one.trade_date for one in sessions])
    fill_search(stores, SEARCH, TRIALS)


class Day:
    """What changes on the server."""

    def __init__(self, stores: Stores, launcher: MemoryLauncher) -> None:
        self._stores, self._launcher, self.count = stores, launcher, 0

    def minute(self) -> None:
        """Bars change, and now and then a job begins."""
        self.count += 1
        self._stores.versions.record("ES", "raw", date(2025, 12, 1), f"v{self.count}")
        if self.count % JOBS == 0:
            self.job()

    def job(self) -> None:
        self._launcher.backtest(BacktestSpec.asked({**SPEC, "name": f"day-{self.count}"}))

    @property
    def jobs(self) -> int:
        return len(self._launcher.started)


@contextmanager
def serving(settings: Settings, launcher: MemoryLauncher, port: int) -> Iterator[str]:
    """The API, which looks for changes often."""
    events._POLL_SECONDS = POLL
    stores = LazyStores(settings)
    services = ApiContext(settings, load_registry(), stores, launcher, ApiKeys([]))
    server = build_server(build_app(services), "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert thread.is_alive(), "the server ended by itself"
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
        stores.close()


def stay(page: Page, memory: CDPSession, day: Day, changes: int) -> list[dict[str, float]]:
    """Let changes happen; return the figures before, in the middle and after, without the first tenth."""
    for _ in range(changes // 10):
        day.minute()
        page.wait_for_timeout(PACE * 1000)
    found = [held(page, memory)]
    for _half in range(2):
        for _ in range(changes * 9 // 20):
            day.minute()
            page.wait_for_timeout(PACE * 1000)
        found.append(held(page, memory))
    return found


def visit(page: Page, memory: CDPSession, visits: int) -> list[dict[str, float]]:
    """Go from page to page; return the figures after two rounds, in the middle and at the end, on the same page."""
    links = page.locator("nav.nav a")
    links.first.wait_for()
    pages = links.count()
    rounds = max(4, round(visits / pages))
    found = []
    for number in range(rounds):
        for at in [*range(1, pages), 0]:
            links.nth(at).click()
            page.locator("main h1").wait_for(state="attached")
            page.wait_for_timeout(250)
        if number in (1, (rounds + 1) // 2, rounds - 1):
            found.append(held(page, memory))
    return found


def held(page: Page, memory: CDPSession) -> dict[str, float]:
    """Memory, nodes and listeners of the page, without garbage."""
    page.wait_for_timeout(SETTLED)
    memory.send("Performance.enable")
    for _ in range(3):
        memory.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(200)
    found = {one["name"]: one["value"] for one in memory.send("Performance.getMetrics")["metrics"]}
    return {name: found[key] for key, name in MEASURED.items()}


def told(name: str, found: list[dict[str, float]]) -> list[dict[str, float]]:
    """Print the figures of a page, and return them."""
    heaps = ", ".join(f"{one['heap'] / 1e6:.2f}" for one in found)
    nodes, listeners = (", ".join(f"{one[key]:.0f}" for one in found) for key in ("nodes", "listeners"))
    print(f"{name:<10} MB {heaps}; nodes {nodes}; listeners {listeners}", flush=True)
    return found


def hidden(page: Page, day: Day) -> float:
    """Hide the tab, begin a job, and show the tab again; return the seconds until the job is seen."""
    page.wait_for_timeout(6_000)
    page.evaluate(_HIDE, True)
    day.job()
    page.wait_for_timeout(3_000)
    page.evaluate(_HIDE, False)
    return shown(page, day)


def shown(page: Page, day: Day) -> float:
    """Seconds until the page of jobs shows the newest one."""
    begun = time.perf_counter()
    page.locator(f"a[href*='id={day.jobs:032x}']").first.wait_for(timeout=120_000)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
