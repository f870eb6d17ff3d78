"""Single queries without a transaction, on connections that are kept: one exchange with the server for each.

For answers that are given many times a second. A transaction costs three exchanges more: one to see whether the
connection still works, one to begin, one to end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from g4qc_core.storage.server.database import Database

_MOST_KEPT = 3

T = TypeVar("T")


class QuickReads:
    """Connections of one database that are kept between queries, a few at most."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: deque[Connection] = deque()
        self.lost = 0
        """Number of connections that were lost, as when the server is restarted."""

    def ask(self, question: Callable[[Any], T]) -> T:
        """Return what `question` returns for a psycopg2 cursor; it is called again if a kept connection was lost.

        Raises:
            DatabaseUnavailable, DatabaseRefused: see `Database.transaction`.
        """
        with self._database.translated():
            while self._kept:
                with suppress(IndexError):
                    connection = self._kept.popleft()
                    try:
                        return self._answer(connection, question)
                    except psycopg2.Error:
                        if not connection.closed:
                            raise
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return self._answer(connection, question)

    def close(self) -> None:
        """Give the kept connections back."""
        while self._kept:
            with suppress(IndexError, SQLAlchemyError, psycopg2.Error):
                self._kept.popleft().close()

    def _answer(self, connection: Connection, question: Callable[[Any], T]) -> T:
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor:
                return question(cursor)
        finally:
            if driver.closed:
                self.lost += 1
                connection.invalidate()
                connection.close()
            elif len(self._kept) < _MOST_KEPT:
                self._kept.append(connection)
            else:
                connection.close()
