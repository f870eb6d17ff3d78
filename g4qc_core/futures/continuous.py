"""The continuous series: the contracts of an instrument joined into one by a roll calendar.

A series is a view of bars and rolls and is never stored. It changes contracts only between two sessions. `stretches`
alone computes which contract is read from which trade date on, and how its prices are adjusted: `adjusted` applies it
to frames, and `futures.segments` turns it into instants for the readers of stored bars. `futures.rolls` makes the
rolls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import CONTINUOUS_COLUMNS, PRICES
from g4qc_core.errors import BacktestRefused, InvalidBars
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.rolls.roll_calendar import PRICE_DIGITS, front_on, roll_contracts, roll_problems


@dataclass(frozen=True)
class Stretch:
    """Trade dates from `first` to the next stretch, on which the series reads one contract.

    Attributes:
        contract: contract month; empty if the chain has none.
        first: first trade date; `date.min` for the first stretch.
        factor, points: adjusted price = own price x `factor` + `points`.
        part: number of the part of the series, from 0. Prices of two parts do not compare, because the roll between
            them cannot be adjusted across.
    """

    contract: str
    first: date
    factor: float
    points: float
    part: int


def stretches(rolls: pd.DataFrame, adjustment: Adjustment, front: str = "") -> list[Stretch]:
    """Return the n + 1 stretches that n rolls separate, ascending.

    Args:
        adjustment: name of the adjustment.
        rolls: `ROLL_COLUMNS`, ascending by date.
        front: contract of the only stretch if there are no rolls.

    Raises:
        InvalidBars: the rolls do not give every session exactly one contract.
    """
    refuse_broken(rolls)
    factors, points = adjustments(rolls, adjustment)
    parts = np.append(0, np.cumsum(breaks(rolls, adjustment)))
    days = [date.min, *(day.date() for day in rolls["date"])]
    return [
        Stretch(month, days[at], float(factors[at]), float(points[at]), int(parts[at]))
        for at, month in enumerate(roll_contracts(rolls, front))
    ]


def continuous(bars: pd.DataFrame, rolls: pd.DataFrame, adjustment: Adjustment) -> pd.DataFrame:
    """Return the series that follows the rolls through the bars, in the form of `adjusted`.

    Sessions without bars of the front contract have no rows.

    Args:
        adjustment: name of the adjustment.
        bars: `BAR_COLUMNS` of one instrument and timeframe, all contracts, rows in any order.
        rolls: the instrument's whole roll calendar (`ROLL_COLUMNS`), ascending by date. Without rolls the bars must be
            of one contract.

    Raises:
        InvalidBars: the rolls do not give every session exactly one contract.
        BacktestRefused: see `adjusted`.
    """
    return adjusted(_front(bars, rolls).sort_values("timestamp", ignore_index=True), rolls, adjustment)


def adjusted(series: pd.DataFrame, rolls: pd.DataFrame, adjustment: Adjustment, whole: bool = True) -> pd.DataFrame:
    """Adjust a series of the contracts' own prices.

    Args:
        adjustment: name of the adjustment.
        series: n bars, ascending by timestamp, each of the front contract by the rolls.
        rolls: see `continuous`.
        whole: True if the series is complete: rolls outside it change nothing, and the anchor is its own last session
            (for the forward adjustments, its first). False for a window of the series that the rolls describe, with the
            anchor of `adjustments`, so that windows fit together.

    Returns:
        `CONTINUOUS_COLUMNS`, n rows, index 0..n-1: prices in points, equal to the contract's own x `factor` +
        `adjustment` (points); contract (text, the month).

    Raises:
        BacktestRefused: prices would have to be adjusted across a roll with unknown prices or, for ratios, prices that
            are not positive.
    """
    before, after = _rolls_before_the_ends(rolls, series)
    crossed = rolls.iloc[before:after]
    if adjustment is not Adjustment.NONE:
        refuse_unpriced(crossed, adjustment)
    inside = stretches(crossed, adjustment) if whole else stretches(rolls, adjustment)[before : after + 1]
    starts = np.searchsorted(series["trade_date"].to_numpy(), crossed["date"].to_numpy())
    rows = np.diff(starts, prepend=0, append=len(series))
    columns = {name: _adjusted_column(series[name].to_numpy(), starts, inside) for name in PRICES}
    columns["factor"] = np.repeat([stretch.factor for stretch in inside], rows)
    columns["adjustment"] = np.repeat([stretch.points for stretch in inside], rows)
    ordered = {name: columns[name] if name in columns else series[name].array for name in CONTINUOUS_COLUMNS}
    return pd.DataFrame(ordered, copy=False)


def adjusted_prices(own: np.ndarray, factor: float, points: float) -> np.ndarray:
    """Return own prices x `factor` + `points` (float64); the same array if they stay as they are.

    Sums are rounded to `PRICE_DIGITS`, which removes the noise of binary fractions.
    """
    shown = own if factor == 1 else own * factor
    return np.round(shown + points, PRICE_DIGITS) if points else shown


def adjustments(rolls: pd.DataFrame, adjustment: Adjustment) -> tuple[np.ndarray, np.ndarray]:
    """Return factor and points (float64) of each of the n + 1 contracts that n rolls join.

    The contract at the anchor (the last one; the first one for the forward adjustments) keeps its own prices, with
    exactly 1 and 0. A roll that cannot be adjusted across (see `breaks`) separates the series into parts with an anchor
    each, whose prices do not compare.

    Args:
        adjustment: name of the adjustment.
        rolls: `ROLL_COLUMNS`, ascending by date.
    """
    edges = [-1, *np.flatnonzero(breaks(rolls, adjustment)), len(rolls)]
    parts = [_part_adjustments(rolls.iloc[last + 1 : following], adjustment) for last, following in pairwise(edges)]
    factors, points = zip(*parts, strict=True)
    return np.concatenate(factors), np.concatenate(points)


def breaks(rolls: pd.DataFrame, adjustment: Adjustment) -> np.ndarray:
    """Return a mask (bool) of the rolls with unknown prices or, for ratios, prices that are not positive."""
    if adjustment is Adjustment.NONE:
        return np.zeros(len(rolls), bool)
    broken = rolls["gap"].isna().to_numpy()
    if adjustment.multiplies:
        broken = broken | ~(rolls[["from_price", "to_price"]] > 0).all(axis=1).to_numpy()
    return broken


def _part_adjustments(rolls: pd.DataFrame, adjustment: Adjustment) -> tuple[np.ndarray, np.ndarray]:
    """Return `adjustments` for rolls without a break."""
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
    """Return the points to add to the prices of each of the n + 1 contracts that n rolls with these gaps join.

    The last contract stays as it is; each earlier one is shifted by the sum of the gaps after it.
    """
    return np.append(np.cumsum(np.asarray(gaps, "float64")[::-1])[::-1], 0.0)


def refuse_broken(rolls: pd.DataFrame) -> None:
    """Raise InvalidBars if the rolls do not give every session exactly one contract."""
    problems = roll_problems(rolls)
    if problems:
        raise InvalidBars(f"The roll calendar is broken: {problems[0]} Materialize it again.")


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


def _adjusted_column(own: np.ndarray, starts: np.ndarray, inside: Sequence[Stretch]) -> np.ndarray:
    """Adjust own prices of the stretches, which begin at row 0 and at `starts`."""
    parts = zip(np.split(own, starts), inside, strict=True)
    return np.concatenate([adjusted_prices(part, stretch.factor, stretch.points) for part, stretch in parts])


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


def _rolls_before_the_ends(rolls: pd.DataFrame, series: pd.DataFrame) -> tuple[int, int]:
    """Return the number of rolls up to the first session of the series, and up to its last one."""
    if series.empty:
        return 0, 0
    ends = series["trade_date"].iloc[[0, -1]].to_numpy()
    before, after = np.searchsorted(rolls["date"].to_numpy(), ends, side="right")
    return int(before), int(after)
