"""Rows of raw bars: how they are read and written in the two tables that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from g4qc_core.bars.columns import PRICES, RAW_COLUMNS
from g4qc_core.storage.bar_stores.series_numbers import StoredSeries
from g4qc_core.storage.codec.binary_copy import Kinds, copy_in, copy_out
from g4qc_core.storage.codec.column_kinds import kinds_in_steps, kinds_of
from g4qc_core.storage.codec.price_steps import split
from g4qc_core.storage.codec.time_slices import names
from g4qc_core.storage.tables.bars import CURRENT

_COLUMNS = ("series", *RAW_COLUMNS, "received_row", "request_id")
STEPS = kinds_in_steps(_COLUMNS)
"""Kinds of the columns of `raw_minutes`."""

_EXACT = kinds_of((*_COLUMNS, "replaced_by"))


def raw_rows(columns: Iterable[str], where: str) -> str:
    """Return a query of raw bars in force, with the prices in points.

    Args:
        columns: `contract`, `source`, columns of `raw_exact`, or `exact` (1 for the rows of that table, else 0).
        where: condition about the series `s` and the bar `b`.
    """
    columns = list(columns)

    def branch(table: str, more: str, special: dict[str, str]) -> str:
        selected = ", ".join(special.get(name, f'b."{name}"') for name in columns)
        return f"SELECT {selected} FROM bar_series s JOIN {table} b ON b.series = s.id WHERE {where}{more}"

    common = {"contract": "s.contract", "source": "s.source"}
    steps = {name: f'b."{name}" / s.per_point::float8 AS "{name}"' for name in PRICES}
    wide = {name: f'b."{name}"::int8' for name in ("volume", "count")}
    lean = branch("raw_minutes", "", common | steps | wide | {"exact": "0 AS exact"})
    exact = branch("raw_exact", f" AND b.replaced_by = {CURRENT}", common | {"exact": "1 AS exact"})
    return f"{lean} UNION ALL {exact}"


def write_raw(cursor: Any, series: StoredSeries, bars: pd.DataFrame, request: int) -> None:
    """Add raw bars of one series, as received by a request of the ledger.

    Args:
        cursor: psycopg2 cursor; the caller ends the transaction.
        series: of the bars.
        bars: `RAW_COLUMNS`; and received_row, if they came from a file.
        request: id of the request.
    """
    same: dict[str, object] = {"series": series.id, "request_id": request}
    if "received_row" not in bars:
        same["received_row"] = 0
    whole, fits = split(bars, series.per_point)
    copy_in(cursor, "raw_minutes", STEPS, whole, **same)
    copy_in(cursor, "raw_exact", _EXACT, bars[~fits], **same, replaced_by=CURRENT)


def move_to_revisions(cursor: Any, series: StoredSeries, outdated: pd.DataFrame, request: int) -> None:
    """Move stored raw bars to the values that a request replaced.

    Args:
        cursor: psycopg2 cursor; the caller ends the transaction.
        series: of the bars.
        outdated: `RAW_COLUMNS`, received_row and request_id, as stored; at least one.
        request: id of the request that restated or withdrew them.
    """
    times = outdated["timestamp"]
    span = [series.id, list(times.dt.to_pydatetime()), times.min(), times.max()]
    own = "WHERE series = %s AND timestamp = ANY(%s) AND timestamp BETWEEN %s AND %s"
    cursor.execute(f"DELETE FROM raw_minutes {own}", span)
    cursor.execute(f"DELETE FROM raw_exact {own} AND replaced_by = {CURRENT}", span)
    copy_in(cursor, "raw_exact", _EXACT, outdated, series=series.id, replaced_by=request)


def stored_raw(cursor: Any, series: StoredSeries | None, timestamps: pd.Series) -> pd.DataFrame:
    """Return the raw bars of a series from the first to the last of the timestamps, as `move_to_revisions` takes."""
    columns: Kinds = {name: kind for name, kind in _EXACT.items() if name not in ("series", "replaced_by")}
    first, last = (None, None) if timestamps.empty else (timestamps.min(), timestamps.max())
    query = raw_rows(columns, "s.id = %(id)s AND b.timestamp BETWEEN %(first)s AND %(last)s")
    given = {"id": series.id if series else None, "first": first, "last": last}
    return copy_out(cursor, f"SELECT {names(columns)} FROM ({query}) AS bars ORDER BY timestamp", given, columns)
