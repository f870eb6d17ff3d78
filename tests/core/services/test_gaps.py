"""Gaps without a quality row."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_source import Origin
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.coverage.completeness import judged_until, not_asked
from g4qc_core.services.coverage.missing_minutes import silent_minutes
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.bar_origin import claim_origin
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores

ES = load_registry()["ES"]
MONDAY, FRIDAY = date(2026, 10, 5), date(2026, 10, 9)
LATER = datetime(2026, 10, 20, tzinfo=UTC)
WHOLE = 23 * 60


def told(**expected: int) -> pd.DataFrame:
    days = pd.to_datetime([f"2026-10-{day[1:]}" for day in expected]).astype("datetime64[s]")
    return pd.DataFrame({"trade_date": days, "expected": pd.Series(expected.values(), dtype="int64")})


def test_a_session_without_a_row_is_missing_as_a_whole() -> None:
    quality = told(d05=WHOLE, d06=WHOLE, d08=WHOLE, d09=WHOLE)
    assert silent_minutes(ES, quality, MONDAY, FRIDAY, LATER) == {date(2026, 10, 7): WHOLE}


def test_a_session_that_was_validated_while_it_ran_is_missing_from_there() -> None:
    quality = told(d05=WHOLE, d06=WHOLE, d07=600, d08=WHOLE, d09=WHOLE)
    assert silent_minutes(ES, quality, MONDAY, FRIDAY, LATER) == {date(2026, 10, 7): WHOLE - 600}


@pytest.mark.parametrize(("hour", "missing"), [(21, {}), (23, {date(2026, 10, 7): 60})])
def test_nothing_is_expected_after_the_clock_of_extraction(hour: int, missing: dict[date, int]) -> None:
    quality = told(d05=WHOLE, d06=WHOLE)
    assert silent_minutes(ES, quality, MONDAY, FRIDAY, datetime(2026, 10, 6, hour, tzinfo=UTC)) == missing


@given(
    newest=st.dates(date(2026, 9, 1), date(2026, 11, 20)),
    day=st.dates(date(2026, 9, 1), date(2026, 12, 1)),
    time=st.times(),
)
def test_sessions_after_the_newest_known_one_are_not_asked_once_they_are_over(
    newest: date, day: date, time: time
) -> None:
    now = datetime.combine(day, time, UTC)
    later = [s for s in calendar(ES.calendar).sessions(newest, date(2026, 12, 31)) if s.trade_date > newest]
    over = [session for session in later if session.close <= now]
    found = not_asked(ES, newest, now)
    if not over:
        assert found is None
        return
    assert found is not None
    assert (found.first, found.last, found.sessions) == (over[0].trade_date, over[-1].trade_date, len(over))
    assert found.minutes == sum(len(session.all_minutes()) for session in over)
    within = not_asked(ES, newest, now, first=over[-1].trade_date, last=over[-1].trade_date)
    assert within is not None
    assert (within.first, within.sessions) == (over[-1].trade_date, 1)


def test_where_nothing_is_known_no_session_is_called_not_asked() -> None:
    assert not_asked(ES, None, LATER) is None


@pytest.mark.integration
@pytest.mark.parametrize(
    ("origin", "judged"),
    [(Origin.REPLAY, "last"), (Origin.SIMULATED, "now"), (Origin.ACCOUNT, "now"), (None, "now")],
)
def test_replayed_bars_are_judged_by_the_clock_of_the_last_request(
    embedded_database: Database, origin: Origin | None, judged: str
) -> None:
    stores, last, now = Stores(embedded_database), datetime(2013, 12, 20, tzinfo=UTC), datetime.now(UTC)
    if origin is not None:
        claim_origin(embedded_database, origin, last)
    assert judged_until(stores, now) == now
    stores.ledger.record(LedgerEntry("ES", "201403", "1min", last, last, Outcome.DATA, last, 1))
    assert judged_until(stores, now) == (last if judged == "last" else now)
