"""Chunks that TimescaleDB's community licence compressed: the same bars, as writable, in a fraction of the room."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables.bars import HYPERTABLES
from g4qc_core.storage.transfer.stored_tables import stored_tables
from g4qc_core.storage.transfer.table_copy import copy_slice, load_rows
from g4qc_core.storage.transfer.table_slices import TableSlice, slices_of
from tests.core.storage.frames import MONTHS, market_bars, raw_bars
from tests.core.storage.test_validated_sessions import END, MINUTES, START, check, receive, validate

pytestmark = pytest.mark.slow


@pytest.fixture
def stores(community: Database) -> Iterator[Stores]:
    yield Stores(community)
    with community.transaction() as connection:
        # Deleted rows would leave their chunks.
        for table in (*HYPERTABLES, "raw_exact", "market_exact", "validated_sessions", "ib_requests"):
            connection.execute(text(f"TRUNCATE {table}"))


def compress(stores: Stores) -> None:
    """Do now what the policies do in the background once chunks are old."""
    with stores.database.transaction() as connection:
        for table in HYPERTABLES:
            connection.execute(text(f"SELECT compress_chunk(c, true) FROM show_chunks('{table}') c"))


def traded(minutes: int = MINUTES) -> pd.DataFrame:
    """Minutes with numbers that differ, as a market has them."""
    random = np.random.default_rng(3)
    bars = raw_bars(minutes)
    walk = 0.25 * np.cumsum(random.integers(-3, 4, minutes))
    prices = {name: bars[name] + walk for name in ("open", "high", "low", "close")}
    counts = {"volume": random.integers(1, 900, minutes), "count": random.integers(1, 300, minutes)}
    return bars.assign(**prices, **counts, wap=np.round(prices["close"], 2))


def test_old_chunks_are_compressed_by_policies(community: Database) -> None:
    query = "SELECT hypertable_name, config->>'compress_after' FROM timescaledb_information.jobs"
    with community.transaction() as connection:
        found = connection.execute(text(f"{query} WHERE proc_name = 'policy_compression'")).all()
    assert {(table, after) for table, after in found} == {(table, "180 days") for table in HYPERTABLES}


def test_compressed_bars_are_read_as_before(stores: Stores) -> None:
    receive(stores, traded())
    bars = validate(stores, frozenset({3, 4, 2000}))
    derived = market_bars(500, MONTHS[:2])
    stores.bars.replace_bars("ES", "1h", START, END, derived)
    received = stores.raw.bars("ES", START, END)
    compress(stores)
    check_derived = stores.bars.bars("ES", "1h", START, END)
    assert check_derived.equals(derived)
    stores.bars.replace_bars("ES", "1h", START, END, derived.iloc[:0])
    check(stores, bars)
    assert stores.raw.bars("ES", START, END).equals(received)


def test_restated_and_withdrawn_bars_of_a_compressed_chunk_change_nothing_until_they_are_validated(
    stores: Stores,
) -> None:
    receive(stores, traded(420).drop(index=[50, 51]).reset_index(drop=True))
    bars = validate(stores, frozenset({9}))
    compress(stores)
    restated = traded(420)
    restated.loc[[5, 9], "close"] += 0.25
    result = receive(stores, restated.drop(index=[200]).reset_index(drop=True))
    check(stores, bars)
    anew = validate(stores)
    assert len(anew) == 419
    check(stores, anew)
    compress(stores)
    check(stores, anew)
    assert receive(stores, restated.drop(index=[200]).reset_index(drop=True)) > result
    check(stores, anew)


def test_the_size_tells_chunks_and_gain(stores: Stores) -> None:
    receive(stores, traded())
    validate(stores)
    plain = stores.growth.size()
    assert plain.compression is not None
    assert (plain.compression.compressed, plain.compression.before, plain.compression.after) == (0, 0, 0)
    compress(stores)
    size = stores.growth.size()
    held = size.compression
    assert held is not None
    assert (held.chunks, held.compressed) == (plain.compression.chunks, held.chunks)
    assert held.before > 4 * held.after
    # What compression gave back is gone from the size of the bars.
    assert plain.bars - size.bars == pytest.approx(held.before - held.after, rel=0.2)
    assert size.minutes == MINUTES


def test_a_backup_reads_compressed_chunks_and_fills_hypertables_that_compress(stores: Stores) -> None:
    receive(stores, traded())
    bars = validate(stores, frozenset({3, 4, 2000}))
    check(stores, bars)
    stores.bars.replace_bars("ES", "1h", START, END, market_bars(500, MONTHS[:2]))
    plain, _ = copied(stores)
    compress(stores)
    packed, rows = copied(stores)
    # A slice is not written again because it was compressed meanwhile.
    assert packed == plain
    with stores.database.transaction() as connection:
        for table in stored_tables(connection):
            if table.name in HYPERTABLES:
                connection.execute(text(f"TRUNCATE {table.name}"))
            for part in rows.get(table.name, ()):
                load_rows(connection, table, BytesIO(part), frozen=False)
    assert copied(stores)[0] == plain
    compress(stores)
    assert copied(stores)[0] == plain


def copied(stores: Stores) -> tuple[dict[str, list[TableSlice]], dict[str, list[bytes]]]:
    """Return the slices of the hypertables, with their checksums, and the rows of each, as a backup has them."""
    parts: dict[str, list[TableSlice]] = {}
    rows: dict[str, list[bytes]] = {}
    with stores.database.transaction() as connection:
        for table in (one for one in stored_tables(connection) if one.name in HYPERTABLES):
            parts[table.name] = slices_of(connection, table)
            for part in parts[table.name]:
                copy_slice(connection, table, part, sink := BytesIO())
                rows.setdefault(table.name, []).append(sink.getvalue())
    assert set(rows) == set(HYPERTABLES)
    return parts, rows
