"""Further inputs as a strategy sees them: at each of its bars, what was completed by that bar's close.

The raw bars of an input are reachable only inside `AlignedInput.of`, whose result is aligned like everything else. So
a strategy cannot see a bar before it is complete, however it computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from g4qc_core.backtest.prepared_strategy import PreparedStrategy, TargetStrategy
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput, HigherTimeframe, NextContract
from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import UsageError
from g4qc_core.sentences import counted
from g4qc_core.timeframes import timeframe

Prepared = TypeVar("Prepared", bound=PreparedStrategy)


@dataclass(frozen=True)
class InputBars:
    """The bars of one further input.

    Attributes:
        frame: m rows, ascending, with timestamp (bar start, UTC), open, high, low, close (points), volume, contract and
            trade_date.
        timeframe: name of their timeframe.
        calendar: name of their session calendar.
    """

    frame: pd.DataFrame
    timeframe: str
    calendar: str

    @property
    def version(self) -> str:
        """Fingerprint of the bars."""
        return fingerprint(self.frame)


class AlignedInput:
    """One further input, aligned to the n bars of the strategy."""

    def __init__(self, name: str, frame: pd.DataFrame, last: np.ndarray, parts: list[slice]) -> None:
        """Keep the completed bars.

        Args:
            name: of the input.
            frame: m bars.
            last: int64, length n: the last completed bar at the close of each bar of the strategy; -1: none.
            parts: bars whose prices compare: one contract each if the input is of single contracts.
        """
        self._name, self._frame, self._last, self._parts = name, frame, last, parts

    def __len__(self) -> int:
        return len(self._last)

    @property
    def number(self) -> np.ndarray:
        """Number of the last completed bar (int64, length n), -1 before the first: it changes when one is completed."""
        return self._last.copy()

    def __getitem__(self, column: str) -> np.ndarray:
        """Return a column's value in the last completed bar (float64, length n); NaN before the first.

        Raises:
            UsageError: the input has no such column of numbers.
        """
        known = [name for name in self._frame.columns if pd.api.types.is_numeric_dtype(self._frame[name])]
        if column not in known:
            raise UsageError(f"The input {self._name} has no column {column!r}: it has {', '.join(known)}.")
        return self._spread(self._frame[column].to_numpy(np.float64))

    def of(self, function: Callable[[pd.DataFrame], Any]) -> np.ndarray:
        """Return what the function computes on the input's own completed bars, aligned (float64, length n).

        Args:
            function: from m bars to m numbers; number k may follow from bars 0 to k only. For bars of single contracts
                it is called with each contract's bars apart.

        Raises:
            UsageError: the function did not give one number a bar.
        """
        found = [np.empty(0)]
        for part in self._parts:
            own = self._frame.iloc[part].reset_index(drop=True)
            values = np.asarray(function(own), np.float64)
            if values.shape != (len(own),):
                raise UsageError(
                    f"A function of the input {self._name} gave values of shape {values.shape} for "
                    f"{counted(len(own), 'bar')}: it must give one number a bar."
                )
            found.append(values)
        return self._spread(np.concatenate(found))

    def _spread(self, values: np.ndarray) -> np.ndarray:
        known = self._last >= 0
        spread = np.full(len(self._last), np.nan)
        spread[known] = values[self._last[known]]
        return spread


class FurtherInputs:
    """The further inputs of one strategy, which are aligned to the bars that it is given."""

    def __init__(self, given: Mapping[str, InputBars], timeframe_name: str, calendar_name: str) -> None:
        """Keep the inputs.

        Args:
            given: by name.
            timeframe_name: of the strategy's bars.
            calendar_name: of the strategy's bars.
        """
        self.given = dict(given)
        self._timeframe, self._calendar = timeframe_name, calendar_name
        self._ends = {name: _ends(one) for name, one in self.given.items()}
        self._aligned: tuple[pd.DataFrame, dict[str, AlignedInput]] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what the inputs are, JSON-safe, for the inputs of a result."""
        return {
            name: {"timeframe": one.timeframe, "bars": len(one.frame), "fingerprint": one.version}
            for name, one in self.given.items()
        }

    def aligned(self, bars: pd.DataFrame, declared: Mapping[str, DeclaredInput]) -> dict[str, AlignedInput]:
        """Return the inputs aligned to the bars; computed once for many parameter sets on the same frame."""
        if self._aligned is None or self._aligned[0] is not bars:
            closes = bar_ends(bars, timeframe(self._timeframe), calendar(self._calendar))
            own = bars["contract"].to_numpy(object)
            self._aligned = bars, {name: self._one(name, kind, closes, own) for name, kind in declared.items()}
        return self._aligned[1]

    def _one(self, name: str, kind: DeclaredInput, closes: np.ndarray, own: np.ndarray) -> AlignedInput:
        frame = self.given[name].frame
        last = np.searchsorted(self._ends[name], closes, side="right") - 1
        # Bars that are not completed by the last close are no part of the input.
        frame = frame.iloc[: int(last[-1]) + 1 if len(last) else 0]
        parts = [slice(0, len(frame))]
        if isinstance(kind, NextContract):
            contracts = frame["contract"].to_numpy(object)
            # A contract that has come to the front is no longer the next one.
            at = np.maximum(last, 0)
            last = np.where((last >= 0) & (contracts[at] != own), last, -1) if len(frame) else last
            edges = [0, *(np.flatnonzero(contracts[1:] != contracts[:-1]) + 1).tolist(), len(frame)]
            parts = [slice(first, end) for first, end in pairwise(edges)]
        return AlignedInput(name, frame, last.astype(np.int64), parts)


