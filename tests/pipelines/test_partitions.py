from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.month_keys import key_of, last_full_months, months_between, parse_key
from g4qc_pipelines.partitions.partition_definitions import instrument_months

REGISTRY = load_registry()
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
SYMBOLS = st.sampled_from(sorted(REGISTRY))


@given(SYMBOLS, DAYS)
def test_a_key_names_its_instrument_and_the_whole_month(symbol: str, day: date) -> None:
    instrument, first, last = parse_key(key_of(symbol, day), REGISTRY)
    assert instrument.symbol == symbol
    assert first.day == 1
    assert (last + timedelta(days=1)).day == 1
    assert first <= day <= last
    assert last - first < timedelta(days=31)


@given(SYMBOLS, DAYS)
def test_a_key_and_its_parts_are_the_same_thing(symbol: str, day: date) -> None:
    key = key_of(symbol, day)
    instrument, first, _ = parse_key(key, REGISTRY)
    assert key_of(instrument.symbol, first) == key


@given(DAYS, DAYS)
def test_months_between_hold_each_day_of_the_window_once(one: date, other: date) -> None:
    first, last = sorted((one, other))
    months = months_between(first, last)
    assert months[0] == first.replace(day=1)
    assert months[-1] == last.replace(day=1)
    assert months == sorted(set(months))
    assert len(months) == (last.year - first.year) * 12 + last.month - first.month + 1


def test_a_reversed_window_has_no_month() -> None:
    assert months_between(date(2026, 10, 1), date(2026, 9, 30)) == []


@given(DAYS, st.integers(0, 40))
def test_full_months_end_before_today_and_are_neighbours(today: date, count: int) -> None:
    months = last_full_months(today, count)
    assert len(months) == count
    assert months == months_between(months[0], months[-1]) if months else True
    if months:
        assert (months[-1] + timedelta(days=31)).replace(day=1) == today.replace(day=1)


@pytest.mark.parametrize("key", ["ES", "", "ES/2026-10-01", "ES|", "ES|2026-10", "ES|October", "XX|2026-10-01"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(UsageError):
        parse_key(key, REGISTRY)


def test_the_running_month_has_a_partition() -> None:
    months = instrument_months(date(2013, 10, 1)).time_window_partitions_def
    assert months.get_first_partition_key() == "2013-10-01"
    # The last minute of the month in Chicago is the first of the next month in UTC.
    for now, running in (
        (datetime(2026, 11, 1, 4, 59, tzinfo=UTC), "2026-10-01"),
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), "2026-11-01"),
    ):
        assert months.get_partition_keys(current_time=now)[-1] == running
