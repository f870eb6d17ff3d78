"""Strategies that read further inputs and change their minds often, for tests of trading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from g4qc_core.backtest.aligned_inputs import AlignedInput
from g4qc_core.backtest.strategies import Strategy, higher, instrument
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput, next_contract

NAME = "tests.core.services.trading.reading"


def gain(bars: pd.DataFrame) -> pd.Series:
    """Gain of the close over two bars, as a share."""
    return bars["close"] / bars["close"].shift(2) - 1


class Pair(Strategy):
    """Long while ES gains more than NQ, short while it gains less."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"other": instrument("NQ")}

    @property
    def bars_needed(self) -> int:
        return 3

    def signals(self, bars: pd.DataFrame, other: AlignedInput) -> np.ndarray:
        return np.nan_to_num(np.sign(gain(bars).to_numpy() - other.of(gain)))


class Ladder(Strategy):
    """With the last whole hour, and with less size below the close of the session before."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"hourly": higher("1h"), "daily": higher("1d")}

    @property
    def bars_needed(self) -> int:
        return 3

    def signals(self, bars: pd.DataFrame, hourly: AlignedInput, daily: AlignedInput) -> np.ndarray:
        close = bars["close"].to_numpy()
        size = np.where(close > daily["close"], 1.0, 0.75)
        return np.nan_to_num(np.sign(close - hourly["close"]) * size)


class Spread(Strategy):
    """Long while the front contract is dearer against the next one than an hour before, short while it is cheaper."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"following": next_contract()}

    @property
    def bars_needed(self) -> int:
        return 5

    def signals(self, bars: pd.DataFrame, following: AlignedInput) -> np.ndarray:
        apart = pd.Series(bars["close"].to_numpy() - following["close"])
        return np.nan_to_num(np.sign(apart.diff(4).to_numpy()))


class Share(Pair):
    """Reads a stock."""

    inputs: ClassVar[Mapping[str, DeclaredInput]] = {"other": instrument("SPY")}
