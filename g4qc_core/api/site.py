"""The web pages: one HTML shell for all of them, and the files of the bundle under `/pages/`.

The bundle is built from `frontend/`. The address of a file contains a hash of all files, so that browsers cache it
forever and never mix two versions. Language and theme come from a cookie, else from the browser's headers.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from g4qc_core.api.languages import LANGUAGE_COOKIE
from g4qc_core.api.languages import choose_language as choose_language
from g4qc_core.api.negotiation import weighted
from g4qc_core.errors import NotFound
from g4qc_core.messages.catalogue import LANGUAGES as LANGUAGES

BUNDLE = Path(__file__).with_name("bundle")
"""The folder of the built files."""

THEMES = ("auto", "light", "dark")

_ROOMS = {
    "/": "overview/OverviewPage",
    "/extract": "extract/ExtractPage",
    "/chart": "chart/ChartPage",
    "/quality": "quality/QualityPage",
    "/backtests": "backtests/BacktestsPage",
    "/explore": "explore/ExplorePage",
    "/search": "search/SearchPage",
    "/walk-forward": "walk-forward/WalkForwardPage",
    "/monte-carlo": "monte-carlo/MonteCarloPage",
    "/portfolio": "portfolio/PortfolioPage",
    "/trading": "trading/TradingPage",
    "/runs": "runs/RunsPage",
    "/api": "api-reference/ApiPage",
}
"""Module of each page under `frontend/src/pages`."""

PATHS = tuple(_ROOMS)
"""Paths of the pages, in the order of the navigation."""

ALIASES = {"/docs": "/api"}
"""Other paths of a page."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy: nothing is loaded from other sites, and nothing is inline."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Vary": "Accept-Language, Cookie",
    "Cache-Control": "no-cache",
}
# Fixed, because the MIME tables of some hosts are wrong.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_MAIN = "src/main.tsx"


def add_pages(app: FastAPI) -> None:
    """Add the shell at the paths of the pages, and the bundle's files under `/pages/`, to the application."""
    files = {path.relative_to(BUNDLE).as_posix(): path.read_bytes() for path in BUNDLE.rglob("*") if path.is_file()}
    packed = {name: gzip.compress(content, mtime=0) for name, content in files.items()}
    manifest = json.loads(files["manifest.json"])
    base = f"/pages/{_mark(files)}"
    shell = Template(Path(__file__).with_name("shell.html").read_text("utf-8"))
    links = {
        (path, language): "\n".join(_links(manifest, base, _ROOMS[page], language))
        for path, page in {**{path: path for path in PATHS}, **ALIASES}.items()
        for language in LANGUAGES
    }

    async def page(request: Request) -> Response:
        theme = request.cookies.get("g4qc_theme", "")
        language = choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
        text = shell.substitute(
            base=base,
            links=links[request.url.path, language],
            lang=language,
            theme=theme if theme in THEMES else THEMES[0],
        )
        return HTMLResponse(text, headers=_HEADERS)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise NotFound(f"There is no file {name} among the pages.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        accepted = {coding for coding, quality in weighted(request.headers.get("accept-encoding", "")) if quality > 0}
        media_type = _MEDIA_TYPES[Path(name).suffix]
        if "gzip" in accepted:
            return Response(packed[name], media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(files[name], media_type=media_type, headers=headers)

    for path in (*PATHS, *ALIASES):
        app.add_route(path, page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_route(base + "/{name:path}", file, methods=["GET", "HEAD"], include_in_schema=False)


def _links(manifest: Mapping[str, Any], base: str, room: str, language: str) -> Iterator[str]:
    """Yield links to all styles and modules of a page in a language, so that the browser loads them in parallel."""
    wanted = [_MAIN, f"src/pages/{room}.tsx", f"src/lang/{language}.ts"]
    seen: list[str] = []
    while wanted:
        name = wanted.pop(0)
        if name not in seen:
            seen.append(name)
            wanted += manifest[name].get("imports", [])
    styles = dict.fromkeys(style for name in seen for style in manifest[name].get("css", []))
    yield from (f'<link rel="stylesheet" href="{base}/{style}">' for style in styles)
    yield from (f'<link rel="modulepreload" href="{base}/{manifest[name]["file"]}">' for name in seen)


def _mark(files: Mapping[str, bytes]) -> str:
    """Return 12 hex digits of the hash of all files."""
    whole = sha256()
    for name in sorted(files):
        whole.update(name.encode() + b"\0" + files[name] + b"\0")
    return whole.hexdigest()[:12]
