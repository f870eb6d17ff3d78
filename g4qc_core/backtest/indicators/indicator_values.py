"""What an indicator takes: a column of numbers and a length in bars."""

from __future__ import annotations

from typing import Any

import numpy as np


def column(values: Any) -> np.ndarray:
    """Return the values as float64 in one dimension.

    Raises:
        ValueError: more than one dimension.
    """
    own = np.ascontiguousarray(values, np.float64)
    if own.ndim != 1:
        raise ValueError(f"an indicator takes one column, and these values have the shape {own.shape}")
    return own


def same_length(*values: Any) -> list[np.ndarray]:
    """Return several columns as float64.

    Raises:
        ValueError: they differ in length.
    """
    own = [column(one) for one in values]
    if len({len(one) for one in own}) > 1:
        lengths = ", ".join(str(len(one)) for one in own)
        raise ValueError(f"an indicator takes columns of one length, and these have {lengths} values")
    return own


def checked_length(length: int, least: int = 1) -> int:
    """Return the length.

    Raises:
        ValueError: no whole number, or smaller than `least`.
    """
    if isinstance(length, bool) or int(length) != length or length < least:
        raise ValueError(f"the length of an indicator is a whole number from {least}, not {length!r}")
    return int(length)
