"""Reversal at Bollinger's bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from g4qc_core.backtest.strategies.ema_cross import TIE
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from g4qc_core.backtest.indicators import Bands


class BollingerReversion(Strategy):
    """Buy below the lower band and sell above the upper one, until the close is back at the average."""

    name: ClassVar[str] = "bollinger"
    summary: ClassVar[str] = (
        "Long when the close falls more than `width` standard deviations below its average of `length` bars, short "
        "when it rises as far above; out when it is back at the average."
    )

    length: int = searched(20, ge=2, le=5000, search=(10, 100, 5), description="Bars of average and deviation")
    width: float = searched(2.0, gt=0, le=10, search=(1, 3, 0.25), description="Standard deviations to a band")
    long_only: bool = searched(False, choices=(False, True), description="No short positions")

    @property
    def bars_needed(self) -> int:
        """The bars of the average."""
        return self.length

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the position after each close: 1, -1 or 0."""
        import numpy as np

        from g4qc_core.backtest.indicators import latch
        from g4qc_core.backtest.indicators.exact_prices import price_unit

        prepared = PreparedBars(bars)
        close, bands = prepared.column("close"), self._bands(prepared)
        # Prices that are off their grid are kept to a unit, and a band is `width` deviations of them away.
        near = TIE * np.abs(close) + (1 + self.width) * price_unit(close, self.length)
        below, above = bands.lower - close > near, close - bands.upper > near
        # Without an average nothing is compared, and nothing changes.
        up, down = bands.middle - close <= near, close - bands.middle <= near
        return latch(below, up, above & (not self.long_only), down).astype(np.float64)

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the average and the two bands."""
        bands, given = self._bands(prepared), f"({self.length}, {self.width:g})"
        return [
            IndicatorLine(f"upper{given}", bands.upper, kind="band"),
            IndicatorLine(f"sma({self.length})", bands.middle),
            IndicatorLine(f"lower{given}", bands.lower, kind="band"),
        ]

    def _bands(self, prepared: PreparedBars) -> Bands:
        from g4qc_core.backtest.indicators import bollinger

        given = self.length, self.width
        return prepared.once(("bollinger", *given), lambda: bollinger(prepared.column("close"), *given))
