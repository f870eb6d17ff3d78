"""Counts in sentences."""

from __future__ import annotations

import pytest

from g4qc_core.sentences import counted


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
