"""Bars as columns of numbers, which a page reads without parsing: `application/vnd.g4qc.columns`.

Four bytes with the length of the header (unsigned, little-endian), the header as JSON, padded with spaces to a multiple
of eight bytes, then the columns, each at a multiple of eight bytes. The header has the fields of the JSON document, and
for each column its name, type (`f8` or `i4`, little-endian) and place, counted from the end of the header. Instants are
seconds since 1970, UTC. Texts and dates are indices into the texts of the header. NaN stands for null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

_ALIGNED = 8


def encode_columns(bars: pa.Table, head: Mapping[str, Any]) -> bytes:
    """Return the bars as columns.

    Args:
        bars: table with the schema `bar_reader.SCHEMA`.
        head: further fields of the header.
    """
    described, pieces, offset = [], [], 0
    for name, column in zip(bars.column_names, bars.columns, strict=True):
        values, texts = _values(column)
        kind = f"{values.dtype.kind}{values.dtype.itemsize}"
        more = {} if texts is None else {"values": texts}
        described.append({"name": name, "type": kind, "offset": offset, **more})
        pieces += [values.tobytes(), bytes(-values.nbytes % _ALIGNED)]
        offset += values.nbytes + len(pieces[-1])
    header = json.dumps({**head, "rows": len(bars), "columns": described}, separators=(",", ":")).encode()
    header += b" " * (-(4 + len(header)) % _ALIGNED)
    return b"".join([len(header).to_bytes(4, "little"), header, *pieces])


def _values(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str] | None]:
    """Return the values as `<f8`, or as `<i4` with the texts that they number."""
    if pa.types.is_string(column.type) or pa.types.is_date(column.type):
        found = column.combine_chunks().dictionary_encode()
        texts = found.dictionary.cast(pa.string()).to_pylist()
        return found.indices.to_numpy(zero_copy_only=False).astype("<i4"), texts
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.int64()).to_numpy() / 1e6, None
    values = column.to_numpy().astype("<f8")
    # JSON has no infinity either.
    return (values if np.isfinite(values).all() else np.where(np.isfinite(values), values, np.nan)), None
