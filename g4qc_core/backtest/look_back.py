"""How far a strategy looks back: bars of one decision, and sessions that a warm-up needs for it.

A strategy of G4QC's kind says its bars (`Strategy.bars_remembered`). Of a class of backtesting.py its indicators tell
them. Further inputs of a strategy are read over the same window; bars of theirs are not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.known_strategies import KnownStrategy, find_strategy
from g4qc_core.backtest.prepared_strategy import LibraryStrategy
from g4qc_core.backtest.run import task_of
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.user_code import user_errors
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted

# Bars on which a class is tried first; most look-backs are shorter, and a class that fails slowly is no good search.
_FIRST_TRY = 2_000


def look_back_bars(
    spec: BacktestSpec,
    parameters: Mapping[str, Any],
    bars: pd.DataFrame | None = None,
    instrument: Instrument | None = None,
) -> int:
    """Return the bars that a decision of the spec's strategy depends on, its own bar included, at least one.

    Args:
        spec: names the strategy; its own parameters hold where none is given.
        parameters: of the strategy.
        bars: `CONTINUOUS_COLUMNS`; only a class of backtesting.py needs them.
        instrument: of the bars.

    Raises:
        UsageError: an unknown parameter or a value out of its range, the user's code failed, or bars are missing.
        BacktestRefused: an indicator of the class has no value on any bar.
    """
    known, given = find_strategy(spec.strategy), {**spec.parameters, **parameters}
    rule = known.with_parameters(given)
    if rule is None:
        return _of_class(spec, known, given, bars, instrument)
    with user_errors(type(rule)):
        found = rule.bars_remembered
    if not isinstance(found, int):
        raise UsageError(f"{type(rule).__name__}: bars_remembered is {found!r}: it must be a whole number.")
    return max(1, found)


def _of_class(
    spec: BacktestSpec,
    known: KnownStrategy,
    given: Mapping[str, Any],
    bars: pd.DataFrame | None,
    instrument: Instrument | None,
) -> int:
    from g4qc_core.backtest.engines.class_warm_up import bars_of_indicators

    if bars is None or instrument is None:
        raise UsageError(
            f"The strategy {spec.strategy} is a class of backtesting.py, whose look-back is seen on bars only: give "
            "them, or say the number of sessions."
        )
    parameters = known.all_parameters(given)
    asked = {name: parameters[name] for name in given}
    strategy = LibraryStrategy(spec.strategy, parameters, known.version, known.kind, asked)
    for tried in (_FIRST_TRY, len(bars)):
        task = task_of(spec, price_bars(bars.iloc[:tried], instrument), strategy, None)
        found = bars_of_indicators(task, strategy)
        if found is not None:
            return found
        if tried >= len(bars):
            break
    raise BacktestRefused(
        f"An indicator of {spec.strategy} has no value on any of {counted(len(bars), 'bar')}: widen the window, or "
        "choose shorter parameters."
    )


def sessions_for_bars(trade_dates: np.ndarray, bars: int) -> int:
    """Return the sessions before any session that together have at least so many bars.

    Args:
        trade_dates: session of each bar, ascending (datetime64), length n.
        bars: how many bars are needed before the first one of a session.

    Returns:
        The largest number over all sessions that have so many bars before them; at least one.

    Raises:
        BacktestRefused: no session has.
    """
    starts = np.flatnonzero(np.concatenate(([True], trade_dates[1:] != trade_dates[:-1])))
    ready = np.flatnonzero(starts >= bars)
    if not len(ready):
        raise BacktestRefused(
            f"A decision needs {counted(bars, 'bar')}, and there are {counted(int(starts[-1]), 'bar')} before the last "
            "session: widen the window, or choose shorter parameters."
        )
    first = np.searchsorted(starts, starts[ready] - bars, side="right") - 1
    return max(1, int((ready - first).max()))


def sessions_of_sizing(sizing: str) -> int:
    """Return the sessions before the one of a fill that its size depends on.

    A volatility is of changes between sessions that ended before the session of the decision, which may be the one
    before that of the fill.
    """
    rule = parse_sizing(sizing)
    return rule.window + 2 if rule.kind == "volatility" else 0
