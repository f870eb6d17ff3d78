"""Advisory locks of a database session: a process holds one until it ends, however it ends.

They do not work through a proxy that shares connections between transactions (PgBouncer's transaction mode).
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Self

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, column, func, select, table, text
from sqlalchemy.dialects.postgresql import OID
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from g4qc_core.storage.server.database import Database

# Key spaces. The numbers are arbitrary and must not change: processes of different versions may run side by side.
CLIENT_IDS = 4_707_201
PRESENCE = 4_707_202
SEARCHES = 4_707_203
STUDIES = 4_707_204
TRADERS = 4_707_205
BACKUPS = 4_707_206

_LARGEST_KEY = 2**31 - 1

# `objsubid` in pg_locks of a lock with two 32-bit keys, rather than one 64-bit key.
_OF_TWO_NUMBERS = 2


class SessionLock:
    """A lock by number, held by a separate connection from `take` until `release`."""

    def __init__(self, database: Database, space: int, key: int) -> None:
        self.key = key
        self._database = database
        self._space = space
        self._connection: Connection | None = None

    @classmethod
    def named(cls, database: Database, space: int, name: str) -> Self:
        """Return the lock of a name; two names share a key with a probability of 1 in 2**31."""
        with database.transaction() as connection:
            key = connection.scalar(text("SELECT abs(hashtext(:name)::bigint) % :size"), {"name": name, "size": 2**31})
        return cls(database, space, int(key))

    def take(self) -> bool:
        """Take the lock; return False if another process holds it, and True if this process has it.

        Raises:
            DatabaseUnavailable, DatabaseRefused: see `Database.transaction`.
        """
        if self.held:
            return True
        with self._database.translated():
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = connection.scalar(
                text("SELECT pg_try_advisory_lock(:space, :key)"), {"space": self._space, "key": self.key}
            )
        if taken:
            self._connection = connection
        else:
            connection.close()
        return bool(taken)

    @property
    def held(self) -> bool:
        """True while this process has the lock and its connection lives."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Release the lock, visible to all processes when this returns. Calling it again does nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The end of a connection frees its locks too, but only when the server notices. One that is broken does not
            # even begin the statement.
            with suppress(SQLAlchemyError):
                connection.execute(
                    text("SELECT pg_advisory_unlock(:space, :key)"), {"space": self._space, "key": self.key}
                )
            # A broken connection could keep the lock in the pool, so it is closed.
            with suppress(SQLAlchemyError):
                connection.invalidate()
            connection.close()


def announce_presence(database: Database) -> SessionLock:
    """Take and return a lock with a new key, which shows other processes that this one lives."""
    while not (lock := SessionLock(database, PRESENCE, random.randint(1, _LARGEST_KEY))).take():
        pass
    return lock


def is_present(key: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the SQL condition that the process that announced this key still lives."""
    locks = table("pg_locks", *map(column, ("locktype", "database", "classid", "objid", "objsubid", "granted")))
    databases = table("pg_database", column("oid"), column("datname"))
    here = select(databases.c.oid).where(databases.c.datname == func.current_database())
    present = select(cast(locks.c.objid, BigInteger)).where(
        locks.c.locktype == "advisory",
        locks.c.classid == cast(PRESENCE, OID),
        locks.c.objsubid == _OF_TWO_NUMBERS,
        locks.c.granted,
        locks.c.database == here.scalar_subquery(),
    )
    return key.in_(present)
