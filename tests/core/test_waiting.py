"""A wait reports its subject at most twice a minute, and ends at its deadline with advice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import DatabaseUnavailable
from g4qc_core.waiting import Wait


@given(deadline=st.integers(1, 400), step=st.floats(0.1, 20))
def test_every_wait_ends_and_says_what_it_waits_for(deadline: int, step: float) -> None:
    told: list[tuple[float, str]] = []
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    wait = Wait("It starts", deadline, DatabaseUnavailable, lambda said: told.append((now, said)), lambda: now, sleep)
    with pytest.raises(DatabaseUnavailable) as ended:
        list(iter(lambda: wait.pause("try again", step), "an end"))
    assert str(ended.value) == f"It starts, and has not ended within {deadline} s: try again."
    assert deadline <= now < deadline + step
    assert bool(told) == (deadline > 3 and any(3 <= n * step < deadline for n in range(4001)))
    assert all(said.startswith("It starts: waiting for it, up to ") for _, said in told)
    assert all(later - earlier >= 29.9 for (earlier, _), (later, _) in pairwise(told))
