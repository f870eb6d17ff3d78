"""The answer to one explored set: figures, session equity and trades, ready for a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.errors import BacktestRefused
from g4qc_core.research.search.session_shape import SessionShape


@dataclass(frozen=True)
class ExploredSet:
    """One set.

    Attributes:
        parameters: all parameters of the strategy, defaults included.
        refused: why the account refuses the set, one sentence; empty if there is a result.
        fingerprint: id of the result; empty if the set was refused.
        engine: name and version of the engine.
        metrics: figures by name.
        days: trade date of each session, as text.
        equity: money at the close of each session.
        trades: columns of the first trades, JSON-safe.
        trade_count: number of all trades.
        returns: session returns.
        shape: moments of the returns; None if the set was refused.
    """

    parameters: Mapping[str, Any]
    refused: str = ""
    fingerprint: str = ""
    engine: str = ""
    metrics: Mapping[str, float | int | None] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)
    trades: Mapping[str, list[Any]] = field(default_factory=dict)
    trade_count: int = 0
    returns: np.ndarray = field(default_factory=lambda: np.empty(0))
    shape: SessionShape | None = None


def explore_set(evaluator: Evaluator, parameters: Mapping[str, Any], cash: float, most_trades: int) -> ExploredSet:
    """Run one set.

    Args:
        evaluator: of the spec.
        parameters: the set.
        cash: money in the account before the first bar.
        most_trades: number of trades to answer.

    Raises:
        UsageError: the parameters are wrong, or do not fit together.
    """
    try:
        found = evaluator.result(parameters)
    except BacktestRefused as refused:
        return ExploredSet(dict(parameters), refused=str(refused))
    daily = found.daily_equity
    returns = session_returns(daily.to_numpy(np.float64), cash)
    return ExploredSet(
        found.inputs["parameters"],
        fingerprint=found.id,
        engine=str(found.inputs["engine"]),
        metrics=found.metrics,
        days=pd.DatetimeIndex(daily.index).strftime("%Y-%m-%d").tolist(),
        equity=daily.tolist(),
        trades=_columns(found.trades.head(most_trades)),
        trade_count=len(found.trades),
        returns=returns,
        shape=SessionShape.of(returns),
    )


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the columns as JSON has them: times in UTC as text, undefined numbers null."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif column.dtype.kind == "M":
            column = column.dt.strftime("%Y-%m-%d")
        columns[str(name)] = [None if isinstance(v, float) and not np.isfinite(v) else v for v in column.tolist()]
    return columns
