"""The memory of a sensor: without news nothing is tried, however often it ticks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from g4qc_pipelines.sensors.attempts import PAUSES, Attempts

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
NOTHING = Attempts({})

states = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2", "3"]))


def tick(memory: Attempts, wanted: dict[str, str], now: datetime, limit: int = 99) -> tuple[list[str], Attempts]:
    """One tick, through the cursor, as a sensor does it."""
    tried = memory.due(wanted, (), now, limit)
    return tried, Attempts.read(memory.after(wanted, tried, now).written())


@given(wanted=states, ticks=st.lists(st.integers(0, 29 * 60), max_size=10))
def test_a_state_is_tried_at_once_and_then_not_for_half_an_hour(wanted: dict[str, str], ticks: list[int]) -> None:
    tried, memory = tick(NOTHING, wanted, NOW)
    assert sorted(tried) == sorted(wanted)
    for seconds in sorted(ticks):
        tried, memory = tick(memory, wanted, NOW + timedelta(seconds=seconds))
        assert tried == []


@given(steps=st.lists(st.integers(1, 300), min_size=1, max_size=200))
def test_the_same_state_is_tried_a_bounded_number_of_times_however_long_it_lasts(steps: list[int]) -> None:
    memory, now, tries = NOTHING, NOW, []
    for hours in steps:
        now += timedelta(hours=hours)
        tried, memory = tick(memory, {"a": "1"}, now)
        tries += [now] * len(tried)
    assert len(tries) <= len(PAUSES) + 1
    assert all(later - earlier >= pause for earlier, later, pause in zip(tries, tries[1:], PAUSES, strict=False))


@given(wanted=states, limit=st.integers(1, 4))
def test_no_tick_tries_more_than_its_limit_and_all_come_in_turn(wanted: dict[str, str], limit: int) -> None:
    memory, seen = NOTHING, []
    for _ in range(len(wanted) + 1):
        tried, memory = tick(memory, wanted, NOW, limit)
        assert len(tried) <= limit
        seen += tried
    assert sorted(seen) == sorted(wanted)


def test_news_is_tried_at_once_and_what_is_done_is_forgotten() -> None:
    _, memory = tick(NOTHING, {"a": "1"}, NOW)
    tried, memory = tick(memory, {"a": "2"}, NOW)
    assert tried == ["a"]
    _, memory = tick(memory, {}, NOW)
    assert memory == NOTHING
    assert tick(memory, {"a": "2"}, NOW)[0] == ["a"]


def test_what_is_being_worked_on_waits_and_loses_no_try() -> None:
    assert NOTHING.due({"a": "1", "b": "1"}, {"a"}, NOW, 9) == ["b"]
    assert NOTHING.after({"a": "1", "b": "1"}, ["b"], NOW).due({"a": "1", "b": "1"}, (), NOW, 9) == ["a"]
