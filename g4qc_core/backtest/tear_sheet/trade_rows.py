"""The trades as the table and the chart get them: columns of numbers, each written as exactly as the frame has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.result import BacktestResult

MOST_ROWS = 20_000
COLUMNS = {
    "entry_time": "minute",
    "exit_time": "minute",
    "contract": "name",
    "size": "int",
    "entry_price_own": "price",
    "exit_price_own": "price",
    "ticks": "int",
    "gross": "money",
    "fees": "money",
    "slippage": "money",
    "profit": "money",
    "bars": "int",
    "exit_reason": "name",
}
"""The columns of the table, with the kinds of their values."""


def trade_rows(result: BacktestResult) -> dict[str, Any]:
    """Return the last `MOST_ROWS` trades, JSON-safe, in the order of the frame.

    Returns:
        `count`; `columns`: name, kind and values of each, with instants as seconds since 1970 and repeated names once;
        `x0` and `x1`: the bars at which a trade begins and ends; `entry` and `exit`: prices as the series shows them,
        only if they differ from the contract's own.
    """
    frame = result.trades.tail(MOST_ROWS)
    at = pd.Series(np.arange(len(result.equity)), index=pd.DatetimeIndex(result.equity["timestamp"]))
    rows: dict[str, Any] = {
        "count": len(frame),
        "columns": [[name, kind, _values(frame[name], kind)] for name, kind in COLUMNS.items()],
        "x0": at.loc[frame["entry_time"]].to_list(),
        "x1": at.loc[frame["exit_time"]].to_list(),
    }
    for end in ("entry", "exit"):
        if not frame[f"{end}_price"].equals(frame[f"{end}_price_own"]):
            rows[end] = frame[f"{end}_price"].to_list()
    return rows


def _values(column: pd.Series, kind: str) -> Any:
    if kind == "minute":
        return (column.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[s]").astype("int64")).to_list()
    if kind == "name":
        at, names = pd.factorize(column.astype(str))
        return {"names": list(names), "at": at.tolist()}
    return [_short(value) for value in column.to_list()]


def _short(value: float | int) -> float | int:
    """Return a whole number without its decimals; JSON readers see the same number."""
    return int(value) if float(value).is_integer() else value
