"""Bars in the database: replaced whole or not at all, read back as they were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal
from sqlalchemy import text

from g4qc_core.bars.columns import BAR_COLUMNS, QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.bars.schema import empty_frame
from g4qc_core.errors import DatabaseUnavailable, InvalidBars
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import market_data, quarantined_bars, session_quality
from tests.core.storage.frames import END, MONTHS, START, die_at, drawn_market_bars, market_bars, raw_bars

_SAME_DATABASE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def store(database: Database) -> BarStore:
    return BarStore(database)


def _quarantine(minutes: int = 3, reason: str = "off_tick") -> pd.DataFrame:
    bars = raw_bars(minutes).assign(contract="202403", reason=reason, detail="4800.1 is between two ticks")
    return bars[list(QUARANTINE_COLUMNS)]


def _quality(traded: int = 5) -> pd.DataFrame:
    counts = dict.fromkeys(QUALITY_COLUMNS[3:], 0) | {"expected": 1380, "traded": traded}
    key = {"symbol": "ES", "contract": "202403", "trade_date": np.array(["2024-01-02"], "datetime64[s]")}
    return pd.DataFrame(key | counts)[list(QUALITY_COLUMNS)].astype({"symbol": "str", "contract": "str"})


def _replace_partition(store: BarStore, bars: pd.DataFrame, quarantined: pd.DataFrame) -> int:
    days = date(2024, 1, 1), date(2024, 1, 31)
    return store.replace_partition("ES", START, END, bars, quarantined, _quality(len(bars)), *days)


def test_the_tables_have_the_columns_that_validation_and_coverage_make() -> None:
    made = {market_data: BAR_COLUMNS, quarantined_bars: QUARANTINE_COLUMNS, session_quality: QUALITY_COLUMNS}
    for table, columns in made.items():
        assert {column.name for column in table.columns} - {"symbol", "timeframe"} == {*columns} - {"symbol"}, table


@_SAME_DATABASE
@given(bars=drawn_market_bars())
def test_reading_back_equals_writing(store: BarStore, bars: pd.DataFrame) -> None:
    assert store.replace_bars("ES", "1min", START, END, bars) == len(bars)
    assert_frame_equal(store.bars("ES", "1min", START, END), bars, check_exact=True)


def test_an_empty_slice_reads_as_a_frame_of_the_right_types(store: BarStore) -> None:
    assert_frame_equal(store.bars("ES", "1min", START, END), empty_frame(BAR_COLUMNS))


def test_replacing_twice_changes_nothing(store: BarStore) -> None:
    bars = market_bars(50, MONTHS)
    for _ in range(2):
        store.replace_bars("ES", "5min", START, END, bars)
        assert_frame_equal(store.bars("ES", "5min", START, END), bars)


def test_replacing_removes_what_the_new_bars_leave_out_and_nothing_else(store: BarStore) -> None:
    bars = market_bars(10, MONTHS[:2])
    store.replace_bars("ES", "1min", START, END, bars)
    store.replace_bars("NQ", "1min", START, END, bars)
    store.replace_bars("ES", "5min", START, END, bars)
    middle = START + timedelta(minutes=3), START + timedelta(minutes=6)
    kept = bars[(bars["timestamp"] < middle[0]) | (bars["timestamp"] >= middle[1])].reset_index(drop=True)
    store.replace_bars("ES", "1min", *middle, bars.iloc[:0])
    assert_frame_equal(store.bars("ES", "1min", START, END), kept)
    assert_frame_equal(store.bars("NQ", "1min", START, END), bars)
    assert_frame_equal(store.bars("ES", "5min", START, END), bars)


def test_the_order_of_the_rows_does_not_matter(store: BarStore) -> None:
    bars = market_bars(20, MONTHS)
    store.replace_bars("ES", "1min", START, END, bars.sample(frac=1, random_state=1))
    assert_frame_equal(store.bars("ES", "1min", START, END), bars)


def test_one_contract_can_be_read_alone(store: BarStore) -> None:
    bars = market_bars(20, MONTHS)
    store.replace_bars("ES", "1min", START, END, bars)
    alone = store.bars("ES", "1min", START, END, MONTHS[1])
    assert_frame_equal(alone, bars[bars["contract"] == MONTHS[1]].reset_index(drop=True))


def test_a_bar_outside_its_window_is_refused_and_the_old_slice_stays(store: BarStore) -> None:
    bars = market_bars(5)
    store.replace_bars("ES", "1min", START, END, bars)
    with pytest.raises(InvalidBars, match="do not lie in their window"):
        store.replace_bars("ES", "1min", START, START + timedelta(minutes=4), bars)
    assert_frame_equal(store.bars("ES", "1min", START, END), bars)


def test_bars_that_break_the_key_leave_the_old_slice(store: BarStore) -> None:
    bars = market_bars(5)
    store.replace_bars("ES", "1min", START, END, bars)
    with pytest.raises(Exception, match="duplicate key"):
        store.replace_bars("ES", "1min", START, END, pd.concat([market_bars(9), bars]))
    assert_frame_equal(store.bars("ES", "1min", START, END), bars)


def test_a_connection_killed_in_the_middle_leaves_the_old_slice(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    bars, store = market_bars(5), BarStore(empty_database)
    _replace_partition(store, bars, _quarantine())
    die_at(empty_database, "market_bars", "2024-01-01 00:07+00")
    with pytest.raises(DatabaseUnavailable, match="went away"):
        _replace_partition(store, market_bars(9), _quarantine(1, "spike"))
    assert_frame_equal(store.bars("ES", "1min", START, END), bars)
    assert list(store.quarantined("ES", START, END)["reason"]) == ["off_tick"] * 3
    assert list(store.quality("ES", date(2024, 1, 1), date(2024, 1, 31))["traded"]) == [5]


def test_the_store_works_again_after_its_connection_was_killed(
    store: BarStore, database: Database, reopen: Callable[..., Database]
) -> None:
    bars = market_bars(5)
    store.replace_bars("ES", "1min", START, END, bars)
    with reopen().transaction() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert_frame_equal(store.bars("ES", "1min", START, END), bars)


@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Kathmandu"])
def test_the_time_zone_of_host_and_server_does_not_matter(
    store: BarStore, reopen: Callable[..., Database], monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    bars = market_bars(5)
    store.replace_bars("ES", "1min", START, END, bars)
    monkeypatch.setenv("PGTZ", zone)
    monkeypatch.setenv("TZ", zone)
    elsewhere = BarStore(reopen())
    local = START.astimezone(ZoneInfo(zone)), END.astimezone(ZoneInfo(zone))
    assert_frame_equal(elsewhere.bars("ES", "1min", *local), bars)
    elsewhere.replace_bars("ES", "1min", *local, bars.assign(timestamp=bars["timestamp"].dt.tz_convert(zone)))
    assert_frame_equal(store.bars("ES", "1min", START, END), bars)


def test_what_validation_says_is_replaced_with_the_bars(store: BarStore) -> None:
    assert _replace_partition(store, market_bars(5), _quarantine(3)) == 5
    assert _replace_partition(store, market_bars(4), _quarantine(2, "spike")) == 4
    found = store.quarantined("ES", START, END)
    assert_frame_equal(found, _quarantine(2, "spike"), check_dtype=False)
    assert_frame_equal(store.quality("ES", date(2024, 1, 1), date(2024, 1, 31)), _quality(4))


def test_the_summary_counts_what_is_there(store: BarStore) -> None:
    assert store.stored().empty
    store.replace_bars("ES", "1min", START, END, market_bars(10, MONTHS))
    store.replace_bars("ES", "1h", START, END, market_bars(1))
    rows = store.stored().to_dict("records")
    assert [(r["timeframe"], r["bars"], r["contracts"]) for r in rows] == [("1h", 1, 1), ("1min", 30, 3)]
    assert rows[1]["first"] == START
    assert rows[1]["last"] == START + timedelta(minutes=9)
