"""Indicators: exact functions from columns of numbers to columns of the same length, for every strategy.

Entry i follows from the values 0..i alone, and is NaN until there are enough of them. The loops are compiled when they
are first used. Each function says its formula, its units and its warm-up; `docs/indicators.md` lists them.
"""

from __future__ import annotations

from g4qc_core.backtest.indicators.averages import ema, sma, wilder_average
from g4qc_core.backtest.indicators.events import OpeningRange, crossings, hold, latch, opening_range, sides
from g4qc_core.backtest.indicators.exact_prices import ExactPrices, exact_prices
from g4qc_core.backtest.indicators.oscillators import MacdLines, macd, momentum, rsi
from g4qc_core.backtest.indicators.rolling import (
    Bands,
    atr,
    bollinger,
    rolling_max,
    rolling_min,
    rolling_std,
    true_range,
)

__all__ = [
    "Bands",
    "ExactPrices",
    "MacdLines",
    "OpeningRange",
    "atr",
    "bollinger",
    "crossings",
    "ema",
    "exact_prices",
    "hold",
    "latch",
    "macd",
    "momentum",
    "opening_range",
    "rolling_max",
    "rolling_min",
    "rolling_std",
    "rsi",
    "sides",
    "sma",
    "true_range",
    "wilder_average",
]
