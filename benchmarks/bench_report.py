"""How long the report of a backtest takes to write, and a browser to open, and how large it is.

    python benchmarks/bench_report.py [--bars 350000] [--rounds 5] [--json FILE]

One-minute bars of a random walk with an SMA cross of about 6,000 trades. Writing and opening are given in seconds, and
as ratios: writing to the import of Bokeh in a process of its own, opening to a page of Bokeh with one line in the same
browser. The best of the rounds counts, because a machine is only ever slowed down. Opening needs chromium and ends when
every chart is drawn; without it only writing is measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.tear_sheet.report import write_report
from tests.core.backtest.series import ES, spec, walk

MINUTES = 1380
GOAL_SECONDS = 2.0
_LINE = """
from bokeh.plotting import figure
from bokeh.embed import file_html
from bokeh.resources import INLINE
import sys
made = figure(); made.line([1, 2, 3], [1, 3, 2])
open(sys.argv[1], "w").write(file_html(made, INLINE))
"""


def minute_bars(count: int) -> pd.DataFrame:
    """One-minute bars of sessions of 23 hours."""
    bars = walk(count, per_session=MINUTES, step=3)
    days = bars["trade_date"].to_numpy().astype("datetime64[us]")
    stamps = days + (np.arange(count) % MINUTES) * np.timedelta64(1, "m")
    return bars.assign(timestamp=pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"))


def best(rounds: int, work: Callable[[], Any], clock: Callable[[], float] = perf_counter) -> float:
    """Least time of the rounds."""
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def opening(pages: dict[str, tuple[Path, str]], rounds: int) -> dict[str, float]:
    """Least seconds until each page is drawn: its file, and what is there when it is; the pages take turns."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        return {}
    from playwright.sync_api import sync_playwright

    times: dict[str, list[float]] = {name: [] for name in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(rounds):
            for name, (path, drawn) in pages.items():
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(path.as_uri(), wait_until="commit")
                page.wait_for_selector(drawn, state="attached")
                times[name].append(page.evaluate("performance.now()") / 1000)
                page.close()
        browser.close()
    return {name: min(each) for name, each in times.items()}


def measure(bars: pd.DataFrame, result: BacktestResult, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report, line = Path(folder) / "report.html", Path(folder) / "line.html"
        write = lambda: write_report(result, bars, report, instrument=ES)  # noqa: E731
        write()
        subprocess.run([sys.executable, "-c", _LINE, line], check=True)
        load = best(rounds, lambda: subprocess.run([sys.executable, "-c", "import bokeh.plotting"], check=True))
        found: dict[str, Any] = {
            "bars": len(bars),
            "trades": len(result.trades),
            "bytes": report.stat().st_size,
            "bytes_of_a_line": line.stat().st_size,
            "write_seconds": best(rounds, write),
            "write_processor_seconds": best(rounds, write, process_time),
            "bokeh_import_seconds": load,
        }
        ready = {"report": (report, "html[data-drawn]"), "line": (line, "canvas")}
        found |= {f"open_{name}_seconds": value for name, value in opening(ready, rounds).items()}
    return found


def show(found: dict[str, Any]) -> None:
    print(f"{found['bars']:,} bars, {found['trades']:,} trades (goal: {GOAL_SECONDS:.0f} s each)")
    size, line = found["bytes"], found["bytes_of_a_line"]
    print(f"size        {size / 1e6:6.2f} MB    {size / line:5.2f} times a page with one line")
    write, load = found["write_seconds"], found["bokeh_import_seconds"]
    spent = found["write_processor_seconds"]
    print(f"write       {write:6.2f} s     {write / load:5.2f} times the import of Bokeh    processor {spent:.2f} s")
    if "open_report_seconds" in found:
        opened, plain = found["open_report_seconds"], found["open_line_seconds"]
        print(f"open        {opened:6.2f} s     {opened / plain:5.2f} times a page with one line")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=350_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    bars = minute_bars(given.bars)
    asked = spec(name="benchmark", timeframe="1min", parameters={"fast": 20, "slow": 67})
    result = run_backtest(asked, bars, ES, data_version="benchmark", roll_rule="none")
    found = measure(bars, result, given.rounds)
    show(found)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
