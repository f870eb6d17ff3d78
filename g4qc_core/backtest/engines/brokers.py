"""Brokers for backtesting.py that correct the library's own.

`ClosingBroker` closes open trades at the last close. `OwnPriceBroker`, for a class of the library, also moves prices of
orders to the tick grid, and computes margin and relative sizes from the contract's own price. The library computes both
from the prices that it sees, which are linked and differ from the contract's own before every roll. Without a link, and
above the floor of `margin`, both brokers decide alike.
"""

from __future__ import annotations

from typing import Any

from backtesting.backtesting import Order, Trade, _Broker

from g4qc_core.backtest.account.margin import margin_floor
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.order_prices import OrderPrices, on_grid


class ClosingBroker(_Broker):
    """A broker that closes open trades after the last bar at its close; the library would use its open.

    Attributes:
        ended: the trades closed after the last bar.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.ended: list[Trade] = []
        self._i = -1

    def next(self) -> None:
        """Process the orders of a bar; after the last bar, close the open trades."""
        # After its loop the library calls `next` once more on the last bar, so that open trades are closed.
        if self._i < len(self._data) - 1:
            super().next()
            return
        self.ended = list(self.trades)
        for trade in self.ended:
            self._close_trade(trade, self.last_price, self._i)
        self.orders.clear()
        self._equity[self._i] = self.equity


class OwnPriceBroker(ClosingBroker):
    """A broker for one market; all prices are contract money.

    Attributes:
        moved: how many prices of orders were moved to the tick grid.
    """

    def __init__(self, market: PricedBars, rate: float, **given: Any) -> None:
        self._step = float(market.instrument.step_value)
        self._shift = (market.link + market.lift) * self._step
        self._floor = margin_floor(market.close - market.link) * self._step
        self._rate = rate
        self._filled: float | None = None
        self._sized = 0.0
        self.moved = 0
        super().__init__(**given)

    def new_order(
        self,
        size: float,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: object = None,
        *,
        trade: Trade | None = None,
    ) -> Order:
        """Place an order with its prices on the tick grid (`order_prices`)."""
        # A price may come as one of the library's arrays of one element.
        asked = OrderPrices(*(price if price is None else float(price) for price in (limit, stop, sl, tp)))
        protects = trade is not None or self._position_size * size < 0
        last = float(self.last_price)
        kept = on_grid(asked, buys=size > 0, protects=protects, last=last, step=self._step)
        self.moved += kept.moved(asked)
        return super().new_order(size, kept.limit, kept.stop, kept.sl, kept.tp, tag, trade=trade)

    def _margin_price(self, price: float, known: int) -> float:
        """Convert a linked price of this bar to its margin price; the floor is the one of the bar `known`."""
        return max(abs(price - float(self._shift[self._i])), float(self._floor[known]))

    def _adjusted_price(self, size: float | None = None, price: float | None = None) -> float:
        # The library calls this with a price only when it is about to size an order filled at that price.
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
        """Equity less the margin of the open trades, money."""
        held = sum(abs(trade.size) for trade in self.trades)
        if not held:
            return max(0.0, float(self.equity))
        used = held * self._margin_price(float(self.last_price), self._i) * self._rate
        return max(0.0, float(self.equity) - used)
