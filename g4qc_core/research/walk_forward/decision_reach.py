"""How many sessions a decision reaches back and how long it is held, for the gaps between training and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.research.splits.reach import holding_time, look_back

MOST_SESSIONS = 500
"""Most of the sessions before the first test on which the holding time is measured."""

_ALL = 10**9


@dataclass(frozen=True)
class DecisionReach:
    """Sessions that a decision depends on, and sessions that it lasts.

    Attributes:
        look_back: sessions before the one of a decision whose bars the sets of the search read.
        holding: sessions for which positions are held, measured; at most `look_back`, because a position that is held
            longer rests on decisions that no longer know the bars before it.
    """

    look_back: int
    holding: int


def reach_of(arguments: Mapping[str, Any], space: SearchSpace, history: pd.DataFrame) -> DecisionReach:
    """Return the reach of the sets of a search.

    The holding time is that of 95 of 100 positions of the backtest's own parameters and of the set with the last value
    of every axis, which is the slowest one of most strategies.

    Args:
        arguments: those of `Evaluator`, by name, with sessions before the first test.
        space: the sets.
        history: all bars, whose sessions say how many a look-back is; no price of theirs is read, but for a class of
            backtesting.py those of the first bars, until its indicators have values.

    Raises:
        UsageError: an unknown parameter, a value out of its range, or the user's code failed.
        BacktestRefused: there are fewer bars than a decision needs.
    """
    spec: BacktestSpec = arguments["spec"]
    bars = arguments["bars"]
    reach = look_back(spec, history, arguments["instrument"], space).sessions
    last = {name: axis.at(axis.size - 1) for name, axis in space.axes.items()}
    evaluator = Evaluator(**arguments)
    held = [_held(evaluator, parameters, bars["trade_date"].to_numpy()) for parameters in ({}, last)]
    measured = [one for one in held if one is not None]
    return DecisionReach(reach, min(reach, max(measured, default=reach)))


def _held(evaluator: Evaluator, parameters: Mapping[str, Any], days: Any) -> int | None:
    """Return the sessions for which a set holds positions; None if it cannot run, or never trades."""
    try:
        trades, count = evaluator.trades(parameters, _ALL)
    except (UsageError, BacktestRefused):
        return None
    return holding_time(trades, days).most if count else None
