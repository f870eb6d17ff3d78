"""Momentum of one series: what rose goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from g4qc_core.backtest.strategies.ema_cross import TIE
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine, level_line
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class TimeSeriesMomentum(Strategy):
    """Be long while the close is above the one `length` bars before, short while it is below; a tie changes nothing."""

    name: ClassVar[str] = "time_series_momentum"
    summary: ClassVar[str] = (
        "Long while the close `skip` bars ago is above the close `length` bars ago, short while it is below (flat "
        "with `long_only`)."
    )

    length: int = searched(120, ge=1, le=20000, search=(20, 500, 20), description="Bars over which the change counts")
    skip: int = searched(0, ge=0, le=5000, search=(0, 20, 5), description="Latest bars that do not count")
    long_only: bool = searched(False, choices=(False, True), description="Flat instead of short after a fall")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.skip >= self.length:
            raise ValueError(f"skip ({self.skip}) must be smaller than length ({self.length})")
        return self

    @property
    def bars_needed(self) -> int:
        """The bar, and those over which it changed."""
        return self.length + 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return 1 after a rise, -1 (or 0) after a fall."""
        import numpy as np

        from g4qc_core.backtest.indicators import hold, sides

        later, earlier = self._closes(PreparedBars(bars))
        changed = np.zeros(len(bars), np.int64)
        changed[self.length :] = sides(later, earlier, TIE)
        side = hold(changed).astype(np.float64)
        return np.maximum(side, 0.0) if self.long_only else side

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the change that decides, in points, and zero."""
        import numpy as np

        later, earlier = self._closes(prepared)
        change = np.full(len(prepared), np.nan)
        change[self.length :] = later - earlier
        given = f"({self.length}, {self.skip})" if self.skip else f"({self.length})"
        return [IndicatorLine(f"change{given}", change, "own", "histogram"), level_line("zero", 0.0)]

    def _closes(self, prepared: PreparedBars) -> tuple[np.ndarray, np.ndarray]:
        """Return the closes `skip` bars and `length` bars ago, for each bar from number `length` on."""
        close = prepared.column("close")
        n = len(close)
        if n <= self.length:
            return close[:0], close[:0]
        return close[self.length - self.skip : n - self.skip], close[: n - self.length]
