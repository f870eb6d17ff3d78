"""A pacer that all processes of a database share: the history is a table, and the clock is the server's.

`g4qc_core.pacing` applies the rules. If a process dies with an open request, the request still counts as sent, and no
longer as open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, insert, or_, select, text, update

from g4qc_core.pacing.port import Slot
from g4qc_core.pacing.rules import HISTORY, TROUBLE, Ending, PacedKind, PacedRequest, PacingRules, Sent
from g4qc_core.pacing.schedule import Turn, earliest, judged
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import SessionLock, announce_presence, is_present
from g4qc_core.storage.tables import ib_pacing

# One in so many grants deletes the requests that no rule counts any more.
_CLEARED_EVERY = 200

# No answer takes longer.
_LONGEST_OPEN = timedelta(minutes=30)

_columns = ib_pacing.c
_alive = case((_columns.finished_at.is_(None), is_present(_columns.holder)), else_=False).label("open")


class PacingStore:
    """A `Pacer` for all processes of a database; close it, or use it as a context manager.

    Args:
        database: the database with the history.
        rules: the gateway's pacing rules.
        run_id: the Dagster run that sends the requests, recorded for the user.
        clock: replaces the server's clock in tests; UTC.
        sleep: sleeps for so many seconds.
    """

    def __init__(
        self,
        database: Database,
        rules: PacingRules,
        run_id: str | None = None,
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rules = rules
        self._database = database
        self._run_id = run_id
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._presence: SessionLock | None = None

    def __enter__(self) -> PacingStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the pacer: requests of this process that are still open count as ended."""
        with self._lock:
            if self._presence is not None:
                self._presence.release()
                self._presence = None

    def now(self) -> datetime:
        """Return the server's time, UTC."""
        with self._database.transaction() as connection:
            return self._now(connection)

    def sleep(self, seconds: float) -> None:
        """Sleep for so many seconds."""
        self._sleep(seconds)

    def attempt(self, request: PacedRequest) -> Slot | Turn:
        """Take a slot if the request may be sent now; see `Pacer.attempt`."""
        holder = self._holder()
        with self._database.transaction() as connection:
            _one_at_a_time(connection, request.account)
            now = self._now(connection)
            turn = earliest(self._history(connection, request.account, now, request.kind), request, now, self.rules)
            if turn.at is None or turn.at > now:
                return turn
            slot = Slot(self._record(connection, request, now, holder), request, now)
            if slot.id % _CLEARED_EVERY == 0:
                self._clear(connection, request.account, now)
            return slot

    def release(self, slot: Slot, ending: Ending) -> None:
        """Record how the request ended; see `Pacer.release`."""
        if not slot.request.kind.is_history:
            return
        with self._database.transaction() as connection:
            _one_at_a_time(connection, slot.request.account)
            now = self._now(connection)
            ended = judged(ending, _last_ending(connection, slot.request.account, now))
            connection.execute(
                update(ib_pacing)
                .where(_columns.id == slot.id, _columns.finished_at.is_(None))
                .values(finished_at=now, ending=ended.value)
            )

    def history(self, account: str) -> list[Sent]:
        """Return the account's requests that a rule can still count, by `sent_at`."""
        with self._database.transaction() as connection:
            return self._history(connection, account, self._now(connection), *PacedKind)

    def accounts(self) -> list[str]:
        """Return the accounts that have a history."""
        with self._database.transaction() as connection:
            return list(connection.scalars(select(_columns.account).distinct().order_by(_columns.account)))

    def _holder(self) -> int:
        with self._lock:
            if self._presence is None or not self._presence.held:
                self._presence = announce_presence(self._database)
            return self._presence.key

    def _now(self, connection: Connection) -> datetime:
        if self._clock is not None:
            return self._clock()
        return connection.execute(select(func.clock_timestamp())).scalar_one()

    def _history(self, connection: Connection, account: str, now: datetime, *kinds: PacedKind) -> list[Sent]:
        recent = _columns.sent_at > now - max(self.rules.horizon(kind) for kind in kinds)
        matters = or_(recent, _columns.finished_at.is_(None), _columns.ending.in_([e.value for e in TROUBLE]))
        rows = connection.execute(
            select(ib_pacing, _alive)
            # Entries in the future come from a server whose clock was wrong; they would block all requests.
            .where(_columns.account == account, _columns.sent_at.between(now - self._kept, now), matters)
            .order_by(_columns.sent_at, _columns.id)
        )
        return [_sent(row, now) for row in rows]

    @property
    def _kept(self) -> timedelta:
        return max(self.rules.trouble_horizon, *(self.rules.horizon(kind) for kind in PacedKind))

    def _record(self, connection: Connection, request: PacedRequest, now: datetime, holder: int) -> int:
        ended: dict[str, Any] = {}
        if not request.kind.is_history:
            ended = {"finished_at": now, "ending": Ending.ANSWERED.value}
        row = {
            "account": request.account,
            "kind": request.kind.value,
            "contract": request.contract,
            "fingerprint": request.fingerprint,
            "weight": request.weight,
            "holder": holder,
            "run_id": self._run_id,
            "sent_at": now,
        }
        inserted = connection.execute(insert(ib_pacing).values(**row, **ended).returning(_columns.id))
        return int(inserted.scalar_one())

    def _clear(self, connection: Connection, account: str, now: datetime) -> None:
        connection.execute(delete(ib_pacing).where(_columns.account == account, _columns.sent_at <= now - self._kept))


def _one_at_a_time(connection: Connection, account: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"pacing {account}"})
    # Losing a turn in a crash of the server costs less than waiting for its disk.
    connection.execute(text("SET LOCAL synchronous_commit = off"))


def _last_ending(connection: Connection, account: str, now: datetime) -> Ending | None:
    ended: ColumnElement[bool] = and_(
        _columns.account == account,
        _columns.kind.in_([kind.value for kind in HISTORY]),
        _columns.finished_at <= now,
    )
    newest = select(_columns.ending).where(ended).order_by(_columns.finished_at.desc(), _columns.id.desc()).limit(1)
    found = connection.scalar(newest)
    return Ending(found) if found is not None else None


def _sent(row: Row[Any], now: datetime) -> Sent:
    request = PacedRequest(row.account, PacedKind(row.kind), row.contract, row.fingerprint, row.weight)
    if row.finished_at is not None:
        return Sent(request, row.sent_at, min(row.finished_at, now), Ending(row.ending))
    # A stalled process with an open request blocks the others for at most this long.
    open_still = row.open and row.sent_at > now - _LONGEST_OPEN
    return Sent(request, row.sent_at) if open_still else Sent(request, row.sent_at, row.sent_at, Ending.ANSWERED)
