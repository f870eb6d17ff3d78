"""Prices as whole steps of a grid: four bytes instead of eight, and exactly the same number when they are read.

A price is stored in steps only if dividing the steps gives back each of its bits, on the server as here: the quotient
of two whole numbers is the float nearest to it, on every machine. Everything else is stored as it is, in another table.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES

_LARGEST = 2**31 - 1
_COUNTS = ("volume", "count")
# Grids of prices that are not on their contract's own: quarters to 256ths, and decimals.
_OTHERS = sorted({*(2**k for k in range(9)), *(10**k for k in range(9))})
_ENOUGH = 0.99
_SAMPLE = 2_000


def steps_per_point(prices: np.ndarray, tick: Decimal | None) -> int:
    """Return the grid for the prices (float64, points): that of the tick, or the coarsest on which nearly all lie.

    Args:
        prices: some of the series, of any shape.
        tick: of the contract, in points; None: unknown.
    """
    own = Fraction(tick).denominator if tick else 1
    # An odd distance reaches each of the four prices, and bars at odd and even places.
    flat = prices.ravel()[:: (prices.size // _SAMPLE) | 1]
    flat = flat[np.isfinite(flat)]
    grids = [own, 2 * own, *_OTHERS]
    shares = [float(_in_steps(flat, grid)[1].mean()) if len(flat) else 1.0 for grid in grids]
    wanted = max(shares) * _ENOUGH
    return next(grid for grid, share in zip(grids, shares, strict=True) if share >= wanted)


def split(bars: pd.DataFrame, per_point: np.ndarray | int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the bars that can be stored in steps, with whole steps for prices, and a mask of these bars.

    Args:
        bars: prices (float64, points), volume, count (int64) and any other columns.
        per_point: steps in a point, for each bar or for all.
    """
    fits = np.ones(len(bars), bool)
    steps = {}
    for name in PRICES:
        steps[name], exact = _in_steps(bars[name].to_numpy("float64"), per_point)
        fits &= exact
    for name in _COUNTS:
        fits &= np.abs(bars[name].to_numpy("int64").clip(-_LARGEST - 1)) <= _LARGEST
    whole = {name: steps.get(name, bars[name]) for name in bars.columns}
    found = pd.DataFrame(whole, index=bars.index, copy=False)
    return (found if fits.all() else found.loc[fits]), fits


def _in_steps(prices: np.ndarray, per_point: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest whole steps (int64), and a mask of the prices that they give back to the bit."""
    with np.errstate(invalid="ignore", over="ignore"):
        nearest = np.rint(prices * per_point)
        small = np.abs(nearest) <= _LARGEST
    steps = np.where(small, nearest, 0).astype("int64")
    return steps, small & ((steps / per_point).view("int64") == np.ascontiguousarray(prices).view("int64"))