def further_inputs(
    name: str,
    declared: Mapping[str, DeclaredInput],
    given: Mapping[str, InputBars] | None,
    timeframe_name: str,
    calendar_name: str,
) -> FurtherInputs | None:
    """Return the inputs that a strategy declares; None if it declares none.

    Raises:
        UsageError: an input is not given, or is no longer timeframe.
    """
    if not declared:
        return None
    check_declared(name, declared, timeframe_name)
    missing = [f"{one} ({kind.words('its instrument', timeframe_name)})" for one, kind in declared.items()
               if one not in (given or {})]  # fmt: skip
    if missing or given is None:
        raise UsageError(f"The strategy {name} reads further inputs, which are not given: {', '.join(missing)}.")
    return FurtherInputs({one: given[one] for one in declared}, timeframe_name, calendar_name)


def check_declared(name: str, declared: Mapping[str, DeclaredInput], timeframe_name: str) -> None:
    """Check the inputs that a strategy declares.

    Raises:
        UsageError: an unknown timeframe, or one that is not longer than that of the strategy's bars.
    """
    own = timeframe(timeframe_name)
    for kind in declared.values():
        if isinstance(kind, HigherTimeframe):
            longer = timeframe(kind.timeframe)
            if own.is_session or (not longer.is_session and longer.minutes <= own.minutes):
                raise UsageError(
                    f"The strategy {name} reads {kind.timeframe} bars as a higher timeframe, and its own bars are "
                    f"{timeframe_name}: choose a shorter timeframe for the backtest."
                )
        elif not isinstance(kind, NextContract) and kind.timeframe:
            timeframe(kind.timeframe)


def _ends(one: InputBars) -> np.ndarray:
    ends = bar_ends(one.frame, timeframe(one.timeframe), calendar(one.calendar))
    if (np.diff(ends) < 0).any():
        raise UsageError("The bars of a further input are not in ascending order.")
    return ends


def with_inputs(
    strategy: Prepared, given: Mapping[str, InputBars] | None, timeframe_name: str, calendar_name: str
) -> Prepared:
    """Return the strategy with the further inputs that it declares; itself if it declares none.

    Args:
        strategy: of either kind.
        given: bars by the name of the input.
        timeframe_name: of the strategy's bars.
        calendar_name: of the strategy's bars.

    Raises:
        UsageError: an input is not given, or is no longer timeframe.
    """
    if not isinstance(strategy, TargetStrategy) or not strategy.rule.inputs:
        return strategy
    further = further_inputs(strategy.name, strategy.rule.inputs, given, timeframe_name, calendar_name)
    return replace(strategy, further=further)
