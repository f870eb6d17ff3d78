"""Breakout of a price channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.strategy import Strategy, searched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_UNKNOWN = 2**63 - 1  # a bound of a channel of fewer bars than its length


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

    @property
    def bars_remembered(self) -> int:
        """The longer one of the two channels and one bar that breaks it."""
        return max(self.entry, self.exit) + 1

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the position after each close: 1, -1 or 0."""
        return self.fast_signals(PreparedBars(bars))

    def fast_signals(self, prepared: PreparedBars) -> np.ndarray:
        """Return `signals`; each channel is computed once."""
        from g4qc_core.backtest.strategies.strategy_kernels import channel_sides

        _, _, close, _ = self._exact(prepared)
        entry, leave = self._channel(prepared, self.entry), self._channel(prepared, self.exit)
        return channel_sides(close, *entry, *leave, self.entry, self.long_only)

    def chart_lines(self, prepared: PreparedBars) -> list[IndicatorLine]:
        """Return both channels, each of the bars before."""
        import numpy as np

        _, _, _, scale = self._exact(prepared)
        found = []
        for name, length in (("entry", self.entry), ("exit", self.exit)):
            for side, units in zip(("high", "low"), self._channel(prepared, length), strict=True):
                values = np.where(np.abs(units) == _UNKNOWN, np.nan, units / scale)
                found.append(IndicatorLine(f"{name} {side}({length})", values, kind="band"))
        return found

    def _exact(self, prepared: PreparedBars) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        return prepared.once("exact bars", lambda: _exact(prepared.frame))

    def _channel(self, prepared: PreparedBars, length: int) -> tuple[np.ndarray, np.ndarray]:
        high, low, _, _ = self._exact(prepared)
        return prepared.once(("channel", length), lambda: _channel(high, low, length))


def _exact(bars: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return high, low and close in whole numbers of one unit, and the units in one point."""
    import numpy as np

    from g4qc_core.backtest.indicators.exact_prices import exact_prices

    prices = exact_prices(bars[["high", "low", "close"]].to_numpy(np.float64))
    high, low, close = (np.ascontiguousarray(column) for column in prices.units.T)
    return high, low, close, prices.scale


def _channel(high: np.ndarray, low: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return highest high and lowest low of the `length` bars before each bar; no bound if there are fewer."""
    from g4qc_core.backtest.indicators.indicator_kernels import highest_before

    return highest_before(high, length, _UNKNOWN), -highest_before(-low, length, _UNKNOWN)
