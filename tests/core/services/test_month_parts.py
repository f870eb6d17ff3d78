"""Bars of files by contract and month: every minute once, in order, whatever the order of rows, files and pieces."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.services.imports.month_parts import month_parts
from g4qc_core.services.imports.read_ahead import read_ahead
from g4qc_core.sources.reading.file_reader import FILE_BARS, TEXT
from g4qc_core.sources.reading.source_files import SourceFile
from tests.core.sources.made_bars import sessions_of, walk
from tests.core.sources.vendor_files import REGISTRY

ES = REGISTRY["ES"]
SESSIONS = sessions_of(ES, date(2025, 8, 27), date(2025, 9, 3))
BARS = pd.concat([walk(ES, SESSIONS, month, edges=5).assign(symbol="ES") for month in ("202509", "202512")])
BARS = BARS.assign(line=np.arange(len(BARS)) + 1, count=-1).reset_index(drop=True)
FILES = [SourceFile(Path(name)) for name in ("a.csv", "b.csv")]
MINUTES = {("ES", month, first): 10 * sum(s.trade_date.replace(day=1) == first for s in SESSIONS)
           for month in ("202509", "202512") for first in (date(2025, 8, 1), date(2025, 9, 1))}  # fmt: skip


def table(rows: pd.DataFrame) -> pa.Table:
    columns = {name: pa.array(rows[name]).cast(FILE_BARS.field(name).type) for name in FILE_BARS.names[2:]}
    texts = {name: pa.array(rows[name].tolist(), pa.string()).dictionary_encode().cast(TEXT)
             for name in ("symbol", "contract")}  # fmt: skip
    return pa.table({**texts, **columns}, schema=FILE_BARS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_every_minute_comes_once_with_its_first_row(data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(BARS))))
    repeated = data.draw(st.lists(st.sampled_from(order), max_size=20))
    rows = BARS.iloc[[*order, *repeated]].reset_index(drop=True)
    rows.loc[len(BARS) :, "close"] += 1
    edges = sorted(data.draw(st.sets(st.integers(1, len(rows) - 1), max_size=6)))
    spans = list(zip([0, *edges], [*edges, len(rows)], strict=True))
    second = data.draw(st.integers(0, len(spans)))
    pieces = [(FILES[at >= second], table(rows.iloc[begin:end])) for at, (begin, end) in enumerate(spans)]
    parts = list(month_parts(iter(pieces), REGISTRY, MINUTES))
    assert {(part.symbol, part.contract, part.month) for part in parts} == set(MINUTES)
    assert len(parts) == len(MINUTES)
    for part in parts:
        found = pd.concat([bars for _, bars in part.files]).sort_values("timestamp")
        own = BARS[BARS["contract"] == part.contract].sort_values("timestamp")
        own = own[own["line"].isin(found["received_row"])]
        assert len(found) == MINUTES[part.symbol, part.contract, part.month] == len(own)
        assert found["close"].tolist() == own["close"].tolist()
        for _, bars in part.files:
            assert bars["timestamp"].is_monotonic_increasing
            assert bars["timestamp"].is_unique


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_bars_of_several_instruments_come_apart(data: st.DataObject) -> None:
    rows = pd.concat([BARS, BARS.assign(symbol="NQ", close=BARS["close"] + 1)]).reset_index(drop=True)
    rows = rows.iloc[data.draw(st.permutations(range(len(rows))))]
    at = data.draw(st.integers(1, len(rows) - 1))
    wanted = MINUTES | {("NQ", *key[1:]): count for key, count in MINUTES.items() if key[1] == "202512"}
    parts = list(month_parts([(FILES[0], table(rows.iloc[:at])), (FILES[1], table(rows.iloc[at:]))], REGISTRY, wanted))
    assert sorted((part.symbol, part.contract, part.month) for part in parts) == sorted(wanted)
    for part in parts:
        found = pd.concat([bars for _, bars in part.files]).sort_values("timestamp")
        own = rows[(rows["symbol"] == part.symbol) & (rows["contract"] == part.contract)]
        own = own[own["timestamp"].isin(found["timestamp"])].sort_values("timestamp")
        assert found["close"].tolist() == own["close"].tolist()
        assert len(found) == wanted[part.symbol, part.contract, part.month]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers()), st.integers(1, 3))
def test_reading_ahead_gives_the_same_items(items: list[int], depth: int) -> None:
    assert list(read_ahead(iter(items), depth)) == items


def test_reading_ahead_raises_where_the_iterator_does_and_ends_with_its_caller() -> None:
    def broken() -> object:
        yield 1
        raise ValueError("no more")

    seen = []
    try:
        for item in read_ahead(broken()):  # type: ignore[arg-type]
            seen.append(item)  # noqa: PERF402
    except ValueError as error:
        seen.append(str(error))
    assert seen == [1, "no more"]
    endless = read_ahead(iter(int, 1))
    assert next(endless) == 0
    endless.close()
