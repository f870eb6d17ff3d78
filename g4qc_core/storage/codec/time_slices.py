"""Transactions for tables of bars: slices of time are written by one process at a time and read by binary COPY.

The stores of bars and rolls share this class. The meaning of a column is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from g4qc_core.errors import InvalidBars
from g4qc_core.storage.codec.binary_copy import Kinds, Parameters, copy_out
from g4qc_core.storage.server.database import Database


class TimeSlices:
    """Reads and writes of slices of time in the tables of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def writing(self, name: str) -> Iterator[tuple[Connection, Any]]:
        """Open a transaction that waits until no other transaction writes under the same name.

        Yields:
            The connection, and a psycopg2 cursor in its transaction.
        """
        unpacks = self._database.has_timescale
        with self._database.transaction() as connection, _cursor(connection) as cursor:
            take_turns(cursor, name)
            if unpacks:
                # Replacing a slice of a compressed chunk may decompress any number of rows.
                cursor.execute(
                    "SELECT set_config(name, '0', true) FROM pg_settings "
                    "WHERE name = 'timescaledb.max_tuples_decompressed_per_dml_transaction'"
                )
            yield connection, cursor

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Open a transaction and yield a psycopg2 cursor in it."""
        with self._database.transaction() as connection, _cursor(connection) as cursor:
            yield cursor

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """Open a transaction that sees one state of the database throughout, and yield a psycopg2 cursor in it."""
        with self.reading() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield cursor

    def frame(self, query: str, values: Parameters, columns: Kinds) -> pd.DataFrame:
        """Return the rows of a query as a frame with these columns."""
        with self.reading() as cursor:
            return copy_out(cursor, query, values, columns)

    def read(
        self, table: str, columns: Kinds, keys: Mapping[str, str | None], start: datetime, end: datetime
    ) -> pd.DataFrame:
        """Return the rows of a table with `timestamp` in `[start, end)`, sorted by contract and timestamp.

        Args:
            table: name of the table.
            columns: the columns to read; `contract` must be one of them.
            keys: required value of each key column; None accepts any value.
            start: UTC, inclusive.
            end: UTC, exclusive.
        """
        given = {name: value for name, value in keys.items() if value is not None}
        conditions = " AND ".join([*(f"{name} = %s" for name in given), "timestamp >= %s", "timestamp < %s"])
        # The index yields this order at no cost; sorting by contract first is faster here than on the server.
        query = f"SELECT {names(columns)} FROM {table} WHERE {conditions} ORDER BY timestamp, contract"
        return by_contract(self.frame(query, [*given.values(), start, end], columns))


def _cursor(connection: Connection) -> Any:
    """Return a psycopg2 cursor in SQLAlchemy's transaction: SQLAlchemy has no COPY."""
    return connection.connection.cursor()


def names(columns: Kinds) -> str:
    """Return the columns as a SQL list of quoted names."""
    return ", ".join(f'"{name}"' for name in columns)


def by_contract(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with contract and timestamp, sorted by both; quick if those of each contract are by time."""
    codes, _ = pd.factorize(rows["contract"], sort=True)
    times = rows["timestamp"].to_numpy("datetime64[us]")
    order = np.argsort(codes, kind="stable")
    codes, times = codes[order], times[order]
    if ((times[1:] < times[:-1]) & (codes[1:] == codes[:-1])).any():
        order = order[np.lexsort((times, codes))]
    return rows.iloc[order].reset_index(drop=True)


def take_turns(cursor: Any, name: str) -> None:
    """Wait until no other transaction has the name, and keep it until this one ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def check_window(timestamps: pd.Series, start: datetime, end: datetime) -> None:
    """Raise InvalidBars unless all timestamps lie in `[start, end)`."""
    if timestamps.empty or (timestamps.min() >= start and timestamps.max() < end):
        return
    raise InvalidBars(
        f"Bars from {timestamps.min()} to {timestamps.max()} do not lie in their window, {start} to {end}."
    )
