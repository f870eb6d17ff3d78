"""Spikes: a bar that stands out from both its neighbours by more than the market moves at that time.

A bad print is alone: the bar before it and the bar after it trade elsewhere. A real move is not: the next bar trades
where it went. So a bar is judged only where it has a neighbour on either side in its own session, and the first and
the last bar of a session, where an auction or a gap is no error, never are. Two false bars side by side vouch for each
other; that is the price of believing real moves.

How far is too far is measured on the bars around, in ticks of their contract. Bounds were chosen on the recorded
minutes of ES (2013, 2020) and 6E (January 2024): the widest true excursion, at the Federal Reserve's decision of
2024-01-31, reaches 58 % of what is believed here, the next one 31 %.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.bars.validation.judged_minutes import JudgedMinutes, Suspects

# In a calm hour most minutes do not move at all, and a scale made of them would call any trade a spike.
_FLOOR = 20  # ticks

# Minute returns have fat tails: news moves a calm market by 23 robust standard deviations within one minute, of which
# part stays, or wakes up the neighbours.
_SIGMAS = 20
_NEIGHBOURS = 2  # ranges of the wider neighbour

_SIGMA_OF_MAD = 1.4826
_AROUND = 30  # rows on either side that make the scale
_LEVEL = 5  # rows on either side that make the level
_ENOUGH = 6  # rows of the level, without which there is none
_REACH = 10  # minutes between the neighbours; across more, a market may have been anywhere and come back

_BLOCK = 20_000


def spikes(minutes: JudgedMinutes) -> Suspects:
    """Bars whose high or low is too far from both neighbours and from the level of the bars around."""
    excursion = _excursions(minutes)
    candidates = np.flatnonzero(excursion > _FLOOR * minutes.tick)
    found: Suspects = {}
    for start in range(0, len(candidates), _BLOCK):
        rows = candidates[start : start + _BLOCK]
        away, believed = _judged(minutes, rows, excursion[rows])
        for row, ticks, limit in zip(rows, away / minutes.tick[rows], believed / minutes.tick[rows], strict=True):
            if ticks > limit:
                found[int(row)] = (
                    f"stands {ticks:.0f} ticks away from both neighbours, where up to {limit:.0f} would be believed"
                )
    return found


def _excursions(minutes: JudgedMinutes) -> np.ndarray:
    """Compute how many steps each bar reaches beyond both neighbours; negative if it does not or is not judged."""
    excursion = np.full(len(minutes), -1.0)
    if len(minutes) < 3:
        return excursion
    high, low = minutes.high, minutes.low
    above = high[1:-1] - np.maximum(high[:-2], high[2:])
    below = np.minimum(low[:-2], low[2:]) - low[1:-1]
    judged = (
        (minutes.contract[:-2] == minutes.contract[2:])
        & (minutes.day[:-2] == minutes.day[2:])
        & (minutes.minute[2:] - minutes.minute[:-2] <= _REACH)
    )
    excursion[1:-1] = np.where(judged, np.maximum(above, below), -1.0)
    return excursion


def _judged(minutes: JudgedMinutes, rows: np.ndarray, excursion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many steps the rows stand out, and how many are allowed."""
    offsets = np.arange(-_AROUND, _AROUND + 1)
    around = rows[:, None] + offsets
    at = np.clip(around, 0, len(minutes) - 1)
    own = (around == at) & (minutes.contract[at] == minutes.contract[rows, None])
    own &= minutes.day[at] == minutes.day[rows, None]
    close = np.where(own, minutes.close[at], np.nan)
    level = close[:, (np.abs(offsets) <= _LEVEL) & (offsets != 0)]
    known = (~np.isnan(level)).sum(axis=1) >= _ENOUGH
    middle = _median(level)
    away = np.maximum(minutes.high[rows] - middle, middle - minutes.low[rows])
    widest = np.maximum(*(minutes.high[rows + side] - minutes.low[rows + side] for side in (-1, 1)))
    sigma = _SIGMA_OF_MAD * _median(np.abs(np.diff(close, axis=1)))
    believed = np.maximum(_FLOOR * minutes.tick[rows], _SIGMAS * sigma) + _NEIGHBOURS * widest
    return np.where(known, np.minimum(excursion, away), -1.0), believed


def _median(values: np.ndarray) -> np.ndarray:
    """The median of each row, of what is there; at least one value is."""
    ordered = np.sort(values, axis=1)  # NaN last
    count = (~np.isnan(values)).sum(axis=1)
    row = np.arange(len(values))
    return (ordered[row, np.maximum(count - 1, 0) // 2] + ordered[row, count // 2]) / 2
