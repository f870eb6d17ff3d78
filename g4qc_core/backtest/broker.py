"""A broker for backtesting.py that computes margin and relative sizes from the contract's own price.

The library computes both from the prices that it sees. These are linked, so they differ from the contract's own price
before every roll. Without a link, and above the floor of `margin`, this broker decides as the library's does. Knows the
library and markets. Must not know strategies or specs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from backtesting import Backtest
from backtesting.backtesting import _Broker

from g4qc_core.backtest.margin import margin_floor
from g4qc_core.backtest.market import Market


class OwnPriceBroker(_Broker):
    """A broker for one market; all prices are contract money."""

    def __init__(self, market: Market, rate: float, **given: Any) -> None:
        step_value = float(market.instrument.step_value)
        # The library sees one bar more than there are, and it stands still.
        self._shift = np.append(market.link, market.link[-1:]) * step_value + market.lift * step_value
        floor = margin_floor(market.close - market.link) * step_value
        self._floor = np.append(floor, floor[-1:])
        self._rate = rate
        self._filled: float | None = None
        self._sized = 0.0
        super().__init__(**given)

    def _margin_price(self, price: float, known: int) -> float:
        """Convert a linked price of this bar to its margin price; the floor is the one of the bar `known`."""
        return max(abs(price - float(self._shift[self._i])), float(self._floor[known]))

    def _adjusted_price(self, size: float | None = None, price: float | None = None) -> float:
        # The library calls this with a price exactly where it is about to size an order filled at that price.
        self._filled, self._sized = price, abs(size) if size else 0.0
        return float(super()._adjusted_price(size, price))

    @property
    def _leverage(self) -> float:
        """Factor that makes the library compare own prices instead of linked ones, fees included on both sides."""
        if self._filled is None:
            return 1 / self._rate
        fee = self._commission(self._sized, self._filled) / self._sized
        own = self._margin_price(self._filled, max(self._i - 1, 0))
        return ((self._filled + fee) / (own + fee)) / self._rate

    @_leverage.setter
    def _leverage(self, value: float) -> None:
        """Ignore the library's own leverage, which follows from the same rate."""

    @property
    def margin_available(self) -> float:
        """Equity less the margin of what is held, money."""
        held = sum(abs(trade.size) for trade in self.trades)
        if not held:
            return max(0.0, float(self.equity))
        used = held * self._margin_price(float(self.last_price), self._i) * self._rate
        return max(0.0, float(self.equity) - used)


def take_own_prices(test: Backtest, market: Market, rate: float) -> None:
    """Make the backtest run with an `OwnPriceBroker`."""
    given = test._broker.keywords
    test._broker = lambda **data: OwnPriceBroker(market, rate, **given, **data)
