"""PostgreSQL's binary COPY format, encoded and decoded with a few numpy operations for many rows.

A row of the format is the number of fields, then the length and bytes of each field. Rows whose texts have equal
lengths and whose NULLs are in the same columns have the same width, so they form one structured array; most frames are
one such group. The format is described at postgresql.org, COPY, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

Kinds = Mapping[str, str]
Parameters = Sequence[object] | Mapping[str, object]

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
_TRAILER = b"\xff\xff"
_NULL = -1
_ROWS_AT_ONCE = 50_000
_TYPES = {"float8": ">f8", "int8": ">i8", "int4": ">i4", "timestamptz": ">i8", "date": ">i4"}
# PostgreSQL counts time from 2000-01-01.
_EPOCH_US = int(np.datetime64("2000-01-01", "us").astype("int64"))
_EPOCH_DAYS = int(np.datetime64("2000-01-01", "D").astype("int64"))


@dataclass(frozen=True)
class _Field:
    """One encoded column.

    Attributes:
        values: big-endian numbers, or indices into `texts`.
        texts: the distinct values of a text column in UTF-8; None for other columns.
        lengths: length of each row's value in bytes; -1 for NULL.
    """

    values: np.ndarray
    texts: list[bytes] | None
    lengths: np.ndarray


def copy_in(cursor: Any, table: str, columns: Kinds, frame: pd.DataFrame, **constants: object) -> int:
    """Write the frame's rows into the table by COPY and return their number.

    Args:
        cursor: psycopg2 cursor; the caller ends the transaction.
        table: name of the table.
        columns: kind of each column to write: float8, int8, int4, timestamptz, date or text.
        frame: a column for each of `columns` that is not in `constants`. timestamptz are UTC timestamps, dates are
            midnights; NaT and None become NULL, NaN in a float8 column stays NaN.
        **constants: values of columns that are equal in all rows.
    """
    if frame.empty:
        return 0
    names = ", ".join(f'"{name}"' for name in columns)
    stream = _Stream(encode(columns, frame, constants))
    cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", stream, size=1 << 18)
    return len(frame)


def copy_out(cursor: Any, query: str, parameters: Parameters, columns: Kinds) -> pd.DataFrame:
    """Return the rows of a query as a frame, by COPY; fast if no value is NULL and all texts of a column are as long.

    Args:
        cursor: psycopg2 cursor.
        query: SELECT of exactly these columns in this order, with `%s` for parameters.
        parameters: values for the `%s`, or for names such as `%(start)s`.
        columns: kind of each column, as in `copy_in`.
    """
    buffer = BytesIO()
    bound = cursor.mogrify(query, parameters).decode()
    cursor.copy_expert(f"COPY ({bound}) TO STDOUT (FORMAT binary)", buffer, size=1 << 18)
    return decode(buffer.getbuffer(), columns)


def copy_arrays(cursor: Any, query: str, parameters: Parameters, columns: Kinds) -> dict[str, np.ndarray]:
    """Return the rows of a query as one array per column, by COPY; for columns of numbers and times without NULL.

    Args:
        cursor: psycopg2 cursor.
        query: SELECT of exactly these columns in this order, with `%s` for parameters.
        parameters: values for the `%s`, or for names such as `%(start)s`.
        columns: kind of each column, as in `copy_in`, except text.

    Returns:
        float64 and int64 arrays by name; timestamptz as microseconds (int64) and date as days (int32) since 1970.

    Raises:
        ValueError: a value is NULL.
    """
    buffer = BytesIO()
    bound = cursor.mogrify(query, parameters).decode()
    cursor.copy_expert(f"COPY ({bound}) TO STDOUT (FORMAT binary)", buffer, size=1 << 18)
    body = buffer.getbuffer()[len(_SIGNATURE) : -len(_TRAILER)]
    rows = np.frombuffer(b"", _row_type([1] * len(columns), columns))
    if body:
        lengths = _first_lengths(body, len(columns))
        equal = _equal_rows(body, _row_type(lengths, columns), lengths)
        if equal is None:
            raise ValueError("NULL in a column that must not have one")
        rows = equal
    return {name: _numbers(kind, rows[f"v{i}"]) for i, (name, kind) in enumerate(columns.items())}


def encode(columns: Kinds, frame: pd.DataFrame, constants: Mapping[str, object]) -> Iterator[bytes]:
    """Yield the rows in COPY's binary format, in pieces, so that memory holds no second copy of the frame."""
    yield _SIGNATURE
    for first in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[first : first + _ROWS_AT_ONCE]
        fields = [
            _constant(kind, constants[name], len(part)) if name in constants else _field(kind, part[name])
            for name, kind in columns.items()
        ]
        yield from _rows(fields)
    yield _TRAILER


