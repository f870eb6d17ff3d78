"""Sums: exact ones of money, quick ones of returns; figures are rounded afterwards, so that hosts agree."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np


def total(values: Iterable[float]) -> float:
    """Return the sum, rounded once, or the exact sum of whole numbers: for money."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "i":
        return int(values.sum())
    return math.fsum(values.tolist() if isinstance(values, np.ndarray) else values)


def quick(values: np.ndarray) -> float:
    """Return the sum, added in pairs: for returns, whose figures are rounded afterwards."""
    return float(np.add.reduce(values))


def mean(values: np.ndarray) -> float:
    """Return the mean of at least one return."""
    return quick(values) / len(values)


def finite(value: Any) -> float | int | None:
    """Round to ten decimals, because the last bits of a power or a root differ between hosts; None if not finite."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), 10) + 0.0 if isinstance(value, float) else int(value)
