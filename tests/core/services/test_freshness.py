"""Lateness by the exchange's calendar: nothing is late on weekends and holidays, and yesterday's rolls are late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.quality.due_sessions import ALLOWED, WATCHED, due_session, late

ES = load_registry()["ES"]
CHICAGO = ZoneInfo("America/Chicago")
SESSIONS = calendar(ES.calendar).sessions(date(2025, 1, 1), date(2026, 12, 31))


def chicago(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


def all_made(at: datetime) -> dict[str, datetime]:
    return dict.fromkeys(WATCHED, at)


@pytest.mark.parametrize(
    ("made", "held", "still_fresh", "late_at"),
    [
        ("2026-10-14T16:20", "2026-10-14", "2026-10-15T18:59", "2026-10-15T19:00"),
        ("2026-10-16T16:20", "2026-10-16", "2026-10-19T18:59", "2026-10-19T19:00"),  # a weekend
        ("2026-10-30T16:20", "2026-10-30", "2026-11-02T18:59", "2026-11-02T19:00"),  # clocks change on Sunday
        ("2025-04-17T16:20", "2025-04-17", "2025-04-21T18:59", "2025-04-21T19:00"),  # Good Friday
        ("2026-12-24T16:20", "2026-12-24", "2026-12-28T18:59", "2026-12-28T19:00"),  # Christmas on a Friday
    ],
)
def test_data_are_late_three_hours_after_the_next_session_that_there_is(
    made: str, held: str, still_fresh: str, late_at: str
) -> None:
    day = date.fromisoformat(held)
    assert late(ES, all_made(chicago(made)), day, chicago(still_fresh)) == {}
    found = late(ES, all_made(chicago(made)), day, chicago(late_at))
    assert set(found) == set(WATCHED)
    assert found["bars_1min"] == f"ES: the newest session with bars is {held}, and {late_at[:10]} has closed since"


def test_rolls_of_yesterday_are_late_when_the_bars_came_in_the_night() -> None:
    made = all_made(chicago("2026-10-14T16:45")) | {"bars_1min": chicago("2026-10-15T02:00")}
    day = date(2026, 10, 14)
    assert late(ES, made, day, chicago("2026-10-15T04:59")) == {}
    older = "ES: older than the newest bars"
    assert late(ES, made, day, chicago("2026-10-15T05:00")) == {"roll_calendar": older, "coverage": older}


def test_nothing_is_expected_of_an_instrument_that_nobody_began_with() -> None:
    assert late(ES, {}, None, chicago("2026-10-15T19:00")) == {}


@given(st.integers(0, 60 * 24 * 700))
def test_what_is_made_within_three_hours_of_every_close_is_never_late(minutes: int) -> None:
    now = datetime(2025, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes)
    newest = next(session for session in reversed(SESSIONS) if session.close + ALLOWED <= now)
    assert due_session(ES, now) == newest
    assert late(ES, all_made(newest.close + timedelta(minutes=5)), newest.trade_date, now) == {}
    before = SESSIONS[SESSIONS.index(newest) - 1]
    made = all_made(before.close + timedelta(minutes=5))
    assert set(late(ES, made, before.trade_date, now)) == set(WATCHED)
