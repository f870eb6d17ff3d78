"""Breakout of a price channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from g4qc_core.backtest.strategies.strategy import Strategy, exact, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Donchian(Strategy):
    """Enter when the close leaves the channel of the bars before; exit when a shorter channel breaks."""

    name: ClassVar[str] = "donchian"
    summary: ClassVar[str] = (
        "Long when the close rises above the highest high of the `entry` bars before, short when it falls "
        "below their lowest low; out when the close breaks the opposite side of the `exit` bars before."
    )

    entry: int = searched(
        40, ge=1, le=10000, search=(10, 200, 10), description="Bars of the channel whose break opens a position"
    )
    exit: int = searched(
        20, ge=1, le=10000, search=(5, 100, 5), description="Bars of the channel whose break closes it"
    )
    long_only: bool = searched(False, choices=(False, True), description="No short positions")

    @property
    def bars_needed(self) -> int:
        """The channel of the entry and one bar that breaks it."""
        return self.entry + 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the position after each close."""
        import numpy as np

        high, low, close = exact(bars[["high", "low", "close"]]).T
        enter_high, enter_low = _channel(high, low, self.entry)
        exit_high, exit_low = _channel(high, low, self.exit)
        up = close > enter_high
        down = (close < enter_low) & (not self.long_only)
        leave_long, leave_short = close < exit_low, close > exit_high
        sides = np.zeros(len(close))
        side = 0
        for i in range(self.entry, len(close)):
            if (side > 0 and leave_long[i]) or (side < 0 and leave_short[i]):
                side = 0
            if up[i]:
                side = 1
            elif down[i]:
                side = -1
            sides[i] = side
        return sides


def _channel(high: np.ndarray, low: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return highest high and lowest low of the `length` bars before each bar; no bound if there are fewer."""
    import numpy as np

    top, bottom = np.full(len(high), np.iinfo(np.int64).max), np.full(len(low), np.iinfo(np.int64).min)
    if len(high) > length:
        top[length:] = np.lib.stride_tricks.sliding_window_view(high, length)[:-1].max(axis=1)
        bottom[length:] = np.lib.stride_tricks.sliding_window_view(low, length)[:-1].min(axis=1)
    return top, bottom
