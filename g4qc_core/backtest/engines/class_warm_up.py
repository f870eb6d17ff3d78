"""How many bars the indicators of a class of backtesting.py need: the library first asks a class after these.

The module is imported late, because the library imports Bokeh.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.engines.library_classes import run_class
from g4qc_core.backtest.prepared_strategy import LibraryStrategy


class _Asked(BaseException):
    """The library asked the class for the first time, after so many bars; None: an indicator has no value."""

    def __init__(self, bars: int | None) -> None:
        super().__init__(bars)
        self.bars = bars


def bars_of_indicators(task: EngineTask, strategy: LibraryStrategy) -> int | None:
    """Return the bars until all indicators of the class have values, at least one.

    Indicators that are made in `init` count. What the class reads of earlier bars itself cannot be seen.

    Args:
        task: bars, costs and cash.
        strategy: the class.

    Returns:
        None if an indicator has no value on any of the bars.

    Raises:
        UsageError: the class failed.
    """

    def ask(self: Any) -> None:
        # Of an indicator without any value the library waits for none.
        lines = [np.atleast_2d(np.asarray(one, np.float64)) for one in self._indicators]
        raise _Asked(None if any(np.isnan(line).all(axis=1).any() for line in lines) else len(self.data))

    asked = type(strategy.kind.__name__, (strategy.kind,), {"next": ask, "__module__": strategy.kind.__module__})
    try:
        run_class(replace(task, bars=replace(task.bars, start=0)), replace(strategy, kind=asked))
    except _Asked as found:
        # The library asks first on the bar after the one on which all indicators have a value.
        return None if found.bars is None else max(1, found.bars - 1)
    return None
