"""Names of downloaded files, and the header that gives one to a browser (RFC 6266)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query

from g4qc_core.api.bar_encoding import FileFormat
from g4qc_core.api.bar_request import SeriesRequest
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.window_ends import Moment, parse_moment

Download = Annotated[bool, Query(description="With a name for the file, so that a browser saves it")]

_LONGEST = 120
SHORT_ID = 8
"""Digits of an id in the name of a file."""

# Letters and digits of any script; whatever has a meaning for a shell or a file system is left out.
_UNSAFE = re.compile(r"[^\w.+=-]+")


def download_headers(download: bool, parts: Iterable[str], form: FileFormat) -> dict[str, str]:
    """Return the header `Content-Disposition` of a download; none if it was not asked for.

    Args:
        download: whether the client wants to save the answer.
        parts: what the file's name consists of; empty ones are left out.
        form: format of the answer.
    """
    if not download:
        return {}
    name = file_name(parts, form)
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name)}"
    return {"Content-Disposition": f'attachment; filename="{plain}"{more}'}


def file_name(parts: Iterable[str], form: FileFormat) -> str:
    """Return the name of a file, safe on every system: its parts with hyphens between them.

    >>> file_name(["ES", "1h", "2026-10-01", "ratio"], BarFormat.CSV)
    'ES-1h-2026-10-01-ratio.csv'
    """
    safe = (_UNSAFE.sub("_", part).strip("._-") for part in parts)
    return f"{'-'.join(filter(None, safe))[:_LONGEST] or 'g4qc'}.{form.value}"


def bars_parts(instrument: Instrument, asked: SeriesRequest) -> list[str]:
    """Return the parts of the name of a file with bars, like `ES-1h-2026-10-01-2026-10-31-ratio`."""
    first, last = parse_moment(asked.start_date), parse_moment(asked.end_date)
    ends = [_written(first), _written(last)]
    if last is None and first is not None:
        ends = ["from", *ends]
    if first is None and last is not None:
        ends = ["to", *ends]
    adjustment = "" if asked.adjustment.value == "none" else asked.adjustment.value
    return [instrument.symbol, asked.timeframe.value, asked.contract or "", *ends, adjustment]


def spec_parts(spec: Mapping[str, Any]) -> list[str]:
    """Return the parts of the names of all files of a backtest or its search, like `sma_cross-ES-1h`."""
    return [str(spec.get(name, "")) for name in ("strategy", "instrument", "timeframe")]


def _written(moment: Moment | None) -> str:
    """Return a trade date as it is, and an instant without what no file name may hold: `2026-10-05T1330Z`."""
    if moment is None:
        return ""
    return f"{moment:%Y-%m-%dT%H%MZ}" if isinstance(moment, datetime) else f"{moment:%Y-%m-%d}"
