"""HTML reports of backtests, served in a sandbox that isolates their scripts from the API."""

from __future__ import annotations

import html
import re
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.languages import chosen_language
from g4qc_core.errors import NotFound
from g4qc_core.services.report_file import ReportFile, known_reports, report_store

router = APIRouter(tags=["reports"], dependencies=[CanRead], include_in_schema=False)

# Reports share an address with the API, so their scripts get an opaque origin, no requests and no forms.
SANDBOX = {
    "Content-Security-Policy": (
        "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "Cache-Control": "no-cache",
}

_WANTED = re.compile(rb'data-wanted="\w*"')
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,140}\.html$")
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


def sandboxed(report: ReportFile) -> Response:
    """Return a response with the report in its sandbox.

    A report holds its texts in every language. It opens in the one that the request names by `lang` or by the cookie of
    the pages, else as it was written.
    """
    language = chosen_language()
    try:
        page = report.page()
    except FileNotFoundError:
        raise NotFound("The report was removed a moment ago: run it again.") from None
    if language is None:
        return Response(page, media_type="text/html", headers=SANDBOX)
    page = _WANTED.sub(f'data-wanted="{language}"'.encode(), page, count=1)
    return Response(page, media_type="text/html", headers={**SANDBOX, "Content-Language": language, "Vary": "Cookie"})


@router.get("/reports")
def index(context: Context) -> HTMLResponse:
    """List all reports as an HTML page."""
    found = known_reports(context.settings)
    rows = "".join(f"<tr>{_row(name, written)}</tr>" for name, written in found.items())
    return HTMLResponse(_PAGE.format(body=f"<table>{rows}</table>" if rows else _EMPTY))


@router.get("/reports/{name}")
def report(name: str, context: Context) -> Response:
    """Return one report; for a deleted result, a page that says so, because runs and bookmarks still link to it."""
    known = ReportFile(report_store(context.settings), name)
    if _NAME.match(name) and known.written() is not None:
        return sandboxed(known)
    deleted = context.stores().deleted.of_spec(name.removesuffix(".html")) if _NAME.match(name) else None
    if deleted is None:
        raise NotFound("There is no such report: /reports lists them.")
    body = f"<p>{html.escape(deleted.sentence)}</p><p><a href='/backtests'>Backtests</a></p>"
    return HTMLResponse(_PAGE.format(body=body), 410)


@router.get("/favicon.ico")
def icon() -> Response:
    """Return the icon, a candlestick."""
    return Response(_ICON, media_type="image/svg+xml")


def _row(name: str, written: datetime) -> str:
    shown, stem = html.escape(name), html.escape(name.removesuffix(".html"))
    return f'<td><a href="/reports/{shown}">{stem}</a></td><td>{written:%Y-%m-%d %H:%M} UTC</td>'
