"""Locks by name, which processes of one database use to take turns at a piece of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from g4qc_core.storage.server.database import Database


class NamedLocks:
    """The named locks of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Run the block while no other process runs one under the same name: what it reads stays true until it writes.

        Stores may write inside the block. Do not hold two named locks at once.

        Raises:
            DatabaseUnavailable: another process held the lock for too long.
        """
        with self._database.transaction() as connection:
            # Versions of G4QC that run side by side must agree on this key.
            key = f"alone {name}"
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
            yield
