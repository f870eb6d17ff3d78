"""Notices writes: a mark that stays the same as long as nothing that an answer with bars depends on was written.

Triggers of the tables note each transaction that writes (`bar_writes`). Asking whether one of them became visible costs
one query and reads no bar.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from g4qc_core.errors import G4qcError
from g4qc_core.storage.server.quick_reads import QuickReads

_QUESTION = (
    "SELECT pg_current_snapshot()::text, extract(epoch FROM now())::float8, EXISTS (SELECT FROM bar_writes WHERE "
    "transaction >= pg_snapshot_xmin(%(seen)s::pg_snapshot)::text::bigint "
    "AND NOT pg_visible_in_snapshot(transaction::text::xid8, %(seen)s::pg_snapshot))"
)
_NOTHING = "1:1:"
# Much less than the day after which a noted write is removed.
_LONGEST_SECONDS = 3600.0


class WriteMark:
    """A state of the stored bars: what is read after it was made is current while `WriteWatch.mark` returns it."""


class WriteWatch:
    """Watches one database for writes to bars, their quality and versions, rolls, contracts and quarantine.

    Callers that wait for another one's question share the next, which begins after they came.
    """

    def __init__(self, reads: QuickReads) -> None:
        self._reads = reads
        self._lock = Lock()
        self._mark = WriteMark()
        self._seen, self._seen_at, self._lost = _NOTHING, 0.0, 0
        self._begun = self._answered = 0
        self._error: G4qcError | None = None

    def mark(self) -> WriteMark:
        """Return the present mark: another object than before if a write has become visible meanwhile.

        Raises:
            DatabaseUnavailable, DatabaseRefused: see `Database.transaction`.
        """
        before = self._begun
        with self._lock:
            if self._answered <= before:
                self._begun += 1
                self._look()
                self._answered = self._begun
            if self._error is not None:
                raise self._error
            return self._mark

    def _look(self) -> None:
        try:
            seen, now, written = self._reads.ask(self._question)
        except G4qcError as error:
            self._error = error
            return
        self._error = None
        # A server that was restarted may have lost its last writes.
        restarted = self._reads.lost != self._lost
        if written or restarted or not 0 <= now - self._seen_at < _LONGEST_SECONDS:
            self._mark = WriteMark()
        self._seen, self._seen_at, self._lost = seen, now, self._reads.lost

    def _question(self, cursor: Any) -> tuple[str, float, bool]:
        """Return the present snapshot, the server's time, and whether it shows a write that the one before did not."""
        cursor.execute(_QUESTION, {"seen": self._seen})
        seen, now, written = cursor.fetchone()
        return seen, now, written
