"""Crossover of two simple moving averages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_LONGEST = 10_000

# Products of sums and lengths below this are exact in float64 too, which is faster.
_EXACT = 2.0**53


class SmaCross(Strategy):
    """Be long while the fast average is above the slow one, short (or flat) while below; a tie changes nothing.

    Averages are compared as sums times the other length, in whole numbers, so that a tie is a tie. Prices adjusted by
    ratios carry rounding errors: a difference within them counts as a tie too. Otherwise a later roll, which multiplies
    all prices, would change past decisions.
    """

    name: ClassVar[str] = "sma_cross"
    summary: ClassVar[str] = (
        "Long while the average close of the last `fast` bars is above that of the last `slow` bars, short "
        "while it is below (flat with `long_only`)."
    )

    fast: int = searched(20, ge=1, le=5000, search=(5, 100, 5), description="Bars of the fast average")
    slow: int = searched(60, ge=2, le=_LONGEST, search=(20, 300, 10), description="Bars of the slow average")
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

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return 1 while the fast average is above, -1 (or 0) while it is below."""
        return self.fast_signals(PreparedBars(bars)).astype(float)

    def fast_signals(self, prepared: PreparedBars) -> np.ndarray:
        """Return `signals` as int8; the sums of the closes are computed once."""
        import numpy as np

        from g4qc_core.backtest.strategies.strategy_kernels import sum_sides

        running, first_off, _, _ = self._sums(prepared)
        sides = sum_sides(running, running.dtype.type(self.fast), running.dtype.type(self.slow), first_off)
        return np.maximum(sides, 0) if self.long_only else sides

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the two averages, which are equal exactly if their sums are."""
        import numpy as np

        running, _, step, scale = self._sums(prepared)
        found = []
        for length in (self.fast, self.slow):
            values = np.full(len(prepared), np.nan)
            sums = running[length:] - running[:-length]
            values[length - 1 :] = sums.astype(np.float64) * step / (scale * length)
            found.append(IndicatorLine(f"sma({length})", values))
        return found

    def _sums(self, prepared: PreparedBars) -> tuple[np.ndarray, int, int, float]:
        return prepared.once("sums of closes", lambda: _running(prepared.frame["close"].to_numpy()))


def _running(closes: np.ndarray) -> tuple[np.ndarray, int, int, float]:
    """Return running sums of the closes in whole units, and what they mean.

    The other values are the first bar whose close is not exact, the multiples in a unit, and those in one point.
    """
    import numpy as np

    from g4qc_core.backtest.indicators.exact_prices import exact_prices, running_sums

    prices = exact_prices(closes, _LONGEST).reduced()
    running = running_sums(prices.units)
    largest = float(np.abs(prices.units).max(initial=0))
    small = largest * max(len(closes), _LONGEST * _LONGEST) < _EXACT
    return (running.astype(np.float64) if small else running), prices.first_off, prices.step, prices.scale
