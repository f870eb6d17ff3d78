"""The size of a database, as the server tells it."""

from __future__ import annotations

from sqlalchemy import text

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.storage.frames import raw_bars
from tests.core.storage.test_validated_sessions import MINUTES, receive, validate


def test_an_empty_database_has_a_size_and_no_bytes_a_minute(database: Database) -> None:
    size = Stores(database).growth.size()
    assert size.total > 1_000_000
    assert (size.minutes, size.bytes_a_minute, size.bytes_a_month) == (0, None, 0)


def test_the_bytes_of_bars_are_those_of_their_tables_and_grow_with_them(database: Database) -> None:
    stores = Stores(database)
    before = stores.growth.size()
    receive(stores, raw_bars(MINUTES))
    validate(stores)
    size = stores.growth.size()
    assert size.minutes == size.newest_minutes == MINUTES
    # 84 bytes a row, and its entry in the index.
    assert size.bars - before.bars > 84 * MINUTES
    assert size.bytes_a_month == round(size.bars)
    assert size.total >= size.bars


def test_dagsters_database_is_counted_where_there_is_one(database: Database) -> None:
    stores = Stores(database)
    assert stores.growth.size().dagster is None
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {database.url.database}_dagster"))
    assert (stores.growth.size().dagster or 0) > 1_000_000
