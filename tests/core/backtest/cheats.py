"""Strategies that cheat in every classic way, and honest ones that look like them."""

from __future__ import annotations

import random
from typing import ClassVar
from zlib import crc32

import numpy as np
import pandas as pd
from backtesting import Strategy as LibraryStrategy
from backtesting.lib import TrailingStrategy
from backtesting.test import SMA

from g4qc_core.backtest.aligned_inputs import AlignedInput
from g4qc_core.backtest.strategies import Strategy, higher


class Base(Strategy):
    """Long or short by the sign of what `score` gives; 0 where it gives no number."""

    need: int = 1

    @property
    def bars_needed(self) -> int:
        return self.need

    def score(self, bars: pd.DataFrame) -> pd.Series:
        raise NotImplementedError

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        return np.sign(self.score(bars).fillna(0).to_numpy(np.float64))


# Cheats


class NegativeShift(Base):
    """Knows the next close."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"].shift(-1) - bars["close"]


class FarShift(Base):
    """Knows the close of fifty bars later."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"].shift(-50) - bars["close"]


class CentredWindow(Base):
    """Compares with an average of both sides."""

    need: int = 11

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"] - bars["close"].rolling(21, center=True).mean()


class WholeSample(Base):
    """Normalises by mean and deviation of all bars."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars["close"]
        return (close - close.mean()) / close.std()


class NearTheTop(Base):
    """Compares with the highest price of all bars."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"] - 0.97 * bars["high"].max()


class Quantile(Base):
    """Compares with a quantile of all ranges."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        width = bars["high"] - bars["low"]
        return width - width.quantile(0.8)


class FilledBackwards(Base):
    """Fills the values that its average does not have yet from later ones."""

    need: int = 40

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"] - bars["close"].rolling(40).mean().bfill()


class FilledBackwardsAndSaysSo(FilledBackwards):
    """The same, with bars_needed of one."""

    need: int = 1


class Interpolated(Base):
    """Draws a line between every twentieth close, so that each bar knows the next of them."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars["close"]
        known = close.where(np.arange(len(close)) % 20 == 0)
        return known.interpolate().diff()


class DayClose(Base):
    """Knows the close of the session that is under way."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars.groupby("trade_date")["close"].transform("last") - bars["close"]


class ResampledWrongly(Base):
    """Sees the four-hour bar that is under way as if it were complete."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars.set_index("timestamp")["close"]
        larger = close.resample("4h").last().dropna()
        return (larger.diff()).reindex(close.index, method="ffill").reset_index(drop=True)


class BestOfAll(Base):
    """Chooses its own length by the profit over all bars."""

    need: int = 31

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars["close"]

        def profit(length: int) -> float:
            return float((np.sign(close.diff(length)).shift() * close.diff()).sum())

        return close.diff(max((5, 9, 17, 30), key=profit))


class Backwards(Base):
    """Turns the bars around before it smooths them."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars["close"]
        return close - close[::-1].ewm(span=10).mean()[::-1]


class DailyMaximum(Base):
    """Compares with the highest close of all sessions of its daily input."""

    inputs: ClassVar = {"daily": higher("1d")}

    def signals(self, bars: pd.DataFrame, *args: object, **inputs: AlignedInput) -> np.ndarray:
        top = inputs["daily"].of(lambda frame: frame["close"] / frame["close"].max())
        return np.nan_to_num(np.sign(top - 0.99))


LOOK_AHEAD = (DailyMaximum, NegativeShift, FarShift, CentredWindow, WholeSample, NearTheTop, Quantile, Interpolated,
              FilledBackwardsAndSaysSo, DayClose, ResampledWrongly, BestOfAll, Backwards)  # fmt: skip


class SaysTooLittle(Base):
    """Needs sixty bars, and says two."""

    need: int = 2

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"] - bars["close"].rolling(60).mean()


class SaysTooMuch(Base):
    """Needs five bars, and says thirty."""

    need: int = 30

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"] - bars["close"].rolling(5).mean()


class FailsOnFew(Base):
    """Needs more bars than it says, and fails without them."""

    need: int = 3

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return pd.Series(bars["close"].to_numpy()[20] - bars["close"].to_numpy())


WARM_UP = (FilledBackwards, SaysTooLittle, SaysTooMuch, FailsOnFew)


class Dice(Base):
    """Throws dice without a seed."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return pd.Series(np.random.default_rng().normal(size=len(bars)))


