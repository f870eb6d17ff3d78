"""Bars from memory are those of the database, however many there are and wherever a window lies."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from g4qc_core.futures.segments import Segment
from g4qc_core.storage.bar_stores.bar_reader import SCHEMA, BarQuery, BarReader
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.known_bars import KnownBars
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.quick_reads import QuickReads
from tests.core.storage.frames import END, MONTHS, START, drawn_market_bars, market_bars

INSTANTS = st.integers(0, 40 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
SEGMENTS = st.lists(INSTANTS, min_size=2, max_size=4, unique=True).map(
    lambda edges: [
        Segment(month, begin, end, 1.0, 2.5)
        for month, begin, end in zip(MONTHS, sorted(edges), sorted(edges)[1:], strict=False)
    ]
)
QUERIES = st.builds(
    BarQuery,
    symbol=st.just("ES"),
    timeframe=st.just("1min"),
    segments=SEGMENTS | st.just([Segment(MONTHS[0])]),
    after=st.none() | INSTANTS,
    limit=st.integers(1, 12) | st.none(),
    newest_first=st.booleans(),
)


def read(reader: BarReader, query: BarQuery) -> list[bytes]:
    """Return the batches to the bit: prices may be so large that their adjustment is NaN."""
    batches = list(reader.batches(query))
    assert all(batch.schema == SCHEMA for batch in batches)
    return [batch.serialize().to_pybytes() for batch in batches]


@examples(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(bars=drawn_market_bars(), queries=st.lists(QUERIES, min_size=1, max_size=6))
def test_bars_from_memory_are_the_stored_ones(
    embedded_database: Database, bars: pd.DataFrame, queries: list[BarQuery]
) -> None:
    BarStore(embedded_database).replace_bars("ES", "1min", START, END, bars)
    with closing(QuickReads(embedded_database)) as reads:
        known, reader = KnownBars(embedded_database, reads, most_bytes=20_000), BarReader(embedded_database)
        for query in [*queries, *queries]:
            assert read(known, query) == read(reader, query)


def test_what_was_read_once_is_not_read_again(embedded_database: Database) -> None:
    store = BarStore(embedded_database)
    store.replace_bars("ES", "1min", START, END, market_bars(5_000))
    reads = QuickReads(embedded_database)
    known = KnownBars(embedded_database, reads)
    end = datetime(2024, 1, 3, 12, tzinfo=UTC)
    query = BarQuery("ES", "1min", [Segment(MONTHS[0], START, end)], limit=2_000, newest_first=True)
    first = read(known, query)
    store.replace_bars("ES", "1min", START, END, market_bars(1))
    assert sum(batch.num_rows for batch in known.batches(query)) == 2_000
    assert read(known, query) == first
    assert read(BarReader(embedded_database), query) != first
    reads.close()
