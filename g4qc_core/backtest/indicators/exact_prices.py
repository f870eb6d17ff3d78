"""Prices as whole numbers, so that sums and comparisons are exact on every host.

Averages of prices on a tick grid tie often. Floating-point variants of one rule decide such ties differently; whole
numbers do not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# Digits that are kept, counted from the first digit of the first price: finer than any tick.
_DIGITS = 10
_MOST_DECIMALS = 12

# Noise of a price that was computed on its grid: some units of its last binary digit.
_NOISE = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class ExactPrices:
    """Prices as multiples of 10 ** -decimals.

    Attributes:
        units: int64, in the shape of the prices; 0 where a price is no number.
        decimals: of the unit. It follows from the first price alone, so that a later price changes no earlier unit.
        valid: bool, in the shape of the prices: False where a price is no number.
        first_off: first row with a price that is no whole number of units, as prices that are adjusted by ratios; the
            number of rows if there is none. Such a unit is up to a half off.
        step: multiples in one unit; more than 1 after `reduced`.
    """

    units: np.ndarray
    decimals: int
    valid: np.ndarray
    first_off: int
    step: int = 1

    @property
    def scale(self) -> float:
        """Multiples in one point: 10 ** decimals, exact."""
        return float(10**self.decimals)

    def reduced(self) -> ExactPrices:
        """Return the same prices in their largest common unit, if all are on a grid; comparisons stay the same."""
        if self.first_off < len(self.units) or not self.units.size:
            return self
        common = int(np.gcd.reduce(self.units, axis=None))
        if common < 2:
            return self
        return replace(self, units=self.units // common, step=self.step * common)


def exact_prices(prices: Any, longest: int = 1) -> ExactPrices:
    """Return prices as whole numbers.

    Args:
        prices: float64, of one or two dimensions, rows ascending in time; NaN and infinite ones are no numbers.
        longest: bars in the longest window whose sum is needed; bounds the digits.
    """
    values = np.asarray(prices, np.float64)
    valid = np.isfinite(values)
    kept = np.where(valid, values, 0.0)
    decimals = _decimals(kept, longest)
    scaled = kept * 10.0**decimals
    units = np.rint(scaled)
    off = np.abs(scaled - units) > _NOISE * np.abs(scaled) + 1e-9
    rows = np.flatnonzero(off if off.ndim == 1 else off.any(axis=1))
    return ExactPrices(units.astype(np.int64), decimals, valid, int(rows[0]) if len(rows) else len(values))


def price_unit(prices: Any, longest: int = 1) -> float:
    """Return the unit, in points, to which `exact_prices` keeps these prices; its arguments are the same."""
    values = np.asarray(prices, np.float64)
    return 10.0 ** -_decimals(np.where(np.isfinite(values), values, 0.0), longest)


def _decimals(kept: np.ndarray, longest: int) -> int:
    first = kept.reshape(-1)[np.flatnonzero(kept)[:1]]
    magnitude = int(f"{abs(first[0]):e}".split("e")[1]) if len(first) else 0
    decimals = min(max(_DIGITS - magnitude, 0), _MOST_DECIMALS)
    # Prices far above the first one: rather fewer digits than sums beyond 64 bits.
    most = float(np.abs(kept).max(initial=0.0))
    while decimals > 0 and most * 10.0**decimals * max(longest, 1) >= 2.0**62:
        decimals -= 1
    return decimals


def running_sums(units: np.ndarray) -> np.ndarray:
    """Return the sums of the first 0, 1, ... n units (int64): a window's sum is the difference of two of them."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(units)))


def window_sums(units: np.ndarray, length: int) -> np.ndarray:
    """Return the sum of the last `length` units at each row (int64); 0 where there are fewer."""
    sums = np.zeros(len(units), np.int64)
    if length <= len(units):
        running = running_sums(units)
        sums[length - 1 :] = running[length:] - running[:-length]
    return sums


def complete_windows(valid: np.ndarray, length: int) -> np.ndarray:
    """Return a mask of the rows whose last `length` values are all numbers."""
    return window_sums(valid.astype(np.int64), length) == length
