"""A parameter set run again by the reference engine, and compared with what the search found, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.sentences import counted

REFERENCE = "backtesting"
_HALF_A_CENT = 0.005


def confirm_set(evaluator: Evaluator, arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """Run a set by the reference engine, and return in words where it differs from the search; empty if nowhere.

    Args:
        evaluator: of the search.
        arguments: those from which it was made.
        parameters: the set.

    Raises:
        UsageError, BacktestRefused: as `run_backtest`.
    """
    own = evaluator.result(parameters)
    spec = arguments["spec"].model_copy(update={"parameters": {**arguments["spec"].parameters, **parameters}})
    rest = {name: value for name, value in arguments.items() if name != "spec"}
    reference = run_backtest(spec, rest.pop("bars"), rest.pop("instrument"), **rest, engine_name=REFERENCE)
    return difference(evaluator.evaluate(parameters).equity, own, reference)


def difference(equity: np.ndarray, own: BacktestResult, reference: BacktestResult) -> str:
    """Return the first difference between two results of the same inputs in words; empty if there is none.

    Args:
        equity: money at the close of each session, as the search found it.
        own: the result by the engine of the search.
        reference: the result by the reference engine.
    """
    if len(own.trades) != len(reference.trades):
        return f"the search has {counted(len(own.trades), 'trade')} and the reference {len(reference.trades):,}"
    for name in own.trades.columns:
        mine, theirs = own.trades[name].to_numpy(), reference.trades[name].to_numpy()
        same = (mine == theirs) | (pd.isna(mine) & pd.isna(theirs))
        if not same.all():
            at = int(np.flatnonzero(~same)[0])
            return f"{name} of trade {at + 1} is {mine[at]} in the search and {theirs[at]} in the reference"
    daily = reference.daily_equity
    if len(equity) != len(daily):
        return f"the search has {counted(len(equity), 'session')} and the reference {len(daily):,}"
    off = np.abs(equity - daily.to_numpy()) >= _HALF_A_CENT
    if off.any():
        at = int(np.flatnonzero(off)[0])
        day = pd.Timestamp(daily.index[at]).date()
        return f"equity on {day} is {equity[at]:.2f} in the search and {daily.iloc[at]:.2f} in the reference"
    return ""
