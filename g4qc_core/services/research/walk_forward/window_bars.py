"""The bars of windows of one backtest: what a spec with these trade dates would read, cut from bars that are read once.

Prices are adjusted for each window by the rolls within it, because a roll after it is in its future.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import window
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.storage.stores import Stores


class WindowBars:
    """The bars of one backtest.

    Attributes:
        version: fingerprint of all of them, as the backtest reads them.
        days: trade dates of their sessions, ascending.
        counts: bars of each session.
        instrument: of the bars.
    """

    def __init__(self, backtest: BacktestSpec, registry: Registry, stores: Stores, now: datetime | None = None) -> None:
        """Read the bars.

        Args:
            backtest: whose window is read; raises as `read_bars`.
            registry: the instruments.
            stores: of the bars.
            now: as for `read_bars`.
        """
        self._backtest, self._registry, self._stores, self._now = backtest, registry, stores, now
        self.instrument = registry[backtest.instrument]
        plain = backtest.model_copy(update={"adjustment": Adjustment.NONE})
        self._own = read_bars(plain, registry, stores, now)
        self.version = self._own.adjusted_by(backtest.adjustment).version
        seen = window(self._own.series, backtest.first, backtest.last)
        days, counts = np.unique(seen["trade_date"].to_numpy(), return_counts=True)
        self.days: list[date] = [pd.Timestamp(day).date() for day in days]
        self.counts = counts

    @property
    def series(self) -> pd.DataFrame:
        """All bars at the contracts' own prices."""
        return self._own.series

    def read(self, first: date, last: date) -> SpecBars:
        """Return what the backtest would read with these first and last trade dates."""
        if self._backtest.on_roll == "hold" or self._own.inputs:
            cut = self._backtest.model_copy(update={"first": first, "last": last})
            return read_bars(cut, self._registry, self._stores, self._now)
        series = window(self._own.series, first, last)
        exits = self._own.exits
        if len(series):
            inside = (exits.index > series["timestamp"].iloc[0]) & (exits.index <= series["timestamp"].iloc[-1])
            exits = exits[inside]
        own = self._own
        return SpecBars(series, exits, own.rule, own.rolls, own.known).adjusted_by(self._backtest.adjustment)

    def warm_up(self, place: int, bars: int, sessions: int) -> date:
        """Return the trade date from which a test must read so that it can decide before its first session.

        Args:
            place: of the test's first session.
            bars: that the strategy needs up to its first decision.
            sessions: that the sizing looks back.
        """
        at, left = place, bars
        while at > 0 and (left > 0 or place - at < sessions):
            at -= 1
            left -= int(self.counts[at])
        return self.days[at]
