"""How the stores of bars reach the server: a transaction a write, one writer at a time, reads by COPY.

Must not know what a column means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from g4qc_core.errors import InvalidBars
from g4qc_core.storage.codec.copy import Kinds, copy_out
from g4qc_core.storage.server.database import Database


class SliceStore:
    """Base of the stores whose tables are read and replaced by slices of time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def _writing(self, what: str) -> Iterator[tuple[Connection, Any]]:
        """A transaction, and a cursor in it, that waits until no other one writes `what`."""
        unpacks = self._database.has_timescale
        with self._database.transaction() as connection, _cursor(connection) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
            if unpacks:
                # A slice of a compressed chunk is replaced whole, however many rows that unpacks.
                cursor.execute(
                    "SELECT set_config(name, '0', true) FROM pg_settings "
                    "WHERE name = 'timescaledb.max_tuples_decompressed_per_dml_transaction'"
                )
            yield connection, cursor

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """A block that no other process enters under the same name: what is read in it is not outdated when written.

        Blocks of stores' own writes may stand in it; blocks of this kind may not stand in each other.
        """
        with self._database.transaction() as connection:
            key = f"alone {what}"
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
            yield

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._database.transaction() as connection, _cursor(connection) as cursor:
            yield cursor

    def _read(
        self, table: str, columns: Kinds, keys: Mapping[str, str | None], start: datetime, end: datetime
    ) -> pd.DataFrame:
        """Rows with `timestamp` in `[start, end)` and the keys (None: any), by contract and timestamp."""
        given = {name: value for name, value in keys.items() if value is not None}
        wanted = " AND ".join([*(f"{name} = %s" for name in given), "timestamp >= %s", "timestamp < %s"])
        # The index gives this order for nothing; putting contract first is quicker done here.
        query = f"SELECT {names(columns)} FROM {table} WHERE {wanted} ORDER BY timestamp, contract"
        with self._reading() as cursor:
            rows = copy_out(cursor, query, [*given.values(), start, end], columns)
        codes, _ = pd.factorize(rows["contract"], sort=True)
        return rows.iloc[np.argsort(codes, kind="stable")].reset_index(drop=True)


def _cursor(connection: Connection) -> Any:
    """psycopg2's own cursor in SQLAlchemy's transaction: COPY is beyond SQLAlchemy."""
    return connection.connection.cursor()


def names(columns: Kinds) -> str:
    """The columns as SQL lists them."""
    return ", ".join(f'"{name}"' for name in columns)


def check_window(timestamps: pd.Series, start: datetime, end: datetime) -> None:
    """Raises InvalidBars unless all timestamps lie in `[start, end)`."""
    if timestamps.empty or (timestamps.min() >= start and timestamps.max() < end):
        return
    raise InvalidBars(
        f"Bars from {timestamps.min()} to {timestamps.max()} do not lie in their window, {start} to {end}."
    )
