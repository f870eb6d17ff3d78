"""Carry: what a position earns if no price moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput, next_contract
from g4qc_core.backtest.strategies.ema_cross import TIE
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine, level_line
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from g4qc_core.backtest.aligned_inputs import AlignedInput


class Carry(Strategy):
    """Be long while the front contract costs more than the next one, short while it costs less.

    The difference of their own closes is averaged over `length` bars, in which both are known. An average of 0 changes
    nothing.
    """

    name: ClassVar[str] = "carry"
    summary: ClassVar[str] = (
        "Long while the front contract's close is above that of the next contract, on average of the last `length` "
        "bars in which both are known, short while it is below (flat with `long_only`)."
    )
    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"following": next_contract()}

    length: int = searched(20, ge=1, le=5000, search=(1, 60, 5), description="Bars of the average of the difference")
    long_only: bool = searched(False, choices=(False, True), description="Flat instead of short")

    @property
    def bars_needed(self) -> int:
        """The bars of the average."""
        return self.length

    def signals(self, bars: pd.DataFrame, following: AlignedInput) -> np.ndarray:
        """Return 1 while the front contract is dearer, -1 (or 0) while it is cheaper."""
        import numpy as np

        from g4qc_core.backtest.indicators import hold, sides

        own, mean = self._mean(PreparedBars(bars), following)
        # Own prices are on the tick grid, but for the noise of an adjustment taken off again.
        side = sides(own + mean, own, TIE)
        side = hold(side)
        return (np.maximum(side, 0) if self.long_only else side).astype(np.float64)

    def chart_lines(self, prepared: PreparedBars, following: AlignedInput) -> list[IndicatorLine]:
        """Return the average of the difference, in points, and zero."""
        _, mean = self._mean(prepared, following)
        return [IndicatorLine(f"carry({self.length})", mean, "own", "histogram"), level_line("zero", 0.0)]

    def _mean(self, prepared: PreparedBars, following: AlignedInput) -> tuple[np.ndarray, np.ndarray]:
        """Return the front contract's own closes, and the average; NaN where the next one's close is not known."""
        import numpy as np

        from g4qc_core.backtest.indicators import sma

        bars = prepared.frame
        own = (prepared.column("close") - bars["adjustment"].to_numpy()) / bars["factor"].to_numpy()
        difference = own - following["close"]
        known = ~np.isnan(difference)
        mean = np.full(len(own), np.nan)
        mean[known] = sma(difference[known], self.length)
        return own, mean
