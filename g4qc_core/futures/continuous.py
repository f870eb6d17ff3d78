"""The continuous series: the contracts of an instrument joined into one, by a roll calendar.

A series is a view over bars and rolls; it is never stored. It changes contracts only between two sessions.
Knows bars and rolls. Must not know the rule that made the rolls.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from g4qc_core.bars.schema import PRICES
from g4qc_core.errors import BacktestRefused, InvalidBars
from g4qc_core.futures.rolls import PRICE_DIGITS, roll_problems

CONTINUOUS_COLUMNS = ("timestamp", *PRICES, "volume", "contract", "trade_date", "adjustment")


class Adjustment(StrEnum):
    """What is done to prices before a roll."""

    NONE = "none"
    """Nothing: the series jumps by the gap at every roll."""
    ADDITIVE = "additive"
    """The gaps of all later rolls are added, so that the last contract's prices are its own, and
    differences within every contract are kept."""


def continuous(bars: pd.DataFrame, rolls: pd.DataFrame, adjustment: Adjustment) -> pd.DataFrame:
    """The series that follows the front contract through the bars.

    The adjustment is anchored at the last session of the series: rolls after it change nothing. Sessions
    without bars of the contract in front have no rows.

    Args:
        bars: `BAR_COLUMNS` of one instrument and timeframe, all contracts, rows in any order.
        rolls: the instrument's whole roll calendar (`ROLL_COLUMNS`), ascending by date. Without rolls the
            bars must be of one contract.

    Returns:
        `CONTINUOUS_COLUMNS`, ascending by timestamp, index 0..n-1: prices in points with `adjustment`
        (points) added, contract (text, the month).

    Raises:
        InvalidBars: the rolls do not say which contract is in front.
        BacktestRefused: prices have to be adjusted across a roll whose gap is unknown.
    """
    series = _front(bars, rolls).sort_values("timestamp", ignore_index=True)
    added = np.zeros(len(series))
    if adjustment is Adjustment.ADDITIVE and len(series):
        crossed = _crossed(rolls, series)
        segment = np.searchsorted(crossed["date"].to_numpy(), series["trade_date"].to_numpy(), side="right")
        added = additive_adjustments(crossed["gap"].to_numpy())[segment]
    series["adjustment"] = added
    for name in PRICES:
        series[name] = np.round(series[name].to_numpy() + added, PRICE_DIGITS)
    return series.loc[:, list(CONTINUOUS_COLUMNS)]


def additive_adjustments(gaps: np.ndarray) -> np.ndarray:
    """Points to add to the prices of each of the n + 1 contracts that n rolls with these gaps join.

    The last contract stays as it is; each earlier one is shifted by the sum of the gaps after it.
    """
    return np.append(np.cumsum(np.asarray(gaps, "float64")[::-1])[::-1], 0.0)


def front_on(rolls: pd.DataFrame, trade_dates: pd.Series) -> np.ndarray:
    """The contract (month) in front on each trade date, by a calendar of at least one roll."""
    months = np.append(rolls["from_contract"].iloc[:1].to_numpy(object), rolls["to_contract"].to_numpy(object))
    return months[np.searchsorted(rolls["date"].to_numpy(), trade_dates.to_numpy(), side="right")]


def _front(bars: pd.DataFrame, rolls: pd.DataFrame) -> pd.DataFrame:
    if rolls.empty:
        months = sorted(bars["contract"].unique())
        if len(months) > 1:
            raise InvalidBars(
                f"There are bars of {', '.join(months)} and no roll between them: materialize the roll "
                "calendar first, or choose one contract."
            )
        return bars.copy()
    problems = roll_problems(rolls)
    if problems:
        raise InvalidBars(f"The roll calendar is broken: {problems[0]} Materialize it again.")
    return bars[bars["contract"].to_numpy(object) == front_on(rolls, bars["trade_date"])].copy()


def _crossed(rolls: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """The rolls between the first and the last session of the series."""
    first, last = series["trade_date"].iloc[0], series["trade_date"].iloc[-1]
    crossed = rolls[(rolls["date"] > first) & (rolls["date"] <= last)]
    for roll in crossed[crossed["gap"].isna()].itertuples():
        raise BacktestRefused(
            f"The gap of the {roll.symbol} roll from {roll.from_contract} to {roll.to_contract} on "
            f"{roll.date:%Y-%m-%d} is unknown: choose a window on one side of it, or adjustment 'none'."
        )
    return crossed
