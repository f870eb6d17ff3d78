"""The continuous series: the contracts of an instrument joined into one, by a roll calendar.

A series is a view over bars and rolls; it is never stored. It changes contracts only between two sessions.
Knows bars and rolls. Must not know the rule that made the rolls.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import CONTINUOUS_COLUMNS, PRICES
from g4qc_core.errors import BacktestRefused, InvalidBars
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.rolls.roll_calendar import PRICE_DIGITS, front_on, roll_problems


def continuous(bars: pd.DataFrame, rolls: pd.DataFrame, adjustment: Adjustment) -> pd.DataFrame:
    """The series that follows the rolls through the bars.

    Sessions without bars of the contract in front have no rows. Otherwise as `adjusted`.

    Args:
        bars: `BAR_COLUMNS` of one instrument and timeframe, all contracts, rows in any order.
        rolls: the instrument's whole roll calendar (`ROLL_COLUMNS`), ascending by date. Without rolls the
            bars must be of one contract.

    Raises:
        InvalidBars: the rolls do not say which contract is in front.
        BacktestRefused: as `adjusted`.
    """
    return adjusted(_front(bars, rolls).sort_values("timestamp", ignore_index=True), rolls, adjustment)


def adjusted(series: pd.DataFrame, rolls: pd.DataFrame, adjustment: Adjustment, whole: bool = True) -> pd.DataFrame:
    """A series of the contracts' own prices, adjusted.

    Args:
        series: n bars, ascending by timestamp, each of the contract in front by the rolls.
        rolls: as in `continuous`.
        whole: the series is all that there is: rolls outside it change nothing, and it is anchored at its own last
            session, of the forward adjustments at its first. Else it is a window of the series that the rolls describe,
            anchored as `adjustments` says, so that windows of it fit together.

    Returns:
        `CONTINUOUS_COLUMNS`, n rows, index 0..n-1: prices in points, which are the contract's own times `factor`
        plus `adjustment` (points); contract (text, the month).

    Raises:
        BacktestRefused: prices have to be adjusted across a roll whose prices are unknown or, for ratios, not positive.
    """
    before, after = _reach(rolls, series)
    crossed = rolls.iloc[before:after]
    if adjustment is not Adjustment.NONE:
        refuse_unpriced(crossed, adjustment)
    if whole:
        factors, points = adjustments(crossed, adjustment)
    else:
        factors, points = (each[before : after + 1] for each in adjustments(rolls, adjustment))
    starts = np.searchsorted(series["trade_date"].to_numpy(), crossed["date"].to_numpy())
    each = np.diff(starts, prepend=0, append=len(series))
    columns = {name: _moved(series[name].to_numpy(), starts, factors, points) for name in PRICES}
    columns |= {"factor": np.repeat(factors, each), "adjustment": np.repeat(points, each)}
    given = {name: columns[name] if name in columns else series[name].array for name in CONTINUOUS_COLUMNS}
    return pd.DataFrame(given, copy=False)


def adjustments(rolls: pd.DataFrame, adjustment: Adjustment) -> tuple[np.ndarray, np.ndarray]:
    """Factor and points for each of the n + 1 contracts that n rolls join: adjusted = own x factor + points.

    The contract at the anchor (the last, or the first of the forward adjustments) keeps its own prices, with exactly 1
    and 0. A roll that cannot be adjusted across (`breaks`) parts the series: what lies on either side has an anchor of
    its own, and the two do not compare.

    Args:
        rolls: `ROLL_COLUMNS`, ascending by date.
    """
    edges = [-1, *np.flatnonzero(breaks(rolls, adjustment)), len(rolls)]
    parts = [_joined(rolls.iloc[last + 1 : following], adjustment) for last, following in pairwise(edges)]
    factors, points = zip(*parts, strict=True)
    return np.concatenate(factors), np.concatenate(points)


def breaks(rolls: pd.DataFrame, adjustment: Adjustment) -> np.ndarray:
    """Which rolls cannot be adjusted across: the prices of both are unknown or, for ratios, not positive (bool)."""
    if adjustment is Adjustment.NONE:
        return np.zeros(len(rolls), bool)
    broken = rolls["gap"].isna().to_numpy()
    if adjustment.multiplies:
        broken = broken | ~(rolls[["from_price", "to_price"]] > 0).all(axis=1).to_numpy()
    return broken


def _joined(rolls: pd.DataFrame, adjustment: Adjustment) -> tuple[np.ndarray, np.ndarray]:
    """As `adjustments`, for rolls of which none is a break."""
    n = len(rolls) + 1
    match adjustment:
        case Adjustment.ADDITIVE:
            return np.ones(n), additive_adjustments(rolls["gap"].to_numpy())
        case Adjustment.ADDITIVE_FORWARD:
            return np.ones(n), np.append(0.0, -np.cumsum(rolls["gap"].to_numpy("float64")))
        case Adjustment.RATIO:
            ratios = rolls["to_price"].to_numpy("float64") / rolls["from_price"].to_numpy("float64")
            return np.append(np.cumprod(ratios[::-1])[::-1], 1.0), np.zeros(n)
        case Adjustment.RATIO_FORWARD:
            ratios = rolls["from_price"].to_numpy("float64") / rolls["to_price"].to_numpy("float64")
            return np.append(1.0, np.cumprod(ratios)), np.zeros(n)
    return np.ones(n), np.zeros(n)


def additive_adjustments(gaps: np.ndarray) -> np.ndarray:
    """Points to add to the prices of each of the n + 1 contracts that n rolls with these gaps join.

    The last contract stays as it is; each earlier one is shifted by the sum of the gaps after it.
    """
    return np.append(np.cumsum(np.asarray(gaps, "float64")[::-1])[::-1], 0.0)


def _moved(own: np.ndarray, starts: np.ndarray, factors: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Own prices of n + 1 stretches that begin at 0 and at `starts`, each with its factor and points."""
    moved = own.copy()
    for part, factor, added in zip(np.split(moved, starts), factors, points, strict=True):
        if factor != 1:
            part *= factor
        if added != 0:
            # Sums are rid of the noise of binary fractions; a stretch that nothing is added to stays as it is, to the
            # bit.
            part += added
            np.round(part, PRICE_DIGITS, out=part)
    return moved


