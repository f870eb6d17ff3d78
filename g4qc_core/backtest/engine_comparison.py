"""Confirmation of a result: the same spec by the other engine, every trade and the equity of every session compared."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.aligned_inputs import InputBars
from g4qc_core.backtest.engines.engine_registry import COMPILED, REFERENCE, default_engine
from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted


def confirm(
    result: BacktestResult,
    bars: pd.DataFrame,
    instrument: Instrument,
    *,
    data_version: str,
    roll_rule: str,
    exits: pd.Series | None = None,
    old_contracts: OldContracts | None = None,
    inputs: Mapping[str, InputBars] | None = None,
) -> str:
    """Run the spec of a result by the other engine, and return the first difference in words; empty: there is none.

    Args:
        result: of `run_backtest`, by either engine.
        bars: those of the result, as for `run_backtest`.
        instrument: of the bars.
        data_version: as for `run_backtest`.
        roll_rule: as for `run_backtest`.
        exits: as for `run_backtest`.
        old_contracts: as for `run_backtest`.
        inputs: as for `run_backtest`.

    Raises:
        UsageError: only one engine can run the strategy.
    """
    if default_engine(prepare(result.spec)) != COMPILED:
        raise UsageError(
            f"The strategy {result.spec.strategy} is a class of backtesting.py, which no other engine can run: there "
            "is nothing to confirm it by."
        )
    used = str(result.inputs["engine"]).split(" ")[0]
    other = COMPILED if used == REFERENCE else REFERENCE
    try:
        again = run_backtest(
            result.spec,
            bars,
            instrument,
            data_version=data_version,
            roll_rule=roll_rule,
            exits=exits,
            old_contracts=old_contracts,
            inputs=inputs,
            engine_name=other,
        )
    except BacktestRefused as refused:
        return f"{used} ran the backtest and {other} refused it: {refused}"
    return difference(result, again)


def difference(one: BacktestResult, other: BacktestResult) -> str:
    """Return the first difference between the trades and session equities of two results, in words; empty: none."""
    names = [str(each.inputs["engine"]).split(" ")[0] for each in (one, other)]
    trades, others = one.trades, other.trades
    rows = min(len(trades), len(others))
    wrong = (trades.head(rows) != others.head(rows)).to_numpy()
    if wrong.any():
        row = int(wrong.any(axis=1).argmax())
        column = trades.columns[int(wrong[row].argmax())]
        return (
            f"Trade {row + 1} of {trades['entry_time'].iloc[row]}: {column} is {trades[column].iloc[row]} by "
            f"{names[0]} and {others[column].iloc[row]} by {names[1]}."
        )
    if len(trades) != len(others):
        return f"{names[0]} made {counted(len(trades), 'trade')}, {names[1]} made {counted(len(others), 'trade')}."
    equity, its = one.daily_equity, other.daily_equity
    if not equity.index.equals(its.index):
        return f"{names[0]} ran {counted(len(equity), 'session')}, {names[1]} ran {counted(len(its), 'session')}."
    differs = (equity != its).to_numpy()
    if differs.any():
        at = int(differs.argmax())
        return (
            f"The equity of {equity.index[at]:%Y-%m-%d} is {equity.iloc[at]} by {names[0]} and {its.iloc[at]} by "
            f"{names[1]}."
        )
    return ""