class Remembers(Base):
    """Keeps a number between runs."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        COUNT.append(1)
        return bars["close"].diff() * (-1) ** len(COUNT)


class SetOrder(Base):
    """Depends on the order of a set of texts, which is another one in every process."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        order = crc32("".join({"a", "b", "c", "d", "e", "f", "g", "h"}).encode())
        return bars["close"].diff(1 + order % 97) + bars["close"].diff(1 + order // 97 % 89)


COUNT: list[int] = []
RANDOM = (Dice, Remembers)


# Honest


class Cross(Base):
    """Two averages."""

    need: int = 30

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return bars["close"].rolling(7).mean() - bars["close"].rolling(30).mean()


class Exponential(Base):
    """Two exponential averages; each depends on all bars before."""

    need: int = 2

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars["close"]
        return close.ewm(span=5, adjust=False).mean() - close.ewm(span=20, adjust=False).mean()


class SoFar(Base):
    """Normalises by what is known so far."""

    need: int = 21

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars["close"]
        return (close - close.expanding(20).mean().shift()) / close.expanding(20).std().shift()


class ResampledRightly(Base):
    """Sees a four-hour bar once the next one has begun."""

    need: int = 3

    def score(self, bars: pd.DataFrame) -> pd.Series:
        close = bars.set_index("timestamp")["close"]
        larger = close.resample("4h").last().dropna()
        known = larger.diff().shift()
        return known.reindex(close.index, method="ffill").reset_index(drop=True)


class FirstHours(Base):
    """Goes with the first three bars of a session, for the rest of it."""

    need: int = 3

    def score(self, bars: pd.DataFrame) -> pd.Series:
        sessions = bars.groupby("trade_date")
        at, first = sessions.cumcount(), sessions["open"].transform("first")
        moved = (bars["close"] - first).where(at == 2)
        return moved.groupby(bars["trade_date"]).ffill()


class Seeded(Base):
    """Throws dice with a seed."""

    def score(self, bars: pd.DataFrame) -> pd.Series:
        return pd.Series(np.random.default_rng(1).normal(size=len(bars)))


HONEST = (Cross, Exponential, SoFar, ResampledRightly, FirstHours, Seeded)


# Classes of the library


class LibraryShift(LibraryStrategy):
    """Computes an indicator from the next close in init, where all bars are known."""

    def init(self) -> None:
        close = pd.Series(self.data.Close)
        self.next_move = self.I(lambda: close.shift(-1).ffill() - close)

    def next(self) -> None:
        if self.next_move[-1] > 0 and not self.position:
            self.buy(size=1)
        elif self.next_move[-1] < 0 and self.position:
            self.position.close()


class LibraryMaximum(LibraryStrategy):
    """Sells below the highest price of all bars."""

    def init(self) -> None:
        self.top = float(max(self.data.High))

    def next(self) -> None:
        if not self.position:
            self.sell(size=1, limit=round(0.98 * self.top * 4) / 4)
        elif len(self.data) % 5 == 0:
            self.position.close()


class LibraryTrailingPct(TrailingStrategy):
    """Uses set_trailing_pct, which averages over all bars."""

    def init(self) -> None:
        super().init()
        self.set_atr_periods(5)
        self.set_trailing_pct(0.004)

    def next(self) -> None:
        super().next()
        if len(self.data) > 10 and not self.position:
            self.buy(size=1)


class LibraryCross(LibraryStrategy):
    """Honest."""

    def init(self) -> None:
        self.fast = self.I(SMA, self.data.Close, 4)
        self.slow = self.I(SMA, self.data.Close, 12)

    def next(self) -> None:
        if self.fast[-1] > self.slow[-1] and not self.position:
            self.buy(size=2, sl=self.data.Close[-1] * 0.985)
        elif self.fast[-1] < self.slow[-1] and self.position:
            self.position.close()


class LibraryDice(LibraryStrategy):
    """Throws dice of its own."""

    def init(self) -> None:
        self.dice = random.SystemRandom()

    def next(self) -> None:
        if self.dice.random() < 0.5:
            if self.position:
                self.position.close()
            else:
                self.buy(size=1)


LIBRARY_CHEATS = (LibraryShift, LibraryMaximum, LibraryTrailingPct)