def decode(data: memoryview | bytes, columns: Kinds) -> pd.DataFrame:
    """Return the frame in COPY's binary output: timestamps in UTC, dates as midnights, integers as int64."""
    body = memoryview(data)[len(_SIGNATURE) : len(data) - len(_TRAILER)]
    lengths = _first_lengths(body, len(columns))
    rows = _equal_rows(body, _row_type(lengths, columns), lengths)
    if rows is None:
        return _decode_slowly(body, columns)
    return pd.DataFrame({n: _series(kind, rows[f"v{i}"]) for i, (n, kind) in enumerate(columns.items())})


class _Stream:
    """A file-like object for `copy_expert` that passes pieces on without joining them."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._left:
            try:
                self._left = memoryview(next(self._pieces))
            except StopIteration:
                return b""
        given, self._left = self._left[:size], self._left[size:]
        return bytes(given)


def _constant(kind: str, value: object, rows: int) -> _Field:
    one = _field(kind, pd.Series([value], dtype=object if kind == "text" else None))
    return _Field(np.repeat(one.values, rows), one.texts, np.repeat(one.lengths, rows))


def _field(kind: str, column: pd.Series) -> _Field:
    if kind == "text":
        codes, known = pd.factorize(column)
        texts = [str(text).encode() for text in known]
        sizes = np.array([*(len(t) for t in texts), _NULL], np.int64)
        return _Field(codes, texts, sizes[codes])
    missing = np.zeros(len(column), bool)
    if kind == "timestamptz":
        missing = column.isna().to_numpy()
        values = pd.DatetimeIndex(column).tz_convert("UTC").as_unit("us").asi8 - _EPOCH_US
    elif kind == "date":
        missing = column.isna().to_numpy()
        values = pd.DatetimeIndex(column).to_numpy().astype("datetime64[D]").astype(np.int64) - _EPOCH_DAYS
    else:
        values = column.to_numpy()
    layout = np.dtype(_TYPES[kind])
    return _Field(
        np.where(missing, 0, values).astype(layout),
        None,
        np.where(missing, _NULL, layout.itemsize).astype(np.int64),
    )


def _rows(fields: list[_Field]) -> Iterator[bytes]:
    varying = [f.lengths for f in fields if (f.lengths != f.lengths[0]).any()]
    if not varying:
        yield _equally_wide(fields, slice(None))
        return
    shapes, shape_of = np.unique(np.stack(varying, axis=1), axis=0, return_inverse=True)
    for shape in range(len(shapes)):
        yield _equally_wide(fields, np.flatnonzero(shape_of.ravel() == shape))


def _equally_wide(fields: list[_Field], at: Any) -> bytes:
    lengths = [int(f.lengths[at][0]) for f in fields]
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for i, (field, length) in enumerate(zip(fields, lengths, strict=True)):
        layout.append((f"l{i}", ">i4"))
        if length > 0:
            layout.append((f"v{i}", f"S{length}" if field.texts is not None else field.values.dtype.str))
    rows = np.empty(len(fields[0].values[at]), np.dtype(layout))
    rows["fields"] = len(fields)
    for i, (field, length) in enumerate(zip(fields, lengths, strict=True)):
        rows[f"l{i}"] = length
        if length > 0:
            values = field.values[at]
            rows[f"v{i}"] = np.array([*field.texts, b""])[values] if field.texts is not None else values
    return rows.tobytes()


def _first_lengths(body: memoryview, fields: int) -> list[int]:
    """Return the length of each value of the first row; 1 for each if there is no row."""
    if not body:
        return [1] * fields
    lengths, at = [], 2
    for _ in range(fields):
        length = int.from_bytes(body[at : at + 4], "big", signed=True)
        lengths.append(length)
        at += 4 + max(length, 0)
    return lengths


def _row_type(lengths: list[int], columns: Kinds) -> np.dtype:
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for i, (length, kind) in enumerate(zip(lengths, columns.values(), strict=True)):
        layout.append((f"l{i}", ">i4"))
        layout.append((f"v{i}", f"S{max(length, 1)}" if kind == "text" else _TYPES[kind]))
    return np.dtype(layout)


def _equal_rows(body: memoryview, layout: np.dtype, lengths: list[int]) -> np.ndarray | None:
    """Return the rows as one array, or None if they do not all have the first row's lengths."""
    if min(lengths) < 1 or len(body) % layout.itemsize:
        return None
    rows = np.frombuffer(body, layout)
    same = all((rows[f"l{i}"] == length).all() for i, length in enumerate(lengths))
    return rows if same and (rows["fields"] == len(lengths)).all() else None


