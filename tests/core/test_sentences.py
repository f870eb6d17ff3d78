"""Counts and durations in sentences."""

from __future__ import annotations

import pytest

from g4qc_core.sentences import counted, duration


@pytest.mark.parametrize(
    ("count", "words", "text"),
    [
        (0, ("bar",), "0 bars"),
        (1, ("bar",), "1 bar"),
        (2000, ("bar",), "2,000 bars"),
        (1, ("bar waits", "bars wait"), "1 bar waits"),
        (3, ("day disagrees", "days disagree"), "3 days disagree"),
    ],
)
def test_a_count_goes_with_its_noun(count: int, words: tuple[str, ...], text: str) -> None:
    assert counted(count, *words) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (99.4, "99 s"), (100, "1 min 40 s"), (3725, "62 min 05 s")]
)
def test_a_duration_has_minutes_from_a_hundred_seconds_on(seconds: float, text: str) -> None:
    assert duration(seconds) == text
