from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar, calendar_names, check_window, month_window, parse_date
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import load_registry
from tests.market_data import needs_market_data, replay_bars, replay_contracts

CHICAGO = ZoneInfo("America/Chicago")
NEW_YORK = ZoneInfo("America/New_York")
FUTURES = ("equity_index", "fx", "energy", "metals", "rates")
CALENDARS = pytest.mark.parametrize("name", calendar_names())


def close_of(name: str, day: str) -> str | None:
    """Return the end of trading on a day of the exchange, also on a holiday that counts to a later trade date."""
    sessions, wanted = calendar(name), date.fromisoformat(day)
    settled = sessions.trade_date_for(wanted)
    session = None if settled is None else sessions.session(settled)
    ends = [] if session is None else [part.close for part in sessions.by_day(session) if part.trade_date == wanted]
    return ends[0].astimezone(CHICAGO).strftime("%H:%M") if ends else None


@pytest.mark.parametrize(
    ("day", *FUTURES),
    [
        ("2025-10-08", "16:00", "16:00", "16:00", "16:00", "16:00"),
        ("2025-11-26", "16:00", "16:00", "16:00", "16:00", "16:00"),
        ("2025-11-27", "12:00", "16:00", "13:30", "13:30", "12:00"),  # Thanksgiving
        ("2025-11-28", "12:15", "12:15", "13:45", "13:45", "12:15"),
        ("2024-11-28", "12:00", "16:00", "13:30", "13:30", "12:00"),
        ("2024-11-29", "12:15", "12:15", "12:45", "12:45", "12:15"),
        ("2023-04-07", "08:15", "10:15", None, None, "10:15"),  # Good Friday with the employment report
        ("2015-04-03", "08:15", "10:15", None, None, "10:15"),
        ("2024-03-29", None, None, None, None, None),  # Good Friday without it
        ("2025-04-18", None, None, None, None, None),
        ("2026-04-03", "08:15", "10:15", None, None, "10:15"),
        ("2025-01-09", "08:30", "16:00", "16:00", "16:00", "12:15"),  # day of mourning
        ("2018-12-05", "08:30", "16:00", "16:00", "16:00", None),  # day of mourning
        ("2022-09-05", "12:00", "16:00", "13:30", "13:30", "12:00"),
        ("2023-09-04", "12:00", "16:00", "13:30", "13:30", "12:00"),
        ("2027-09-06", "12:00", "16:00", "13:30", "13:30", "12:00"),
        ("2027-06-18", "12:00", "12:00", "12:00", "12:00", "12:00"),
        ("2024-07-03", "12:15", "16:00", "16:00", "16:00", "16:00"),
        ("2025-07-03", "12:15", "16:00", "16:00", "16:00", "16:00"),
        ("2025-07-04", "12:00", "12:00", "12:00", "12:00", "12:00"),
        ("2026-07-03", "12:00", "12:00", "12:00", "12:00", "12:00"),
        ("2025-01-20", "12:00", "16:00", "13:30", "13:30", "12:00"),
        ("2025-09-01", "12:00", "16:00", "13:30", "13:30", "12:00"),
        ("2025-12-24", "12:15", "12:15", "12:45", "12:45", "12:15"),
        ("2018-12-24", "12:15", "12:15", "12:45", "12:45", "12:15"),
        ("2020-12-24", "12:15", "12:15", "12:45", "12:45", "12:15"),
        ("2013-07-04", "10:30", "12:00", "12:15", "12:15", "12:00"),
        ("2011-02-18", "16:15", "15:15", "15:15", "15:15", "15:15"),
        ("2012-10-29", "08:15", "16:00", "16:15", "16:15", "11:00"),  # Hurricane Sandy
        ("2010-04-02", "08:15", "10:15", None, None, "10:15"),
        ("2027-03-26", None, None, None, None, None),  # Good Friday without the employment report
        ("2025-12-25", None, None, None, None, None),
        ("2026-01-01", None, None, None, None, None),
        ("2025-10-11", None, None, None, None, None),  # Saturday
        ("2025-10-12", None, None, None, None, None),  # Sunday: its evening belongs to Monday
    ],
)
@pytest.mark.slow
def test_holidays_and_half_days_are_the_exchanges(
    day: str, equity_index: str | None, fx: str | None, energy: str | None, metals: str | None, rates: str | None
) -> None:
    assert [close_of(name, day) for name in FUTURES] == [equity_index, fx, energy, metals, rates]


