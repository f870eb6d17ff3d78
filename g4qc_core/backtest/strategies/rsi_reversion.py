"""Reversal of the relative strength index."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from g4qc_core.backtest.strategies.average_memory import wilder_bars
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine, level_line
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Points of the index within which a value is on a level: it carries rounding errors.
_TIE = 1e-7


class RsiReversion(Strategy):
    """Buy what fell and sell what rose by Wilder's index, until the index is back on the other side of `exit`."""

    name: ClassVar[str] = "rsi"
    summary: ClassVar[str] = (
        "Long when Wilder's relative strength index of `length` bars falls below `lower`, short when it rises above "
        "`upper`; out when it has crossed `exit`."
    )

    length: int = searched(14, ge=1, le=5000, search=(2, 50, 2), description="Bars of the index")
    lower: float = searched(30.0, ge=0, le=100, search=(10, 45, 5), description="Level below which it buys")
    upper: float = searched(70.0, ge=0, le=100, search=(55, 90, 5), description="Level above which it sells")
    exit: float = searched(50.0, ge=0, le=100, search=(40, 60, 5), description="Level whose crossing closes a position")
    long_only: bool = searched(False, choices=(False, True), description="No short positions")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.lower <= self.exit <= self.upper:
            raise ValueError(f"lower ({self.lower}), exit ({self.exit}) and upper ({self.upper}) must ascend")
        return self

    @property
    def bars_needed(self) -> int:
        """The changes that make the first index, and the bar before them."""
        return self.length + 1

    @property
    def bars_remembered(self) -> int:
        """The changes that make up Wilder's averages, and the bar before them."""
        return max(self.bars_needed, wilder_bars(self.length) + 1)

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the position after each close: 1, -1 or 0."""
        import numpy as np

        from g4qc_core.backtest.indicators import latch

        index = self._index(PreparedBars(bars))
        shorts = (index > self.upper + _TIE) & (not self.long_only)
        side = latch(index < self.lower - _TIE, index > self.exit + _TIE, shorts, index < self.exit - _TIE)
        return side.astype(np.float64)

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return the index and its three levels."""
        levels = (level_line(name, getattr(self, name)) for name in ("lower", "exit", "upper"))
        return [IndicatorLine(f"rsi({self.length})", self._index(prepared), "own"), *levels]

    def _index(self, prepared: PreparedBars) -> np.ndarray:
        from g4qc_core.backtest.indicators import rsi

        return prepared.once(("rsi", self.length), lambda: rsi(prepared.column("close"), self.length))
