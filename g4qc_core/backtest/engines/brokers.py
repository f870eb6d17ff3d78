"""Brokers for backtesting.py that correct the library's own.

`ClosingBroker` closes open trades at the last close. `PointBroker`, for a class of the library, has prices in points
and money in the instrument's currency; the library takes a point for a unit of money. It moves prices of orders to the
tick grid, and computes margin and relative sizes from the contract's own price, because linked prices differ from it
before every roll. With a point value of 1, without a link, and above the floor of `margin`, it decides as the library.
"""

from __future__ import annotations

from functools import cached_property
from math import copysign
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


class PointTrade(Trade):
    """A trade whose prices are points and whose profit is money.

    Percentages are of the contract's own price at the entry.
    """

    def __init__(self, broker: PointBroker, size: int, entry_price: float, entry_bar: int, tag: object) -> None:
        super().__init__(broker, size, entry_price, entry_bar, tag)
        self._market = broker

    @property
    def pl(self) -> float:
        """Profit in money; commissions are taken off once the trade is closed."""
        return self.size * (self._price - self.entry_price) * self._market.point - self._commissions

    @property
    def pl_pct(self) -> float:
        """Profit as a share of the value of the contracts at the entry."""
        added = self._market.added(self.entry_bar)
        entry = self.entry_price - added
        value = self._market.worth(self.entry_price, self.entry_bar)
        won = (self._price - added) / entry - 1 if entry > 0 else (self._price - self.entry_price) / value
        return copysign(1, self.size) * won - self._commissions / (abs(self.size) * value * self._market.point)

    @property
    def value(self) -> float:
        """Value of the contracts in money, at the contract's own price."""
        bar = self._market.bar if self.exit_bar is None else self.exit_bar
        return abs(self.size) * self._market.worth(self._price, bar) * self._market.point

    @property
    def _price(self) -> float:
        return float(self.exit_price or self._market.last_price)


# The library builds the names of a trade's private attributes from the name of its class.
PointTrade.__qualname__ = "Trade"


class PointBroker(ClosingBroker):
    """A broker for one market.

    Attributes:
        point: money of one point of one contract.
        moved: how many prices of orders were moved to the tick grid.
    """

    def __init__(self, market: PricedBars, rate: float, **given: Any) -> None:
        self.point = float(market.instrument.point_value)
        self._step = float(market.instrument.price_step)
        self._decimals = market.instrument.decimals
        self._added = market.points(market.link + market.lift)
        self._floor = margin_floor(market.close - market.link) * self._step
        self._entry = 0.0
        self.moved = 0
        super().__init__(**given)
        self._leverage = 1 / rate

    @property
    def bar(self) -> int:
        """The bar whose orders are processed; 0 before the first."""
        return max(self._i, 0)

    def added(self, bar: int) -> float:
        """Points that were added to the contract's own price in this bar."""
        return float(self._added[bar])

    def worth(self, price: float, bar: int) -> float:
        """Convert a linked price of this bar to the contract's own, without its sign; points, above zero."""
        return abs(price - self.added(bar)) or float(self._floor[bar]) or self._step

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
        kept = on_grid(asked, buys=size > 0, protects=protects, last=last, step=self._step, decimals=self._decimals)
        self.moved += kept.moved(asked)
        return super().new_order(size, kept.limit, kept.stop, kept.sl, kept.tp, tag, trade=trade)

    @cached_property
    def _position_initial_value(self) -> float:
        worth = ((trade, self.worth(trade.entry_price, trade.entry_bar)) for trade in self.trades)
        return sum(abs(trade.size) * price for trade, price in worth) * self.point

    @cached_property
    def _position_unrealized_pl(self) -> float:
        return (
            float(self.last_price * self._position_size - sum(trade.size * trade.entry_price for trade in self.trades))
            * self.point
        )

    def _margin_value(self, price: float, known: int) -> float:
        """Return the money to which the rate applies at a linked price of this bar; the floor is of the bar `known`."""
        return max(abs(price - self.added(self._i)), float(self._floor[known])) * self.point

    def _adjusted_price(self, size: float | None = None, price: float | None = None) -> float:
        if price is None:
            return float(super()._adjusted_price(size))
        # The library sizes an order that is filled at this price: by the answer, the fee and the money that is free.
        self._entry = price
        return self._margin_value(price, max(self._i - 1, 0))

    def _open_trade(
        self, price: float, size: int, sl: float | None, tp: float | None, time_index: int, tag: object
    ) -> None:
        """Open a trade at the price of the fill; the library gives what `_adjusted_price` answered."""
        trade = PointTrade(self, size, self._entry, time_index, tag)
        self.trades.append(trade)
        self._trades_cache_clear()
        self._cash -= self._commission(size, self._entry)
        if tp:
            trade.tp = tp
        if sl:
            trade.sl = sl

    @property
    def margin_available(self) -> float:
        """Equity less the margin of the open trades, money."""
        held = sum(abs(trade.size) for trade in self.trades)
        if not held:
            return max(0.0, float(self.equity))
        used = held * self._margin_value(float(self.last_price), self._i) / self._leverage
        return max(0.0, float(self.equity) - used)


class DelayedBroker(PointBroker):
    """A broker at which orders of the strategy arrive one bar late; stops and targets of open trades stay at work."""

    def __init__(self, market: PricedBars, rate: float, **given: Any) -> None:
        self.orders: list[Order] = []
        super().__init__(market, rate, **given)
        self._arrived: set[Order] = set()

    def next(self) -> None:
        """Process the orders that were known a bar ago; the others follow in the next bar."""
        waiting = [one for one in self.orders if one not in self._arrived and not one.is_contingent]
        self._arrived = set(self.orders)
        if self._i < len(self._data) - 1:
            self.orders = [one for one in self.orders if one not in waiting]
            super().next()
            self.orders = [*self.orders, *waiting]
        else:
            super().next()
