"""Reports about a connection that waits for a lock: which session holds the lock, and since when."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from g4qc_core.errors import G4qcError
from g4qc_core.storage.server.database import Database

Tell = Callable[[str], None]

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_TELL_EVERY = 15

_HOLDERS = text(
    """
    SELECT holder.pid, coalesce(nullif(holder.application_name, ''), 'no name') AS name, holder.usename AS owner,
           coalesce(host(holder.client_addr), 'this host') AS place, holder.state,
           extract(epoch FROM clock_timestamp() - coalesce(holder.xact_start, holder.backend_start))::int AS seconds
    FROM unnest(pg_blocking_pids(:waiting)) AS blocking(pid)
    JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
    ORDER BY seconds DESC LIMIT 1
    """
)


def say(sentence: str) -> None:
    """Write to the log, which a command shows on the screen."""
    _log.warning("%s", sentence)


class LockWaitReport:
    """Watches, from a separate connection, whether another connection waits for a lock, until the block ends.

    Args:
        database: the database.
        waiting: the connection that may wait; it is in a transaction.
        patience: seconds after which the wait is given up, for the message.
        tell: receives a sentence about the holder after a second, and then every 15 seconds.

    Attributes:
        holder: the session that holds the lock, in words.
    """

    def __init__(self, database: Database, waiting: Connection, patience: float, tell: Tell) -> None:
        self.holder = "another session of the server"
        self._database, self._patience, self._tell = database, patience, tell
        self._waiting = waiting.scalar(text("SELECT pg_backend_pid()"))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lock watch", daemon=True)

    def __enter__(self) -> LockWaitReport:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(timeout=10)

    def _watch(self) -> None:
        looks = 0
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                held = self._look()
            except (DBAPIError, G4qcError):
                return  # the waiting connection reports what is wrong with the server
            if held and looks % _TELL_EVERY == 0:
                self._tell(
                    f"A change of the schema waits for a lock: {self.holder} holds it. Waiting for up to "
                    f"{self._patience:g} s."
                )
            looks = looks + 1 if held else 0

    def _look(self) -> bool:
        with self._database.transaction() as connection:
            row = connection.execute(_HOLDERS, {"waiting": self._waiting}).first()
        if row is not None:
            doing = f", {row.state}" if row.state else ""
            self.holder = (
                f"the server's process {row.pid} ({row.name} of {row.owner} on {row.place}{doing}), at work for "
                f"{row.seconds} s,"
            )
        return row is not None
