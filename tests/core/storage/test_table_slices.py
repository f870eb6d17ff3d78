"""Slices: together they are the table, each is found by its range, and its checksum is that of its rows."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.transfer import table_slices
from g4qc_core.storage.transfer.stored_tables import StoredTable, stored_tables
from g4qc_core.storage.transfer.table_slices import TableSum, condition, slices_of, sum_of

TABLES = {
    "bars": "symbol text, frame text, at timestamptz, price float8, volume numeric, PRIMARY KEY (symbol, frame, at)",
    "days": "series int, day date, price float8, PRIMARY KEY (series, day)",
    "numbers": "id bigint PRIMARY KEY, body json",
    "names": "name text PRIMARY KEY, listed bigint[]",
    "bare": "anything text",
}


@pytest.fixture
def tables(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, StoredTable]:
    """A table of each kind, with rows in an order that is not that of the key."""
    monkeypatch.setattr(table_slices, "SLICE_ROWS", 100)
    monkeypatch.setattr(table_slices, "_BUCKET", 50)
    rows = {
        "bars": "SELECT s, f, '2024-01-01Z'::timestamptz + i * interval '1 day', i, i / 7.0 FROM unnest(ARRAY['ES', "
                "'N''Q', 'Z']) s, unnest(ARRAY['1h', '1min']) f, "
                "generate_series(1, CASE WHEN s = 'Z' THEN 3 ELSE 400 END) i",
        "days": "SELECT s, '2024-01-01'::date + i, i FROM generate_series(1, 3) s, generate_series(1, 300) i",
        "numbers": "SELECT i, json_build_object('a', i) FROM generate_series(-120, 500) i",
        "names": "SELECT i::text, ARRAY[i, i] FROM generate_series(1, 300) i",
        "bare": "SELECT 'the same' FROM generate_series(1, 300) i",
    }  # fmt: skip
    with empty_database.transaction() as connection:
        for name, columns in TABLES.items():
            connection.execute(text(f"CREATE TABLE {name} ({columns})"))
            connection.exec_driver_sql(f"INSERT INTO {name} {rows[name]} ORDER BY random()")
        return {table.name: table for table in stored_tables(connection)}


def test_slices_are_the_table_and_have_the_checksums_of_their_rows(
    empty_database: Database, tables: dict[str, StoredTable]
) -> None:
    with empty_database.transaction() as connection:
        for name, table in tables.items():
            slices, found = slices_of(connection, table), []
            for part in slices:
                where, values = condition(table, part)
                query = f"CREATE TEMP TABLE part AS SELECT * FROM {name} {'WHERE ' + where if where else ''}"
                connection.exec_driver_sql(query, tuple(values))
                found.append(sum_of(connection, StoredTable("part", table.columns, table.key)))
                connection.execute(text("DROP TABLE part"))
            assert found == [TableSum(part.rows, part.checksum) for part in slices], name
            assert TableSum.of(slices) == sum_of(connection, table), name
        counts = {name: len(slices_of(connection, table)) for name, table in tables.items()}
    # 13 months of each large range in slices of four months; the two small ones share one.
    assert counts == {"bars": 4 * 4 + 1, "days": 3 * 3, "numbers": 7, "names": 1, "bare": 1}


@pytest.mark.parametrize("seed", range(5))
def test_a_change_anywhere_changes_the_checksum_of_its_slice_alone(
    empty_database: Database, tables: dict[str, StoredTable], seed: int
) -> None:
    draw = random.Random(seed)
    with empty_database.transaction() as connection:
        before = slices_of(connection, tables["bars"])
        symbol, frame, day = draw.choice(["ES", "N'Q"]), draw.choice(["1h", "1min"]), draw.randint(1, 400)
        change = text("UPDATE bars SET volume = volume + 0.01 WHERE symbol = :s AND frame = :f AND price = :d")
        assert connection.execute(change, {"s": symbol, "f": frame, "d": day}).rowcount == 1
        after = slices_of(connection, tables["bars"])
    differing = [one for one, other in zip(before, after, strict=True) if one != other]
    assert [one.low[:2] for one in differing if one.low] == [(symbol, frame)]
    assert len(differing) == 1


def test_neither_the_order_of_rows_nor_the_server_matters(
    empty_database: Database, tables: dict[str, StoredTable]
) -> None:
    with empty_database.transaction() as connection:
        connection.execute(text("CREATE TABLE again (LIKE bars)"))
        connection.execute(text("INSERT INTO again SELECT * FROM bars ORDER BY at DESC, symbol"))
        again = StoredTable("again", tables["bars"].columns, ())
        # Known from one server and one version: a backup must be found unchanged by the next one.
        assert sum_of(connection, again) == sum_of(connection, tables["bars"]) == TableSum(1606, 3079115819253028714)
