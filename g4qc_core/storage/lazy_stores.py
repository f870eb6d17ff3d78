"""Stores that are opened by whoever needs them first: for servers, which start before their database and outlive it."""

from __future__ import annotations

import threading

from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores, open_stores

_STATEMENT_SECONDS = 60


class LateStores:
    """The stores of the settings' database, opened at the first call, and at the next one where that failed.

    Once they are open, a database that goes away and comes back is found again by the pool.

    Args:
        statement_seconds: how long one statement may take: somebody waits for its answer.
    """

    def __init__(self, settings: Settings, statement_seconds: int = _STATEMENT_SECONDS) -> None:
        self._settings = settings
        self._statement_seconds = statement_seconds
        self._open: Stores | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Stores:
        """The stores.

        Raises:
            DatabaseUnavailable, DatabaseRefused: the database does not answer, or refuses.
        """
        if self._open is None:
            with self._lock:
                if self._open is None:
                    self._open = self._limited()
        return self._open

    def close(self) -> None:
        """Closes the connections; the next call opens them again."""
        with self._lock:
            if self._open is not None:
                self._open.database.close()
            self._open = None

    def _limited(self) -> Stores:
        # Bringing the schema up to date takes as long as it does.
        with open_stores(self._settings) as stores:
            full = stores.database
        return Stores.of(Database(full.url, full.setting, self._statement_seconds))