def _series(kind: str, values: np.ndarray) -> Any:
    if kind == "timestamptz":
        instants = (values.astype(np.int64) + _EPOCH_US).view("datetime64[us]")
        return pd.DatetimeIndex(instants).tz_localize("UTC")
    if kind == "date":
        return (values.astype(np.int64) + _EPOCH_DAYS).astype("datetime64[D]").astype("datetime64[s]")
    if kind == "text":
        return _texts(values)
    return values.astype("float64" if kind == "float8" else "int64")


def _numbers(kind: str, values: np.ndarray) -> np.ndarray:
    if kind == "timestamptz":
        return values.astype(np.int64) + _EPOCH_US
    if kind == "date":
        return values.astype(np.int32) + np.int32(_EPOCH_DAYS)
    return values.astype("float64" if kind == "float8" else "int64")


def _texts(values: np.ndarray) -> Any:
    width = values.dtype.itemsize
    if width > 8:
        return pd.array(np.char.decode(np.ascontiguousarray(values), "utf-8"), dtype="str")
    # Short texts are compared as numbers, which sorts them some ten times faster than as bytes.
    numbers = np.ascontiguousarray(values.astype("S8")).view(np.int64)
    found, codes = np.unique(numbers, return_inverse=True)
    names = [bytes(number.tobytes()).rstrip(b"\x00").decode() for number in found]
    return pd.array(names, dtype="str").take(codes) if names else pd.array([], dtype="str")


def _decode_slowly(body: memoryview, columns: Kinds) -> pd.DataFrame:
    """Decode value by value, for rows of different widths."""
    found: list[list[Any]] = [[] for _ in columns]
    at = 0
    while at < len(body):
        at += 2
        for values in found:
            length = int.from_bytes(body[at : at + 4], "big", signed=True)
            at += 4
            values.append(None if length == _NULL else bytes(body[at : at + length]))
            at += max(length, 0)
    decoded = zip(columns.items(), found, strict=True)
    return pd.DataFrame({name: _slow_series(kind, values) for (name, kind), values in decoded})


def _slow_series(kind: str, values: list[bytes | None]) -> Any:
    if kind == "text":
        return pd.array([None if v is None else v.decode() for v in values], dtype="str")
    missing = np.array([v is None for v in values])
    layout = np.dtype(_TYPES[kind])
    filled = np.frombuffer(b"".join(v or b"\x00" * layout.itemsize for v in values), layout)
    series = pd.Series(_series(kind, filled))
    return series.mask(missing) if missing.any() else series