@pytest.mark.parametrize(
    ("day", "opened", "closed"),
    [
        ("2025-11-26", "04:00", "20:00"),
        ("2025-11-27", None, None),
        ("2025-11-28", "04:00", "17:00"),
        ("2025-01-09", None, None),
        ("2025-07-03", "04:00", "17:00"),
        ("2025-04-18", None, None),
    ],
)
def test_us_equities_trade_before_and_after_their_regular_hours(
    day: str, opened: str | None, closed: str | None
) -> None:
    found = calendar("us_equities").session(date.fromisoformat(day))
    times = [f"{t.astimezone(NEW_YORK):%H:%M}" for t in (found.open, found.close)] if found else [None, None]
    assert times == [opened, closed]


def test_spot_fx_pauses_for_fifteen_minutes_a_day_and_knows_no_holiday_but_the_weekend() -> None:
    sessions = calendar("forex_spot").sessions(date(2025, 11, 24), date(2025, 12, 5))
    assert [s.length for s in sessions] == [1425] * 10
    assert sessions[0].open.astimezone(NEW_YORK) == datetime(2025, 11, 23, 17, 15, tzinfo=NEW_YORK)
    weekend = datetime(2025, 11, 28, 22, tzinfo=UTC), datetime(2025, 11, 30, 22, 15, tzinfo=UTC)
    assert calendar("forex_spot").sessions_between(*weekend) == []


@pytest.mark.parametrize("name", FUTURES)
def test_the_outage_of_2025_11_28_lies_in_one_session_of_every_futures_market(name: str) -> None:
    sessions = calendar(name).sessions(date(2025, 11, 24), date(2025, 12, 5))
    [struck] = [s for s in sessions if s.outages]
    assert struck.trade_date == date(2025, 11, 28)
    assert struck.outages == ((datetime(2025, 11, 28, 2, 45, tzinfo=UTC), datetime(2025, 11, 28, 13, 30, tzinfo=UTC)),)
    assert struck.length == len(struck.all_minutes()) - 645
    # An outage does not change the hours: a bar in it belongs to the session.
    assert calendar(name).trade_date_of(datetime(2025, 11, 28, 5, tzinfo=UTC)) == struck.trade_date


@pytest.mark.parametrize(
    ("day", "close", "halt"),
    [
        ("2012-11-16", "16:15", None),
        ("2012-11-19", "16:15", ("15:15", "15:30")),
        ("2013-10-08", "16:15", ("15:15", "15:30")),
        ("2013-11-29", "12:15", None),  # half days end before the halt
        ("2015-09-18", "16:15", ("15:15", "15:30")),
        ("2015-09-21", "16:00", ("15:15", "15:30")),
        ("2021-06-25", "16:00", ("15:15", "15:30")),
        ("2021-06-28", "16:00", None),
    ],
)
def test_the_hours_of_equity_index_futures_changed_twice(day: str, close: str, halt: tuple[str, str] | None) -> None:
    session = calendar("equity_index").session(date.fromisoformat(day))
    assert session is not None
    assert close_of("equity_index", day) == close
    halts = [tuple(t.astimezone(CHICAGO).strftime("%H:%M") for t in h) for h in session.halts]
    assert halts == ([halt] if halt else [])


