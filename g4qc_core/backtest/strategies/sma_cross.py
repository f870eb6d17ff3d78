"""Crossover of two simple moving averages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from g4qc_core.backtest.strategies.strategy import Strategy, exact, hold, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class SmaCross(Strategy):
    """Be long while the fast average is above the slow one, short (or flat) while below; a tie changes nothing."""

    name: ClassVar[str] = "sma_cross"
    summary: ClassVar[str] = (
        "Long while the average close of the last `fast` bars is above that of the last `slow` bars, short "
        "while it is below (flat with `long_only`)."
    )

    fast: int = searched(20, ge=1, le=5000, search=(5, 100, 5), description="Bars of the fast average")
    slow: int = searched(60, ge=2, le=10000, search=(20, 300, 10), description="Bars of the slow average")
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
        """Return the position after each close; zero before the first slow average."""
        import numpy as np

        closes = exact(bars[["close"]])[:, 0]
        if len(closes) < self.slow:
            return np.zeros(len(closes))
        # Averages are compared as sums times the other length, in whole numbers, so that a tie is a tie. Prices
        # adjusted by ratios carry rounding errors: a difference within them counts as a tie too. Otherwise a later
        # roll, which multiplies all prices, would change past decisions.
        spread = np.zeros(len(closes), np.int64)
        fast, slow = _sums(closes, self.fast), _sums(closes, self.slow)
        spread[self.slow - 1 :] = fast[self.slow - self.fast :] * self.slow - slow * self.fast
        side = hold(np.where(np.abs(spread) > self.fast * self.slow, np.sign(spread), 0))
        return (np.maximum(side, 0) if self.long_only else side).astype(np.float64)


def _sums(values: np.ndarray, length: int) -> np.ndarray:
    """Return the sums of `length` neighbours each, `len(values) - length + 1` of them."""
    import numpy as np

    running = np.concatenate(([0], np.cumsum(values)))
    return running[length:] - running[:-length]
