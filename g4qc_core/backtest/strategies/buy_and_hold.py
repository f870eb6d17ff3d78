"""Buy and hold: always long, or always short; the benchmark of every other strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from g4qc_core.backtest.strategies.strategy import Strategy

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class BuyAndHold(Strategy):
    """Hold the same position from the second bar to the last, rolled with the series."""

    name: ClassVar[str] = "buy_and_hold"
    summary: ClassVar[str] = "Holds `contracts` contracts on one `side` from the second bar to the last."

    side: Literal["long", "short"] = Field("long", description="long or short")

    @property
    def bars_needed(self) -> int:
        """One bar."""
        return 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the full position in every bar."""
        import numpy as np

        return np.full(len(bars), 1.0 if self.side == "long" else -1.0)
