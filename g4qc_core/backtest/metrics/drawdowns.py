"""Falls of equity from its highest value so far: how deep, how long, and each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

DRAWDOWN_COLUMNS = ("peak", "deepest", "recovered", "depth", "money", "sessions")


def falls(values: np.ndarray, cash: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the fall at each value from the highest one so far, the cash included: as a fraction, and in money."""
    peak = np.maximum.accumulate(np.maximum(values, cash))
    return values / peak - 1, values - peak


def max_drawdown(returns: np.ndarray) -> float:
    """Compute the largest fall of the compounded returns from their highest value so far, zero or negative."""
    return float(falls(np.cumprod(1 + returns), 1.0)[0].min())


def longest_drawdown(values: np.ndarray) -> int:
    """Return the length of the longest run of values below the highest one before them."""
    starts, ends = _runs(values < np.maximum.accumulate(values))
    return int((ends - starts).max()) if len(starts) else 0


def average_drawdown(fractions: np.ndarray) -> float:
    """Return the mean depth of the runs of falls below zero; zero if there is none."""
    starts, _ = _runs(fractions < 0)
    if not len(starts):
        return 0.0
    # Each run and the zeros after it: the minimum of the whole is that of the run.
    return float(np.minimum.reduceat(fractions, starts).mean())


def drawdown_table(daily: pd.Series, cash: float, most: int = 10) -> pd.DataFrame:
    """Return the deepest drawdowns over the ends of sessions, the deepest first.

    Args:
        daily: session equity by trade date.
        cash: starting cash.
        most: how many at most.

    Returns:
        `DRAWDOWN_COLUMNS`: peak (trade date of the highest value before it; missing if that is the starting cash),
        deepest, recovered (missing if it has not ended), depth (fraction, negative), money (negative), sessions (below
        the peak).
    """
    values, days = daily.to_numpy(np.float64), pd.DatetimeIndex(daily.index)
    fractions, money = falls(values, cash)
    rows = []
    for start, end in zip(*_runs(fractions < 0), strict=True):
        deepest = start + int(fractions[start:end].argmin())
        rows.append(
            {
                "peak": days[start - 1] if start else pd.NaT,
                "deepest": days[deepest],
                "recovered": days[end] if end < len(days) else pd.NaT,
                "depth": fractions[deepest],
                "money": money[deepest],
                "sessions": int(end - start),
            }
        )
    frame = pd.DataFrame(rows, columns=list(DRAWDOWN_COLUMNS))
    for name in ("peak", "deepest", "recovered"):
        frame[name] = frame[name].astype("datetime64[s]")
    frame["sessions"] = frame["sessions"].astype("int64")
    return frame.sort_values("depth", kind="stable", ignore_index=True).head(most)


def _runs(true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where runs of true values start, and where they have ended."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False])).view(np.int8)))
    return edges[::2], edges[1::2]
