"""The web pages: one HTML shell shared by all pages, and the static files under `/pages/`.

The address of a file contains a hash of all files, so that browsers cache it forever and never mix two versions.
Language and theme come from a cookie, else from the browser's headers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from string import Template

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from g4qc_core.api.negotiation import weighted
from g4qc_core.errors import NotFound

PAGES = Path(__file__).with_name("pages")
"""The folder of the files."""

LANGUAGES = ("en", "es")
THEMES = ("auto", "light", "dark")

PATHS = ("/", "/extract", "/chart", "/backtests", "/quality")
"""Paths that serve the shell."""

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
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_IMPORT = re.compile(r'^(?:import|\}) .*?from "(\.[^"]+)"', re.MULTILINE)


def add_pages(app: FastAPI) -> None:
    """Add the shell at `PATHS` and its files under `/pages/` to the application."""
    files = {path.relative_to(PAGES).as_posix(): path.read_bytes() for path in PAGES.rglob("*") if path.is_file()}
    shell, base = Template(files["index.html"].decode()), f"/pages/{_mark(files)}"

    async def page(request: Request) -> Response:
        theme = request.cookies.get("g4qc_theme", "")
        text = shell.substitute(
            base=base,
            preloads=preloads[request.url.path],
            lang=choose_language(request.cookies.get("g4qc_lang"), request.headers.get("accept-language")),
            theme=theme if theme in THEMES else THEMES[0],
        )
        return HTMLResponse(text, headers=_HEADERS)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise NotFound(f"There is no file {name} among the pages.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(files[name], media_type=_MEDIA_TYPES[Path(name).suffix], headers=headers)

    preloads = {path: _preloads(path, base, files) for path in PATHS}
    for path in PATHS:
        app.add_route(path, page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_route(base + "/{name:path}", file, methods=["GET", "HEAD"], include_in_schema=False)


def choose_language(chosen: str | None, accepted: str | None) -> str:
    """Return the language chosen in the cookie, else the one that `Accept-Language` prefers, else the first."""
    if chosen in LANGUAGES:
        return chosen
    wanted = sorted(weighted(accepted or ""), key=lambda range_: -range_[1])
    spoken = (tag.split("-")[0] for tag, quality in wanted if quality > 0)
    return next((language for language in spoken if language in LANGUAGES), LANGUAGES[0])


def _preloads(path: str, base: str, files: Mapping[str, bytes]) -> str:
    """Return preload links for all modules of a page, so that the browser loads them in parallel."""
    wanted, found = ["js/main.js", f"js/{path.strip('/') or 'overview'}.js"], []
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.append(name)
            places = _IMPORT.findall(files[name].decode()) if name.endswith(".js") else []
            wanted += [posixpath.normpath(posixpath.join(posixpath.dirname(name), place)) for place in places]
    return "\n".join(f'<link rel="modulepreload" href="{base}/{name}">' for name in sorted(found))


def _mark(files: Mapping[str, bytes]) -> str:
    """Return 12 hex digits of the hash of all files."""
    whole = sha256()
    for name in sorted(files):
        whole.update(name.encode() + b"\0" + files[name] + b"\0")
    return whole.hexdigest()[:12]
