"""Limits: what no minute of the instrument can hold, whatever the bars around it say.

Exchanges stop equity index futures at 7, 13 and 20 % from the previous settlement; the limits here are wider than any
exchange's, and catch what is wrong by an order of magnitude: a price without its point, another product's price.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.bars.validation.judged_minutes import JudgedMinutes, Suspects
from g4qc_core.instruments.price_text import price_text
from g4qc_core.instruments.registry import Instrument

_LAST = 5  # closes of a session that stand for its end, so that one false bar does not condemn the next session
_STALE = 7  # days after which a session is no longer the previous one
_FEW = 200  # ticks; a share of a price of fewer, or of one below zero, says nothing about what is too far


def beyond_volume(minutes: JudgedMinutes, instrument: Instrument) -> Suspects:
    """Bars with more volume than `instrument.max_minute_volume`."""
    limit = instrument.max_minute_volume
    return {
        int(row): f"volume {minutes.volume[row]:,}, where up to {limit:,} would be believed"
        for row in np.flatnonzero(minutes.volume > limit)
    }


def beyond_price(minutes: JudgedMinutes, instrument: Instrument) -> Suspects:
    """Bars with a price further than `instrument.max_move` from the close of the contract's previous session.

    A session without one in the week before it is measured against its own median close. Prices of a few ticks, and
    those below zero, are not judged.
    """
    starts = minutes.session_starts()
    base = np.repeat(_references(minutes, starts), np.diff(np.append(starts, len(minutes))))
    move = np.maximum(minutes.high - base, base - minutes.low)
    share = float(instrument.max_move)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(move > share * base)
    step = float(instrument.price_step)
    return {
        int(row): (
            f"{move[row] / base[row]:.0%} away from {price_text(instrument, base[row] * step)}, the close before its "
            f"session, where up to {share:.0%} would be believed"
        )
        for row in rows
    }


def _references(minutes: JudgedMinutes, starts: np.ndarray) -> np.ndarray:
    """Return the price, in grid steps, from which each session's move is measured; NaN if there is none."""
    ends = np.append(starts[1:], len(minutes))
    prices = np.full(len(starts), np.nan)
    for at, start in enumerate(starts):
        before = starts[at - 1] if at else start
        follows = at and minutes.contract[before] == minutes.contract[start]
        if follows and minutes.day[start] - minutes.day[before] <= _STALE:
            prices[at] = np.median(minutes.close[max(before, start - _LAST) : start])
        else:
            prices[at] = np.median(minutes.close[start : ends[at]])
    prices[prices < _FEW * minutes.tick[starts]] = np.nan
    return prices
