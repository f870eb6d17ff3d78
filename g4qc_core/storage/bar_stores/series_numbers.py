"""Series of bars: the numbers under which rows of bars are stored, and the grids of their prices.

A series is a contract's bars of one timeframe: raw ones of one source, or those of the market, which have no source.
Numbers never change, and a series stays when its bars go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES
from g4qc_core.storage.codec.price_steps import split, steps_per_point

MARKET = ""
"""The source of series of validated and derived bars."""


@dataclass(frozen=True)
class StoredSeries:
    """A series: its number, its contract (month), and the steps of its prices in a point."""

    id: int
    contract: str
    per_point: int


def known_series(
    cursor: Any, symbol: str, timeframe: str, contract: str | None = None, source: str = MARKET
) -> dict[str, StoredSeries]:
    """Return the series of an instrument's contracts, or of one contract, by contract month."""
    cursor.execute(
        "SELECT id, contract, per_point FROM bar_series WHERE symbol = %s AND timeframe = %s AND source = %s "
        "AND (%s::text IS NULL OR contract = %s)",
        [symbol, timeframe, source, contract, contract],
    )
    return {row[1]: StoredSeries(*row) for row in cursor.fetchall()}


def series_for(
    cursor: Any, symbol: str, timeframe: str, bars: pd.DataFrame, source: str = MARKET
) -> Mapping[str, StoredSeries]:
    """Return the series of the contracts of these bars, by month; those that are missing are made.

    Args:
        cursor: psycopg2 cursor; the caller ends the transaction.
        symbol: the instrument.
        timeframe: name of the timeframe.
        bars: contract and prices; the grid of a new series is found from its contract's tick and these prices.
        source: of raw bars.
    """
    known = known_series(cursor, symbol, timeframe, None, source)
    for contract in [str(name) for name in bars["contract"].unique() if name not in known]:
        prices = bars.loc[bars["contract"] == contract, list(PRICES)].to_numpy("float64")
        cursor.execute(
            "SELECT min_tick * price_magnifier FROM contracts WHERE symbol = %s AND contract = %s", [symbol, contract]
        )
        tick = cursor.fetchone()
        cursor.execute(
            "INSERT INTO bar_series (symbol, contract, timeframe, source, per_point) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [symbol, contract, timeframe, source, steps_per_point(prices, tick[0] if tick else None)],
        )
        known |= known_series(cursor, symbol, timeframe, contract, source)
    return known


def in_steps(bars: pd.DataFrame, series: Mapping[str, StoredSeries]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bars (with contract) that are whole steps of their series, in steps, and the others as they are.

    Both have the number of the series as the column `series`, and keep the index of `bars`.
    """
    codes, months = pd.factorize(bars["contract"])
    own = [series[str(month)] for month in months]
    numbers = np.array([one.id for one in own], "int64")[codes]
    bars = bars.assign(series=numbers)
    whole, fits = split(bars, np.array([one.per_point for one in own], "int64")[codes])
    return whole, bars[~fits]
