"""Stores that are opened by whoever needs them first: for servers, which start before their database and outlive it."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores


class LateStores:
    """The stores of the settings' database, opened at the first call, and at the next one where that failed.

    Once they are open, a database that goes away and comes back is found again by the pool.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: Stores | None = None
        self._lock = threading.Lock()
        self._stack = ExitStack()

    def __call__(self) -> Stores:
        """The stores.

        Raises:
            DatabaseUnavailable, DatabaseRefused: the database does not answer, or refuses.
        """
        if self._open is None:
            with self._lock:
                if self._open is None:
                    self._open = self._stack.enter_context(open_stores(self._settings))
        return self._open

    def close(self) -> None:
        """Closes the connections; the next call opens them again."""
        with self._lock:
            self._open = None
            self._stack.close()
