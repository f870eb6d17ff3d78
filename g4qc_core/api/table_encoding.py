"""Tables of studies and searches as JSON, CSV, Parquet and Arrow; instants are UTC, and dates have no time."""

from __future__ import annotations

import json
from csv import writer
from io import BytesIO, StringIO
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
        texts = _texts(table)
        header = StringIO()
        writer(header, lineterminator="\n").writerow(texts.column_names)
        out.write(header.getvalue().encode())
        csv.write_csv(texts, out, csv.WriteOptions(include_header=False))
    elif form is Format.PARQUET:
        parquet.write_table(table, out, compression="zstd")
    else:
        dated = table.cast(_in_seconds(table.schema), safe=False)
        with pa.ipc.new_stream(out, dated.schema) as stream:
            stream.write_table(dated)
    return out.getvalue()


def json_columns(table: pa.Table) -> dict[str, list[Any]]:
    """Return a table by columns, JSON-safe: instants and dates as text, null for NaN and infinity."""
    return {
        name: plain_json(column.to_pylist()) for name, column in zip(table.column_names, _readable(table), strict=True)
    }


def _in_seconds(schema: pa.Schema) -> pa.Schema:
    """Return the schema with trade dates in seconds, which Parquet does not have."""
    for place, field in enumerate(schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is None:
            schema = schema.set(place, field.with_type(pa.timestamp("s")))
    return schema


def _texts(table: pa.Table) -> pa.Table:
    """Return the table as CSV has it: nested values as JSON, and nothing for NaN and infinity."""
    return pa.table([_text(column) for column in _readable(table)], names=table.column_names)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_nested(column.type):
        values = (None if value is None else json.dumps(plain_json(value)) for value in column.to_pylist())
        return pa.array(list(values), pa.string())
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, None)
    return column


def _readable(table: pa.Table) -> list[pa.ChunkedArray]:
    return [_timeless(column) for column in table.columns]


def _timeless(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return instants as `2026-10-05T13:30:00Z` and dates as `2026-10-05`; other columns as they are."""
    if pa.types.is_date(column.type) or (pa.types.is_timestamp(column.type) and column.type.tz is None):
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column.cast(pa.timestamp("s", "UTC"), safe=False), format="%Y-%m-%dT%H:%M:%SZ")
    return column.cast(pa.string()) if pa.types.is_decimal(column.type) else column
