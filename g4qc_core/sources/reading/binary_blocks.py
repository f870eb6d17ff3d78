"""Parquet and Sierra Chart's binary bars as blocks of columns, one block in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from g4qc_core.errors import UsageError
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.reading.text_blocks import NUMBERS, RowBlock, named_places

ROWS = 131_072
"""Rows of a block."""

_RECORD = np.dtype(
    [
        *(("time", "<i8"), ("open", "<f4"), ("high", "<f4"), ("low", "<f4"), ("close", "<f4")),
        *(("count", "<u4"), ("volume", "<u4"), ("bid", "<u4"), ("ask", "<u4")),
    ]
)
_SINCE_1899 = 25_569 * 86_400_000_000
"""Microseconds from 1899-12-30 to 1970-01-01."""

_FIXED = {8: 10**9, 16: 10**16}
"""Units of whole numbers of 8 and 16 bytes in Nautilus Trader's catalogs."""


def parquet_blocks(stream: IO[bytes], profile: FileProfile, file: str) -> Iterator[RowBlock]:
    """Yield the rows of a Parquet file.

    Raises:
        UsageError: it is no Parquet, or the columns of the profile are not in it.
    """
    # The directory of the file stands at its end: members of archives are unpacked as a whole.
    source = stream if stream.seekable() else BytesIO(stream.read())
    try:
        opened = parquet.ParquetFile(source)
    except pa.ArrowInvalid as error:
        raise UsageError(f"{file} is no Parquet: {error}.") from None
    names = opened.schema_arrow.names
    places = {role: names[at] for role, at in named_places(names, profile, file).items()}
    row = 1
    for batch in opened.iter_batches(ROWS, columns=list(dict.fromkeys(places.values()))):
        columns = {role: _plain(batch.column(name), role) for role, name in places.items()}
        yield RowBlock(columns, np.arange(row, row + len(batch)))
        row += len(batch)


def scid_blocks(stream: IO[bytes], file: str) -> Iterator[RowBlock]:
    """Yield the bars of a file of Sierra Chart; times are microseconds since 1970, UTC.

    Raises:
        UsageError: it is no such file, or it holds ticks.
    """
    head = stream.read(56)
    if len(head) < 56 or head[:4] != b"SCID" or int.from_bytes(head[8:12], "little") != _RECORD.itemsize:
        raise UsageError(f"{file} is no intraday file of Sierra Chart.")
    stream.read(int.from_bytes(head[4:8], "little") - 56)
    row = 1
    while data := stream.read(ROWS * _RECORD.itemsize):
        found = np.frombuffer(data[: len(data) // _RECORD.itemsize * _RECORD.itemsize], _RECORD)
        if not found["open"].any():
            raise UsageError(f"{file} holds ticks, not bars: save one-minute bars from a chart instead.")
        columns = {name: pa.array(found[name].astype("float64")) for name in NUMBERS}
        columns["timestamp"] = pa.array(found["time"] - _SINCE_1899)
        yield RowBlock(columns, np.arange(row, row + len(found)))
        row += len(found)


def _plain(column: pa.Array, role: str) -> pa.Array:
    """Return numbers as float64, and texts and times as they are."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if role not in NUMBERS:
        return column
    if pa.types.is_fixed_size_binary(column.type):
        return _fixed(column)
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64())
    return pc.cast(column, pa.float64(), safe=False)


def _fixed(column: Any) -> pa.Array:
    """Return whole numbers of 8 or 16 bytes as the numbers that they stand for, each rounded once."""
    unit = _FIXED.get(column.type.byte_width)
    if unit is None or column.null_count:
        raise UsageError(f"Numbers of {column.type.byte_width} bytes are of no known form.")
    # Prices repeat, so each distinct one is converted once, and exactly.
    found = column.dictionary_encode()
    numbers = [int.from_bytes(one.as_py(), "little", signed=True) / unit for one in found.dictionary]
    return pa.array(numbers, pa.float64()).take(found.indices)
