"""Strategies that are classes of backtesting.py, named in tests like `tests.core.backtest.classes:GoogCross`."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
from backtesting import Strategy
from backtesting.lib import (
    SignalStrategy,
    TrailingStrategy,
    barssince,
    cross,
    crossover,
    quantile,
    random_ohlc_data,
    resample_apply,
)
from backtesting.test import SMA
from pydantic import Field

from g4qc_core.backtest.strategies import Strategy as OwnStrategy


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
    """Buys once, with a stop `distance` points below."""

    distance = 8.0

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


class Resampled(Strategy):
    """Long while the close is above the average of the last 4-hour closes."""

    length = 3

    def init(self) -> None:
        self.average = resample_apply("4h", SMA, self.data.Close, self.length)

    def next(self) -> None:
        if self.data.Close[-1] > self.average[-1] and not self.position:
            self.buy(size=1)
        elif self.data.Close[-1] < self.average[-1] and self.position:
            self.position.close()


class PercentStop(BuyOnce):
    """Buys once, with a stop at a `share` of the price, and a target at `target` of it."""

    share = 0.98
    target = 2.0

    def next(self) -> None:
        if not self.trades and not self.closed_trades:
            price = self.data.Close[-1]
            order = self.buy if self.contracts > 0 else self.sell
            order(size=abs(self.contracts), sl=self.share * price, tp=self.target * price)


class Trailing(TrailingStrategy):
    """Always long, with a trailing stop of `atr` average ranges."""

    atr = 2.0

    def init(self) -> None:
        super().init()
        self.set_atr_periods(10)
        self.set_trailing_sl(self.atr)

    def next(self) -> None:
        super().next()
        if not self.position:
            self.buy(size=1)


class TrailingPercent(Trailing):
    """Always long, with a trailing stop of some thousandths."""

    def init(self) -> None:
        super().init()
        self.set_trailing_pct(0.002)


class Signals(SignalStrategy):
    """Enters and leaves by vectors of signals."""

    def init(self) -> None:
        super().init()
        close = pd.Series(self.data.Close)
        up, down = close > close.rolling(5).mean(), close < close.rolling(10).mean()
        self.set_signal(np.where(up & ~up.shift(fill_value=False), 1, 0), np.where(down, 1, 0))


class Helped(Strategy):
    """Uses the small helpers of `backtesting.lib`."""

    def init(self) -> None:
        self.fast = self.I(SMA, self.data.Close, 5)
        self.slow = self.I(SMA, self.data.Close, 12)
        self.noise = next(random_ohlc_data(self.data.df, random_state=1))

    def next(self) -> None:
        if cross(self.fast, self.slow):
            self.position.close()
        if crossover(self.fast, self.slow):
            self.buy(size=1, limit=0.999 * self.data.Close[-1])
        if barssince(self.data.Close > self.data.Open) == 3 and quantile(self.data.Close, 0.5) and self.position:
            self.position.close()


class BrokenIndicator(BuyOnce):
    """Fails in an indicator."""

    def init(self) -> None:
        self.I(_no_indicator, self.data.Close)


def _no_indicator(_: object) -> None:
    raise ValueError("not enough fun")


class Chained(BuyOnce):
    """Fails with a cause."""

    def init(self) -> None:
        try:
            {}["missing"]
        except KeyError as error:
            raise RuntimeError("the table is incomplete") from error


class Leaving(BuyOnce):
    """Ends the process."""

    def init(self) -> None:
        raise SystemExit("enough")


class HalfDone(Strategy):
    """Has no next."""

    def init(self) -> None:
        pass


class Listed(BuyOnce):
    """Has a parameter for the optimiser only."""

    lengths = (5, 10, 20)


class Momentum(OwnStrategy):
    """A strategy of G4QC's kind: long after `length` rising closes."""

    length: int = Field(3, ge=1, le=500, description="Bars")
    label: str = "mine"

    @property
    def bars_needed(self) -> int:
        return self.length + 1

    def targets(self, bars: pd.DataFrame) -> np.ndarray:
        rising = bars["close"].diff(self.length) > 0
        return np.where(rising, self.contracts, 0).astype(np.int64)


SLOW = Momentum(length=8, contracts=2)


class Halting(Momentum):
    """Fails with the bars."""

    def targets(self, bars: pd.DataFrame) -> np.ndarray:
        return bars["no_column"].to_numpy()


class Unfinished(OwnStrategy):
    """Has no targets."""


def function() -> None:
    """No strategy."""
