"""The planner: windows cover exactly the needed sessions, and stay within the gateway's rules."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.errors import UsageError
from g4qc_core.ib.history_requests import chunk_sessions, history_query
from g4qc_core.timeframes import ONE_MINUTE, SESSION, TIMEFRAMES, Timeframe, timeframe
from tests.core.ib.contracts import ESZ5

EQUITY = calendar("equity_index")
AUTUMN = EQUITY.sessions(date(2025, 9, 15), date(2025, 12, 19))
LATER = datetime(2026, 1, 1, tzinfo=UTC)


def plan(sessions: list[Session], now: datetime = LATER, **more: int) -> list[BarRequest]:
    return chunk_sessions(ESZ5, ONE_MINUTE, sessions, EQUITY, now, **more)


def test_a_trade_week_is_one_request() -> None:
    week = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 10))
    assert [(r.start, r.end) for r in plan(week)] == [(week[0].open, week[-1].close)]


def test_a_weekend_between_two_sessions_does_not_part_them() -> None:
    month = EQUITY.sessions(date(2025, 10, 1), date(2025, 10, 31))
    assert [(r.start.date().isoformat(), r.end.date().isoformat()) for r in plan(month)] == [
        ("2025-09-30", "2025-10-07"),
        ("2025-10-07", "2025-10-14"),
        ("2025-10-14", "2025-10-21"),
        ("2025-10-21", "2025-10-28"),
        ("2025-10-28", "2025-10-31"),
    ]
    assert {history_query(r).duration for r in plan(month)[:-1]} == {"1 W"}


def test_a_request_of_a_trade_week_stays_within_seven_days() -> None:
    thanksgiving = EQUITY.sessions(date(2025, 11, 20), date(2025, 12, 31))
    assert all(r.end - r.start <= timedelta(weeks=1) for r in plan(thanksgiving))
    easter = EQUITY.sessions(date(2025, 4, 15), date(2025, 4, 22))
    assert len(easter) == 5
    assert [(r.start.day, r.end.day) for r in plan(easter)] == [(14, 21), (21, 22)]


def test_nothing_is_asked_before_the_first_bar() -> None:
    week = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 10))
    for head, starts in (
        (week[1].open + timedelta(hours=2, seconds=3), [week[1].open + timedelta(hours=2)]),
        (week[0].open - timedelta(days=9), [week[0].open]),
        (week[-1].close, []),
    ):
        asked = chunk_sessions(ESZ5, ONE_MINUTE, week, EQUITY, LATER, head=head)
        assert [r.start for r in asked] == starts


def test_a_holiday_between_two_sessions_does_not_part_them() -> None:
    easter = EQUITY.sessions(date(2025, 4, 17), date(2025, 4, 21))
    assert [s.trade_date.day for s in easter] == [17, 21]
    assert len(plan(easter, max_sessions=10)) == 1


def test_a_session_that_is_covered_parts_its_neighbours() -> None:
    monday, _, wednesday = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 8))
    assert [r.start for r in plan([wednesday, monday])] == [monday.open, wednesday.open]


def test_no_window_reaches_beyond_the_contracts_last_trade() -> None:
    last = plan(EQUITY.sessions(date(2025, 12, 15), date(2025, 12, 24)))[-1]
    assert last.end == ESZ5.last_trade_at


def test_no_window_reaches_beyond_the_gateways_clock_and_it_ends_on_a_whole_minute() -> None:
    running = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 10))
    now = datetime(2025, 10, 7, 15, 30, 42, tzinfo=UTC)
    assert [r.end for r in plan(running, now)] == [datetime(2025, 10, 7, 15, 30, tzinfo=UTC)]
    assert plan(running, running[0].open) == []
    assert plan(running, running[0].open + timedelta(seconds=64)) == []


def test_a_minute_that_may_still_change_is_not_asked() -> None:
    running = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 10))
    for second, minute in ((4, 29), (5, 30)):
        now = datetime(2025, 10, 7, 15, 30, second, tzinfo=UTC)
        assert [r.end.minute for r in plan(running, now)] == [minute]


def test_coarser_bars_are_asked_when_all_of_a_session_are_finished() -> None:
    friday = EQUITY.sessions(date(2025, 11, 28), date(2025, 11, 28))
    closed = datetime(2025, 11, 28, 18, 15, tzinfo=UTC)
    assert friday[0].close == closed
    for hours, expected in ((0.9, 0), (1.1, 1)):
        now = closed + timedelta(hours=hours)
        assert len(chunk_sessions(ESZ5, timeframe("1h"), friday, EQUITY, now)) == expected


def test_bars_of_sessions_are_asked_by_trade_date_and_when_the_session_is_over() -> None:
    days = EQUITY.sessions(date(2025, 12, 15), date(2025, 12, 19))
    (request,) = chunk_sessions(ESZ5, SESSION, days, EQUITY, LATER)
    assert (request.start, request.end) == (
        datetime(2025, 12, 15, tzinfo=UTC),
        datetime(2025, 12, 20, tzinfo=UTC),
    )
    (request,) = chunk_sessions(ESZ5, SESSION, days, EQUITY, days[2].close)
    assert request.end == datetime(2025, 12, 17, tzinfo=UTC)


def test_coarser_bars_need_fewer_requests() -> None:
    assert len(AUTUMN) == 69
    assert len(plan(AUTUMN)) == 14
    assert len(chunk_sessions(ESZ5, timeframe("15min"), AUTUMN, EQUITY, LATER)) == 4
    assert len(chunk_sessions(ESZ5, timeframe("1h"), AUTUMN, EQUITY, LATER)) == 1


def test_a_request_of_no_sessions_is_refused() -> None:
    with pytest.raises(UsageError):
        plan(AUTUMN, max_sessions=0)


@given(
    st.lists(st.sampled_from(AUTUMN), unique=True),
    st.sampled_from([t for t in TIMEFRAMES if not t.is_session]),
    st.one_of(st.none(), st.integers(1, 30)),
    st.timedeltas(timedelta(0), timedelta(days=105)).map(lambda passed: datetime(2025, 9, 10, tzinfo=UTC) + passed),
)
def test_the_plan_covers_every_needed_minute_once_and_no_session_beside(
    needed: list[Session], bars: Timeframe, limit: int | None, now: datetime
) -> None:
    requests = chunk_sessions(ESZ5, bars, needed, EQUITY, now, limit)
    assert all(r.start < r.end for r in requests)
    assert all(a.end <= b.start for a, b in pairwise(requests))
    clock = (now - timedelta(seconds=5)).replace(second=0, microsecond=0)
    until = min(clock, ESZ5.last_trade_at)
    if bars != ONE_MINUTE:
        needed = [s for s in needed if min(s.close, ESZ5.last_trade_at) + bars.length <= clock]
    touched = [s for r in requests for s in EQUITY.sessions_between(r.start, r.end)]
    assert touched == sorted((s for s in needed if s.open < until), key=lambda s: s.trade_date)
    for session in touched:
        assert any(r.start <= session.open and min(session.close, until) <= r.end for r in requests)
    assert all(len(EQUITY.sessions_between(r.start, r.end)) <= (limit or 125) for r in requests)


def request(start: datetime, length: timedelta, name: str = "1min") -> BarRequest:
    return BarRequest(ESZ5, timeframe(name), start, start + length)


SUNDAY = datetime(2025, 10, 5, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "name", "duration"),
    [
        (timedelta(minutes=1), "1min", "60 S"),
        (timedelta(seconds=10), "1min", "60 S"),
        (timedelta(hours=23), "1min", "82800 S"),
        (timedelta(days=4, hours=23), "1min", "5 D"),
        (timedelta(days=1, hours=23), "1min", "2 D"),
        (timedelta(days=6, hours=23), "1min", "1 W"),
        (timedelta(days=7), "1min", "1 W"),
        (timedelta(days=7, hours=3), "1min", "8 D"),
        (timedelta(days=30), "15min", "30 D"),
        (timedelta(days=365), "1h", "365 D"),
        (timedelta(days=366), "1h", "2 Y"),
    ],
)
def test_a_window_is_spelled_backwards_from_its_end(length: timedelta, name: str, duration: str) -> None:
    asked = request(SUNDAY, length, name)
    query = history_query(asked)
    assert query.duration == duration
    assert query.end == asked.end.strftime("%Y%m%d-%H:%M:%S")
    assert query.bar_size == asked.timeframe.ib


def test_a_day_bar_is_asked_with_a_day_to_spare() -> None:
    query = history_query(request(datetime(2025, 10, 6, tzinfo=UTC), timedelta(days=1), "1d"))
    assert query.duration == "2 D"


def test_an_end_in_another_zone_is_written_in_utc() -> None:
    chicago = request(SUNDAY.astimezone(ZoneInfo("America/Chicago")), timedelta(hours=23))
    assert history_query(chicago).end == "20251006-21:00:00"


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(UsageError, match="empty"):
        history_query(replace(request(SUNDAY, timedelta(hours=1)), end=SUNDAY))


@given(
    st.timedeltas(timedelta(0), timedelta(days=660)).map(lambda passed: datetime(2024, 1, 1, tzinfo=UTC) + passed),
    st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
)
def test_the_duration_covers_the_window_as_days_of_24_hours_and_as_trading_days(
    start: datetime, length: timedelta
) -> None:
    asked = request(start, length)
    found = re.fullmatch(r"(\d+) ([SDW])", history_query(asked).duration)
    assert found is not None
    count = int(found[1])
    if found[2] == "S":
        assert 60 <= count <= 86400
        assert timedelta(seconds=count) >= length
        return
    days, trading_days = (count, count) if found[2] == "D" else (7 * count, 5 * count)
    assert timedelta(days=days) >= length
    assert trading_days >= len(EQUITY.sessions_between(asked.start, asked.end))
