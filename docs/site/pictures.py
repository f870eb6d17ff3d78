"""Pictures of every page of a server that runs, for `docs/pages.md`.

They show what `g4qc demo --research` and `g4qc search sma_cross-ES-1h` leave. With the server of `g4qc up`:

    uv run python docs/site/pictures.py http://127.0.0.1:8000

Names after the address take only those pictures: `quality` says more of a gateway that misbehaves (how-to/practise.md).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "images"
WIDTH, HEIGHT = 1280, 900
COLOURS = 96
RESULT = "sma_cross-ES-1h"
"""Name of the backtest that pages of a result show."""


PAGES = {
    "overview": "/",
    "extract": "/extract?instrument=ES",
    "quality": "/quality",
    "explore": "/explore?strategy=sma_cross&instrument=ES&timeframe=1h",
    "trading": "/trading",
    "runs": "/runs",
    "api": "/api",
}
"""Addresses of the pages that need no stored result, by name of the picture."""


def stored(page: Page, server: str) -> dict[str, str]:
    """Return the addresses of pages that show the newest of something stored, by name of the picture."""
    result = _newest(page, f"{server}/api/v1/backtests?name={RESULT}", "backtests")
    routes = {"walk-forward": "walk-forwards", "monte-carlo": "monte-carlos", "portfolio": "portfolios"}
    return {
        "chart": f"/chart?instrument=ES&timeframe=1h&adjustment=additive&backtest={result}",
        "backtests": f"/backtests?id={result}",
        "search": f"/search?id={_newest(page, f'{server}/api/v1/searches', 'searches')}",
        **{
            name: f"/{name}?id={_newest(page, f'{server}/api/v1/{route}', 'studies')}" for name, route in routes.items()
        },
    }


def _newest(page: Page, url: str, field: str) -> str:
    found = page.request.get(url).json()[field]
    if not found:
        raise SystemExit(f"There is nothing at {url}: prepare the data as this file says.")
    return str(found[0]["id"])


def take(page: Page, url: str, path: Path) -> None:
    """Write the picture of a page when it has nothing left to load."""
    page.goto(url)
    page.wait_for_selector("main h1", state="attached")
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    # Curves and candles are drawn after their data came.
    page.wait_for_timeout(2000)
    page.screenshot(path=path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def main(server: str, *names: str) -> None:
    """Take the pictures of a server's pages: of those that are named, or of all."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-US", color_scheme="light")
        page = context.new_page()
        known = PAGES if names and set(names) <= set(PAGES) else {**PAGES, **stored(page, server)}
        wanted = {name: known[name] for name in names or known}
        for name, path in wanted.items():
            take(page, server + path, IMAGES / f"page-{name}.png")
            sys.stdout.write(f"docs/images/page-{name}.png\n")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
