"""MACD against its signal line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from g4qc_core.backtest.strategies.average_memory import ema_bars
from g4qc_core.backtest.strategies.ema_cross import TIE
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from g4qc_core.backtest.indicators import MacdLines


class MacdCross(Strategy):
    """Be long while the difference of two exponential averages is above its own average, short while below."""

    name: ClassVar[str] = "macd"
    summary: ClassVar[str] = (
        "Long while the difference of the exponential averages over `fast` and `slow` bars is above its own average "
        "over `signal` bars, short while it is below (flat with `long_only`)."
    )

    fast: int = searched(12, ge=1, le=5000, search=(4, 40, 4), description="Bars of the fast average")
    slow: int = searched(26, ge=2, le=10000, search=(20, 120, 10), description="Bars of the slow average")
    signal: int = searched(9, ge=1, le=5000, search=(3, 30, 3), description="Bars of the average of the difference")
    long_only: bool = searched(False, choices=(False, True), description="Flat instead of short while it is below")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.fast >= self.slow:
            raise ValueError(f"fast ({self.fast}) must be smaller than slow ({self.slow})")
        return self

    @property
    def bars_needed(self) -> int:
        """The slow average, and the average of the difference that begins with it."""
        return self.slow + self.signal - 1

    @property
    def bars_remembered(self) -> int:
        """The bars that make up the slow average and the average of the difference."""
        return max(self.bars_needed, ema_bars(self.slow) + ema_bars(self.signal) - 1)

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return 1 while the line is above its signal, -1 (or 0) while it is below; a tie changes nothing."""
        import numpy as np

        from g4qc_core.backtest.strategies.strategy_kernels import line_sides

        prepared = PreparedBars(bars)
        lines = self._macd(prepared)
        side = line_sides(lines.line, lines.signal, self.bars_needed - 1, TIE, prepared.column("close"))
        return np.maximum(side, 0.0) if self.long_only else side

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the difference of the averages, its own average, and what is between them."""
        found = self._macd(prepared)
        return [
            IndicatorLine(f"macd({self.fast}, {self.slow})", found.line, "own"),
            IndicatorLine(f"signal({self.signal})", found.signal, "own"),
            IndicatorLine("histogram", found.histogram, "own", "histogram"),
        ]

    def _macd(self, prepared: PreparedBars) -> MacdLines:
        from g4qc_core.backtest.indicators import macd

        given = self.fast, self.slow, self.signal
        return prepared.once(("macd", *given), lambda: macd(prepared.column("close"), *given))
