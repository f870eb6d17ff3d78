"""From lines to decisions: which line is above, crossings, holding a side, and the opening range of a session."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from g4qc_core.backtest.indicators.indicator_values import checked_length, same_length
from g4qc_core.sentences import counted


class OpeningRange(NamedTuple):
    """Highest high and lowest low of the first bars of a session, float64 in points."""

    high: np.ndarray
    low: np.ndarray


def sides(first: Any, second: Any, tolerance: float = 0.0) -> np.ndarray:
    """Return which of two lines is above.

    Args:
        first: n numbers, float64.
        second: n numbers, or one number for all bars.
        tolerance: share of the larger of the two by which they must differ. 0 is right for `sma` of prices on a tick
            grid; 1e-10 for prices adjusted by ratios and for averages that are not exact, like `ema`.

    Returns:
        int64 of length n: 1 where `first` is above, -1 where it is below, 0 where they are equal or one is NaN.
    """
    level = np.asarray(second, np.float64)
    one, other = same_length(first, np.full(np.shape(first), level) if level.ndim == 0 else level)
    # A NaN is neither above nor below.
    least = tolerance * np.fmax(np.abs(one), np.abs(other))
    return np.where(one - other > least, 1, np.where(other - one > least, -1, 0)).astype(np.int64)


def hold(signals: Any) -> np.ndarray:
    """Return each signal, or the last one before it that is not 0 where it is 0.

    Args:
        signals: n whole numbers or float64; 0 means that nothing changes.

    Returns:
        The same type and length; 0 until the first signal.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import held

    own = np.ascontiguousarray(signals)
    return held(own.astype(np.int64) if own.dtype.kind != "f" else own.astype(np.float64))


def latch(enter_long: Any, leave_long: Any, enter_short: Any, leave_short: Any) -> np.ndarray:
    """Return the side that conditions lead to: in at an entry, out at an exit, otherwise as before.

    Args:
        enter_long: n truth values: be long after this bar.
        leave_long: n truth values: be flat after this bar if long.
        enter_short: n truth values: be short after this bar, unless `enter_long`.
        leave_short: n truth values: be flat after this bar if short.

    Returns:
        int64 of length n: 1, -1 or 0. In one bar an exit comes before an entry.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import latched

    given = [np.ascontiguousarray(one, bool) for one in (enter_long, leave_long, enter_short, leave_short)]
    if len({one.shape for one in given}) > 1 or given[0].ndim != 1:
        raise ValueError(f"the conditions have the shapes {', '.join(str(one.shape) for one in given)}: give one a bar")
    return latched(*given)


def crossings(first: Any, second: Any, tolerance: float = 0.0) -> np.ndarray:
    """Return where a line crosses another one.

    Args:
        first: n numbers, float64.
        second: n numbers, or one number for all bars.
        tolerance: as for `sides`.

    Returns:
        int64 of length n: 1 in the bar in which `first` comes above `second`, -1 in the one in which it comes below, 0
        elsewhere. Touching is no crossing: the side before the touch counts. The first side is none either.
    """
    now = sides(first, second, tolerance)
    last = hold(now)
    before = np.concatenate((np.zeros(1, np.int64), last[:-1]))[: len(now)]
    return np.where(now * before < 0, now, 0)


def opening_range(high: Any, low: Any, sessions: Any, length: int) -> OpeningRange:
    """Return highest high and lowest low of the first `length` bars of each session.

    Args:
        high: n prices in points.
        low: n prices in points.
        sessions: n values that change where a session begins, like `bars["trade_date"]`.
        length: bars of a session that make its range, from 1.

    Returns:
        Two columns of length n in points: known from the last of these bars to the end of the session, NaN before.
    """
    from g4qc_core.backtest.indicators.indicator_kernels import opening_ranges

    top, bottom = same_length(high, low)
    labels = np.asarray(sessions)
    if labels.shape != top.shape:
        raise ValueError(f"there are {counted(labels.size, 'session')} for {counted(len(top), 'bar')}: give one a bar")
    begins = np.ones(len(labels), bool)
    begins[1:] = labels[1:] != labels[:-1]
    return OpeningRange(*opening_ranges(top, bottom, np.cumsum(begins), checked_length(length)))