def _front(bars: pd.DataFrame, rolls: pd.DataFrame) -> pd.DataFrame:
    if rolls.empty:
        months = sorted(bars["contract"].unique())
        if len(months) > 1:
            raise InvalidBars(
                f"There are bars of {', '.join(months)} and no roll between them: materialize the roll "
                "calendar first, or choose one contract."
            )
        return bars.copy()
    refuse_broken(rolls)
    return bars[bars["contract"].to_numpy(object) == front_on(rolls, bars["trade_date"])].copy()


def refuse_broken(rolls: pd.DataFrame) -> None:
    """Raises InvalidBars when the rolls do not give every session exactly one contract."""
    problems = roll_problems(rolls)
    if problems:
        raise InvalidBars(f"The roll calendar is broken: {problems[0]} Materialize it again.")


def _reach(rolls: pd.DataFrame, series: pd.DataFrame) -> tuple[int, int]:
    """How many rolls lie before the series, its first session included, and how many up to its last one."""
    if series.empty:
        return 0, 0
    ends = series["trade_date"].iloc[[0, -1]].to_numpy()
    before, after = np.searchsorted(rolls["date"].to_numpy(), ends, side="right")
    return int(before), int(after)


def refuse_unpriced(crossed: pd.DataFrame, adjustment: Adjustment) -> None:
    """Raise BacktestRefused for the first of these rolls across which prices cannot be adjusted."""
    for roll in crossed.to_dict("records"):
        day = f"{roll['date']:%Y-%m-%d}"
        change = f"{roll['symbol']} roll from {roll['from_contract']} to {roll['to_contract']} on {day}"
        if np.isnan(roll["gap"]):
            raise BacktestRefused(
                f"The gap of the {change} is unknown: extract both contracts in the sessions before it, choose a "
                "window on one side of it, or adjustment 'none'."
            )
        if adjustment.multiplies and min(roll["from_price"], roll["to_price"]) <= 0:
            raise BacktestRefused(
                f"At the {change} a price is not positive, so that it has no ratio: choose adjustment 'additive'."
            )
