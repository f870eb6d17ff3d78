"""Fingerprints of frames: equal for equal values, on every host."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from pandas.api import types


def fingerprint(frame: pd.DataFrame) -> str:
    """Return the sha256 (hex) of the names and values of the columns, in the frame's row order.

    The result does not depend on the index, the order of the columns, the unit of timestamps (down to the microsecond),
    the width of numbers or the byte order. Two NaN are equal, and so are 0.0 and -0.0. Zoned timestamps count as UTC.

    Raises:
        TypeError: a column holds anything other than numbers, timestamps or text.
    """
    digest = hashlib.sha256(f"{len(frame)} rows".encode())
    for name in sorted(frame.columns):
        kind, values = _canonical(frame[name])
        digest.update(f"|{name}:{kind}:{len(values)}:".encode())
        digest.update(values)
    return digest.hexdigest()


def version_of(bars: pd.DataFrame) -> str:
    """Return the fingerprint of bars that have contract and timestamp, in any order."""
    codes, _ = pd.factorize(bars["contract"], sort=True)
    order = np.lexsort((bars["timestamp"].to_numpy(), codes))
    return fingerprint(bars.iloc[order])


def _canonical(column: pd.Series) -> tuple[str, bytes]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if types.is_datetime64_any_dtype(column.dtype):
        return "time", _integers(column.to_numpy("datetime64[us]").view("int64"))
    if types.is_bool_dtype(column.dtype) or types.is_integer_dtype(column.dtype):
        return "int", _integers(column.to_numpy("int64"))
    if types.is_float_dtype(column.dtype):
        values = column.to_numpy("float64") + 0.0  # turns -0.0 into 0.0
        values[np.isnan(values)] = np.nan  # one bit pattern for every NaN
        return "float", values.astype("<f8").tobytes()
    if isinstance(column.dtype, pd.CategoricalDtype) or types.is_string_dtype(column.dtype):
        return "text", _text(column)
    raise TypeError(f"column {column.name} of type {column.dtype} has no fingerprint")


def _text(column: pd.Series) -> bytes:
    # Long columns hold few distinct texts: hash each text once, in order of appearance, and then their positions.
    codes, vocabulary = pd.factorize(column.astype(object))
    words = [str(word).encode() for word in vocabulary]
    head = b"".join(len(word).to_bytes(8, "little") + word for word in words)
    return head + _integers(codes.astype("int64"))


def _integers(values: np.ndarray) -> bytes:
    return values.astype("<i8").tobytes()
