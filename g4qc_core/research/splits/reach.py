"""How far a choice reaches beyond its own sessions: back by what its strategy remembers, on by what it holds.

From these a walk-forward derives its warm-up, purge and embargo, in sessions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.look_back import look_back_bars, sessions_for_bars, sessions_of_sizing
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import STRATEGIES, Strategy
from g4qc_core.errors import ParametersMisfit
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.sentences import counted

MOST_SETS = 5_000
"""Sets of a strategy of the user's own that are all looked at; of more, those with the ends of all axes."""

MOST_CLASS_SETS = 16
"""The same for a class of backtesting.py, of which each set is tried on bars."""

_MOST_CORNERS = 4_096
_MOST_POSITIONS = 0.95


@dataclass(frozen=True)
class LookBack:
    """How far the sets of a search look back.

    Attributes:
        bars: bars that a decision depends on, its own included.
        sessions: sessions before a session that have as many bars, and as many as the sizing looks back.
        certain: no set looks back further; otherwise only sets with the ends of all axes were looked at.
    """

    bars: int
    sessions: int
    certain: bool = True

    @property
    def words(self) -> str:
        """The look-back in one sentence."""
        reach = f"{counted(self.bars, 'bar')}, which {counted(self.sessions, 'session')} hold"
        if self.certain:
            return f"A decision looks back up to {reach}."
        return f"A decision looks back up to {reach}, by the sets with the ends of all axes."


@dataclass(frozen=True)
class HoldingTime:
    """How long positions were held, in sessions after the one of the entry: 0 within one session.

    Attributes:
        positions: how many; a position ends when it is flat or turns, not at a roll that it goes through.
        longest: of all.
        typical: the median, rounded up.
        most: as long as 95 of 100 positions were held at most.
    """

    positions: int
    longest: int
    typical: int
    most: int


def look_back(
    spec: BacktestSpec, bars: pd.DataFrame, instrument: Instrument, space: SearchSpace | None = None
) -> LookBack:
    """Return how far the strategy of a spec looks back; with a space, the largest over its sets.

    Args:
        spec: the backtest; its window is not applied.
        bars: `CONTINUOUS_COLUMNS`, n rows.
        instrument: of the bars.
        space: sets of a search; None: the spec's own parameters.

    Raises:
        UsageError: an unknown parameter, a value out of its range, or the user's code failed.
        BacktestRefused: there are not as many bars.
    """
    longest, certain = _longest(spec, bars, instrument, space)
    sessions = sessions_for_bars(bars["trade_date"].to_numpy(), longest)
    return LookBack(longest, max(sessions, sessions_of_sizing(spec.sizing)), certain)


def _longest(
    spec: BacktestSpec, bars: pd.DataFrame, instrument: Instrument, space: SearchSpace | None
) -> tuple[int, bool]:
    """Return the bars of the longest look-back, and whether no set has a longer one."""
    if space is None or not space.axes:
        return look_back_bars(spec, {}, bars, instrument), True
    most = MOST_CLASS_SETS if find_strategy(spec.strategy).of_library else MOST_SETS
    if space.size > most and spec.strategy in STRATEGIES:
        return _bound(STRATEGIES[spec.strategy], spec, space), True
    every = space.size <= most
    longest, misfit = 0, None
    for one in (space.at(index) for index in range(space.size)) if every else _corners(space, most):
        try:
            longest = max(longest, look_back_bars(spec, one, bars, instrument))
        except ParametersMisfit as error:
            misfit = error
    if not longest and misfit is not None:
        raise misfit
    return longest, every


def _bound(kind: type[Strategy], spec: BacktestSpec, space: SearchSpace) -> int:
    """Return the look-back of a strategy of G4QC with the last value of every axis.

    None of its look-backs becomes shorter if a parameter grows (`tests/core/research/test_reach.py`). The set need not
    fit together.
    """
    last: dict[str, Any] = {name: axis.at(axis.size - 1) for name, axis in space.axes.items()}
    return max(1, kind.model_construct(None, **(spec.parameters | last)).bars_remembered)


def _corners(space: SearchSpace, most: int) -> Iterator[dict[str, Any]]:
    """Yield the sets whose values are first or last on their axis, up to a number."""
    ends = [dict.fromkeys((axis.at(0), axis.at(axis.size - 1))) for axis in space.axes.values()]
    for number, values in enumerate(product(*ends)):
        if number >= min(most, _MOST_CORNERS):
            return
        yield dict(zip(space.axes, values, strict=True))


def holding_time(trades: pd.DataFrame, trade_dates: np.ndarray) -> HoldingTime:
    """Return how long the positions of a result were held.

    Trades that follow each other without a pause on the same side are one position, as over a roll.

    Args:
        trades: frame of `TRADE_COLUMNS`.
        trade_dates: sessions of the result (datetime64), ascending; repeats are allowed.
    """
    if trades.empty:
        return HoldingTime(0, 0, 0, 0)
    ordered = trades.sort_values(["entry_time", "exit_time"], kind="stable")
    days = np.unique(trade_dates.astype("datetime64[D]"))
    first, last = (
        np.searchsorted(days, ordered[name].to_numpy().astype("datetime64[D]"))
        for name in ("entry_trade_date", "exit_trade_date")
    )
    began, ended = (ordered[name].to_numpy("datetime64[us]") for name in ("entry_time", "exit_time"))
    held = [
        _sessions_held(began[own], ended[own], first[own], last[own])
        for own in (ordered["size"].to_numpy() > 0, ordered["size"].to_numpy() < 0)
    ]
    sessions = np.concatenate(held)
    return HoldingTime(
        len(sessions),
        int(sessions.max()),
        math.ceil(float(np.median(sessions))),
        int(np.quantile(sessions, _MOST_POSITIONS, method="higher")),
    )


def _sessions_held(began: np.ndarray, ended: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return the sessions of each position on one side, after joining trades that overlap or touch.

    Args:
        began: entry of each trade, ascending.
        ended: its exit.
        first: place of the session of its entry.
        last: place of the session of its exit.
    """
    if not len(began):
        return np.zeros(0, np.int64)
    new = np.concatenate(([True], began[1:] > np.maximum.accumulate(ended)[:-1]))
    starts = np.flatnonzero(new)
    return np.asarray(np.maximum.reduceat(last, starts) - first[starts])
