"""A parameter set run again by the reference engine, and compared with what the search found, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.engine_comparison import difference
from g4qc_core.backtest.engines.engine_registry import COMPILED, REFERENCE, default_engine
from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import BacktestRefused
from g4qc_core.sentences import counted

_HALF_A_CENT = 0.005


def confirm_set(evaluator: Evaluator, arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """Run a set by the reference engine, and return in words where it differs from the search; empty if nowhere.

    A class of backtesting.py was run by the reference in the search itself: it is run as a whole once more.

    Args:
        evaluator: of the search.
        arguments: those from which it was made.
        parameters: the set.

    Raises:
        UsageError, BacktestRefused: as `run_backtest`.
    """
    whole = evaluator.result(parameters)
    words = session_difference(evaluator.evaluate(parameters).equity, whole.daily_equity)
    if words or default_engine(prepare(whole.spec)) != COMPILED:
        return words
    try:
        again = run_backtest(**{**arguments, "spec": whole.spec}, engine_name=REFERENCE)
    except BacktestRefused as refused:
        return f"the search ran it and the reference refuses it: {refused}".rstrip(".")
    return difference(whole, again).rstrip(".")


def session_difference(equity: np.ndarray, daily: pd.Series) -> str:
    """Return the first difference between the session equity of a search and that of a whole backtest; empty: none.

    Args:
        equity: money at the close of each session, as the search found it.
        daily: the same of the whole backtest, by trade date.
    """
    if len(equity) != len(daily):
        return f"the search has {counted(len(equity), 'session')} and the whole backtest {len(daily):,}"
    off = np.abs(equity - daily.to_numpy()) >= _HALF_A_CENT
    if not off.any():
        return ""
    at = int(np.flatnonzero(off)[0])
    day = pd.Timestamp(daily.index[at]).date()
    return f"equity on {day} is {equity[at]:.2f} in the search and {daily.iloc[at]:.2f} in the whole backtest"
