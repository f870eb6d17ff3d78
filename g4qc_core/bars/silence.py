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


def doubtful(has: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Minutes of long silences in one session that is not known to be thin; `bool`, one a minute.

    An hour of silence is more likely an answer that was cut short than an hour without a trade. Only in a thin session
    it is an ordinary hour: where bars are many enough to tell, and most do not follow one another closely. Few bars
    tell nothing, because they are also what is left of a busy session whose answer ended early.
    """
    doubt = np.zeros(len(has), bool)
    places = np.flatnonzero(has)
    if len(places) >= _TELLING_BARS and np.median(np.diff(places)) > _BUSY_SPACING:
        return doubt
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.astype(np.int8), [0]))))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        doubt[begin:end] = end - begin >= _LONG_SILENCE
    return doubt


def doubted(has: np.ndarray) -> np.ndarray:
    """Minutes of one session whose silence takes `CONFIRMED` answers: all of it where it has no bar."""
    return doubtful(has, ~has) if has.any() else ~has
