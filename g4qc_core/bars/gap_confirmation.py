"""Silence: when minutes without a bar are believed at once, and when the answer may have been cut short.

Knows rows of minutes. Must not know sessions, requests or ledgers.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

CONFIRMED = 2
"""Answers that must agree before a silence that is in doubt is believed."""

APART = timedelta(hours=1)
"""At least, between answers that confirm one another, so that one outage of the source does not give both."""

_LONG_SILENCE = 60  # minutes
_TELLING_BARS, _BUSY_SPACING = 30, 2  # bars; minutes from one to the next
_PAUSE = 10  # minutes
_BESIDE, _LIVELY = 30, 0.9  # minutes looked at on either side; share of them that have a bar


def doubtful(has: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Minutes of silences in one session that are more likely a failure than minutes without a trade; `bool`, one each.

    Ten minutes of silence where almost every minute before and after has a bar are a hole in the answer, or a halt that
    the calendar does not know. An hour of silence is anywhere more likely an answer that was cut short, but in a
    session that is known to be thin: where bars are many enough to tell, and most do not follow one another closely.
    Few bars tell nothing, because they are also what is left of a busy session whose answer ended early.
    """
    doubt = np.zeros(len(has), bool)
    places = np.flatnonzero(has)
    thin = len(places) >= _TELLING_BARS and np.median(np.diff(places)) > _BUSY_SPACING
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.astype(np.int8), [0]))))
    runs = edges.reshape(-1, 2)
    for begin, end in runs[runs[:, 1] - runs[:, 0] >= _PAUSE]:
        long = end - begin >= _LONG_SILENCE and not thin
        doubt[begin:end] = long or _amid_trading(has, begin, end)
    return doubt


def _amid_trading(has: np.ndarray, begin: int, end: int) -> bool:
    """True when almost every minute before the silence has a bar, and after it, as far as the session reaches."""
    sides = [side for side in (has[max(0, begin - _BESIDE) : begin], has[end : end + _BESIDE]) if len(side)]
    return sum(map(len, sides)) >= _BESIDE and all(side.mean() >= _LIVELY for side in sides)


def doubted(has: np.ndarray) -> np.ndarray:
    """Minutes of one session whose silence takes `CONFIRMED` answers: all of it where it has no bar."""
    return doubtful(has, ~has) if has.any() else ~has
