from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_source import ReportedSession
from g4qc_core.bars.calendar_comparison import Agreement, compare_sessions, disagreements
from g4qc_core.calendars.session_calendar import calendar, calendar_names

EQUITY = calendar("equity_index")
FIRST, LAST = date(2025, 11, 20), date(2025, 12, 1)
DAYS = [day for session in EQUITY.sessions(FIRST, LAST) for day in EQUITY.by_day(session)]
TOLD = [ReportedSession(day.trade_date, day.open, day.close) for day in DAYS]
THANKSGIVING = next(at for at, said in enumerate(TOLD) if said.trade_date == date(2025, 11, 27))


def findings(told: list[ReportedSession]) -> dict[str, str]:
    return {str(d.trade_date): str(d.finding) for d in disagreements(compare_sessions(EQUITY, told))}


def test_our_own_words_agree() -> None:
    assert findings(TOLD) == {}
    assert [d.trade_date for d in compare_sessions(EQUITY, TOLD)] == [s.trade_date for s in TOLD]
    assert date(2025, 11, 27) in [s.trade_date for s in TOLD]
    assert compare_sessions(EQUITY, []) == []


def test_a_holiday_may_be_told_as_a_part_of_its_trade_date() -> None:
    whole = [ReportedSession(s.trade_date, s.open, s.close) for s in EQUITY.sessions(FIRST, LAST)]
    assert len(whole) == len(TOLD) - 1
    assert findings(whole) == {}


def test_other_times_are_told_with_both_sides() -> None:
    late = replace(TOLD[THANKSGIVING], close=TOLD[THANKSGIVING].close + timedelta(hours=4))
    [found] = disagreements(compare_sessions(EQUITY, [*TOLD[:THANKSGIVING], late, *TOLD[THANKSGIVING + 1 :]]))
    assert (found.finding, found.trade_date) == (Agreement.OTHER_TIMES, date(2025, 11, 27))
    assert (found.close, found.gateway_close) == (TOLD[THANKSGIVING].close, late.close)


def test_a_day_that_one_side_has_not_is_told() -> None:
    without = TOLD[:THANKSGIVING] + TOLD[THANKSGIVING + 1 :]
    closed = [*without, ReportedSession(date(2025, 11, 27), None, None)]
    assert findings(without) == findings(closed) == {"2025-11-27": "only_ours"}
    saturday = replace(TOLD[0], trade_date=date(2025, 11, 22))
    assert findings([*TOLD, saturday]) == {"2025-11-22": "only_the_gateways"}
    assert findings([*TOLD, ReportedSession(date(2025, 11, 22), None, None)]) == {}


@given(st.sampled_from(calendar_names()), st.dates(date(2012, 1, 1), date(2026, 10, 1)), st.integers(0, 20))
def test_every_calendar_agrees_with_itself(name: str, first: date, days: int) -> None:
    sessions = calendar(name).sessions(first, first + timedelta(days=days))
    told = [ReportedSession(s.trade_date, s.open, s.close) for s in sessions]
    assert disagreements(compare_sessions(calendar(name), told)) == []
