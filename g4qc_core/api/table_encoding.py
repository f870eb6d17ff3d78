"""Tables of studies and searches as JSON, CSV, Parquet and Arrow; instants are UTC, and dates have no time."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from g4qc_core.api.bar_encoding import Format
from g4qc_core.storage.result_stores.backtest_store import plain_json


def encode_table(table: pa.Table, form: Format) -> bytes:
    """Return a table as the bytes of a file.

    Args:
        table: any columns; naive timestamps are trade dates.
        form: CSV, Parquet or Arrow (a stream).
    """
    out = BytesIO()
    if form is Format.CSV:
        csv.write_csv(_texts(table), out)
    elif form is Format.PARQUET:
        parquet.write_table(table, out, compression="zstd")
    else:
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)
    return out.getvalue()


def json_columns(table: pa.Table) -> dict[str, list[Any]]:
    """Return a table by columns, JSON-safe: instants and dates as text, null for NaN and infinity."""
    return {
        name: plain_json(column.to_pylist()) for name, column in zip(table.column_names, _readable(table), strict=True)
    }


def _texts(table: pa.Table) -> pa.Table:
    """Return the table with nested values as JSON, which CSV has no form for."""
    columns = [
        pa.array(
            [None if value is None else json.dumps(plain_json(value)) for value in column.to_pylist()], pa.string()
        )
        if pa.types.is_nested(column.type)
        else column
        for column in _readable(table)
    ]
    return pa.table(columns, names=table.column_names)


def _readable(table: pa.Table) -> list[pa.ChunkedArray]:
    return [_timeless(column) for column in table.columns]


def _timeless(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return instants as `2026-10-05T13:30:00Z` and dates as `2026-10-05`; other columns as they are."""
    if pa.types.is_date(column.type) or (pa.types.is_timestamp(column.type) and column.type.tz is None):
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column.cast(pa.timestamp("s", "UTC"), safe=False), format="%Y-%m-%dT%H:%M:%SZ")
    return column.cast(pa.string()) if pa.types.is_decimal(column.type) else column
