"""The chart page over ten years of one-minute bars, in a real headless browser: first candles, panning, zooming out.

    python benchmarks/bench_pages.py [--home FOLDER] [--json FILE] [--shots FOLDER]

The bars are those of `bench_api.py`: synthetic, 40 contracts with their rolls, shown as one adjusted series. The server
runs in a separate process. A pan is measured from the key press to the second frame after it, which shows every
expected bar; every contract is loaded on the way, none beforehand.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench_api import fill, free_port, kept_home, process
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import text

from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.month_keys import months_between
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE

VIEW = "/chart?symbol=ES&timeframe=1min&adjustment=additive"
MIDDLE = "&from=2019-06-12T13:00Z&to=2019-06-12T17:00Z"
SIZE = {"width": 1440, "height": 900}
ROUNDS, PANS, ZOOMS, DRAGS = 7, 150, 50, 12
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

_SHOWN = """() => new Promise(done => {
  const shown = () => document.querySelector('.candles')?.dataset.state === 'shown'
    && performance.getEntriesByName('g4qc-candles').length;
  const look = () => shown() ? done() : requestAnimationFrame(look);
  look();
})"""
_PRESS = """async key => {
  const chart = document.querySelector('.candles');
  const frame = () => new Promise(requestAnimationFrame);
  const begun = performance.now();
  chart.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  await frame(); await frame();
  while (chart.dataset.state !== 'shown') await frame();
  return performance.now() - begun;
}"""

_WATCH = """() => {
  const frames = window.drawn = [];
  const look = now => { frames.push(now); window.watching = requestAnimationFrame(look); };
  window.watching = requestAnimationFrame(look);
}"""
_WATCHED = """() => {
  cancelAnimationFrame(window.watching);
  return window.drawn.slice(1).map((at, place) => at - window.drawn[place]);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="folder to keep the bars in, and to find them in the next time")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    parser.add_argument("--shots", type=Path, help="folder for pictures of what was measured")
    given = parser.parse_args()
    with kept_home(given.home) as home, serving(home) as (url, rows), browser() as chromium:
        figures = {"rows": float(rows), **measure(chromium, url, given.shots)}
    for name, value in figures.items():
        print(f"{name:<24} {value:>12,.0f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, int]]:
    """The API over ten years of bars; gives its address and the number of those of one minute."""
    with open_stores(Settings(_env_file=None, home=home)) as stores:  # type: ignore[call-arg]
        rows, port = filled(stores), free_port()
        url = stores.database.url.render_as_string(hide_password=False)
        environment = {"G4QC_HOME": str(home), "G4QC_DATABASE_URL": url, "G4QC_API_RATE_LIMIT": "0"}
        with process("-m", "g4qc_pipelines.cli", "api", "--port", f"{port}", port=port, environment=environment):
            yield f"http://127.0.0.1:{port}", rows


def filled(stores: Stores) -> int:
    """Writes the bars of every timeframe, unless they are there."""
    count = text("SELECT count(*) FROM market_data WHERE symbol = 'ES' AND timeframe = '1min'")
    with stores.database.transaction() as connection:
        held = connection.scalar(count)
    if not held:
        print("filling ...", flush=True)
        fill(stores, 1)
        derive(stores)
        with stores.database.transaction() as connection:
            held = connection.scalar(count)
        with stores.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return int(held or 0)


def derive(stores: Stores) -> None:
    """Writes the bars of every longer timeframe, month by month."""
    instrument, reach = load_registry()["ES"], stores.bars.reach("ES", ONE_MINUTE.name)
    assert reach is not None
    for month in months_between(*reach):
        for timeframe in DERIVED:
            derive_month(instrument, *month_window(month), timeframe, stores)


def measure(chromium: Browser, url: str, shots: Path | None) -> dict[str, float]:
    """Milliseconds of everything that is measured."""
    firsts = [first_candles(chromium, url + VIEW + window) for window in ("", MIDDLE) for _ in range(ROUNDS)]
    page = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(url + VIEW)
    page.evaluate(_SHOWN)
    near, far = pressed(page, "ArrowLeft", PANS), pressed(page, "PageUp", PANS)
    if shots:
        page.screenshot(path=shots / "panned.png")
    frames = dragged(page)
    out = pressed(page, "-", ZOOMS)
    if shots:
        page.screenshot(path=shots / "decade.png")
    return {
        "first candles, cold": firsts[0],
        "first candles, median": median(firsts[1:]),
        "first candles, worst": max(firsts[1:]),
        "pan a tenth, median": median(near),
        "pan a tenth, p95": p95(near),
        "pan a screen, median": median(far),
        "pan a screen, p95": p95(far),
        "drag, median frame": median(frames),
        "drag, p95 frame": p95(frames),
        "zoom out, median": median(out),
        "zoom out, p95": p95(out),
    }


def first_candles(chromium: Browser, address: str) -> float:
    """Milliseconds from the navigation to the first painted candles, with nothing in the browser's cache."""
    context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.evaluate(_SHOWN)
    found = page.evaluate("performance.getEntriesByName('g4qc-candles')[0].startTime")
    context.close()
    return float(found)


def pressed(page: Page, key: str, times: int) -> list[float]:
    """Milliseconds that each press of the key takes to be seen."""
    return [float(page.evaluate(_PRESS, key)) for _ in range(times)]


def dragged(page: Page) -> list[float]:
    """Milliseconds between the frames while the mouse drags the chart to the right, again and again."""
    box = page.locator(".candles").bounding_box()
    assert box
    frames: list[float] = []
    for _ in range(DRAGS):
        page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.evaluate(_WATCH)
        page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=60)
        frames += page.evaluate(_WATCHED)
        page.mouse.up()
    return frames


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


@contextmanager
def browser(*flags: str) -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])
        yield running
        running.close()


if __name__ == "__main__":
    main()