@CALENDARS
@pytest.mark.parametrize("week", ["2025-03-09", "2025-11-02", "2024-03-10", "2013-11-03"])
def test_daylight_saving_moves_the_open_in_utc_and_not_at_the_exchange(name: str, week: str) -> None:
    zone = calendar(name).timezone
    if zone.key.startswith("Europe"):
        week = {"2025-03-09": "2025-03-30", "2024-03-10": "2024-03-31"}.get(week, "2024-10-27")
    sunday = date.fromisoformat(week)
    sessions = calendar(name).sessions(sunday - timedelta(days=3), sunday + timedelta(days=3))
    assert len({s.open.astimezone(zone).time() for s in sessions}) == 1
    assert len({s.close.astimezone(zone).time() for s in sessions}) == 1
    assert len({s.open.time() for s in sessions}) == 2
    assert len({s.length for s in sessions}) == 1


@CALENDARS
@pytest.mark.slow
def test_sessions_ascend_without_overlap_and_are_named_by_the_day_they_close(name: str) -> None:
    sessions = calendar(name).sessions(date(2010, 1, 1), date(2026, 12, 31))
    zone = calendar(name).timezone
    by_day = name.startswith(("us_", "uk_")) or name == "livestock"
    before_midnight = {0} if by_day else {0, 1} if name == "grains" else {1}
    for before, after in pairwise(sessions):
        assert before.close <= after.open
    for session in sessions:
        assert session.open < session.close
        assert session.trade_date.weekday() < 5
        assert session.close.astimezone(zone).date() == session.trade_date
        for day in calendar(name).by_day(session):
            opened = day.open.astimezone(zone).date()
            assert day.close.astimezone(zone).date() == day.trade_date
            assert opened in {day.trade_date - timedelta(days=days) for days in before_midnight}


@CALENDARS
def test_the_length_of_a_session_is_the_number_of_its_minutes(name: str) -> None:
    for session in calendar(name).sessions(date(2013, 11, 1), date(2013, 12, 31)):
        minutes = session.minutes()
        assert len(minutes) == session.length
        assert minutes.dtype == "datetime64[us]"
        assert (np.diff(minutes) >= np.timedelta64(1, "m")).all()


def test_a_full_day_has_1380_minutes() -> None:
    assert [s.length for s in calendar("fx").sessions(date(2025, 10, 6), date(2025, 10, 10))] == [1380] * 5


def test_the_evening_belongs_to_the_next_trade_date_and_the_break_to_none() -> None:
    equity = calendar("equity_index")
    instants = {
        "2025-10-10 15:59": date(2025, 10, 10),
        "2025-10-10 16:00": None,
        "2025-10-11 12:00": None,
        "2025-10-12 16:59": None,
        "2025-10-12 17:00": date(2025, 10, 13),
        "2013-10-08 15:14": date(2013, 10, 8),
        "2013-10-08 15:15": None,
        "2013-10-08 15:30": date(2013, 10, 8),
    }
    for local, trade_date in instants.items():
        instant = datetime.fromisoformat(local).replace(tzinfo=CHICAGO)
        assert equity.trade_date_of(instant.astimezone(UTC)) == trade_date, local


moments = st.integers(0, 7_000_000).map(lambda n: datetime(2013, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(calendar_names()), moments, st.lists(st.integers(-20_000, 20_000), max_size=30))
def test_assign_says_of_many_instants_what_trade_date_of_says_of_one(
    name: str, around: datetime, minutes: list[int]
) -> None:
    instants = [around + timedelta(minutes=n) for n in minutes]
    assigned = calendar(name).assign(pd.DatetimeIndex(instants, tz="UTC"))
    assert len(assigned) == len(instants)
    for instant, row in zip(instants, assigned.to_dict("records"), strict=True):
        traded = pd.notna(row["trade_date"]) and not row["halted"]
        assert calendar(name).trade_date_of(instant) == (row["trade_date"].date() if traded else None)
        if pd.notna(row["trade_date"]):
            session = calendar(name).session(row["trade_date"].date())
            assert session is not None
            assert row["session_open"] == session.open <= instant < session.close
        else:
            assert pd.isna(row["session_open"])


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-20 16:30", "2026-11-20"),  # after the close of Friday
        ("2026-11-22 16:59", "2026-11-20"),
        ("2026-11-22 17:00", "2026-11-20"),  # the first minute is still to come
        ("2026-11-22 17:01", "2026-11-23"),
        ("2026-11-23 12:00", "2026-11-23"),
    ],
)
def test_the_newest_session_is_the_last_one_that_has_begun(now: str, day: str) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=CHICAGO).astimezone(UTC)
    assert calendar("equity_index").newest(instant) == date.fromisoformat(day)


