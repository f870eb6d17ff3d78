"""Reopened sessions: earlier answers no longer count for them, and still count for all others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.quarantine.selection import BarKey, parse_bar_key, trade_dates
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.extraction.answers import session_at, still_answered
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome

EQUITY = calendar("equity_index")
REGISTRY = load_registry()
DAY = datetime(2026, 10, 6, tzinfo=UTC)

hours = st.tuples(st.integers(0, 47), st.integers(1, 48)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def answer(number: int, window: tuple[int, int], contract: str = "202612") -> LedgerEntry:
    start, end = map(at, window)
    return LedgerEntry("ES", contract, "1min", start, end, Outcome.DATA, requested_at=DAY, duration_ms=1, id=number)


@given(window=hours, reopened=st.lists(st.tuples(hours, st.integers(1, 4), st.sampled_from(["202612", "202703"]))))
def test_an_answer_counts_for_just_the_time_that_nobody_reopened_since(
    window: tuple[int, int], reopened: list[tuple[tuple[int, int], int, str]]
) -> None:
    wishes = [ReopenedWindow(contract, at(a), at(b), last) for (a, b), last, contract in reopened]
    parts = still_answered(answer(2, window), wishes)
    for hour in range(96):
        asked = window[0] <= hour < window[1]
        doubted = any(a <= hour < b and last >= 2 and contract == "202612" for (a, b), last, contract in reopened)
        assert sum(start <= at(hour) < end for start, end in parts) == int(asked and not doubted)


def test_the_session_of_a_bar_is_the_one_around_it_halts_included() -> None:
    halted = session_at(EQUITY, datetime(2013, 10, 8, 20, 20, tzinfo=UTC))
    assert halted is not None
    assert halted.trade_date == date(2013, 10, 8)
    assert session_at(EQUITY, datetime(2025, 12, 20, 12, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-10-06 13:30Z", date(2026, 10, 6)),
        ("2026-10-05 22:00Z", date(2026, 10, 6)),
        ("2026-10-06 21:30Z", date(2026, 10, 6)),  # the pause between two sessions
        ("2026-10-10 12:00Z", date(2026, 10, 9)),  # Saturday
    ],
)
def test_a_bar_outside_every_session_counts_to_the_last_one(instant: str, day: date) -> None:
    assert trade_dates(pd.Series([pd.Timestamp(instant)]), EQUITY) == [day]


@given(
    first=st.timedeltas(timedelta(0), timedelta(days=3000)).map(lambda since: DAY - since),
    run=st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_the_name_of_bars_reads_back_as_the_same_bars(first: datetime, run: timedelta) -> None:
    key = BarKey("EC", "202612", first, first + run)
    assert parse_bar_key(str(key), REGISTRY) == key


def test_a_time_with_a_zone_is_that_instant_and_one_without_is_utc() -> None:
    names = ("ES/202612/2026-10-06T08:30-05:00", "ES/202612/2026-10-06T13:30", "ES/202612/2026-10-06 13:30Z")
    assert {str(parse_bar_key(name, REGISTRY)) for name in names} == {"ES/202612/2026-10-06T13:30Z"}


@pytest.mark.parametrize("text", ["", "ES/202612", "ES/202612/", "es/202612/2026-10-06T13:30Z", "ES/202612/1/2"])
def test_what_names_no_bar_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_bar_key(text, REGISTRY)
