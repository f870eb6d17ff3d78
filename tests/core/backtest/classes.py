"""Strategies of the library's own kind, named in tests like `tests.core.backtest.classes:GoogCross`."""

from __future__ import annotations

import random

import numpy as np
from backtesting import Strategy
from backtesting.lib import crossover
from backtesting.test import SMA


class GoogCross(Strategy):
    """The library's own test strategy: all in, on either side."""

    fast = 10
    slow = 30

    def init(self) -> None:
        self.fast_average = self.I(SMA, self.data.Close, self.fast)
        self.slow_average = self.I(SMA, self.data.Close, self.slow)

    def next(self) -> None:
        if crossover(self.fast_average, self.slow_average):
            self.position.close()
            self.buy()
        elif crossover(self.slow_average, self.fast_average):
            self.position.close()
            self.sell()


class BuyOnce(Strategy):
    """Buys `contracts` on the second bar and holds them."""

    contracts = 1

    def init(self) -> None:
        pass

    def next(self) -> None:
        if not self.trades:
            self.buy(size=self.contracts)


class Stopped(BuyOnce):
    """Buys once, with a stop `distance` below in contract money."""

    distance = 100.0

    def next(self) -> None:
        if not self.trades and not self.closed_trades:
            self.buy(size=self.contracts, sl=self.data.Close[-1] - self.distance)


class Coin(Strategy):
    """Decides by both global generators."""

    def init(self) -> None:
        pass

    def next(self) -> None:
        wanted = 1 if random.random() + np.random.random() > 1 else -1
        if self.position.size != wanted:
            (self.buy if wanted > 0 else self.sell)(size=abs(wanted - self.position.size))


class Broken(BuyOnce):
    """Fails on its first bar."""

    def next(self) -> None:
        raise KeyError("no such thing")


class NoStrategy:
    """A class that the engine cannot run."""


class BuyHalf(Strategy):
    """Buys once, on the second bar, with a `fraction` of what the account can hold."""

    fraction = 0.5

    def init(self) -> None:
        pass

    def next(self) -> None:
        if not self.trades:
            self.buy(size=self.fraction)
