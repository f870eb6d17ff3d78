"""One HTML page in the style of the web pages: head, languages, theme, styles, scripts and charts, all inside.

What the page says does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from g4qc_core.backtest.tear_sheet.chart_frame import bokeh_document, inline_bokeh
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter, json_text
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO, LANGUAGES, page_file, table_of
from g4qc_core.errors import SettingsError
from g4qc_core.files import write_whole

_NAMES = {"en": "English", "es": "Español"}
_THEMES = ("auto", "light", "dark")


def writer_of(language: str) -> SheetWriter:
    """Return the writer of a page; `auto` is English until its script asks the browser.

    Raises:
        UsageError: there is no such language.
    """
    if language == AUTO:
        return SheetWriter()
    table_of(language)
    return SheetWriter(language)


def whole_page(
    title: str,
    body: str,
    footer: str,
    *,
    charts: dict[str, Any],
    data: dict[str, Any],
    language: str = AUTO,
    scripts: Sequence[str] = (),
) -> str:
    """Return the page as text.

    Args:
        title: of the window, plain text.
        body: HTML.
        footer: HTML.
        charts: Bokeh's models for the elements `chart-NAME`, by NAME.
        data: what the scripts read, JSON-safe.
        language: that the reader sees first: `auto`, or one of `LANGUAGES`.
        scripts: names of further scripts of the page.

    Raises:
        UsageError: there is no such language.
    """
    writer = writer_of(language)
    last = ["plots.js"] if charts else []
    code = [page_file(name) for name in ("words.js", *scripts, *last)]
    return Template(page_file("page.html")).substitute(
        language=writer.language,
        wanted="" if language == AUTO else language,
        title=escape(title),
        style=page_file("sheet.css"),
        skip=writer.text("page.skip", "a", "class=skip href=#content"),
        tools=_tools(writer),
        body=body,
        footer=footer,
        words=json_text({one: dict(table_of(one)) for one in LANGUAGES}),
        data=json_text(data),
        charts=json_text(bokeh_document(charts)),
        resources=inline_bokeh() if charts else "",
        script="\n".join([*code, "G4QC.start();"]),
    )


def write_page(text: str, path: Path) -> Path:
    """Write a page; a reader of `path` sees the old file or the new one, never a part.

    Args:
        text: of the page.
        path: the file; its folder is created if it does not exist.

    Returns:
        `path`.

    Raises:
        SettingsError: the file cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise SettingsError(f"The report {path} cannot be written: {error.strerror}. Check G4QC_HOME.") from None
    return path


def _tools(writer: SheetWriter) -> str:
    spoken = "".join(
        f'<button type="button" data-language="{one}" lang="{one}" translate="no">{_NAMES[one]}</button>'
        for one in LANGUAGES
    )
    themes = "".join(writer.text(f"theme.{one}", "button", f"type=button data-set-theme={one}") for one in _THEMES)
    groups = (("page.language", spoken), ("page.theme", themes))
    return "".join(f'<div class="segments" role="group" data-label="{name}">{inner}</div>' for name, inner in groups)
