"""Which gaps of an answer are believed at once, and which a second answer must confirm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.gap_confirmation import minutes_to_confirm

HOUR = 60


def session(*parts: tuple[int, int]) -> np.ndarray:
    """Minutes of a session: in each part of so many minutes, a bar at the last of every so many; 0: none."""
    return np.concatenate(
        [(np.arange(1, minutes + 1) % every == 0) if every else np.zeros(minutes, bool) for minutes, every in parts]
    )


def test_an_hour_of_silence_in_a_busy_session_is_in_doubt() -> None:
    bars = session((600, 1), (HOUR, 0), (720, 1))
    assert np.flatnonzero(minutes_to_confirm(bars)).tolist() == list(range(600, 660))


def test_an_hour_of_silence_in_the_thin_evening_of_a_busy_day_is_none() -> None:
    bars = session((300, 10), (HOUR, 0), (300, 10), (720, 1))
    assert not minutes_to_confirm(bars).any()


@pytest.mark.parametrize(
    "bars",
    [
        session((300, 5), (HOUR, 0), (300, 9), (720, 1)),
        session((300, 9), (HOUR, 0), (300, 5), (720, 1)),
        session((HOUR, 0), (300, 9), (720, 1)),
        session((720, 1), (300, 9), (HOUR, 0)),
        session((300, 9), (2 * HOUR, 0), (300, 9), (660, 1)),
    ],
)
def test_it_is_if_an_hour_beside_it_is_busy_or_cut_off_or_it_is_longer(bars: np.ndarray) -> None:
    assert minutes_to_confirm(bars).any()


@given(st.integers(0, 2**32 - 1), st.integers(0, 1380 - HOUR))
def test_an_answer_that_was_cut_short_is_in_doubt_whatever_it_holds(seed: int, begin: int) -> None:
    """Of a session in which every second minute has a bar, or more, everything from one minute on is missing."""
    bars = np.random.default_rng(seed).random(1380) < 0.8
    bars[begin:] = False
    assert minutes_to_confirm(bars)[begin + HOUR - 1 :].all()
