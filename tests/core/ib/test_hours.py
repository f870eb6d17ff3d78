from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_source import ReportedSession
from g4qc_core.calendars.session_calendar import calendar, calendar_names
from g4qc_core.errors import InvalidBars
from g4qc_core.gateway.markets.session_hours import days as days_of
from g4qc_core.gateway.markets.session_hours import trading_hours
from g4qc_core.ib.trading_hours import merged, reported_hours, reported_schedule

CHICAGO = ZoneInfo("America/Chicago")


def told(day: str, opened: str = "", closed: str = "") -> ReportedSession:
    instants = [
        datetime.fromisoformat(t).replace(tzinfo=CHICAGO).astimezone(UTC) if t else None for t in (opened, closed)
    ]
    return ReportedSession(date.fromisoformat(day), *instants)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (
            "20251120:1700-20251121:1600;20251122:CLOSED;20251123:1700-20251124:1600",
            [
                told("2025-11-21", "2025-11-20 17:00", "2025-11-21 16:00"),
                told("2025-11-22"),
                told("2025-11-24", "2025-11-23 17:00", "2025-11-24 16:00"),
            ],
        ),
        (  # a halt splits a session into two stretches
            "20200105:1700-20200106:1515;20200106:1530-20200106:1600",
            [told("2020-01-06", "2020-01-05 17:00", "2020-01-06 16:00")],
        ),
        (  # a holiday ends a session at noon, and the next one opens the same evening
            "20251126:1700-20251127:1200;20251127:1700-20251128:1215",
            [
                told("2025-11-27", "2025-11-26 17:00", "2025-11-27 12:00"),
                told("2025-11-28", "2025-11-27 17:00", "2025-11-28 12:15"),
            ],
        ),
        (  # without the day of the end, as older protocols have it
            "20090507:0700-1500,1530-1615;20090508:CLOSED",
            [told("2009-05-07", "2009-05-07 07:00", "2009-05-07 16:15"), told("2009-05-08")],
        ),
        ("20090507:1700-1600", [told("2009-05-08", "2009-05-07 17:00", "2009-05-08 16:00")]),
        ("20251120:0000-20251121:0000", [told("2025-11-20", "2025-11-20 00:00", "2025-11-21 00:00")]),
    ],
)
def test_hours_become_sessions_named_by_the_day_they_end(text: str, expected: list[ReportedSession]) -> None:
    assert reported_hours(text, "US/Central") == expected


@pytest.mark.parametrize("zone", ["US/Central", "America/Chicago", "CST (Central Standard Time)"])
def test_a_zone_has_several_names(zone: str) -> None:
    assert reported_hours("20251120:1700-20251121:1600", zone) == [
        told("2025-11-21", "2025-11-20 17:00", "2025-11-21 16:00")
    ]


@pytest.mark.parametrize(
    "text", ["soon", "20251340:CLOSED", "20251120:1700", "20251120:2500-20251121:1600", "20251121:1600-20251120:1700"]
)
def test_hours_that_cannot_be_read_are_an_error_and_not_no_session(text: str) -> None:
    with pytest.raises(InvalidBars, match="cannot be read"):
        reported_hours(text, "US/Central")
    with pytest.raises(InvalidBars, match="'Mars/Base'"):
        reported_hours("20251120:CLOSED", "Mars/Base")


def test_a_schedule_names_its_trade_dates() -> None:
    session = SimpleNamespace(startDateTime="20251116-17:00:00", endDateTime="20251117-16:00:00", refDate="20251117")
    assert reported_schedule([session], "US/Central") == [told("2025-11-17", "2025-11-16 17:00", "2025-11-17 16:00")]
    with pytest.raises(InvalidBars):
        reported_schedule([SimpleNamespace(startDateTime="x", endDateTime="y", refDate="20251117")], "US/Central")


def test_of_a_day_that_is_told_twice_the_later_telling_counts() -> None:
    first, second = told("2025-11-21"), told("2025-11-21", "2025-11-20 17:00", "2025-11-21 16:00")
    other = told("2025-11-20")
    assert merged([first], [second, other]) == [other, second]


days = st.integers(0, 5000).map(lambda n: datetime(2012, 6, 1, 18, tzinfo=UTC) + timedelta(days=n))


@given(st.sampled_from(calendar_names()), days)
def test_what_the_simulated_gateway_writes_of_a_calendar_reads_back_as_that_calendar(name: str, now: datetime) -> None:
    sessions = calendar(name)
    found = reported_hours(trading_hours(sessions, now), sessions.timezone.key)
    assert [s.trade_date for s in found] == sorted({s.trade_date for s in found})
    for said in found:
        [ours] = days_of(sessions, said.trade_date, said.trade_date) or [None]
        assert (said.open, said.close) == ((ours.open, ours.close) if ours else (None, None))
