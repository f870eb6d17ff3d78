"""Leases: how a process shows all others of its database, on whatever machine, that it lives.

A lease is a lock of a connection, which the server frees however the process ends. After an outage of the server or of
the network the process takes it again within seconds, so that others look twice before they count it as gone. Who is
wrongly counted as gone can store nothing more; see `write_rights`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from typing import Self

from sqlalchemy import BigInteger, column, func, select, text, values

from g4qc_core.errors import G4qcError
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import announce_presence, is_present

_PING = 1.0
_SECOND_LOOK = 3.0
_AFTER_START = 10.0


class Lease:
    """Kept by a thread of this process within a `with` block.

    Args:
        database: closed by the caller, after the block.

    Attributes:
        key: tells the lease from all others.
    """

    def __init__(self, database: Database) -> None:
        self._lock = announce_presence(database)
        self.key = self._lock.key
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._lock.release()

    def _keep(self) -> None:
        while not self._over.wait(_PING):
            if not self._lock.held:
                self._take_again()

    def _take_again(self) -> None:
        try:
            self._lock.take()
        except G4qcError:
            return  # the server is away: the next ping tries again


def gone(database: Database, keys: Collection[int]) -> set[int]:
    """Return the leases whose processes are certainly gone; it takes seconds only if there are some.

    Raises:
        DatabaseUnavailable: see `Database.transaction`.
    """
    absent = _absent(database, keys)
    if absent:
        time.sleep(max(_SECOND_LOOK, _AFTER_START - _age(database)))
        absent = _absent(database, absent)
    return absent


def _absent(database: Database, keys: Collection[int]) -> set[int]:
    """Return the keys that nobody holds at present."""
    if not keys:
        return set()
    asked = values(column("key", BigInteger), name="asked").data([(key,) for key in keys])
    with database.transaction() as connection:
        return set(connection.scalars(select(asked.c.key).where(~is_present(asked.c.key))))


def _age(database: Database) -> float:
    """Return the seconds since the server started; holders take their leases again after that."""
    with database.transaction() as connection:
        started = select(func.extract("epoch", func.now() - text("pg_postmaster_start_time()")))
        return float(connection.scalar(started) or 0.0)
