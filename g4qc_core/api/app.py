"""The server of reports: a page that lists them, and each report as the backtest wrote it.

A report carries scripts of its own, so it is served sandboxed: it can draw, and cannot reach anything else on this
server. Reads the folder that it is given; must not know how a report is made.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\.html$")
_HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts allow-downloads; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>G4QC reports</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 50rem; margin: 3rem auto; padding: 0 1rem }} td {{ padding: .3rem 1.5rem .3rem 0 }}
</style><h1>Backtest reports</h1>{body}</html>"""
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path stroke="#1a9850" fill="none" d="M5 1v14"/>'
    '<path fill="#1a9850" d="M3 4h4v7H3z"/><path stroke="#d73027" fill="none" d="M11 3v12"/>'
    '<path fill="#d73027" d="M9 6h4v6H9z"/></svg>'
)
_EMPTY = "<p>No report yet. Run <code>g4qc demo</code>, or materialize <code>backtest_report</code> in Dagster.</p>"


def build_app(reports: Path) -> Starlette:
    """The application over a folder of HTML reports.

    Routes: `/` and `/reports` list them, `/reports/{name}.html` is one, `/health` answers `{"status": "ok"}`.
    """

    def index(_: Request) -> Response:
        found = sorted(reports.glob("*.html"), key=lambda path: path.name)
        rows = "".join(f"<tr>{_row(path)}</tr>" for path in found)
        return HTMLResponse(_PAGE.format(body=f"<table>{rows}</table>" if rows else _EMPTY))

    def report(request: Request) -> Response:
        name = request.path_params["name"]
        path = reports / name
        if not _NAME.match(name) or not path.is_file():
            return HTMLResponse(_PAGE.format(body=f"<p>There is no report {html.escape(name)}.</p>"), 404)
        return FileResponse(path, media_type="text/html", headers=_HEADERS)

    def icon(_: Request) -> Response:
        return Response(_ICON, media_type="image/svg+xml")

    def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/", index),
            Route("/reports", index),
            Route("/reports/{name}", report),
            Route("/health", health),
            Route("/favicon.ico", icon),
        ]
    )


def _row(path: Path) -> str:
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    name = html.escape(path.name)
    return f'<td><a href="/reports/{name}">{html.escape(path.stem)}</a></td><td>{written:%Y-%m-%d %H:%M} UTC</td>'
