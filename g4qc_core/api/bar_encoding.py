"""Encoders of bars: JSON, CSV, Parquet and Arrow as streams, one batch in memory at a time, and columns in one piece.

Arrow's compute functions write JSON and CSV column by column, because a loop over rows would be slow.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from g4qc_core.api.column_encoding import encode_columns
from g4qc_core.api.negotiation import weighted
from g4qc_core.storage.bar_stores.bar_reader import SCHEMA


class FileFormat(StrEnum):
    """A format with its media type."""

    @property
    def media_type(self) -> str:
        """Value of the header `Content-Type`."""
        return _MEDIA_TYPES[self.value]


class Format(FileFormat):
    """Format of a table."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"


class BarFormat(FileFormat):
    """Format of bars: those of tables, and columns of numbers for programs that draw them."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"
    COLUMNS = "columns"


_MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
    "columns": "application/vnd.g4qc.columns",
}
_ANY = ("*/*", "application/*", "application/json")

F = TypeVar("F", bound=FileFormat)


def choose_format(kinds: type[F], named: F | None, accept: str | None) -> F | None:
    """Return the named format, else the one of these kinds that `Accept` prefers; None if it accepts none."""
    if named is not None:
        return named
    known = {form.media_type.split(";")[0]: form for form in kinds}
    known |= dict.fromkeys(_ANY, kinds("json")) | {"text/*": kinds("csv")}
    wanted = sorted(weighted(accept or "*/*"), key=lambda range_: -range_[1])
    return next((known[kind] for kind, quality in wanted if quality > 0 and kind in known), None)


def encode(form: BarFormat, batches: Iterable[pa.RecordBatch], head: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the encoded bars in chunks.

    Args:
        form: format of the answer.
        batches: batches with the schema `bar_reader.SCHEMA`.
        head: fields of the JSON document next to `data` and `records`, and of the header of columns; other formats
            ignore them.
    """
    encoder = _ENCODERS[form](head)
    yield encoder.begin()
    for batch in batches:
        yield encoder.batch(batch)
    yield encoder.end()


class _Encoder(ABC):
    def __init__(self, head: Mapping[str, Any]) -> None:
        self._head = head

    @abstractmethod
    def begin(self) -> bytes: ...

    @abstractmethod
    def batch(self, rows: pa.RecordBatch) -> bytes: ...

    def end(self) -> bytes:
        return b""


class _Json(_Encoder):
    def begin(self) -> bytes:
        self._records = 0
        return json.dumps(dict(self._head))[:-1].encode() + b', "data": ['

    def batch(self, rows: pa.RecordBatch) -> bytes:
        before = b"," if self._records else b""
        self._records += len(rows)
        return before + _joined(rows)

    def end(self) -> bytes:
        return f'], "records": {self._records}}}'.encode()


class _Csv(_Encoder):
    def begin(self) -> bytes:
        return (",".join(SCHEMA.names) + "\n").encode()

    def batch(self, rows: pa.RecordBatch) -> bytes:
        sink = pa.BufferOutputStream()
        options = csv.WriteOptions(include_header=False, quoting_style="none")
        csv.write_csv(_texts_of_time(rows), sink, options)
        return sink.getvalue().to_pybytes()


class _Sink:
    """File object for Arrow's writers that keeps the bytes written since the last `take`."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class _Tabular(_Encoder):
    """Encoder around an Arrow writer; its bytes are taken after each batch."""

    def begin(self) -> bytes:
        self._sink = _Sink()
        self._writer = self._open(self._sink)
        return self._sink.take()

    def batch(self, rows: pa.RecordBatch) -> bytes:
        self._writer.write_batch(rows)
        return self._sink.take()

    def end(self) -> bytes:
        self._writer.close()
        return self._sink.take()

    @abstractmethod
    def _open(self, sink: _Sink) -> Any: ...


class _Parquet(_Tabular):
    def _open(self, sink: _Sink) -> Any:
        return parquet.ParquetWriter(pa.PythonFile(sink, "w"), SCHEMA, compression="snappy")


class _Arrow(_Tabular):
    def _open(self, sink: _Sink) -> Any:
        return pa.ipc.new_stream(pa.PythonFile(sink, "w"), SCHEMA)


class _Columns(_Encoder):
    """Encoder that keeps all batches, because the header names the places of the columns."""

    def begin(self) -> bytes:
        self._batches: list[pa.RecordBatch] = []
        return b""

    def batch(self, rows: pa.RecordBatch) -> bytes:
        self._batches.append(rows)
        return b""

    def end(self) -> bytes:
        return encode_columns(pa.Table.from_batches(self._batches, SCHEMA), self._head)


_ENCODERS: Mapping[BarFormat, type[_Encoder]] = {
    BarFormat.JSON: _Json,
    BarFormat.CSV: _Csv,
    BarFormat.PARQUET: _Parquet,
    BarFormat.ARROW: _Arrow,
    BarFormat.COLUMNS: _Columns,
}


def _joined(rows: pa.RecordBatch) -> bytes:
    """Return the rows as JSON objects, separated by commas."""
    pieces: list[Any] = []
    text = "{"
    for name, column in zip(rows.schema.names, _texts_of_time(rows).columns, strict=True):
        quote = '"' if pa.types.is_string(column.type) else ""
        text += f'"{name}":{quote}'
        written = column if name == "timestamp" else _written(column)
        # A value that all rows share becomes part of the separator, because joining is the costly part.
        if len(written) == 1 and len(rows) > 1:
            text += written[0].as_py()
        else:
            pieces += [text, written]
            text = ""
        text += f"{quote},"
    lines = pc.binary_join_element_wise(*pieces, f"{text[:-1]}}},", "")
    # Arrow stores strings contiguously, so the value buffer is already the joined text.
    return bytes(memoryview(lines.buffers()[2])[: pc.sum(pc.binary_length(lines)).as_py() - 1])


def _written(column: pa.Array) -> pa.Array:
    """Return the values as JSON text; an array of length 1 if all are equal."""
    # Prices repeat within a window, so each distinct value is converted once.
    found = column.dictionary_encode()
    values = found.dictionary
    texts = values.cast(pa.string())
    if pa.types.is_floating(values.type):
        # JSON has no NaN and no infinity.
        texts = pc.if_else(pc.is_finite(values), texts, "null")
    return texts if len(texts) == 1 else texts.take(found.indices)


def _texts_of_time(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return the rows with instants as `2026-10-05T13:30:00Z` and dates as `2026-10-05`."""
    # Casting without a time zone is about twenty times faster.
    instants = rows.column("timestamp").cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.timestamp("s"))
    texts = pc.binary_join_element_wise(pc.utf8_replace_slice(instants.cast(pa.string()), 10, 11, "T"), "Z", "")
    dated = rows.column("trade_date").cast(pa.string())
    columns = [{"timestamp": texts, "trade_date": dated}.get(name, rows.column(name)) for name in rows.schema.names]
    return pa.RecordBatch.from_arrays(columns, names=rows.schema.names)
