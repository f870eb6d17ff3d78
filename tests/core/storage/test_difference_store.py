"""Differences of sources are read as they were written, and a window is replaced as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.sources.comparison.minute_bars import MinuteBars
from g4qc_core.sources.comparison.pair_difference import PairDifference
from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.bar_stores.source_bars import SourceBars
from g4qc_core.storage.difference_store import DifferenceStore
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from tests.core.sources.test_verdict_runs import DIFFERENCES
from tests.core.storage.frames import END, START, contract, drawn_raw_bars, raw_bars

_SYMBOLS = (f"D{number}" for number in count())
_NOW = datetime(2024, 5, 1, tzinfo=UTC)
_DATES = st.dates(date(2024, 1, 1), date(2024, 3, 31))


def entry(symbol: str, window: tuple[datetime, datetime] = (START, END)) -> LedgerEntry:
    return LedgerEntry(symbol, "202403", "1min", *window, Outcome.DATA, requested_at=END, duration_ms=1)


def minutes_of(bars: pd.DataFrame) -> np.ndarray:
    return MinuteBars.of(bars).minutes


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.dictionaries(_DATES, DIFFERENCES, max_size=8))
def test_a_window_is_replaced_and_read_as_it_was_written(database: Database, found: dict) -> None:
    store, symbol = DifferenceStore(database), next(_SYMBOLS)
    rows = [
        PairDifference("202406", "ib", "vendor", one.__class__(**{**one.__dict__, "trade_date": day}))
        for day, one in sorted(found.items())
    ]
    store.replace(symbol, date(2024, 1, 1), date(2024, 3, 31), rows, _NOW)
    assert store.differences(symbol) == rows
    february = [row for row in rows if row.session.trade_date.month == 2]
    assert store.differences(symbol, date(2024, 2, 1), date(2024, 2, 29)) == february
    store.replace(symbol, date(2024, 2, 1), date(2024, 2, 29), [], _NOW)
    assert store.differences(symbol) == [row for row in rows if row not in february]
    assert store.differences(symbol, contract="202409") == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bars=drawn_raw_bars())
def test_bars_of_a_source_are_those_that_were_written(database: Database, bars: pd.DataFrame) -> None:
    symbol = next(_SYMBOLS)
    RawStore(database).write(contract(symbol=symbol), bars, entry(symbol), "vendor")
    source = SourceBars(database)
    spans = source.spans(symbol)
    assert len(spans) == (not bars.empty)
    for span in spans:
        assert (span.contract, span.source) == ("202403", "vendor")
        assert (span.first, span.last) == (bars["timestamp"].iloc[0], bars["timestamp"].iloc[-1])
        start = int(START.timestamp()) // 60
        found = source.bars(spans, start, start + 40 * 1440)[span.series]
        wanted = MinuteBars.of(bars)
        assert np.array_equal(found.minutes, wanted.minutes)
        assert np.array_equal(found.prices, wanted.prices)
        assert np.array_equal(found.volumes, wanted.volumes)


def test_bars_that_were_written_backwards_are_read_in_order(database: Database) -> None:
    symbol, bars = next(_SYMBOLS), raw_bars(300)
    for part in (bars[200:], bars[:100], bars[100:200]):
        times = part["timestamp"]
        window = times.iloc[0].to_pydatetime(), times.iloc[-1].to_pydatetime() + timedelta(minutes=1)
        RawStore(database).write(contract(symbol=symbol), part.reset_index(drop=True), entry(symbol, window), "vendor")
    source = SourceBars(database)
    spans = source.spans(symbol)
    start = int(START.timestamp()) // 60
    found = source.bars(spans, start + 10, start + 250)[spans[0].series]
    assert np.array_equal(found.minutes, minutes_of(bars)[10:250])
    assert found.prices[3] == pytest.approx(bars["close"].to_numpy()[10:250])


def test_contracts_that_one_source_alone_has_are_not_shared(database: Database) -> None:
    symbol, bars, source = next(_SYMBOLS), raw_bars(30), SourceBars(database)
    for name in ("ib", "vendor"):
        assert source.shared(symbol) == []
        RawStore(database).write(contract(symbol=symbol), bars, entry(symbol), name)
    assert source.shared(symbol) == source.spans(symbol)
    assert [span.source for span in source.shared(symbol)] == ["ib", "vendor"]
