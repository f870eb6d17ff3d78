"""Breakout of the range in which a session opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from g4qc_core.backtest.indicators import OpeningRange


class OpeningRangeBreakout(Strategy):
    """Go with the first close outside the range of a session's first bars, and leave before or at its end."""

    name: ClassVar[str] = "opening_range_breakout"
    summary: ClassVar[str] = (
        "Long when a close is above the high of the first `length` bars of its session, short when it is below their "
        "low; out after the bar number `leave` of the session, or after the first bar of the next one."
    )

    length: int = searched(6, ge=1, le=2000, search=(1, 60, 1), description="First bars of a session, its range")
    leave: int = searched(
        0, ge=0, le=2000, search=(0, 600, 30), description="Bar of a session after which it is flat; 0: no such bar"
    )
    long_only: bool = searched(False, choices=(False, True), description="No short positions")

    @property
    def bars_needed(self) -> int:
        """The range and one bar that leaves it."""
        return self.length + 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the position after each close: 1, -1 or 0."""
        import numpy as np

        from g4qc_core.backtest.indicators import latch

        prepared = PreparedBars(bars)
        close = prepared.column("close")
        begins = _begins(prepared)
        number = np.arange(len(close)) - np.flatnonzero(begins)[np.cumsum(begins) - 1] + 1
        opened = self._opened(prepared)
        over = number >= self.leave if self.leave else np.zeros(len(close), bool)
        may = (number > self.length) & ~over
        above, below = may & (close > opened.high), may & (close < opened.low) & (not self.long_only)
        return latch(above, over | begins, below, over | begins).astype(np.float64)

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the range of each session, from its last bar on."""
        opened = self._opened(prepared)
        edges = (("high", opened.high), ("low", opened.low))
        return [IndicatorLine(f"opening {name}({self.length})", values, kind="band") for name, values in edges]

    def _opened(self, prepared: PreparedBars) -> OpeningRange:
        import numpy as np

        from g4qc_core.backtest.indicators import opening_range

        def made() -> OpeningRange:
            sessions = np.cumsum(_begins(prepared))
            return opening_range(prepared.column("high"), prepared.column("low"), sessions, self.length)

        return prepared.once(("opening range", self.length), made)


def _begins(prepared: PreparedBars) -> np.ndarray:
    """Return where a session begins."""
    import numpy as np

    days = prepared.frame["trade_date"].to_numpy()
    begins = np.ones(len(days), bool)
    begins[1:] = days[1:] != days[:-1]
    return begins
