"""The set of minutes against Python's own sets, in any order and over any distance."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.sources.review.minute_presence import MinutePresence

PIECES = st.lists(st.lists(st.integers(-200_000, 3_000_000), min_size=1, max_size=30), min_size=1, max_size=6)


@given(pieces=PIECES)
def test_what_was_there_before_is_told_and_all_minutes_are_kept(pieces: list[list[int]]) -> None:
    presence, seen = MinutePresence(), set()
    for piece in pieces:
        expected = []
        for minute in piece:
            expected.append(minute in seen)
            seen.add(minute)
        assert presence.add(np.array(piece, np.int64)).tolist() == expected
    assert presence.minutes().tolist() == sorted(seen)


@given(pieces=PIECES, most=st.integers(1, 10))
def test_weeks_are_whole_and_spread_from_the_first_to_the_last(pieces: list[list[int]], most: int) -> None:
    presence, seen = MinutePresence(), {minute for piece in pieces for minute in piece}
    for piece in pieces:
        presence.add(np.array(piece, np.int64))
    found = presence.weeks(most)
    weeks = sorted({minute // 10_080 for minute in seen})
    chosen = sorted(set((found // 10_080).tolist()))
    assert found.tolist() == sorted(minute for minute in seen if minute // 10_080 in chosen)
    assert len(chosen) == min(most, len(weeks))
    assert chosen[0] == weeks[0]
    assert most == 1 or chosen[-1] == weeks[-1]
