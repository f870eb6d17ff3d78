"""When a gap is believed after one answer of the source, and when another answer must confirm it.

A gap is a run of minutes without bars in one session. All functions take one element per minute.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

CONFIRMED = 2
"""Number of agreeing answers after which a suspect gap is believed."""

APART = timedelta(hours=1)
"""Least time between answers that confirm each other, so that one outage of the source does not cause both."""

_LONG_GAP = 60  # minutes
_FEW_BARS = 8  # that the hours around a gap make one expect in it
_ENOUGH_BARS, _BUSY_SPACING = 30, 2  # bars; median minutes between them
_PAUSE = 10  # minutes
_AROUND, _BUSY_SHARE = 30, 0.9  # minutes on either side; least share of them with bars


def suspect_minutes(has_bar: np.ndarray, in_gap: np.ndarray) -> np.ndarray:
    """Return a mask of gap minutes that look like missing data rather than no trading.

    A gap of ten minutes with bars in almost every minute before and after is a hole in the answer, or a halt that the
    calendar does not have. A gap of an hour is more likely an answer that was cut short, unless the session
    has enough bars to judge, and trading is thin: in all of it, most bars being not close together; or around the gap,
    where the hours before and after let one expect few bars in it. A session with few bars proves nothing, because a
    busy one with a truncated answer has few bars, too.

    Args:
        has_bar: mask of the minutes of one session with a bar, in order.
        in_gap: mask of the minutes without a bar that are judged.
    """
    suspect = np.zeros(len(has_bar), bool)
    at = np.flatnonzero(has_bar)
    enough = len(at) >= _ENOUGH_BARS
    thin = enough and np.median(np.diff(at)) > _BUSY_SPACING
    edges = np.flatnonzero(np.diff(np.concatenate(([0], in_gap.astype(np.int8), [0]))))
    runs = edges.reshape(-1, 2)
    for begin, end in runs[runs[:, 1] - runs[:, 0] >= _PAUSE]:
        long = end - begin >= _LONG_GAP and not (thin or (enough and _amid_few_bars(has_bar, begin, end)))
        suspect[begin:end] = long or _amid_trading(has_bar, begin, end)
    return suspect


def _amid_trading(has_bar: np.ndarray, begin: int, end: int) -> bool:
    """Return True if almost every minute around the gap has a bar; only minutes of the session count."""
    sides = [side for side in (has_bar[max(0, begin - _AROUND) : begin], has_bar[end : end + _AROUND]) if len(side)]
    return sum(map(len, sides)) >= _AROUND and all(side.mean() >= _BUSY_SHARE for side in sides)


def _amid_few_bars(has_bar: np.ndarray, begin: int, end: int) -> bool:
    """Return True if the whole hours before and after the gap have bars, and let one expect only few within it."""
    sides = has_bar[max(0, begin - _LONG_GAP) : begin], has_bar[end : end + _LONG_GAP]
    whole = all(len(side) == _LONG_GAP and side.any() for side in sides)
    return whole and (end - begin) * np.concatenate(sides).mean() <= _FEW_BARS


def minutes_to_confirm(has_bar: np.ndarray) -> np.ndarray:
    """Return a mask of the minutes of a session that need `CONFIRMED` answers; all of them if it has no bar."""
    return suspect_minutes(has_bar, ~has_bar) if has_bar.any() else ~has_bar
