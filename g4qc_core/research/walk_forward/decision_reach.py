"""How many sessions a decision reaches back and how long it is held, for the gaps between training and test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import ParametersMisfit
from g4qc_core.research.search.space import SearchSpace

# Sets that are built one by one to find the longest look-back.
_ASKED = 2_000


@dataclass(frozen=True)
class DecisionReach:
    """Sessions that a decision depends on, and sessions that it lasts.

    Attributes:
        look_back: sessions before the one of the decision whose bars it reads.
        holding: sessions for which a position is held, as far as the look-back says it.
    """

    look_back: int
    holding: int


def reach_of(backtest: BacktestSpec, space: SearchSpace | None, bars: pd.DataFrame) -> DecisionReach:
    """Return the longest reach of the sets of a search, or of the backtest's own parameters.

    A strategy does not say how long it holds a position. One that looks back over n bars turns about as often, so that
    positions are taken to be held as long as the strategy looks back.

    Args:
        backtest: the backtest.
        space: the sets; None: the backtest's own parameters alone.
        bars: some of the bars, with `trade_date`; their sessions give the number of bars in one.
    """
    needed = max(_bars_needed(backtest, parameters) for parameters in _sets(space))
    counts = bars["trade_date"].value_counts()
    in_session = max(1.0, float(np.median(counts.to_numpy()))) if len(counts) else 1.0
    look_back = math.ceil(needed / in_session) + _of_sizing(backtest)
    return DecisionReach(look_back, look_back)


def _sets(space: SearchSpace | None) -> Sequence[Mapping[str, Any]]:
    """Return all sets of a small space, and the corners of a large one."""
    if space is None:
        return [{}]
    if space.size <= _ASKED:
        return [space.at(index) for index in range(space.size)]
    corners: list[dict[str, Any]] = [{}]
    for name, axis in space.axes.items():
        ends = {axis.at(0), axis.at(axis.size - 1)}
        corners = [{**one, name: value} for one in corners for value in sorted(ends, key=str)][:_ASKED]
    return corners


def _bars_needed(backtest: BacktestSpec, parameters: Mapping[str, Any]) -> int:
    spec = backtest.model_copy(update={"parameters": {**backtest.parameters, **parameters}})
    try:
        return prepare(spec).bars_needed
    except ParametersMisfit:
        return 1


def _of_sizing(backtest: BacktestSpec) -> int:
    """Return the sessions over which the sizing looks back; the first return needs the session before."""
    rule = parse_sizing(backtest.sizing)
    return rule.window + 1 if rule.kind == "volatility" else 0
