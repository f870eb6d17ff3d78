"""The web pages: one shell of HTML that every page shares, and the files it is made of.

The files carry a mark of their content in their address, so that a browser keeps them for good and still never mixes
two versions. Language and theme are decided here, before the first byte: by the visitor's own choice in a cookie, else
by what the browser asks for. Must not know what the pages show, nor any route of the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from string import Template

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGES = Path(__file__).with_name("pages")
"""The folder of the files."""

LANGUAGES = ("en", "es")
THEMES = ("auto", "light", "dark")

PATHS = ("/", "/extract", "/chart", "/backtests", "/quality")
"""Every address at which the shell answers."""

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
"""Nothing is loaded from elsewhere, and no script or style stands in the page itself."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Vary": "Accept-Language, Cookie",
    "Cache-Control": "no-cache",
}
# Not left to the machine's own list, which some hosts have wrong.
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


def add_pages(app: FastAPI) -> None:
    """Adds the pages to the application: the shell at `PATHS`, its files under `/pages/`."""
    shell = Template((PAGES / "index.html").read_text("utf-8"))
    files = sorted(path for path in PAGES.rglob("*") if path.is_file())
    base = f"/pages/{_mark(files)}"
    modules = [path.relative_to(PAGES).as_posix() for path in files if path.suffix == ".js"]
    preloads = "\n".join(f'<link rel="modulepreload" href="{base}/{name}">' for name in modules)

    async def page(request: Request) -> Response:
        theme = request.cookies.get("g4qc_theme", "")
        text = shell.substitute(
            base=base,
            preloads=preloads,
            lang=choose_language(request.cookies.get("g4qc_lang"), request.headers.get("accept-language")),
            theme=theme if theme in THEMES else THEMES[0],
        )
        return HTMLResponse(text, headers=_HEADERS)

    for path in PATHS:
        app.add_route(path, page, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount(base, _Files(directory=PAGES), name="pages")


def choose_language(chosen: str | None, accepted: str | None) -> str:
    """The visitor's own choice, else the language that the header likes best, else the first of `LANGUAGES`."""
    if chosen in LANGUAGES:
        return chosen
    wanted = sorted(_ranges(accepted or ""), key=lambda range_: -range_[1])
    spoken = (tag.split("-")[0] for tag, quality in wanted if quality > 0)
    return next((language for language in spoken if language in LANGUAGES), LANGUAGES[0])


def _ranges(header: str) -> Iterable[tuple[str, float]]:
    for part in header.lower().split(","):
        tag, _, weight = part.partition(";")
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
        yield tag.strip(), float(quality[1]) if quality else 1.0


class _Files(StaticFiles):
    """Files that never change under their address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            response.headers["Content-Type"] = _KINDS.get(Path(path).suffix, "application/octet-stream")
        return response


def _mark(files: Iterable[Path]) -> str:
    whole = sha256()
    for path in files:
        whole.update(path.relative_to(PAGES).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:12]
