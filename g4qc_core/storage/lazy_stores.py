"""Stores that open at first use, for servers that start before their database and outlive it."""

from __future__ import annotations

import threading

from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores, open_stores

_STATEMENT_SECONDS = 60


class LazyStores:
    """The stores of the settings' database, opened by the first call that succeeds.

    Later, the connection pool reconnects by itself when the database was away.

    Args:
        settings: name the database.
        statement_seconds: time limit of one statement, because a client waits for the answer.
    """

    def __init__(self, settings: Settings, statement_seconds: int = _STATEMENT_SECONDS) -> None:
        self._settings = settings
        self._statement_seconds = statement_seconds
        self._open: Stores | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Stores:
        """Return the stores, and open them if they are not open yet.

        Raises:
            DatabaseUnavailable: the database does not answer.
            DatabaseRefused: the database refuses the connection or has another schema.
        """
        if self._open is None:
            with self._lock:
                if self._open is None:
                    self._open = self._limited()
        return self._open

    def close(self) -> None:
        """Close the connections; the next call opens them again."""
        with self._lock:
            if self._open is not None:
                self._open.database.close()
            self._open = None

    def _limited(self) -> Stores:
        # An upgrade of the schema runs without the time limit.
        with open_stores(self._settings) as stores:
            full = stores.database
        return Stores(Database(full.url, full.setting, self._statement_seconds))
