"""The loops of the shipped strategies, compiled: from columns to a side in each bar.

Blocks of bars are judged at once, and gone through one by one only where a bar keeps the side before it. The result
does not depend on the blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.backtest.compiled import compiled

_BLOCK = 256


@compiled
def _keep_sides(sides: np.ndarray, last: Any) -> Any:
    """Replace each 0 by the side before it, and return the last side."""
    ties = 0
    for k in range(len(sides)):
        ties += 1 if sides[k] == 0 else 0
    if ties == 0:
        return sides[len(sides) - 1]
    for k in range(len(sides)):
        if sides[k] != 0:
            last = sides[k]
        else:
            sides[k] = last
    return last


@compiled
def sum_sides(running: np.ndarray, fast: float, slow: float, first_off: int) -> np.ndarray:
    """Return the side of the fast average of prices against the slow one; a tie keeps the side before it.

    Averages are compared as sums times the other length.

    Args:
        running: sums of the first 0, 1, ... n prices in whole units; int64, or float64 if all products fit in 53 bits.
        fast: bars of the fast average, of the kind of `running`.
        slow: bars of the slow average.
        first_off: first bar with a price that is not exact; from there a difference of up to one unit is a tie.

    Returns:
        int8 of length n: 1, -1, or 0 before the first side.
    """
    n = len(running) - 1
    width, narrow = int(slow), int(fast)
    sides = np.zeros(n, np.int8)
    if n < width:
        return sides
    begun = sides[width - 1 :]
    ends, fast_starts = running[width:], running[width - narrow :]
    last = np.int8(0)
    for start in range(0, len(begun), _BLOCK):
        end = min(start + _BLOCK, len(begun))
        a, b, c, out = ends[start:end], fast_starts[start:end], running[start:end], begun[start:end]
        clean = max(min(first_off - (width - 1) - start, len(out)), 0)
        for k in range(len(out)):
            spread = (a[k] - b[k]) * slow - (a[k] - c[k]) * fast
            least = (fast * slow) * (k >= clean)
            out[k] = np.int8(spread > least) - np.int8(spread < -least)
        last = _keep_sides(out, last)
    return sides


@compiled
def line_sides(first: np.ndarray, second: np.ndarray, begin: int, tolerance: float, sizes: np.ndarray) -> np.ndarray:
    """Return the side of one line against another one; a tie keeps the side before it.

    Args:
        first: n values; NaN counts as a tie.
        second: n values.
        begin: first bar that is judged.
        tolerance: share of `sizes` by which the lines must differ.
        sizes: n prices.

    Returns:
        float64 of length n: 1, -1, or 0 before the first side.
    """
    n = len(first)
    sides = np.zeros(n)
    last = 0.0
    for start in range(begin, n, _BLOCK):
        end = min(start + _BLOCK, n)
        a, b, size, out = first[start:end], second[start:end], sizes[start:end], sides[start:end]
        for k in range(len(out)):
            least = tolerance * abs(size[k])
            spread = a[k] - b[k]
            up = 1.0 if spread > least else 0.0
            down = 1.0 if spread < -least else 0.0
            out[k] = up - down
        last = _keep_sides(out, last)
    return sides


@compiled
def channel_sides(
    close: np.ndarray,
    entry_top: np.ndarray,
    entry_bottom: np.ndarray,
    exit_top: np.ndarray,
    exit_bottom: np.ndarray,
    begin: int,
    long_only: bool,
) -> np.ndarray:
    """Return the side after each close: in when it leaves the entry's channel, out when it leaves the exit's.

    All prices are whole numbers in one unit; bar i has the channels of the bars before it.
    """
    n = len(close)
    sides = np.zeros(n)
    side = 0.0
    for i in range(begin, n):
        price = close[i]
        if (side > 0.0 and price < exit_bottom[i]) or (side < 0.0 and price > exit_top[i]):
            side = 0.0
        if price > entry_top[i]:
            side = 1.0
        elif price < entry_bottom[i] and not long_only:
            side = -1.0
        sides[i] = side
    return sides
