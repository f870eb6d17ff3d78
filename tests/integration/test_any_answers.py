"""The tables are the same for any division of a window into requests, and any order and number of the answers.

This holds in every time zone of the host.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sqlalchemy import text

from g4qc_core.bars.bar_source import BarRequest, MemorySource
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import NoData
from g4qc_core.services.extraction.needed_sessions import leaves_no_doubt
from g4qc_core.services.extraction.plan import FetchOrder, PlanRules
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables import metadata
from g4qc_core.timeframes import DERIVED, ONE_MINUTE
from tests.core.bars.builders import EQUITY, ES, es_contract, raw_bars
from tests.fixtures.extraction import extract

pytestmark = pytest.mark.integration

CONTRACT = es_contract("202512")
MONTH = month_window(date(2025, 11, 1))
# Around the end of daylight-saving time.
SESSIONS = EQUITY.sessions(date(2025, 11, 3), date(2025, 11, 7))
START, END = SESSIONS[0].open, SESSIONS[-1].close
MINUTES = (END - START) // timedelta(minutes=1)
NOW = datetime(2025, 12, 1, tzinfo=UTC)
TRUE = raw_bars("202512", SESSIONS, seed=5, share=0.9)[list(RAW_COLUMNS)].assign(wap=100.25)
TABLES = {
    "raw_bars": "symbol, contract, timestamp, open, high, low, close, volume, wap, count",
    "market_data": "*",
    "quarantined_bars": "*",
    "session_quality": "*",
}
ZONES = ("UTC", "America/Chicago", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns")

places = st.integers(0, MINUTES).map(lambda minute: START + timedelta(minutes=minute))
cuts = st.lists(places, max_size=5)
repeats = st.lists(st.tuples(places, places).map(sorted), max_size=3)


def split(points: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    return list(pairwise(sorted({START, END, *points})))


def answer(stores: Stores, start: datetime, end: datetime) -> None:
    """Store one answer of a truthful source, as extraction does."""
    source, request = MemorySource({CONTRACT: TRUE}, NOW), BarRequest(CONTRACT, ONE_MINUTE, start, end)
    common = (CONTRACT.symbol, CONTRACT.month, ONE_MINUTE.name, start, end)
    try:
        bars = source.bars(request)
    except NoData:
        stores.ledger.record(LedgerEntry(*common, Outcome.NO_DATA, NOW, 1))
        return
    whole = leaves_no_doubt(CONTRACT, SESSIONS, bars["timestamp"], (start, end))
    stores.raw.write(CONTRACT, bars, LedgerEntry(*common, Outcome.DATA, NOW, 1, whole=whole))


def emptied(database: Database) -> Stores:
    with database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    stores = Stores(database)
    stores.contracts.merge([CONTRACT], NOW)
    return stores


def derive(stores: Stores) -> None:
    validate_month(ES, *MONTH, stores)
    for timeframe in DERIVED:
        derive_month(ES, *MONTH, timeframe, stores)


def tables(database: Database) -> dict[str, pd.DataFrame]:
    found = {}
    with database.transaction() as connection:
        for name, columns in TABLES.items():
            frame = pd.read_sql(text(f"SELECT {columns} FROM {name}"), connection)
            found[name] = frame.sort_values(list(frame.columns), ignore_index=True)
    return found


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    for name, frame in expected.items():
        assert_frame_equal(found[name], frame, obj=name)


@pytest.fixture(scope="module")
def expected(embedded_migrated: str) -> dict[str, pd.DataFrame]:
    """The tables after one answer for all."""
    database = Database(embedded_migrated)
    stores = emptied(database)
    answer(stores, START, END)
    derive(stores)
    found = tables(database)
    emptied(database)
    database.close()
    assert len(found["raw_bars"]) == len(TRUE)
    assert len(found["market_data"]) > len(TRUE)
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=cuts, extra=repeats, chance=st.randoms(use_true_random=False))
def test_any_split_order_overlap_and_repetition_of_answers_yields_the_same_tables(
    embedded_database: Database, expected: dict[str, pd.DataFrame], points, extra, chance
) -> None:
    stores = emptied(embedded_database)
    answers = [*split(points), *((start, end) for start, end in extra if start < end)]
    answers += chance.sample(answers, chance.randint(0, len(answers)))
    chance.shuffle(answers)
    for start, end in answers:
        answer(stores, start, end)
    derive(stores)
    assert_same(tables(embedded_database), expected)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=cuts,
    some=st.floats(0, 1),
    order=st.sampled_from(FetchOrder),
    sessions_a_request=st.integers(1, 5),
    chance=st.randoms(use_true_random=False),
)
def test_extraction_completes_whatever_was_answered_before_and_then_asks_for_nothing(
    embedded_database: Database, expected: dict[str, pd.DataFrame], points, some, order, sessions_a_request, chance
) -> None:
    stores = emptied(embedded_database)
    before = split(points)
    for start, end in chance.sample(before, int(some * len(before))):
        answer(stores, start, end)
    rules = PlanRules(sessions_a_request=sessions_a_request, order=order)
    source = MemorySource({CONTRACT: TRUE}, NOW)
    extract(ES, {CONTRACT: SESSIONS}, source, stores, rules)
    assert not extract(ES, {CONTRACT: SESSIONS}, source, stores, rules).requests
    derive(stores)
    assert_same(tables(embedded_database), expected)


@contextmanager
def host_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.mark.parametrize("zone", ZONES)
def test_any_time_zone_of_the_host_yields_the_same_tables(
    embedded_database: Database, expected: dict[str, pd.DataFrame], zone: str
) -> None:
    with host_in(zone):
        stores = emptied(embedded_database)
        source = MemorySource({CONTRACT: TRUE}, NOW)
        done = extract(ES, {CONTRACT: SESSIONS}, source, stores)
        assert [(r.start, r.end) for r in done.plan.requests] == [(START, END)]
        derive(stores)
        assert_same(tables(embedded_database), expected)
