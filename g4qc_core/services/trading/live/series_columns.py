"""Bars of a continuous series as arrays, which grow by a bar at little cost, and as the frame that strategies read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import CONTINUOUS_COLUMNS, PRICES
from g4qc_core.bars.schema import DTYPES
from g4qc_core.futures.continuous import adjusted_prices

Columns = Mapping[str, np.ndarray]
"""`CONTINUOUS_COLUMNS`: timestamp as datetime64[us] in UTC, contract as objects, the others as in a frame."""

_FLOATS = (*PRICES, "factor", "adjustment")


def columns_of(frame: pd.DataFrame) -> Columns:
    """Return the columns of a frame with `CONTINUOUS_COLUMNS`."""
    found = {name: frame[name].to_numpy() for name in CONTINUOUS_COLUMNS if name not in ("timestamp", "contract")}
    stamps = pd.DatetimeIndex(frame["timestamp"]).tz_convert("UTC").tz_localize(None)
    return {**found, "timestamp": stamps.to_numpy("datetime64[us]"), "contract": frame["contract"].to_numpy(object)}


def frame_of(columns: Columns) -> pd.DataFrame:
    """Return columns as a frame, index 0..n-1, with the types of stored bars."""
    shown = {
        **columns,
        "timestamp": pd.DatetimeIndex(columns["timestamp"]).tz_localize("UTC"),
        "contract": pd.array(columns["contract"], dtype=DTYPES["contract"]),
    }
    return pd.DataFrame({name: shown[name] for name in CONTINUOUS_COLUMNS}, copy=False)


def joined(parts: Sequence[Columns]) -> Columns:
    """Return parts one after another."""
    return {name: np.concatenate([part[name] for part in parts]) for name in CONTINUOUS_COLUMNS}


def after_last(shown: Columns, own: Columns) -> Columns:
    """Return bars with their own prices adjusted like the last bar of a series, whose session and contract they share.

    Args:
        shown: the series, adjusted, at least one bar.
        own: bars that follow.
    """
    factor, points = float(shown["factor"][-1]), float(shown["adjustment"][-1])
    prices = {name: adjusted_prices(own[name], factor, points) for name in PRICES}
    n = len(own["timestamp"])
    return {**own, **prices, "factor": np.full(n, factor), "adjustment": np.full(n, points)}


def made_columns(rows: Sequence[tuple[object, ...]]) -> Columns:
    """Return rows of own prices, each with the values of `CONTINUOUS_COLUMNS` up to trade_date, as columns.

    Instants are UTC; a row has no factor and no adjustment.
    """
    names = CONTINUOUS_COLUMNS[:-2]
    values = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    found = {name: np.array(values[name], "float64") for name in PRICES}
    stamps = [stamp.replace(tzinfo=None) for stamp in values["timestamp"]]
    return {
        **found,
        "timestamp": np.array(stamps, "datetime64[us]"),
        "volume": np.array(values["volume"], "int64"),
        "contract": np.array(values["contract"], object),
        "trade_date": np.array(values["trade_date"], "datetime64[D]").astype(DTYPES["trade_date"]),
        "factor": np.ones(len(rows)),
        "adjustment": np.zeros(len(rows)),
    }
