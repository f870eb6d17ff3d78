"""Validated minutes are their raw bars, stored once; whatever happens to raw bars, they stay as they were validated."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sqlalchemy import text

from g4qc_core.bars.columns import BAR_COLUMNS, QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.bars.schema import DTYPES
from g4qc_core.futures.segments import Segment
from g4qc_core.storage.bar_stores.bar_reader import BarQuery
from g4qc_core.storage.bar_stores.validated_sessions import Received
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.storage.frames import END, MONTHS, START, contract, raw_bars

MONTH = MONTHS[0]
DAYS = date(2024, 1, 1), date(2024, 1, 31)
MINUTES = 3 * 24 * 60


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


def receive(stores: Stores, bars: pd.DataFrame, month: str = MONTH, source: str = "ib") -> int:
    entry = LedgerEntry("ES", month, "1min", START, END, Outcome.DATA, requested_at=END, duration_ms=1)
    return stores.raw.write(contract(month), bars, entry, source).request_id


def good(received: Received, left_out: frozenset[int] = frozenset()) -> pd.DataFrame:
    """Market bars of the raw ones, without those in these rows; every day is a trade date."""
    bars = received.bars.drop(index=[at for at in left_out if at < len(received.bars)])
    days = bars["timestamp"].dt.tz_localize(None).dt.normalize().astype("datetime64[s]")
    return bars.assign(trade_date=days)[list(BAR_COLUMNS)].reset_index(drop=True)


def validate(stores: Stores, left_out: frozenset[int] = frozenset(), received: Received | None = None) -> pd.DataFrame:
    found = received or stores.raw.received("ES", START, END)
    bars = good(found, left_out)
    none = pd.DataFrame({name: pd.Series([], dtype=DTYPES[name]) for name in QUARANTINE_COLUMNS})
    quality = pd.DataFrame(columns=list(QUALITY_COLUMNS))
    stores.bars.replace_partition("ES", START, END, bars, none, quality, *DAYS, received=found)
    return bars


def stored(stores: Stores) -> pd.DataFrame:
    return stores.bars.bars("ES", "1min", START, END)


def rows(stores: Stores, table: str) -> int:
    with stores.database.transaction() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def as_view(stores: Stores) -> pd.DataFrame:
    columns = ", ".join(BAR_COLUMNS)
    query = f"SELECT {columns} FROM market_data WHERE timeframe = '1min' ORDER BY contract, timestamp"
    with stores.database.transaction() as connection:
        frame = pd.DataFrame(connection.execute(text(query)).all(), columns=list(BAR_COLUMNS))
    return frame.assign(trade_date=pd.to_datetime(frame["trade_date"])).astype({n: DTYPES[n] for n in BAR_COLUMNS})


def check(stores: Stores, bars: pd.DataFrame) -> None:
    """Every way to read the minutes gives these."""
    assert_frame_equal(stored(stores), bars, check_exact=True)
    assert_frame_equal(as_view(stores), bars, check_exact=True)
    for newest_first in (False, True):
        query = BarQuery("ES", "1min", [Segment(MONTH)], newest_first=newest_first)
        own = bars[bars["contract"] == MONTH].sort_values("timestamp", ascending=not newest_first)
        for size in (7, 65_536):
            if size < len(own) // 400:
                continue
            batches = list(stores.bar_batches.batches(query, size))
            found = pd.concat([batch.to_pandas() for batch in batches]) if batches else pd.DataFrame(columns=["close"])
            assert found["close"].tolist() == own["close"].tolist()
            if batches:
                assert found["timestamp"].tolist() == own["timestamp"].tolist()
                assert pd.to_datetime(found["trade_date"]).tolist() == own["trade_date"].tolist()
    edges = [START + timedelta(hours=hours) for hours in (0, 5, 24, 30, 31, 48, 80)]
    windows = [(MONTH, a, b) for a in edges for b in edges if a < b]
    starts = bars.loc[bars["contract"] == MONTH, "timestamp"]
    counts = [int(((starts >= a) & (starts < b)).sum()) for _, a, b in windows]
    assert stores.presence.bars("ES", "1min", windows).tolist() == [count > 0 for count in counts]
    for (month, a, b), count in zip(windows, counts, strict=True):
        extent = stores.bar_batches.extent("ES", "1min", [Segment(month, a, b)])
        assert (extent.bars if extent else 0) == count
    if len(bars):
        [row] = stores.bars.stored().to_dict("records")
        assert (row["bars"], row["first"], row["last"]) == (len(bars), bars["timestamp"].min(), bars["timestamp"].max())
        assert stores.bars.reach("ES", "1min") == (bars["trade_date"].min().date(), bars["trade_date"].max().date())
        [newest] = stores.coverage.freshness(["ES"], ["1min"]).to_dict("records")
        assert newest["last"] == bars["timestamp"].max()


def test_validated_minutes_take_no_rows_of_their_own(stores: Stores) -> None:
    for month in MONTHS[:2]:
        receive(stores, raw_bars(MINUTES), month)
    bars = validate(stores, frozenset({3, 4, 2000, 5000}))
    check(stores, bars)
    assert (rows(stores, "market_bars"), rows(stores, "market_exact"), rows(stores, "validated_sessions")) == (0, 0, 6)
    assert validate(stores, frozenset({3, 4, 2000, 5000})).equals(bars)
    check(stores, bars)
    assert rows(stores, "validated_sessions") == 6


def test_a_price_that_validation_put_on_the_grid_is_a_row_and_its_neighbours_are_not(stores: Stores) -> None:
    noisy = raw_bars(20)
    noisy.loc[7, "close"] = float(np.nextafter(noisy.loc[7, "close"], 0))
    receive(stores, noisy)
    found = stores.raw.received("ES", START, END)
    bars = good(found).assign(close=raw_bars(20)["close"])
    none = pd.DataFrame({name: pd.Series([], dtype=DTYPES[name]) for name in QUARANTINE_COLUMNS})
    quality = pd.DataFrame(columns=list(QUALITY_COLUMNS))
    stores.bars.replace_partition("ES", START, END, bars, none, quality, *DAYS, received=found)
    check(stores, bars)
    assert rows(stores, "market_bars") == 1


def test_a_restated_a_withdrawn_and_a_new_bar_change_nothing_until_they_are_validated(stores: Stores) -> None:
    receive(stores, raw_bars(400).drop(index=[50, 51]).reset_index(drop=True))
    bars = validate(stores, frozenset({9}))
    restated = raw_bars(420)
    restated.loc[[5, 9], "close"] += 0.25
    receive(stores, restated.drop(index=[200]).reset_index(drop=True))
    check(stores, bars)
    restated.loc[5, "close"] += 0.25
    receive(stores, restated.drop(index=[200]).reset_index(drop=True))
    check(stores, bars)
    anew = validate(stores)
    assert len(anew) == 419
    check(stores, anew)
    assert rows(stores, "market_bars") == 0


def test_what_arrives_between_reading_and_writing_is_not_validated(stores: Stores) -> None:
    receive(stores, raw_bars(100))
    read = stores.raw.received("ES", START, END)
    changed = raw_bars(120)
    changed.loc[40, "close"] += 0.25
    receive(stores, changed)
    bars = validate(stores, received=read)
    assert len(bars) == 100
    check(stores, bars)
    check(stores, validate(stores))


def test_a_window_that_cuts_a_session_leaves_the_rest(stores: Stores) -> None:
    receive(stores, raw_bars(MINUTES))
    bars = validate(stores)
    a, b = START + timedelta(hours=20), START + timedelta(hours=30)
    stores.bars.replace_bars("ES", "1min", a, b, bars.iloc[:0])
    check(stores, bars[(bars["timestamp"] < a) | (bars["timestamp"] >= b)].reset_index(drop=True))


def test_bars_of_two_sources_stand_side_by_side_and_one_is_validated(stores: Stores) -> None:
    first = receive(stores, raw_bars(30))
    receive(stores, raw_bars(40).assign(close=1.0), source="file")
    assert set(stores.raw.bars("ES", START, END, source="file")["close"]) == {1.0}
    assert len(stores.raw.bars("ES", START, END)) == 30
    found = stores.raw.received("ES", START, END)
    assert found.sources.value_counts().to_dict() == {"file": 40, "ib": 30}
    own = found.only((found.sources == "ib").to_numpy())
    check(stores, validate(stores, received=own))
    other = found.only((found.sources == "file").to_numpy())
    bars = validate(stores, received=other)
    assert set(bars["close"]) == {1.0}
    check(stores, bars)
    with stores.database.transaction() as connection:
        query = text("SELECT source, count(*), min(request_id) FROM raw_bars GROUP BY 1 ORDER BY 1")
        held = connection.execute(query).all()
    assert [(row[0], row[1]) for row in held] == [("file", 40), ("ib", 30)]
    assert held[1][2] == first


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("receive"), st.integers(0, 40), st.integers(41, 90), st.integers(0, 3)),
            st.tuples(st.just("validate"), st.frozensets(st.integers(0, 89), max_size=5)),
        ),
        min_size=2,
        max_size=7,
    )
)
def test_the_market_has_what_the_last_validation_saw(stores: Stores, steps: list[tuple]) -> None:
    with stores.database.transaction() as connection:
        for table in ("raw_minutes", "raw_exact", "market_bars", "market_exact", "validated_sessions", "ib_requests"):
            connection.execute(text(f"DELETE FROM {table}"))
    expected = stored(stores)
    for step in steps:
        if step[0] == "receive":
            _, begin, end, odd = step
            bars = raw_bars(end, begin)
            bars["close"] += np.where(bars.index % 3 == odd, 0.1 * odd, 0.0)
            receive(stores, bars)
        else:
            expected = validate(stores, step[1])
        assert_frame_equal(stored(stores), expected, check_exact=True)
        assert_frame_equal(as_view(stores), expected, check_exact=True)
