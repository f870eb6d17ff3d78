"""Crossover of two exponential moving averages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from g4qc_core.backtest.strategies.average_memory import ema_bars
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TIE = 1e-10
"""Share of the price within which lines that carry rounding errors are equal."""


class EmaCross(Strategy):
    """Be long while the fast average is above the slow one, short (or flat) while below; a tie changes nothing.

    Exponential averages carry rounding errors: a difference of up to 1e-10 of the price is a tie.
    """

    name: ClassVar[str] = "ema_cross"
    summary: ClassVar[str] = (
        "Long while the exponential average of the closes over `fast` bars is above that over `slow` bars, short "
        "while it is below (flat with `long_only`)."
    )

    fast: int = searched(12, ge=1, le=5000, search=(5, 100, 5), description="Bars of the fast average")
    slow: int = searched(50, ge=2, le=10000, search=(20, 300, 10), description="Bars of the slow average")
    long_only: bool = searched(
        False, choices=(False, True), description="Flat instead of short while the fast average is below"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.fast >= self.slow:
            raise ValueError(f"fast ({self.fast}) must be smaller than slow ({self.slow})")
        return self

    @property
    def bars_needed(self) -> int:
        """The bars of the slow average."""
        return self.slow

    @property
    def bars_remembered(self) -> int:
        """The bars that make up the slow average."""
        return max(self.bars_needed, ema_bars(self.slow))

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return 1 while the fast average is above, -1 (or 0) while it is below."""
        return self.fast_signals(PreparedBars(bars))

    def fast_signals(self, prepared: PreparedBars) -> np.ndarray:
        """Return `signals`; each average is computed once."""
        import numpy as np

        from g4qc_core.backtest.strategies.strategy_kernels import line_sides

        fast, slow = self._averages(prepared)
        close = prepared.column("close")
        sides = line_sides(fast, slow, self.slow - 1, TIE, close)
        return np.maximum(sides, 0.0) if self.long_only else sides

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the two averages."""
        averages = zip((self.fast, self.slow), self._averages(prepared), strict=True)
        return [IndicatorLine(f"ema({length})", values) for length, values in averages]

    def _averages(self, prepared: PreparedBars) -> tuple[np.ndarray, np.ndarray]:
        from g4qc_core.backtest.indicators.averages import ema

        close = prepared.column("close")
        fast, slow = (
            prepared.once(("ema of close", length), lambda length=length: ema(close, length))  # type: ignore[misc]
            for length in (self.fast, self.slow)
        )
        return fast, slow
