"""Locks of the database that live as long as a connection: held by a process, and gone with it however it ends.

A pool of connections that a proxy shares between transactions (PgBouncer in that mode) cannot carry them. Must not know
what is locked.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Self

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, column, func, select, table, text
from sqlalchemy.dialects.postgresql import OID
from sqlalchemy.exc import DBAPIError

from g4qc_core.storage.server.database import Database

# Spaces of keys; the numbers mean nothing and must stay as they are, because processes of several versions may meet.
CLIENT_IDS = 4_707_201
PRESENCE = 4_707_202

_LARGEST_KEY = 2**31 - 1

# How pg_locks tells a lock of two numbers from one of a single long number.
_OF_TWO_NUMBERS = 2


class SessionLock:
    """A lock by number, in a connection of its own from `take` until `release`."""

    def __init__(self, database: Database, space: int, key: int) -> None:
        self.key = key
        self._database = database
        self._space = space
        self._connection: Connection | None = None

    @classmethod
    def named(cls, database: Database, space: int, name: str) -> Self:
        """The lock of a name; two names that share one, once in four thousand million, wait for one another."""
        with database.transaction() as connection:
            key = connection.scalar(text("SELECT abs(hashtext(:name)::bigint) % :size"), {"name": name, "size": 2**31})
        return cls(database, space, int(key))

    def take(self) -> bool:
        """True when the lock is ours now, or was already; False when another holds it.

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
        """True while the connection that holds the lock lives."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Gives the lock up: once this returns, nobody sees it any more. Does nothing the second time."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The end of a connection frees its locks too, but only when the server notices.
            with suppress(DBAPIError):
                connection.execute(
                    text("SELECT pg_advisory_unlock(:space, :key)"), {"space": self._space, "key": self.key}
                )
            # Back in the pool a connection in doubt could keep the lock: it is ended instead.
            with suppress(DBAPIError):
                connection.invalidate()
            connection.close()


def announce_presence(database: Database) -> SessionLock:
    """A lock with a key of its own, which says that this process lives."""
    while not (lock := SessionLock(database, PRESENCE, random.randint(1, _LARGEST_KEY))).take():
        pass
    return lock


def is_present(key: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: whether the process that announced itself with this key still lives."""
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
