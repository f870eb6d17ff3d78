from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from g4qc_core.bars.bar_comparison import COMPARED_COLUMNS, compare_bars
from g4qc_core.bars.bar_source import ReportedSession
from g4qc_core.bars.calendar_comparison import ComparedDay, compare_sessions
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.storage.comparison_store import ComparisonStore
from g4qc_core.storage.server.database import Database
from tests.core.bars.test_reconciliation import DAY, ES, HOUR, bars
from tests.core.storage.frames import START

FIRST, LAST = date(2025, 11, 24), date(2025, 11, 28)
EQUITY = calendar("equity_index")
SESSIONS = [day for session in EQUITY.sessions(FIRST, LAST) for day in EQUITY.by_day(session)]


@pytest.fixture
def store(database: Database) -> ComparisonStore:
    return ComparisonStore(database)


def days(*, late: bool = False) -> list[ComparedDay]:
    shift = timedelta(hours=late)
    told = [ReportedSession(s.trade_date, s.open, s.close + shift) for s in SESSIONS[:-1]]
    return compare_sessions(EQUITY, [*told, ReportedSession(LAST, None, None)])


def test_compared_days_are_read_as_they_were_written(store: ComparisonStore) -> None:
    store.replace_days("ES", "equity_index", days(), START)
    found = store.days("ES", FIRST, LAST)
    assert found["finding"].tolist() == ["agrees"] * 4 + ["only_ours"]
    assert found["trade_date"].dt.date.tolist() == [s.trade_date for s in SESSIONS]
    assert found["open"].tolist() == [s.open for s in SESSIONS]
    assert found["gateway_close"].isna().tolist() == [False] * 4 + [True]
    assert set(found["compared_at"]) == {START}


def test_the_newest_comparison_of_a_day_counts(store: ComparisonStore) -> None:
    store.replace_days("ES", "equity_index", days(), START)
    store.replace_days("ES", "equity_index", days(late=True)[1:3], START + timedelta(days=1))
    findings = store.days(None, FIRST, LAST)["finding"].tolist()
    assert findings == ["agrees", "other_times", "other_times", "agrees", "only_ours"]
    store.replace_days("ES", "equity_index", [], START)
    assert len(store.days("ES", FIRST, LAST)) == 5
    assert store.days("NQ", FIRST, LAST).empty


def test_compared_bars_are_read_as_they_were_written_and_replaced_by_trade_date(store: ComparisonStore) -> None:
    compared = compare_bars(bars().drop(index=1), bars().drop(index=3), HOUR, ES)
    store.replace_bars("ES", DAY, DAY, compared, START)
    found = store.bars("ES", DAY, DAY)
    pd.testing.assert_frame_equal(found[list(COMPARED_COLUMNS)], compared, check_dtype=False)
    store.replace_bars("ES", DAY, DAY, compared.iloc[:1], START)
    assert len(store.bars("ES", DAY, DAY)) == 1
    store.replace_bars("ES", DAY, DAY, compared.iloc[:0], START)
    assert store.bars(None, DAY, DAY).empty
