"""The set of minutes against Python's own sets, in any order and over any distance."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.sources.review.minute_presence import MinutePresence

MINUTES = st.integers(-200_000, 3_000_000) | st.integers(5_000, 5_200)
PIECES = st.lists(st.lists(MINUTES, min_size=1, max_size=30), min_size=1, max_size=6)


@given(pieces=PIECES)
def test_what_was_there_before_is_told_and_all_minutes_are_kept(pieces: list[list[int]]) -> None:
    presence, seen = MinutePresence(), set()
    for piece in pieces:
        expected = []
        for minute in piece:
            expected.append(minute in seen)
            seen.add(minute)
        assert presence.add(np.array(piece, np.int64)).tolist() == expected
    weeks = {minute // 10_080 for minute in seen}
    assert set(presence.weeks) == weeks
    assert presence.minutes(weeks).tolist() == sorted(seen)
    some = set(sorted(weeks)[::2]) | {10**6}
    assert presence.minutes(some).tolist() == sorted(minute for minute in seen if minute // 10_080 in some)