@settings(max_examples=60, deadline=None)
@example("equity_index", datetime(2013, 1, 21, 16, 30, tzinfo=UTC), 1)  # within the break of a holiday
@given(st.sampled_from(calendar_names()), moments, st.integers(0, 20_000))
def test_sessions_between_are_those_with_a_minute_in_the_window(name: str, start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    found = calendar(name).sessions_between(start, end)
    for session in calendar(name).sessions((start - timedelta(5)).date(), (end + timedelta(5)).date()):
        minutes_of = pd.DatetimeIndex(session.all_minutes()).tz_localize("UTC")
        assert (session in found) == bool(((minutes_of >= start) & (minutes_of < end)).any())


def test_assign_gives_the_same_types_for_no_instants() -> None:
    none = calendar("fx").assign(pd.DatetimeIndex([], tz="UTC"))
    some = calendar("fx").assign(pd.DatetimeIndex(["2025-10-08 12:00"], tz="UTC"))
    assert none.dtypes.equals(some.dtypes)
    assert str(some["trade_date"].dtype) == "datetime64[s]"
    assert str(some["session_open"].dtype) == "datetime64[us, UTC]"


@pytest.mark.slow
def test_the_time_zone_of_the_host_makes_no_difference() -> None:
    program = (
        "from datetime import date; from g4qc_core.calendars.session_calendar import calendar, calendar_names\n"
        "weeks = [(date(2013, 10, 28), date(2013, 11, 6)), (date(2025, 3, 7), date(2025, 3, 11)),"
        " (date(2025, 4, 17), date(2025, 4, 21)), (date(2025, 7, 2), date(2025, 7, 7)),"
        " (date(2025, 10, 31), date(2025, 11, 4)), (date(2025, 11, 26), date(2025, 12, 1))]\n"
        "print([(name, s, str(s.minutes()[0])) for name in calendar_names() for first, last in weeks"
        " for s in calendar(name).sessions(first, last)])"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("UTC", "Asia/Kolkata", "America/Los_Angeles")
    ]
    assert answers[0]
    assert len(set(answers)) == 1


def test_an_unknown_calendar_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="did you mean 'equity_index'"):
        calendar("equity")


def test_dates_and_windows_are_checked() -> None:
    assert parse_date("2026-10-31") == date(2026, 10, 31)
    for text in ("2026-02-30", "yesterday", ""):
        with pytest.raises(UsageError, match="write it like 2026-10-31"):
            parse_date(text)
    check_window(date(2026, 10, 31), date(2026, 10, 31))
    with pytest.raises(UsageError, match="reversed"):
        check_window(date(2026, 10, 31), date(2026, 10, 30))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_month_window_is_the_whole_month(day: date) -> None:
    first, last = month_window(day)
    assert first <= day <= last
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)
    assert (first.year, first.month) == (last.year, last.month) == (day.year, day.month)


@needs_market_data
@pytest.mark.parametrize("symbol", ["ES", "EC"])
def test_every_replayed_bar_lies_inside_a_session(symbol: str) -> None:
    sessions = calendar(load_registry()[symbol].calendar)
    for contract in replay_contracts(symbol):
        assigned = sessions.assign(replay_bars(contract.local_symbol)["timestamp"])
        assert assigned["trade_date"].notna().all()
        assert not assigned["halted"].any()
