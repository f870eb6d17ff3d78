"""The answer to one explored set: figures, session equity and trades, ready for a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import window
from g4qc_core.backtest.engines.engine_registry import default_engine, engine
from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
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


class SetExplorer:
    """Runs sets of one spec, on bars that are prepared once."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        """Take the arguments of `Evaluator`, by name."""
        spec: BacktestSpec = arguments["spec"]
        self._evaluator = Evaluator(**arguments)
        self._cash = float(spec.cash)
        self._engine = engine(default_engine(prepare(spec))).version
        days = window(arguments["bars"], spec.traded_from, spec.last)["trade_date"].drop_duplicates()
        self._days: list[str] = pd.DatetimeIndex(days).strftime("%Y-%m-%d").tolist()

    def run(self, parameters: Mapping[str, Any], most_trades: int) -> ExploredSet:
        """Run one set, and return it with at most this number of trades.

        Raises:
            UsageError: the parameters are wrong, or do not fit together.
        """
        found = self._evaluator.evaluate(parameters)
        if found.refused:
            return ExploredSet(found.parameters, refused=found.refused)
        trades, count = self._evaluator.trades(parameters, most_trades)
        returns = session_returns(found.equity, self._cash)
        return ExploredSet(
            found.parameters,
            fingerprint=found.fingerprint,
            engine=self._engine,
            metrics=found.metrics,
            days=self._days,
            equity=found.equity.tolist(),
            trades=_columns(trades),
            trade_count=count,
            returns=returns,
            shape=SessionShape.of(returns),
        )


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the columns as JSON has them: times in UTC as text, undefined numbers null."""
    return {str(name): _values(frame[name]) for name in frame.columns}


def _values(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        stamps = column.dt.tz_convert(None).to_numpy().astype("datetime64[s]")
        return [f"{text}Z" for text in np.datetime_as_string(stamps).tolist()]
    if column.dtype.kind == "M":
        return list(np.datetime_as_string(column.to_numpy().astype("datetime64[D]")).tolist())
    values = column.tolist()
    if column.dtype.kind == "f" and not np.isfinite(column.to_numpy()).all():
        return [value if np.isfinite(value) else None for value in values]
    return values
